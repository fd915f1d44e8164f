"""The HubSpot connector against the HubSpot simulator, over real HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncapp.connectors.base import Connector, Op, Refused, WriteBatch, WriteItem, Written
from syncapp.connectors.oauth import StaticToken
from syncapp.core.errors import (
    ConnectionBroken,
    OutcomeUnknown,
    RecordGone,
    RecordRejected,
    SideUnreachable,
    Throttled,
    TryLater,
)
from syncapp.core.ports import Env
from syncapp.core.records import Record
from tests.connectors.simulated.conftest import Simulator, connect_hubspot

FIELDS = ("email", "firstname", "lastname", "phone")


def creates(start: int, count: int, **more: str) -> WriteBatch:
    items = tuple(
        WriteItem(
            f"i{number}",
            {"email": f"p{number}@example.com", "firstname": f"Zoë {number}", **more},
            marker=f"9:Customer:{number}",
        )
        for number in range(start, start + count)
    )
    return WriteBatch("contacts", Op.CREATE, items, "r" * 32)


def update(record_id: str, **values: str) -> WriteBatch:
    item = WriteItem("u", values, record_id=record_id)
    return WriteBatch("contacts", Op.UPDATE, (item,), "r" * 32)


@pytest.fixture
def side(hubspot_side: Connector) -> Connector:
    hubspot_side.prepare("contacts")
    return hubspot_side


def made(side: Connector, count: int = 1, start: int = 1) -> list[Record]:
    records = []
    for at in range(start, start + count, 100):
        results = side.write(creates(at, min(100, start + count - at)))
        records += [one.record for one in results if isinstance(one, Written)]
    assert len(records) == count
    return records


def listed(side: Connector) -> list[Record]:
    records, after = [], None
    while True:
        page = side.list_page("contacts", fields=FIELDS, after=after)
        records += page.records
        after = page.next
        if after is None:
            return records


def test_the_account_and_a_link(crm: Simulator, hubspot_side: Connector) -> None:
    account = hubspot_side.account()
    assert account.environment == "simulator"
    assert account.id.isdigit()
    assert account.currency == "USD"
    assert account.time_zone
    assert f"/contacts/{account.id}/record/0-1/5" in hubspot_side.record_url("contacts", "5")


def test_the_marker_is_made_once_and_described(hubspot_side: Connector) -> None:
    before = {field.name: field for field in hubspot_side.describe("contacts")}
    assert before["email"].unique
    assert before["lastmodifieddate"].read_only
    assert "qbo_sync_id" not in before
    hubspot_side.prepare("contacts")
    calls = hubspot_side.calls
    hubspot_side.prepare("contacts")
    assert hubspot_side.calls == calls + 1
    after = {field.name: field for field in hubspot_side.describe("contacts")}
    assert after["qbo_sync_id"].unique
    assert after["qbo_sync_id"].label == "QuickBooks record (Tandem)"


def test_what_is_created_is_listed_read_found_and_seen_as_changed(side: Connector) -> None:
    records = made(side, 250)
    assert {record.get("email") for record in listed(side)} == {
        f"p{number}@example.com" for number in range(1, 251)
    }
    ids = [record.ref.id for record in records]
    assert [one.ref.id for one in side.read("contacts", ids, fields=FIELDS)] == ids
    (found,) = side.find(
        "contacts", field="qbo_sync_id", values=["9:Customer:7", "9:Customer:999"], fields=FIELDS
    )
    assert found.get("email") == "p7@example.com"
    (found,) = side.find("contacts", field="email", values=["P8@EXAMPLE.com"], fields=FIELDS)
    assert found.get("firstname") == "Zoë 8"
    first = side.list_page("contacts", fields=FIELDS, after=None)
    page = side.changes_page(
        ["contacts"], since=first.server_time - timedelta(minutes=5), fields={}, after=None
    )
    rest = side.changes_page(
        ["contacts"], since=first.server_time - timedelta(minutes=5), fields={}, after=page.next
    )
    assert [one.ref.id for one in (*page.records, *rest.records)] == ids
    assert rest.next is None


def test_no_changes_later_on(crm: Simulator, side: Connector) -> None:
    made(side, 2)
    since = side.list_page("contacts", fields=(), after=None).server_time + timedelta(hours=1)
    assert side.changes_page(["contacts"], since=since, fields={}, after=None).records == ()


def test_a_batch_with_bad_ones_writes_the_good_ones(side: Connector) -> None:
    (first,) = made(side)
    items = (
        WriteItem("taken", {"email": "p1@example.com"}, marker="9:Customer:50"),
        WriteItem("marked", {"email": "new@example.com"}, marker="9:Customer:1"),
        WriteItem("bad", {"email": "no address"}, marker="9:Customer:51"),
        WriteItem("unknown", {"email": "a@example.com", "no_such": "x"}, marker="9:Customer:52"),
        WriteItem("frozen", {"email": "b@example.com", "lastmodifieddate": "1"}, marker="9:53"),
        WriteItem("good", {"email": "c@example.com"}, marker="9:Customer:54"),
    )
    results = side.write(WriteBatch("contacts", Op.CREATE, items, "r" * 32))
    told = {one.key: one.error.code if isinstance(one, Refused) else "written" for one in results}
    assert told == {
        "taken": "email_in_use",
        "marked": "marker_in_use",
        "bad": "invalid_email",
        "unknown": "unknown_field",
        "frozen": "read_only_field",
        "good": "written",
    }
    taken = results[0]
    assert isinstance(taken, Refused)
    assert isinstance(taken.error, RecordRejected)
    assert taken.error.existing_id == first.ref.id
    assert len(listed(side)) == 2


def test_an_update_changes_what_it_names_and_tells_its_history(side: Connector) -> None:
    (record,) = made(side)
    (result,) = side.write(update(record.ref.id, phone="1"))
    assert isinstance(result, Written)
    side.write(update(record.ref.id, phone="2"))
    (now,) = side.read("contacts", [record.ref.id], fields=FIELDS)
    assert (now.get("phone"), now.get("firstname")) == ("2", "Zoë 1")
    history = side.history("contacts", [record.ref.id], ["phone"])
    assert [one.value for one in history[record.ref.id]["phone"]][:2] == ["2", "1"]
    assert now.version >= record.version


def test_an_emptied_field_reads_as_empty(side: Connector) -> None:
    (record,) = made(side)
    item = WriteItem("u", {"firstname": None}, record_id=record.ref.id)
    side.write(WriteBatch("contacts", Op.UPDATE, (item,), "r" * 32))
    (now,) = side.read("contacts", [record.ref.id], fields=FIELDS)
    assert not now.get("firstname")


def test_a_merged_contact_is_followed(crm: Simulator, side: Connector) -> None:
    first, second = made(side, 2)
    crm.call(
        "POST",
        "/crm/v3/objects/contacts/merge",
        {"primaryObjectId": first.ref.id, "objectIdToMerge": second.ref.id},
    )
    records = side.read("contacts", [first.ref.id, second.ref.id], fields=FIELDS)
    (survivor,) = [one for one in records if one.gone is None]
    assert {first.ref.id, second.ref.id} <= {survivor.ref.id, *survivor.absorbed_ids}
    assert len(records) == 1


def test_an_archived_contact_is_gone_and_cannot_be_written(crm: Simulator, side: Connector) -> None:
    first, second = made(side, 2)
    crm.call("DELETE", f"/crm/v3/objects/contacts/{first.ref.id}")
    told = {one.ref.id: one.gone for one in side.read(
        "contacts", [first.ref.id, second.ref.id, "99999999"], fields=FIELDS
    )}  # fmt: skip
    assert told == {first.ref.id: "archived", second.ref.id: None}
    (result,) = side.write(update(first.ref.id, phone="1"))
    assert isinstance(result, Refused)
    assert isinstance(result.error, RecordGone)


def test_a_company_is_read_for_its_name(crm: Simulator, side: Connector) -> None:
    (person,) = made(side)
    company = crm.call("POST", "/crm/v3/objects/companies", {"properties": {"name": "Acme"}})
    crm.call(
        "PUT",
        f"/crm/v4/objects/contacts/{person.ref.id}/associations/default/companies/{company['id']}",
    )
    (now,) = side.read("contacts", [person.ref.id], fields=())
    assert now.get("associatedcompanyid") == company["id"]
    (read,) = side.read("companies", [company["id"]], fields=["name"])
    assert read.get("name") == "Acme"


# -- trouble on purpose


def test_a_lost_answer_is_unknown_and_is_found_by_its_marker(
    crm: Simulator, side: Connector
) -> None:
    crm.fault("lost_answer", path="batch/create")
    with pytest.raises(OutcomeUnknown):
        side.write(creates(1, 3))
    found = side.find(
        "contacts", field="qbo_sync_id", values=[f"9:Customer:{n}" for n in (1, 2, 3)], fields=()
    )
    assert len(found) == 3


def test_a_cut_connection_is_unknown_and_nothing_is_found(crm: Simulator, side: Connector) -> None:
    crm.fault("cut", path="batch/create")
    with pytest.raises(OutcomeUnknown):
        side.write(creates(1, 3))
    assert listed(side) == []


def test_a_truncated_answer_to_a_write_is_unknown(crm: Simulator, side: Connector) -> None:
    crm.fault("truncated", path="batch/create")
    with pytest.raises(OutcomeUnknown):
        side.write(creates(1, 3))
    assert len(listed(side)) == 3


@pytest.mark.parametrize("kind", ["cut", "lost_answer", "truncated"])
def test_a_read_survives_two_accidents_and_not_three(
    crm: Simulator, side: Connector, kind: str
) -> None:
    made(side)
    crm.fault(kind, path="objects/2026-09/contacts$", times=2)
    assert len(listed(side)) == 1
    crm.fault(kind, path="objects/2026-09/contacts$", times=3)
    with pytest.raises(SideUnreachable):
        listed(side)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
def test_a_gateways_error_page(crm: Simulator, side: Connector, status: int) -> None:
    page = {"status": status, "body": "<html>Bad Gateway</html>"}
    crm.fault("status", path="contacts$", times=2, **page)
    assert listed(side) == []
    crm.fault("status", path="contacts$", times=3, **page)
    with pytest.raises(TryLater):
        listed(side)
    crm.fault("status", path="batch/create", **page)
    with pytest.raises(OutcomeUnknown):
        side.write(creates(1, 1))


def test_a_dead_server_is_unreachable_and_nothing_is_written(env: Env, free_port: object) -> None:
    dead = connect_hubspot(Simulator(f"http://127.0.0.1:{free_port()}"), env)  # type: ignore[operator]
    with pytest.raises(SideUnreachable):
        dead.account()
    with pytest.raises(TryLater):
        dead.write(creates(1, 1))


def test_a_daily_limit_ends_it(crm: Simulator, side: Connector) -> None:
    body = {"status": "error", "message": "You have reached your daily limit.",
            "policyName": "DAILY"}  # fmt: skip
    crm.fault("status", path="contacts$", status=429, body=body)
    with pytest.raises(Throttled):
        listed(side)


def test_a_foreign_token_breaks_the_connection(crm: Simulator, env: Env) -> None:
    with pytest.raises(ConnectionBroken):
        connect_hubspot(crm, env, StaticToken("pat-na1-not-this-one")).account()
