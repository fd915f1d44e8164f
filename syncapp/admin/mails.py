"""Mails: what was sent, what waits and why, what did not arrive, and sending it again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from syncapp.admin import moments
from syncapp.admin.base import BaseAdmin, ReadOnlyMixin, display
from syncapp.models import Mail
from syncapp.services import mails

SENDS = "syncapp.change_mail"


@admin.register(Mail)
class MailAdmin(ReadOnlyMixin, BaseAdmin[Mail]):
    """The outbox of mails: read only, but for another try."""

    list_display = ("subject", "address", "shown_state", "detail", "when", "next_try")
    list_filter = ("state", "kind")
    list_select_related = ("user",)
    search_fields = ("address", "subject")
    list_per_page = 50
    empty_title = gettext_lazy("No mail yet")
    empty_text = gettext_lazy("What is mailed to people is listed here before it is sent.")
    show_full_result_count = False
    actions = ("send_again",)
    fields = (
        "subject", "user", "address", "state", "detail", "attempts", "created_at", "next_at",
        "sent_at", "text",
    )  # fmt: skip

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Who may ask for another try."""
        return request.user.has_perm(SENDS)

    @display(
        description=gettext_lazy("State"),
        ordering="state",
        label={
            Mail.State.WAITING.label: "info",
            Mail.State.SENDING.label: "info",
            Mail.State.SENT.label: "success",
            Mail.State.FAILED.label: "danger",
            Mail.State.UNKNOWN.label: "warning",
        },
    )
    def shown_state(self, mail: Mail) -> str:
        """What came of it."""
        return mail.get_state_display()

    @display(description=gettext_lazy("Written"), ordering="pk")
    def when(self, mail: Mail) -> str:
        """How long ago."""
        return moments.ago(mail.created_at, timezone.now())

    @display(description=gettext_lazy("Next try"))
    def next_try(self, mail: Mail) -> str:
        """When it is tried again."""
        return moments.until(mail.next_at, timezone.now())

    @action(  # type: ignore[untyped-decorator] # unfold has no types
        description=gettext_lazy("Send again"), permissions=["send"]
    )
    def send_again(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        """Try the chosen ones once more, if they ended without arriving for certain."""
        now = timezone.now()
        chosen = queryset.select_related("user")
        count = sum(mails.send_again(mail, now=now) for mail in chosen)
        if count:
            text = ngettext(
                "%(n)d mail will be sent again.", "%(n)d mails will be sent again.", count
            )
            messages.success(request, text % {"n": count})
        else:
            messages.warning(
                request,
                gettext_lazy("None of the chosen mails is one that failed to arrive."),
            )
