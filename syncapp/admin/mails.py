"""Mails: what was sent, what waits and why, what did not arrive, and sending it again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from syncapp.admin import moments
from syncapp.admin.badges import MAIL_COLOURS
from syncapp.admin.base import NOTHING, BaseAdmin, ReadOnlyMixin, display
from syncapp.models import Mail, figures
from syncapp.services import mails
from syncapp.services.assignments import name_of

SENDS = "syncapp.change_mail"


@admin.register(Mail)
class MailAdmin(ReadOnlyMixin, BaseAdmin[Mail]):
    """The outbox of mails: read only, but for another try."""

    list_display = ("shown_subject", "to", "shown_state", "note", "when", "next_try")
    list_filter = ("state", "kind")
    list_select_related = ("user",)
    search_fields = ("address", "subject")
    list_per_page = 50
    empty_title = gettext_lazy("No mail yet")
    empty_text = gettext_lazy("What is mailed to people is listed here before it is sent.")
    show_full_result_count = False
    actions = ("send_again",)
    fields = (
        "shown_subject", "person", "to", "shown_state", "note", "tries", "written_at", "due_at",
        "left_at", "words",
    )  # fmt: skip
    readonly_fields = fields

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Who may ask for another try."""
        return request.user.has_perm(SENDS)

    @display(
        description=gettext_lazy("State"),
        ordering="state",
        label=MAIL_COLOURS,
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

    @display(description=gettext_lazy("Subject"), ordering="subject")
    def shown_subject(self, mail: Mail) -> str:
        """Its subject."""
        return mail.subject

    @display(description=gettext_lazy("Person"))
    def person(self, mail: Mail) -> str:
        """Who it is for."""
        return name_of(mail.user)

    @display(description=gettext_lazy("Address"), ordering="address")
    def to(self, mail: Mail) -> str:
        """Where it goes."""
        return mail.address

    @display(description=gettext_lazy("Detail"))
    def note(self, mail: Mail) -> str:
        """Why it did not arrive."""
        return mail.detail or NOTHING

    @display(description=gettext_lazy("Attempts"))
    def tries(self, mail: Mail) -> str:
        """How often it was tried."""
        return figures.number(mail.attempts)

    @display(description=gettext_lazy("Written"))
    def written_at(self, mail: Mail) -> str:
        """When it was written."""
        return figures.moment(mail.created_at)

    @display(description=gettext_lazy("Next try"))
    def due_at(self, mail: Mail) -> str:
        """When it is tried next."""
        return figures.moment(mail.next_at) if mail.next_at else NOTHING

    @display(description=gettext_lazy("Sent"))
    def left_at(self, mail: Mail) -> str:
        """When a mail server took it."""
        return figures.moment(mail.sent_at) if mail.sent_at else NOTHING

    @display(description=gettext_lazy("Text"))
    def words(self, mail: Mail) -> SafeString:
        """What it says, with its line ends; a long address is broken."""
        return format_html('<div class="td-words">{}</div>', mail.text)

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
