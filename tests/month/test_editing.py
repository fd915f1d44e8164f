"""Edits change both the month and the simulators, and what must not travel is told apart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.month import reading, rules, scribe
from tests.month.compare import compare
from tests.month.editing import KINDS, Editing, make_edits
from tests.month.invent import invent
from tests.month.model import Trouble, Way
from tests.month.reasons import OUTCOMES
from tests.month.worlds import enter_all, simulate


@pytest.mark.parametrize(
    ("way", "country"),
    [(Way.TO_HUBSPOT, "US"), (Way.TO_HUBSPOT, "GB"), (Way.TO_QUICKBOOKS, "US")],
)
def test_edits_made_before_the_mirror_are_in_it_and_later_ones_are_judged(way, country) -> None:
    world = simulate(country)
    month = invent(5, size=200, country=country, way=way)
    enter_all(month, world)
    edits = make_edits(month, each=2)
    assert {edit.kind for edit in edits} == set(KINDS[way])
    assert len({edit.sale for edit in edits}) == len(edits)
    editing = Editing(month, world.portal, world.books)
    for edit in edits:
        if not edit.needs_mirror:
            editing.carry_out(edit)
    expectation = rules.expect(month)
    status = scribe.mirror(expectation, world.portal, world.books)

    def report() -> Any:
        hubspot, quickbooks = (
            reading.read_hubspot(world.portal),
            reading.read_quickbooks(world.books),
        )
        return compare(rules.expect(month), hubspot, quickbooks, status)

    assert report().differences == []
    for edit in edits:
        if edit.needs_mirror:
            editing.carry_out(edit)
    # In sync is no longer a true answer for what may not travel.
    refused = {edit.sale for edit in edits if edit.needs_mirror}
    must_fail = {sale.key for sale in refused if sale.trouble is not Trouble.MIRROR_EDITED}
    assert {(one.key, one.what) for one in report().differences} == {
        (k, "state") for k in must_fail
    }
    rows = next(o["records"] for o in status["objects"] if o["object"] == "invoices")
    own = "quickbooks_id" if way is Way.TO_HUBSPOT else "hubspot_id"
    for row in rows:
        for sale in refused:
            if row[own] == sale.id:
                shown = OUTCOMES[sale.trouble][0]
                row.update(state=shown.state, code=(*shown.codes, "any")[0])
                row.update(explanation="Because.", remedy="Revert it.")
    assert report().differences == []
