"""Whether the reason our table gives for a record is true, asked of the two systems (I5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncapp.models import RecordLink
from tests.simulation.fields import SIDES, H, Q, other
from tests.simulation.journal import APP

if TYPE_CHECKING:
    from tests.simulation.scenario import Simulation

FLAPS = 4


def is_true(sim: Simulation, link: RecordLink, *, swept: bool) -> bool:
    """Whether a failing or excluded record stands there for a reason that exists."""
    test = _TESTS.get(link.code)
    return test is not None and test(sim, link, swept)


def _ids(link: RecordLink) -> dict[str, str]:
    ids = {H: link.hubspot_id, Q: link.quickbooks_id}
    return {side: record for side, record in ids.items() if record}


def _records(sim: Simulation, side: str, swept: bool) -> list[str]:
    """Living records; archived contacts, too, as long as nobody looked: nothing tells of them."""
    people = sim.people(side)
    return list(people.living() + (people.archived() if side == H and not swept else []))


def _living(sim: Simulation, link: RecordLink, swept: bool) -> dict[str, str]:
    return {s: r for s, r in _ids(link).items() if r in _records(sim, s, swept)}


def _emails(sim: Simulation, side: str, record: str) -> set[str]:
    found = {sim.people(side).values(record)["email"]}
    if side == H:
        stored = sim.hubspot_app.crm.tables["contacts"].records[record].values
        found |= set(stored.get("hs_additional_emails", "").lower().split(";"))
    return found - {""}


def _holders(sim: Simulation, side: str, emails: set[str], *, swept: bool) -> list[str]:
    return [r for r in _records(sim, side, swept) if emails & _emails(sim, side, r)]


def _no_email(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    return not link.is_linked and any(
        not sim.people(s).values(r)["email"] for s, r in _living(sim, link, swept).items()
    )


def _filter(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    settings = sim.clicks.now
    for source, record in _living(sim, link, swept).items():
        state = sim.people(source).values(record)["state"]
        if settings.allows(other(source)) and settings.passes(source, state):
            return False
    return True


def _direction(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    ids = _living(sim, link, swept)
    return len(ids) == 1 and not sim.clicks.now.allows(other(next(iter(ids))))


def _gone(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    return any(record not in sim.people(side).living() for side, record in _ids(link).items())


def _ambiguous(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    emails = set().union(*(_emails(sim, s, r) for s, r in _living(sim, link, swept).items()), set())
    for _ in SIDES:  # a contact with two addresses may stand between two customers
        found = {side: _holders(sim, side, emails, swept=swept) for side in SIDES}
        # Inactive customers may be taken while no active one has the address (ENGINE 2.2).
        found[Q] = found[Q] or [r for r in sim.people(Q).dormant() if emails & _emails(sim, Q, r)]
        emails |= set().union(*(_emails(sim, s, r) for s in SIDES for r in found[s]), set())
    return any(len(records) > 1 for records in found.values())


def _email_in_use(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    emails = set().union(*(_emails(sim, s, r) for s, r in _living(sim, link, swept).items()), set())
    return any(record != link.hubspot_id for record in _holders(sim, H, emails, swept=swept))


def _name_in_use(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    name = str(link.params.get("name", ""))
    return bool(name) and sim.quickbooks_app.company.name_holder(name) is not None


def _merged(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    records = sim.hubspot_app.crm.tables["contacts"].records
    return link.hubspot_id in records and records[str(link.hubspot_id)].merged is not None


def _characters(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    values = sim.hubspot.values(str(link.hubspot_id)).values()
    return any(not _is_latin(value) for value in values)


def _is_latin(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _bad_data(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    """Everything can be read in the end; of an archived contact nobody told."""
    return not swept and link.hubspot_id in sim.hubspot.archived()


def _invalid_name(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    """A colon, or what the company's character set lacks: both are code 2040 for a name."""
    name = str(link.params.get("name", ""))
    return ":" in name or not _is_latin(name) or len(name) > 500


def _too_long(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    return any(len(value) > 100 for value in sim.hubspot.values(str(link.hubspot_id)).values())


def _flapping(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    """The field was really written back and forth by us."""
    ids = _ids(link)
    turns = {}
    for write in sim.journal.writes:
        if write.by == APP and write.action == "update" and ids.get(write.side) == write.id:
            for name in write.values:
                sides = turns.setdefault(name, [])
                if not sides or sides[-1] != write.side:
                    sides.append(write.side)
    return any(len(sides) > FLAPS for sides in turns.values())


_TESTS = {
    "no_email": _no_email,
    "filter": _filter,
    "direction": _direction,
    "gone": _gone,
    "ambiguous_match": _ambiguous,
    "email_in_use": _email_in_use,
    "name_in_use": _name_in_use,
    "merged_elsewhere": _merged,
    "unsupported_characters": _characters,
    "bad_data": _bad_data,
    "invalid_name": _invalid_name,
    "too_long": _too_long,
    "flapping": _flapping,
}
