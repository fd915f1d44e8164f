"""QuickBooks: each fault x each verb x each type (ENGINE 5.2): the right error, once written.

"Nothing written twice, nothing silently dropped" is read from the simulator's own ledger.
`make test` tours one type of each behaviour, `make test-all` every type.
"""

from __future__ import annotations

import pytest

from syncapp.core.errors import (
    ConnectionBroken,
    OutcomeUnknown,
    StaleRecord,
    Throttled,
    TryLater,
)
from tests.connectors.tour.quickbooks_deeds import (
    REPRESENTATIVES,
    TYPES_TOURED,
    WRITES,
    QuickBooksDeeds,
    verbs,
)
from tests.connectors.tour.stage import Stage, Trouble, outcome, play, toured

HTML = "<html><head><title>502 Bad Gateway</title></head></html>"

TROUBLES = {
    "cut": Trouble({"kind": "cut"}, OutcomeUnknown, wrote="no"),
    "answer lost": Trouble({"kind": "lost_answer"}, OutcomeUnknown),
    "committed late": Trouble({"kind": "late_commit", "delay": 30}, OutcomeUnknown, wrote="later"),
    "truncated": Trouble({"kind": "truncated"}, OutcomeUnknown),
    "late answer": Trouble({"kind": "slow", "seconds": 130}, OutcomeUnknown),
    "late work": Trouble({"kind": "slow", "seconds": 130, "when": "before"}, OutcomeUnknown),
    "slow": Trouble({"kind": "slow", "seconds": 20}),
    "429": Trouble({"kind": "throttled"}, Throttled, Throttled, "no"),
    "429 in HTML": Trouble(
        {"kind": "status", "status": 429, "body": HTML}, Throttled, Throttled, "no"
    ),
    "500": Trouble({"kind": "status", "status": 500}, OutcomeUnknown, wrote="no"),
    "502 lasting": Trouble(
        {"kind": "status", "status": 502, "times": None}, OutcomeUnknown, TryLater, "no"
    ),
    "504": Trouble({"kind": "status", "status": 504}, OutcomeUnknown, wrote="no"),
    "HTML": Trouble({"kind": "status", "status": 200, "body": HTML}, OutcomeUnknown, wrote="no"),
    "401 once": Trouble({"kind": "status", "status": 401}),
    "401 lasting": Trouble(
        {"kind": "status", "status": 401, "times": None}, ConnectionBroken, ConnectionBroken, "no"
    ),
    "403": Trouble({"kind": "status", "status": 403}, ConnectionBroken, ConnectionBroken, "no"),
    "access token expired": Trouble({"kind": "expired_token"}),
}
DEEDS = [(record_type, verb) for record_type in TYPES_TOURED for verb in verbs(record_type)]
WRITING = [(record_type, verb) for record_type, verb in DEEDS if verb.split()[0] in WRITES]
CHANGING = [(record_type, verb) for record_type, verb in WRITING if verb.split()[0] != "create"]


@pytest.fixture(scope="module")
def deeds() -> QuickBooksDeeds:
    return QuickBooksDeeds(Stage("quickbooks"))


@pytest.mark.parametrize("trouble", list(TROUBLES))
@pytest.mark.parametrize(("record_type", "verb"), toured(DEEDS, REPRESENTATIVES))
def test_each_fault_with_each_verb_of_each_type(
    deeds: QuickBooksDeeds, record_type: str, verb: str, trouble: str
) -> None:
    play(deeds.stage, lambda: deeds.begin(verb, record_type), TROUBLES[trouble])


@pytest.mark.parametrize(("record_type", "verb"), toured(CHANGING, REPRESENTATIVES))
def test_a_stale_token_writes_nothing_over_what_somebody_saved(
    deeds: QuickBooksDeeds, record_type: str, verb: str
) -> None:
    deed = deeds.begin(verb, record_type)
    before = deeds.stage.writes()
    deeds.stage.arm({"kind": "stale"}, deed.path, deed.method)
    assert type(outcome(deed)[1]) is StaleRecord
    deeds.stage.pass_time(700)
    assert deed.is_done is not None
    assert not deed.is_done()
    assert deeds.stage.writes() == before


@pytest.mark.parametrize("kind", ["lost_answer", "truncated"])
@pytest.mark.parametrize(("record_type", "verb"), toured(WRITING, REPRESENTATIVES))
def test_the_same_request_again_writes_nothing_more(
    deeds: QuickBooksDeeds, record_type: str, verb: str, kind: str
) -> None:
    """The second belt of ENGINE 2.6: a request id keeps a repeated write from happening twice."""
    deed = deeds.begin(verb, record_type)
    deeds.stage.arm({"kind": kind}, deed.path, deed.method)
    assert type(outcome(deed)[1]) is OutcomeUnknown
    once = deeds.stage.writes()
    deeds.stage.pass_time(700)
    assert outcome(deed)[1] is None
    assert deeds.stage.writes() == once
    assert deed.is_done is not None
    assert deed.is_done()


@pytest.mark.parametrize(("record_type", "verb"), toured(DEEDS, REPRESENTATIVES))
def test_a_disconnected_app_breaks_the_connection_and_writes_nothing(
    record_type: str, verb: str
) -> None:
    deeds = QuickBooksDeeds(Stage("quickbooks"))
    deed = deeds.begin(verb, record_type)
    before = deeds.stage.writes()
    deeds.stage.arm({"kind": "disconnected"}, deed.path, deed.method)
    assert isinstance(outcome(deed)[1], ConnectionBroken)
    assert deeds.stage.writes() == before
