"""What goes wrong is one clear line with what to do, the right exit code, and nothing lost.

No traceback anywhere: the harness refuses one in every command's output.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.harness import HUBSPOT, QUICKBOOKS, SIDES, Installation, Result, Simulator
from tests.acceptance.people import Books, Portal

pytestmark = pytest.mark.slow

ENDED_EARLY, BAD_ARGUMENTS = 1, 2


@pytest.fixture
def vendor() -> Iterator[Callable[..., Simulator]]:
    """Vendors that a test may stop."""
    started: list[Simulator] = []

    def start(side: str, *options: str) -> Simulator:
        started.append(Simulator(side, *options))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def connected(tandem: Installation, hubspot: Simulator, quickbooks: Simulator) -> Installation:
    tandem.connect(hubspot, quickbooks)
    return tandem


def refused(result: Result, code: int, *words: str) -> None:
    """One line, with these words in it, and nothing printed as a result."""
    assert result.code == code, result.err
    assert result.out == ""
    for word in words:
        assert word in result.refusal


@pytest.mark.parametrize("side", SIDES)
def test_a_vendor_that_cannot_be_reached_ends_the_run_and_loses_nothing(
    tandem: Installation,
    vendor: Callable[..., Simulator],
    monkeypatch: pytest.MonkeyPatch,
    side: str,
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    vendors = {side: vendor(side) for side in SIDES}
    Portal(vendors[HUBSPOT].url).add([{"email": "a@example.com", "firstname": "Ann"}])
    books = Books(vendors[QUICKBOOKS].url)
    books.add([books.customer("Ann", "a@example.com", GivenName="Ann")])
    tandem.connect_and_activate(*vendors.values())
    assert tandem.run_sync()["linked"] == 1
    before = tandem.status()

    vendors[side].stop()
    name = {HUBSPOT: "HubSpot", QUICKBOOKS: "QuickBooks"}[side]
    ran, status, checked, rehearsed, activated, dead = tandem.manage_several(
        ("run_sync", "--json"),
        ("sync_status", "--json"),
        ("check_connection", "--json"),
        ("rehearse", "contacts"),
        ("create_sync", "contacts", "--activate"),
        ("connect", side, "--simulator", vendors[side].url),
    )
    assert ran.code == ENDED_EARLY
    assert name in ran.refusal
    assert json.loads(ran.out)["created"] == {"hubspot": 0, "quickbooks": 0}
    assert status.json["objects"] == [before]
    assert checked.code == ENDED_EARLY
    found = {one["side"]: one["ok"] for one in json.loads(checked.out)["connections"]}
    assert found == {one: one != side for one in SIDES}
    refused(rehearsed, ENDED_EARLY, name)
    if side == HUBSPOT:  # QuickBooks has nothing to be prepared, so nobody asks it
        refused(activated, ENDED_EARLY, name)
    assert dead.code in {ENDED_EARLY, BAD_ARGUMENTS}
    assert "answer" in dead.refusal


def test_connect_refuses_what_it_cannot_use(tandem: Installation) -> None:
    beyond = [
        ("connect", side, "--simulator", address)
        for side in SIDES
        for address in ("http://192.0.2.7:8101", "https://api.hubapi.com", "nonsense")
    ]
    *elsewhere, bare, unset, both = tandem.manage_several(
        *beyond,
        ("connect", "hubspot"),
        ("connect", "hubspot", "--access-token", "NO_SUCH_VARIABLE"),
        ("connect", "quickbooks", "--access-token", "HOME"),
    )
    for result in elsewhere:
        refused(result, BAD_ARGUMENTS, "127.0.0.1")
    refused(bare, BAD_ARGUMENTS, "--simulator", "--access-token")
    refused(unset, BAD_ARGUMENTS, "NO_SUCH_VARIABLE")
    refused(both, BAD_ARGUMENTS, "OAuth")


def test_a_token_that_hubspot_does_not_accept_is_named(
    tandem: Installation, hubspot: Simulator
) -> None:
    given = ("connect", "hubspot", "--simulator", hubspot.url, "--access-token", "KEY")
    secret = "pat-acceptance-wrong-0123456789"
    result = tandem.manage(*given, KEY=secret)
    assert result.code == ENDED_EARLY
    assert "access token is not accepted" in result.refusal
    assert secret not in result.refusal


COMMANDS = (
    ("create_sync", "contacts"),
    ("run_sync",),
    ("rehearse",),
    ("sync_status",),
    ("export_records", "--object", "contacts", "--format", "csv", "--out", "/dev/null"),
)


def test_without_an_account_pair_every_command_says_to_connect(tandem: Installation) -> None:
    for result in tandem.manage_several(*COMMANDS):
        refused(result, BAD_ARGUMENTS, "connect HubSpot and QuickBooks first")


def test_an_unknown_pair_and_a_pair_without_a_sync(connected: Installation) -> None:
    unknown = [(*command, "--account-pair", "77") for command in COMMANDS]
    missing = [("run_sync", "--object", "contacts"), ("rehearse",), COMMANDS[-1]]
    results = connected.manage_several(*unknown, *missing)
    for result in results[: len(unknown)]:
        refused(result, BAD_ARGUMENTS, "“77”", "Known: 1")
    for result in results[len(unknown) :]:
        refused(result, BAD_ARGUMENTS, "create_sync contacts")


def test_with_two_pairs_the_pair_must_be_named(
    connected: Installation, vendor: Callable[..., Simulator]
) -> None:
    connected.connect(vendor(HUBSPOT, "--portal", "7654321"), vendor(QUICKBOOKS, "--realm", "777"))
    *unnamed, made = connected.manage_several(
        *COMMANDS, ("create_sync", "contacts", "--account-pair", "2", "--json")
    )
    for result in unnamed:
        refused(result, BAD_ARGUMENTS, "--account-pair", "1", "2")
    assert made.json["account_pair"] == 2


UNUSABLE: tuple[tuple[bytes | None, tuple[str, ...]], ...] = (
        (None, ("cannot be read", "No such file")),
        (b"{", ("not valid JSON",)),
        (b"\xff\xfe{}", ("not valid JSON",)),
        (b"[]", ("JSON object",)),
        (b'{"object": "invoices"}', ("invoices",)),
        (b'{"directions": "both"}', ("directions", "Known:")),
        (b'{"direction": "sideways"}', ("direction", "sideways", "both")),
        (b'{"conflict": "coin"}', ("conflict", "coin", "quickbooks")),
        (b'{"filters": {"hubspot": [[{"field": "city", "operator": "resembles"}]]}}',
         ("filters.hubspot[0][0].operator", "Must be one of")),
        (b'{"filters": {"xero": []}}', ("filters.xero", "quickbooks")),
        (b'{"mappings": [{"hubspot": "city"}]}', ("mappings[0]", "quickbooks")),
        (b'{"mappings": [{"hubspot": "fax", "quickbooks": "BillAddr.City"}]}',
         ("BillAddr.City", "switch one off")),
        (b'{"mappings": "all"}', ("mappings", "list")),
        (b'{"filters": null}', ("filters",)),
        (b'{"direction": null}', ("direction",)),
        (b'{"direction": ["both"]}', ("direction",)),
)  # fmt: skip
UNKNOWN_FIELDS: tuple[tuple[dict[str, object], str], ...] = (
    ({"filters": {"hubspot": [[{"field": "no_such", "operator": "has_value"}]]}}, "no_such"),
    ({"filters": {"quickbooks": [[{"field": "NoSuch", "operator": "has_value"}]]}}, "NoSuch"),
    ({"filters": {}, "mappings": [{"hubspot": "shoes", "quickbooks": "Notes"}]}, "shoes"),
    ({"filters": {}, "mappings": [{"hubspot": "jobtitle", "quickbooks": "Shoes"}]}, "Shoes"),
)


def test_settings_that_cannot_be_used_say_which_part_and_switch_nothing_on(
    connected: Installation, tmp_path: Path
) -> None:
    cases = [
        *UNUSABLE,
        *(
            (json.dumps(document).encode(), (f"“{name}”", "choose another field"))
            for document, name in UNKNOWN_FIELDS
        ),
    ]
    commands = []
    for number, (content, _) in enumerate(cases):
        file = tmp_path / f"settings{number}.json"
        if content is not None:
            file.write_bytes(content)
        commands.append(("create_sync", "contacts", "--settings", str(file), "--activate"))
    *results, status = connected.manage_several(*commands, ("sync_status", "--json"))
    for (_, words), result in zip(cases, results, strict=True):
        refused(result, BAD_ARGUMENTS, *words)
    assert status.json == {"objects": []}


def test_a_refused_settings_file_leaves_a_running_sync_as_it_was(
    connected: Installation, portal: Portal, books: Books, tmp_path: Path
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(UNKNOWN_FIELDS[0][0]))
    portal.add([{"email": "a@example.com", "firstname": "Ann"}])
    made, bad, ran = connected.manage_several(
        ("create_sync", "contacts", "--activate"),
        ("create_sync", "contacts", "--settings", str(file), "--activate"),
        ("run_sync", "--json"),
    )
    assert made.code == 0
    refused(bad, BAD_ARGUMENTS, "“no_such”")
    assert ran.json["created"] == {"hubspot": 0, "quickbooks": 1}


def test_a_filter_on_a_property_that_was_deleted_stops_the_run_and_loses_nothing(
    connected: Installation,
    hubspot: Simulator,
    quickbooks: Simulator,
    portal: Portal,
    books: Books,
    tmp_path: Path,
) -> None:
    from hubspot.crm.properties import PropertyCreate

    properties = portal.client.crm.properties.core_api
    properties.create(
        "contacts",
        PropertyCreate(
            name="tier", label="Tier", type="string", field_type="text",
            group_name="contactinformation",
        ),
    )  # fmt: skip
    portal.add([{"email": "gold@example.com", "firstname": "G", "tier": "gold"}])
    portal.add([{"email": "tin@example.com", "firstname": "T", "tier": "tin"}])
    file = tmp_path / "settings.json"
    condition = {"field": "tier", "operator": "is", "value": "gold"}
    file.write_text(json.dumps({"filters": {"hubspot": [[condition]]}}))
    made = connected.manage("create_sync", "contacts", "--settings", str(file), "--activate")
    assert made.code == 0, made.err
    ran = connected.run_sync()
    assert (ran["created"]["quickbooks"], ran["excluded"]) == (1, 1)
    before = connected.status()
    writes = [one.last_write() for one in (hubspot, quickbooks)]

    properties.archive("contacts", "tier")
    writes[0] = hubspot.last_write()
    ran_later = connected.manage("run_sync", "--json", later=3700)
    assert ran_later.code == ENDED_EARLY
    assert "“tier”" in ran_later.refusal
    assert "choose another field" in ran_later.refusal
    assert connected.status() == before
    assert [one.last_write() for one in (hubspot, quickbooks)] == writes
    # Told otherwise, it goes on where it was.
    file.write_text(json.dumps({"filters": {"hubspot": []}}))
    assert connected.manage("create_sync", "contacts", "--settings", str(file)).code == 0
    resumed = connected.run_sync(later=3700)
    assert (resumed["created"]["quickbooks"], resumed["excluded"]) == (1, 0)
    assert sorted(one["DisplayName"] for one in books.all().values()) == ["G", "T"]


def test_arguments_that_do_not_exist_are_refused(connected: Installation) -> None:
    commands = (
        ("create_sync", "unicorns"),
        ("create_sync", "contacts", "--direction", "up"),
        ("run_sync", "--object", "unicorns"),
        ("run_sync", "--quickly"),
        ("export_records", "--object", "contacts", "--format", "pdf", "--out", "x"),
        ("export_records", "--object", "contacts", "--format", "csv"),
        ("connect", "xero"),
    )
    for result in connected.manage_several(*commands):
        assert result.code == BAD_ARGUMENTS, result.err
        assert "error:" in result.err
