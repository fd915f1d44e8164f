"""The daily digest: one mail per person and day, at the hour they chose, in their own zone.

Reads how everything stands; the words are in ``templates/mail/digest.*``. Must not send anything,
nor know who is told of what else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Sum
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from syncapp.core.reasons import State
from syncapp.models import (
    AccountPair,
    Approval,
    Connection,
    Mail,
    RecordLink,
    SyncDefinition,
    figures,
)
from syncapp.services import kinds, letters, notify, people, status

#: A digest that could not be written at its hour is still news this long.
LATE = timedelta(hours=6)
NEWS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SyncFacts:
    """How one sync stands. ``at_stake`` is what the failing documents amount to, by currency."""

    definition: SyncDefinition
    counts: status.Counts
    new_failures: int
    to_approve: int
    at_stake: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class PairFacts:
    """One account pair and its syncs."""

    pair: AccountPair
    syncs: tuple[SyncFacts, ...]


def write_due(*, now: datetime) -> int:
    """Write the digests whose hour has come; returns how many."""
    meant = kinds.KINDS[kinds.DIGEST]
    readers = [user for user in notify.concerned(meant) if user.email]
    chosen = people.choices_of(readers)
    due = [
        (user, key)
        for user in readers
        if people.MAIL in chosen[user.pk].ways(meant.name, meant.ways)
        and (key := _key(user, chosen[user.pk], now))
    ]
    written = set(Mail.objects.filter(key__in=[key for _user, key in due]).values_list("key"))
    due = [(user, key) for user, key in due if (key,) not in written]
    if not due:
        return 0
    facts = read(now=now)
    if not facts:
        return 0  # nothing is switched on: nothing to say
    for user, key in due:
        with people.speaking_to(chosen[user.pk]):
            letter = put_into_words(user, facts, now=now)
            notify.post(user, letter, kind=meant.name, key=key, now=now)
    return len(due)


def read(*, now: datetime) -> list[PairFacts]:
    """How every pair with a sync stands."""
    found: dict[int, list[SyncFacts]] = {}
    pairs: dict[int, AccountPair] = {}
    for definition in status.live_definitions():
        pairs[definition.pair_id] = definition.pair
        failing = RecordLink.objects.filter(definition=definition, state=State.FAILING.value)
        amounts = (
            failing.filter(amount__isnull=False)
            .values_list("currency")
            .annotate(total=Sum("amount"))
            .order_by("currency")
        )
        facts = SyncFacts(
            definition=definition,
            counts=status.counts(definition),
            new_failures=failing.filter(failing_since__gte=now - NEWS).count(),
            to_approve=definition.approvals.filter(state=Approval.State.WAITING).count(),
            at_stake=tuple((currency, total) for currency, total in amounts),
        )
        found.setdefault(definition.pair_id, []).append(facts)
    return [PairFacts(pairs[pk], tuple(syncs)) for pk, syncs in found.items()]


def put_into_words(user: User, facts: Sequence[PairFacts], *, now: datetime) -> letters.Letter:
    """The digest as a mail, in the language and zone that are active."""
    failing = sum(sync.counts.failing for one in facts for sync in one.syncs)
    day = date_format(now.astimezone(people.zone_of(people.choices(user))), "DATE_FORMAT")
    told = {"day": day, "n": number_format(failing)}
    subject = (
        _("Tandem on %(day)s: %(n)s failing") if failing else _("Tandem on %(day)s: all well")
    ) % told
    sees_connections = user.has_perm("syncapp.view_connection")
    return letters.written(
        "digest",
        user,
        subject=subject,
        heading=_("Your digest of %(day)s") % told,
        url=reverse("admin:index"),
        pairs=[_pair(one) for one in facts],
        connections=[_connection(one) for one in Connection.objects.order_by("pk")]
        if sees_connections
        else [],
    )


def _key(user: User, chosen: people.Choices, now: datetime) -> str:
    """The digest that is due now, as the outbox keeps it; "" for none."""
    local = now.astimezone(people.zone_of(chosen))
    begins = local.replace(hour=chosen.digest_hour, minute=0, second=0, microsecond=0)
    if local < begins:
        begins -= timedelta(days=1)  # an hour before midnight may be written after it
    return f"digest:{user.pk}:{begins:%Y-%m-%d}" if local - begins < LATE else ""


def _pair(facts: PairFacts) -> dict[str, object]:
    pair = facts.pair
    return {
        "name": str(pair),
        "state": "" if pair.state == AccountPair.State.ACTIVE else pair.get_state_display(),
        "syncs": [_sync(sync) for sync in facts.syncs],
    }


def _sync(facts: SyncFacts) -> dict[str, object]:
    counts = facts.counts
    query = urlencode({"sync": str(facts.definition.pk), "state": State.FAILING.value})
    return {
        "title": facts.definition.title,
        "is_on": facts.definition.enabled,
        "is_held": facts.definition.held_at is not None,
        "in_sync": number_format(counts.in_sync),
        "waiting": number_format(counts.waiting),
        "failing": number_format(counts.failing) if counts.failing else "",
        "needs_decision": number_format(counts.needs_decision) if counts.needs_decision else "",
        "new_failures": number_format(facts.new_failures) if facts.new_failures else "",
        "to_approve": number_format(facts.to_approve) if facts.to_approve else "",
        "at_stake": ", ".join(_amount(*one) for one in facts.at_stake),
        "link": letters.absolute(f"{reverse('admin:syncapp_recordlink_changelist')}?{query}"),
    }


def _amount(currency: str, total: Decimal) -> str:
    return figures.money(total, currency)


def _connection(connection: Connection) -> dict[str, object]:
    return {
        "name": str(connection),
        "state": connection.get_status_display(),
        "is_lapsed": connection.status == Connection.Status.RECONNECT,
        "detail": connection.trouble,
        "link": letters.absolute(reverse("admin:syncapp_connection_change", args=[connection.pk])),
    }
