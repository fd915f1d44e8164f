"""The forms of the Connect page: what an operator copies from a vendor's portal.

Secrets are write-only: they are taken, never shown again. Must not call a vendor.
"""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from syncapp.core.sides import Side
from syncapp.models import Connection

NO_AUTOCOMPLETE = {"autocomplete": "off", "spellcheck": "false"}
NEW_SECRET = {"autocomplete": "new-password"}


class KeysForm(forms.Form):
    """The operator's own app: client id, client secret and, for QuickBooks, its environment."""

    environment = forms.ChoiceField(
        label=_("Kind of company"),
        choices=[
            (Connection.Environment.PRODUCTION.value, _("Production: a real company")),
            (Connection.Environment.SANDBOX.value, _("Sandbox: a test company of Intuit")),
        ],
        help_text=_("Intuit gives production and development keys; each opens only its own kind."),
        widget=UnfoldAdminSelectWidget(),
    )
    client_id = forms.CharField(
        label=_("Client ID"),
        max_length=255,
        widget=UnfoldAdminTextInputWidget(attrs=NO_AUTOCOMPLETE),
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=1000,
        error_messages={
            "required": _("Enter the client secret: it stands below the client ID in your app.")
        },
        widget=UnfoldAdminPasswordWidget(attrs=NEW_SECRET),
    )

    def __init__(
        self, data: QueryDict | None = None, *, side: Side, connection: Connection | None
    ) -> None:
        self.has_secret = bool(connection and connection.client_secret)
        initial = {}
        if connection is not None:
            initial = {
                "client_id": connection.client_id,
                "environment": connection.environment,
            }
        super().__init__(data, initial=initial)
        self.side = side
        if side is Side.HUBSPOT:
            del self.fields["environment"]  # HubSpot itself says what kind of account it is
        self.fields["client_secret"].required = not self.has_secret
        if self.has_secret:
            self.fields["client_secret"].help_text = _(
                "A secret is stored, encrypted, and never shown. Leave this empty to keep it."
            )

    def clean_client_id(self) -> str:
        """The id without the blanks that copying brings along."""
        return str(self.cleaned_data["client_id"]).strip()

    def clean_client_secret(self) -> str:
        """The secret without blanks; empty only where one is stored."""
        return str(self.cleaned_data["client_secret"]).strip()

    def save(self, connection: Connection | None) -> Connection:
        """Keep the keys with the connection, or with a new one."""
        row = connection or Connection(side=self.side.value)
        row.client_id = self.cleaned_data["client_id"]
        if self.cleaned_data["client_secret"]:
            row.client_secret = self.cleaned_data["client_secret"]
        if "environment" in self.cleaned_data and not row.external_id:
            row.environment = self.cleaned_data["environment"]
        if row.status != Connection.Status.CONNECTED:
            row.method = Connection.Method.OAUTH
        changed = ["client_id", "client_secret", "environment", "method", "updated_at"]
        row.save(update_fields=changed if connection is not None else None)
        return row


class TokenForm(forms.Form):
    """HubSpot's plain access token (service key)."""

    access_token = forms.CharField(
        label=_("Access token"),
        max_length=2000,
        help_text=_(
            "Create a service key in HubSpot under Development → Keys → Service keys, with the "
            "scopes shown here, and paste it. It is stored encrypted and never shown again."
        ),
        widget=UnfoldAdminPasswordWidget(attrs=NEW_SECRET),
    )
