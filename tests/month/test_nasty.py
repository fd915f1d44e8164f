"""The nasty values can be typed in, and the judge of them sees what it should."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.month import nasty
from tests.month.nasty import HUBSPOT, Nasty, nullify
from tests.month.reasons import IN_SYNC
from tests.month.worlds import Simulated, simulate

ABROAD = (*nasty.CUSTOMERS_ABROAD, *nasty.PRODUCTS_ABROAD)
AT_HOME = tuple(case for case in nasty.ALL if case not in ABROAD)


def told(cases: tuple[Nasty, ...], ids: dict[str, str], far: dict[str, str]) -> dict[str, Any]:
    """A status as the table wants it, with the far ids given."""
    objects: dict[str, list[dict[str, Any]]] = {}
    for case in cases:
        is_fine = case.outcome == IN_SYNC
        own, other = ("hubspot_id", "quickbooks_id")[:: 1 if case.born == HUBSPOT else -1]
        objects.setdefault(case.object, []).append(
            {
                own: ids[case.key],
                other: far.get(case.key) if is_fine else None,
                "state": case.outcome.state,
                "code": None if is_fine else (*case.outcome.codes, "any")[0],
                "explanation": None if is_fine else "Because.",
                "remedy": None if is_fine else "Mend it.",
            }
        )
    return {"objects": [{"object": n, "records": rows} for n, rows in objects.items()]}


@pytest.mark.parametrize(("country", "cases"), [("US", AT_HOME), ("GB", ABROAD)])
def test_everything_can_be_typed_in(country: str, cases: tuple[Nasty, ...]) -> None:
    world = simulate(country)
    ids = nasty.enter(cases, world.portal, world.books)
    assert len(ids) == len(cases)


def test_keys_are_unique() -> None:
    keys = [case.key for case in nasty.ALL]
    assert len(set(keys)) == len(keys)


CASES = tuple(
    c for c in nasty.CONTACTS if c.key in ("c-latin", "c-capitals", "c-colon", "c-nobody")
)


@pytest.fixture(scope="module")
def mirrored() -> tuple[Simulated, dict[str, str], dict[str, Any]]:
    """Two that go over, written down perfectly, and two that do not."""
    world = simulate()
    ids = nasty.enter(CASES, world.portal, world.books)
    far = {}
    for key, name, mail in (
        ("c-latin", "Zoë Ångström", "c-latin@example.com"),
        ("c-capitals", "Up Per", "c-capitals@example.com"),
    ):
        body = nasty.buyer(key, name, FamilyName="Ångström", email=mail)
        far[key] = world.books.create("Customer", [body])[0]["Id"]
    return world, ids, told(CASES, ids, far)


def judged(mirrored: Any, **changes: Any) -> list[str]:
    world, ids, status = mirrored
    status = deepcopy(status)
    for row in status["objects"][0]["records"]:
        if row["hubspot_id"] == ids[changes.get("key", "")] if changes else False:
            row.update(changes["row"])
    return list(nasty.judge(CASES, ids, status, world.portal, world.books))


def test_a_perfect_mirror_is_found_perfect(mirrored) -> None:
    assert judged(mirrored) == []


@pytest.mark.parametrize(
    ("key", "row", "sentence"),
    [
        ("c-latin", {"state": "failing", "code": "rejected"}, "expected in_sync, is failing"),
        ("c-colon", {"code": "rejected"}, "expected failing invalid_name, is failing rejected"),
        ("c-colon", {"state": "in_sync", "code": None}, "expected failing invalid_name"),
        ("c-colon", {"remedy": ""}, "no explanation or no remedy"),
        ("c-nobody", {"quickbooks_id": "7"}, "excluded, but written as 7"),
        ("c-nobody", {"hubspot_id": "7"}, "0 records"),
    ],
)
def test_what_is_told_wrong_is_found(mirrored, key, row, sentence) -> None:
    (found,) = judged(mirrored, key=key, row=row)
    assert found.startswith(f"{key}: {sentence}")


def test_another_value_on_the_far_side_is_found(mirrored) -> None:
    far = mirrored[2]["objects"][0]["records"]
    other = next(r["quickbooks_id"] for r in far if r["hubspot_id"] == mirrored[1]["c-capitals"])
    found = judged(mirrored, key="c-latin", row={"quickbooks_id": other})
    assert found == ["c-latin: DisplayName: expected 'Zoë Ångström', is 'Up Per'"]


def test_nulls_reach_every_copy_of_one_record_and_no_other() -> None:
    body = {
        "QueryResponse": {
            "Invoice": [
                {"Id": "1", "Line": [{"Id": "1", "Amount": 1}], "TotalAmt": 1},
                {"Id": "2", "Line": [{"Id": "1", "Amount": 1}], "TotalAmt": 1},
            ]
        }
    }
    assert nullify(body, "2", ("TotalAmt",)) == 1
    assert [one["TotalAmt"] for one in body["QueryResponse"]["Invoice"]] == [1, None]
    assert nullify(body, "1", ("Line", 0, "Amount")) == 1
    assert body["QueryResponse"]["Invoice"][0]["Line"] == [{"Id": "1", "Amount": None}]
    assert nullify(body, "9", ("TotalAmt",)) == 0
    contact = {"results": [{"id": "5", "properties": {"email": "a"}}]}
    assert nullify(contact, "5", ("properties", "email")) == 1
    assert contact["results"][0]["properties"] == {"email": None}
