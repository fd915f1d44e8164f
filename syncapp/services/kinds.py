"""The kinds of messages: what they are called, whom they concern, how they come unless chosen.

This table is the whole rule. Must not know when a message is due, nor how it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from syncapp.services.people import APP, MAIL

Words = Promise | str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message.

    Attributes:
        name: As it is kept.
        title: The subject of the mail, and its line in the settings.
        help: When it comes, in a sentence.
        permission: Whoever holds it is told, unless the teller names people.
        ways: How it comes to somebody who chose nothing.
        choosable: The ways a person may choose from; () keeps it out of the settings.
    """

    name: str
    title: Words
    help: Words
    permission: str
    ways: tuple[str, ...] = (APP, MAIL)
    choosable: tuple[str, ...] = (APP, MAIL)


CONNECTION, FAILING, STALLED, BRAKE = "connection", "failing", "stalled", "brake"
APPROVAL, FIRST_SYNC, EXPORT, READS = "approval", "first_sync", "export", "reads"
DIGEST, MAIL_FAILED = "digest", "mail_failed"

_ALL = (
    Kind(
        CONNECTION,
        _("A connection needs you"),
        _("HubSpot or QuickBooks no longer lets Tandem in, until somebody reconnects."),
        "syncapp.view_connection",
    ),
    Kind(
        STALLED,
        _("A sync stands still"),
        _("Nothing was read for longer than usual, though nobody paused it."),
        "syncapp.view_accountpair",
    ),
    Kind(
        FAILING,
        _("Many records fail"),
        _("An unusual share of a sync's records fails. Said again only after it got better."),
        "syncapp.view_recordlink",
    ),
    Kind(
        BRAKE,
        _("A sync waits for your confirmation"),
        _("A run would write unusually much, and stopped before its first write."),
        "syncapp.activate_syncdefinition",
    ),
    Kind(
        APPROVAL,
        _("Changes wait for approval"),
        _("Changes are held back until you, or another approver, let them through."),
        "syncapp.decide_approval",
    ),
    Kind(
        FIRST_SYNC,
        _("A first sync is finished"),
        _("All records of a newly switched on sync have been handled once."),
        "syncapp.view_syncdefinition",
    ),
    Kind(
        EXPORT,
        _("Your export is ready"),
        _("A file that you asked for was made in the background."),
        "syncapp.export_recordlink",
    ),
    Kind(
        READS,
        _("Intuit's metered reads run out"),
        _("50, 80 and 95 % of the month's included reads are used."),
        "syncapp.connect_connection",
    ),
    Kind(
        DIGEST,
        _("Daily digest"),
        _("Once a day: counts, failures with the money at stake, and the connections."),
        "syncapp.view_recordlink",
        ways=(MAIL,),
        choosable=(MAIL,),
    ),
    Kind(
        MAIL_FAILED,
        _("A mail could not be sent"),
        _("A mail to you was refused, or nobody knows whether it arrived."),
        "",
        ways=(APP,),
        choosable=(),
    ),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
