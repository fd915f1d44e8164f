"""One authorised account on one side: its keys, its tokens, what is known of the account."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.core.sides import Side
from syncapp.models.fields import EncryptedTextField
from syncapp.models.spoken import spoken

SIDES = [(side.value, side.label) for side in Side]


class Connection(models.Model):
    """An account somebody authorised, or is about to.

    Reconnecting keeps the row, and with it everything that hangs on it (S1). ``token_version``
    is compared and swapped at every change of the tokens, so that two refreshes never race.
    """

    class Status(models.TextChoices):
        """Whether the account can be used."""

        NEW = "new", _("Not connected yet")
        CONNECTED = "connected", _("Connected")
        RECONNECT = "reconnect", _("Reconnect needed")

    class Environment(models.TextChoices):
        """What kind of account it is (S4)."""

        PRODUCTION = "production", _("Production")
        SANDBOX = "sandbox", _("Sandbox")
        SIMULATOR = "simulator", _("Simulator")

    class Method(models.TextChoices):
        """How it was authorised."""

        OAUTH = "oauth", _("OAuth")
        ACCESS_TOKEN = "access_token", _("Access token")

    side = models.CharField(max_length=16, choices=SIDES)
    environment = models.CharField(
        max_length=16, choices=Environment.choices, default=Environment.PRODUCTION
    )
    method = models.CharField(max_length=16, choices=Method.choices, default=Method.OAUTH)
    external_id = models.CharField(
        _("account id"), max_length=64, blank=True, help_text=_("Portal id or company (realm) id.")
    )
    name = models.CharField(_("account name"), max_length=255, blank=True)
    base_url = models.CharField(
        _("base URL"),
        max_length=255,
        blank=True,
        help_text=_("Empty for the real service; the address of a simulator otherwise."),
    )
    client_id = models.CharField(_("app's client id"), max_length=255, blank=True)
    client_secret = EncryptedTextField(_("app's client secret"), blank=True, default="")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.NEW)
    status_detail = models.TextField(blank=True, default="")
    scopes = models.TextField(blank=True, default="")
    access_token = EncryptedTextField(blank=True, default="")
    refresh_token = EncryptedTextField(blank=True, default="")
    previous_refresh_token = EncryptedTextField(blank=True, default="")
    access_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    token_version = models.PositiveIntegerField(default=0)
    refresh_owner = models.CharField(max_length=64, blank=True, default="")
    refresh_until = models.DateTimeField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    details_read_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """One row per account."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["side", "external_id", "environment"],
                condition=~models.Q(external_id=""),
                name="connection_unique_account",
            ),
        ]
        permissions: ClassVar = [("connect_connection", _("Can connect and reconnect accounts"))]
        verbose_name = _("connection")
        verbose_name_plural = _("connections")

    def __str__(self) -> str:
        return f"{Side(self.side).label}: {self.name or self.external_id or _('not connected')}"

    @property
    def trouble(self) -> str:
        """Why it does not work, in the reader's language; "" when it does."""
        return spoken(self.status_detail)

    @property
    def is_usable(self) -> bool:
        """Whether calls can be made with it."""
        return self.status == self.Status.CONNECTED and bool(self.access_token)

    @property
    def currency(self) -> str:
        """Home currency, ISO 4217; "" when unknown."""
        return str(self.details.get("currency", ""))

    @property
    def time_zone(self) -> str:
        """IANA time zone; "" when unknown."""
        return str(self.details.get("time_zone", ""))


class ConsentRequest(models.Model):
    """A consent that was started and not yet come back from the vendor: the OAuth ``state``."""

    state = models.CharField(max_length=64, unique=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    user_id = models.PositiveBigIntegerField(null=True)
    redirect_uri = models.CharField(max_length=500)
    next_url = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"consent for {self.connection}"
