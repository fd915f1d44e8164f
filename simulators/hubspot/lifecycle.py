"""The end of a record: archive, restore, merge, privacy delete.

Knows what happens to a record and its associations; must not know HTTP.
"""

from __future__ import annotations

from simulators.hubspot import errors
from simulators.hubspot.associations import node
from simulators.hubspot.crm import Crm
from simulators.hubspot.records import Record, Source
from simulators.hubspot.registry import BY_TYPE_ID
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.writes import Author, Happening

MAX_IDENTITIES = 250
_NOT_MERGED = ("hs_merged_object_ids", "associatedcompanyid")


def archive(crm: Crm, kind: ObjectType, author: Author, record: Record) -> None:
    """Put a record into the recycle bin; associations are kept for a restore, but not shown.

    Raises:
        ApiError: 400, this record cannot be deleted.
    """
    crm.rules[kind.slug].prepare_archive(author, record)
    now = crm.clock.milliseconds()
    crm.table(kind).archive(record, now)
    crm.note(author, "archive", kind.slug, record.id, {"archived": False}, {"archived": True})
    crm.tell(Happening("archive", kind, record.id, author))


def restore(crm: Crm, kind: ObjectType, author: Author, record: Record) -> None:
    """Take a record out of the recycle bin (a person can, no API does).

    Raises:
        ApiError: 409, another record has taken its e-mail address or unique value meanwhile.
    """
    taken = crm.table(kind).taken(record.values, record.id)
    if taken is not None:
        name, key, owner = taken
        if name in kind.emails:
            raise errors.contact_exists(owner)
        raise errors.unique_conflict(name, key, owner)
    now = crm.clock.milliseconds()
    crm.table(kind).restore(record, now)
    crm.note(author, "restore", kind.slug, record.id, {"archived": True}, {"archived": False})
    crm.tell(Happening("restore", kind, record.id, author))


def merge(crm: Crm, kind: ObjectType, author: Author, primary: Record, other: Record) -> Record:
    """Merge two records into a new one with a new id; both originals are archived.

    The primary's values win, the other's fill its gaps; a contact's losing e-mail address becomes
    an additional one.

    Raises:
        ApiError: 414, a contact would have more than 250 identities.
    """
    _check_identities(kind, primary, other)
    now = crm.clock.milliseconds()
    table = crm.table(kind)
    merged = Record(crm.next_id(kind), now)
    values = {**other.values, **primary.values}
    for name in _NOT_MERGED:
        values.pop(name, None)
    if len(kind.emails) > 1:
        values.update(_merged_emails(kind, primary, other))
    former = [*_former_ids(primary), *_former_ids(other), primary.id, other.id]
    values["hs_merged_object_ids"] = ";".join(dict.fromkeys(former))
    merged.set(values, now, author.source)
    partners = [
        (partner, types)
        for one in (primary, other)
        for partner, types in crm.associations.all_partners(node(kind, one.id))
    ]
    for one in (primary, other):
        crm.associations.remove_all(node(kind, one.id))
        one.merged = merged.id
        table.archive(one, now)
    table.add(merged, crm.search_lag_ms)
    crm.note(
        author,
        "merge",
        kind.slug,
        merged.id,
        {"primaryObjectId": primary.id, "objectIdToMerge": other.id},
        dict(merged.values),
    )
    _take_over_partners(crm, kind, merged, partners)
    moved = [n for n in other.values if n not in primary.values]
    ids = (primary.id, other.id)
    crm.tell(Happening("merge", kind, merged.id, author, dict.fromkeys(moved, ""), merged_ids=ids))
    return merged


def purge(crm: Crm, kind: ObjectType, author: Author, record: Record) -> None:
    """Delete for good, with history and associations."""
    crm.rules[kind.slug].prepare_archive(author, record)
    own = node(kind, record.id)
    former = crm.associations.remove_all(own)
    crm.table(kind).purge(record)
    crm.note(author, "gdpr_delete", kind.slug, record.id, dict(record.values), None)
    crm.tell(Happening("gdpr_delete", kind, record.id, author))
    for type_id, partner_id in former:
        partner_kind = BY_TYPE_ID[type_id]
        if crm.table(partner_kind).get(partner_id) is not None:
            crm.tell(Happening("dissociate", partner_kind, partner_id, author, other=own))


def _check_identities(kind: ObjectType, primary: Record, other: Record) -> None:
    """The limit is documented; that addresses and former ids are what counts is UNCONFIRMED."""
    if not kind.emails:
        return
    addresses = {
        one.strip().lower()
        for record in (primary, other)
        for name in kind.emails
        for one in record.values.get(name, "").split(";")
        if one.strip()
    }
    former = {*_former_ids(primary), *_former_ids(other), primary.id, other.id}
    if len(addresses) + len(former) > MAX_IDENTITIES:
        raise errors.plain(414, f"Cannot have more than {MAX_IDENTITIES} identities on a profile")


def _former_ids(record: Record) -> list[str]:
    return [one for one in record.values.get("hs_merged_object_ids", "").split(";") if one]


def _merged_emails(kind: ObjectType, primary: Record, other: Record) -> dict[str, str]:
    main, additional = kind.emails[:2]
    addresses = [
        address.strip()
        for record in (primary, other)
        for name in (main, additional)
        for address in record.values.get(name, "").split(";")
        if address.strip()
    ]
    distinct = list(dict.fromkeys(addresses))
    if not distinct:
        return {}
    rest = ";".join(distinct[1:])
    return {main: distinct[0], **({additional: rest} if rest else {})}


def _take_over_partners(
    crm: Crm,
    kind: ObjectType,
    merged: Record,
    partners: list[tuple[tuple[str, str], tuple[int, ...]]],
) -> None:
    now = crm.clock.milliseconds()
    quiet = Author("system", merged_source(), in_ledger=False)
    for partner, types in partners:
        if partner == node(kind, merged.id) or partner[1] in _former_ids(merged):
            continue
        held = crm.primary_company(kind, merged.id)
        # The primary's primary company stays; the other's is kept without the label.
        kept = [t for t in types if not (held and held != partner[1] and t in (1, 5))]
        crm.relink(quiet, node(kind, merged.id), partner, kept)
    crm.table(kind).touch(merged, now)


def merged_source() -> Source:
    """What history shows for values moved by a merge."""
    return Source("MERGE_OBJECTS", "", "Merge")
