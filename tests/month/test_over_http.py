"""The same month in real processes: typed in, mirrored by hand, compared, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.harness import HUBSPOT, QUICKBOOKS, REALM, TOKEN, Simulator
from tests.month import scribe
from tests.month.__main__ import PHASES, main
from tests.month.doors import Books, Portal, over_http
from tests.month.model import Way
from tests.month.outcome import load

pytestmark = pytest.mark.slow


@pytest.fixture
def sides() -> Iterator[tuple[Simulator, Simulator]]:
    """Two empty accounts, each a process of its own."""
    started = [Simulator(HUBSPOT, "--search-lag", "0"), Simulator(QUICKBOOKS)]
    yield started[0], started[1]
    for one in started:
        one.stop()


@pytest.mark.parametrize("way", list(Way))
def test_the_way_of_a_month(
    sides: tuple[Simulator, Simulator], way: Way, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hubspot, quickbooks = sides
    both = ["--hubspot", hubspot.url, "--quickbooks", quickbooks.url]
    both += ["--realm", REALM, "--token", TOKEN]
    month, expected, status = (str(tmp_path / name) for name in ("month", "expected", "status"))
    for phase in PHASES:
        assert main(["enter", month, "--phase", phase, "--size", "30", "--way", way, *both]) == 0
    assert main(["expect", month, "--out", expected]) == 0
    portal = Portal(over_http(hubspot.url, TOKEN))
    books = Books(over_http(quickbooks.url, TOKEN), f"/v3/company/{REALM}")
    told = scribe.mirror(load(Path(expected)), portal, books)
    Path(status).write_text(json.dumps(told))
    compared = ["compare", expected, "--status", status, *both]
    assert main(compared) == 0, capsys.readouterr().out
    assert "0 differences\n" in capsys.readouterr().out
    # Somebody changes a date on the far side.
    row = next(o["records"] for o in told["objects"] if o["object"] == "invoices")[0]
    if way is Way.TO_HUBSPOT:
        portal.update("invoices", [(row["hubspot_id"], {"hs_due_date": "2027-01-01"})])
    else:
        held = books.call("GET", f"/invoice/{row['quickbooks_id']}")["Invoice"]
        body = {"Id": held["Id"], "SyncToken": held["SyncToken"], "sparse": True}
        books.call("POST", "/invoice", {**body, "DueDate": "2027-01-01"})
    assert main(compared) == 1
    assert f"invoices {row['label']}: due: expected" in capsys.readouterr().out
