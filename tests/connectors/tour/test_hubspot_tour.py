"""HubSpot: each fault x each verb x each type (ENGINE 5.2): the right kind of error, once written.

"Nothing written twice, nothing silently dropped" is read from the simulator's own ledger.
`make test` tours one type of each behaviour, `make test-all` every type.
"""

from __future__ import annotations

import pytest

from syncapp.core.errors import ConnectionBroken, OutcomeUnknown, Throttled, TryLater
from tests.connectors.tour.hubspot_deeds import (
    REPRESENTATIVES,
    TYPES_TOURED,
    HubSpotDeeds,
    verbs,
)
from tests.connectors.tour.stage import Stage, Trouble, outcome, play, toured

DAY = 25 * 3600.0
HTML = "<html><head><title>502 Bad Gateway</title></head></html>"

TROUBLES = {
    "cut": Trouble({"kind": "cut"}, OutcomeUnknown, wrote="no"),
    "answer lost": Trouble({"kind": "lost_answer"}, OutcomeUnknown),
    "committed late": Trouble({"kind": "late_commit", "delay": 30}, OutcomeUnknown, wrote="later"),
    "truncated": Trouble({"kind": "truncated"}, OutcomeUnknown),
    "late answer": Trouble({"kind": "slow", "seconds": 130}, OutcomeUnknown),
    "late work": Trouble({"kind": "slow", "seconds": 130, "when": "before"}, OutcomeUnknown),
    "slow": Trouble({"kind": "slow", "seconds": 20}),
    "429 ten seconds": Trouble({"kind": "status", "status": 429}),
    "429 second": Trouble({"kind": "status", "status": 429, "policy": "SECONDLY"}),
    "429 day": Trouble(
        {"kind": "status", "status": 429, "policy": "DAILY"}, Throttled, Throttled, "no", DAY
    ),
    "429 lasting": Trouble(
        {"kind": "status", "status": 429, "times": None}, Throttled, Throttled, "no"
    ),
    "423": Trouble({"kind": "status", "status": 423}, TryLater, wrote="no"),
    "423 lasting": Trouble(
        {"kind": "status", "status": 423, "times": None}, TryLater, TryLater, "no"
    ),
    "477": Trouble({"kind": "status", "status": 477}, TryLater, TryLater, "no"),
    "500": Trouble({"kind": "status", "status": 500}, OutcomeUnknown, wrote="no"),
    "502 lasting": Trouble(
        {"kind": "status", "status": 502, "times": None}, OutcomeUnknown, TryLater, "no"
    ),
    "524": Trouble({"kind": "status", "status": 524}, OutcomeUnknown, wrote="no"),
    "HTML": Trouble({"kind": "status", "status": 200, "body": HTML}, OutcomeUnknown, wrote="no"),
    "401 once": Trouble({"kind": "status", "status": 401}),
    "401 lasting": Trouble(
        {"kind": "status", "status": 401, "times": None}, ConnectionBroken, ConnectionBroken, "no"
    ),
    "403": Trouble({"kind": "status", "status": 403}, ConnectionBroken, ConnectionBroken, "no"),
    "access token expired": Trouble({"kind": "expired_token"}),
}
DEEDS = [(record_type, verb) for record_type in TYPES_TOURED for verb in verbs(record_type)]


@pytest.fixture(scope="module")
def deeds() -> HubSpotDeeds:
    return HubSpotDeeds(Stage("hubspot"))


@pytest.mark.parametrize("trouble", list(TROUBLES))
@pytest.mark.parametrize(("record_type", "verb"), toured(DEEDS, REPRESENTATIVES))
def test_each_fault_with_each_verb_of_each_type(
    deeds: HubSpotDeeds, record_type: str, verb: str, trouble: str
) -> None:
    met = TROUBLES[trouble]
    if verb in {"archive", "untie"} and trouble == "truncated":
        met = Trouble(met.fault)  # 204 has no body that could end half way
    play(deeds.stage, lambda: deeds.begin(verb, record_type), met)


@pytest.mark.parametrize(("record_type", "verb"), toured(DEEDS, REPRESENTATIVES))
def test_a_revoked_grant_breaks_the_connection_and_writes_nothing(
    record_type: str, verb: str
) -> None:
    deeds = HubSpotDeeds(Stage("hubspot"))
    deed = deeds.begin(verb, record_type)
    before = deeds.stage.writes()
    deeds.stage.arm({"kind": "revoked_refresh"}, deed.path, deed.method)
    assert isinstance(outcome(deed)[1], ConnectionBroken)
    assert deeds.stage.writes() == before


@pytest.mark.parametrize("record_type", TYPES_TOURED)
def test_search_lag_hides_a_record_for_a_while_and_never_for_ever(record_type: str) -> None:
    deeds = HubSpotDeeds(Stage("hubspot"))
    deeds.stage.arm({"kind": "search_lag", "seconds": 300}, "", "")
    since = deeds.stage.clock.now()
    made = deeds.make(record_type)

    def changed() -> list[str]:
        page = deeds.stage.side.changes_page([record_type], since=since, fields={}, after=None)
        return [record.ref.id for record in page.records]

    assert made.ref.id not in changed()
    listed = deeds.stage.side.list_page(record_type, fields=(), after=None)
    assert made.ref.id in {record.ref.id for record in listed.records}
    assert [r.ref for r in deeds.stage.side.read(record_type, [made.ref.id], fields=())] == [
        made.ref
    ]
    deeds.stage.clock.advance(301)
    assert made.ref.id in changed()
