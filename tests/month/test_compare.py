"""The comparer finds nothing in a perfect mirror, and each planted difference in a bad one."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.month import reading, rules, scribe
from tests.month.compare import Report, compare
from tests.month.invent import invent
from tests.month.model import Trouble, Way
from tests.month.outcome import CUSTOM, Document, DocumentLine, Expectation, Expected, load
from tests.month.reading import Holding
from tests.month.worlds import enter_all, simulate

CENT = Decimal("0.01")


class Mirrored:
    """A month with its perfect mirror, and a fresh copy for each test to spoil."""

    def __init__(self, way: Way, country: str = "US", size: int = 60) -> None:
        self.way, self.world = way, simulate(country)
        month = invent(11, size=size, country=country, way=way)
        if way is Way.TO_QUICKBOOKS:
            month.invoices[0].trouble = Trouble.DRAFT
            month.payments = [p for p in month.payments if month.invoices[0] not in dict(p.shares)]
        enter_all(month, self.world)
        self.expectation = rules.expect(month)
        self.status = scribe.mirror(self.expectation, self.world.portal, self.world.books)
        self.hubspot = reading.read_hubspot(self.world.portal)
        self.quickbooks = reading.read_quickbooks(self.world.books)

    def copy(self) -> Spoiled:
        return Spoiled(
            self.way, self.expectation, *deepcopy((self.hubspot, self.quickbooks, self.status))
        )


class Spoiled:
    """What a test may change before it is compared."""

    def __init__(
        self, way: Way, expectation: Expectation, hubspot: Holding, quickbooks: Holding, status: Any
    ) -> None:
        self.expectation, self.hubspot, self.quickbooks = expectation, hubspot, quickbooks
        self.status = status
        self.far, self.own, self.other = (
            (hubspot, "quickbooks_id", "hubspot_id")
            if way is Way.TO_HUBSPOT
            else (quickbooks, "hubspot_id", "quickbooks_id")
        )

    def report(self) -> Report:
        return compare(self.expectation, self.hubspot, self.quickbooks, self.status)

    def one(self, fits: Callable[[Document], Any] = bool) -> tuple[Expected, str]:
        """An invoice that went over, and its mirror's id."""
        for expected in self.expectation.records:
            if expected.mirror is not None and fits(expected.mirror):
                number = expected.mirror.number
                return expected, next(i for i, d in self.far.invoices.items() if d.number == number)
        raise AssertionError("the month has none")

    def change(self, fits: Callable[[Document], Any], **fields: Any) -> str:
        """Change a mirror; a function gets the document and gives the new value."""
        expected, mirror_id = self.one(fits)
        held = self.far.invoices[mirror_id]
        values = {n: v(held) if callable(v) else v for n, v in fields.items()}
        self.far.invoices[mirror_id] = replace(held, **values)
        return expected.key

    def record(self, expected: Expected) -> dict[str, Any]:
        """Its row in the status."""
        rows = next(o["records"] for o in self.status["objects"] if o["object"] == expected.object)
        return next(row for row in rows if row[self.own] == expected.born_id)


@pytest.fixture(scope="module")
def to_hubspot() -> Mirrored:
    return Mirrored(Way.TO_HUBSPOT)


@pytest.fixture(scope="module")
def to_quickbooks() -> Mirrored:
    return Mirrored(Way.TO_QUICKBOOKS)


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("country", ["US", "GB", "CA"])
def test_a_perfect_mirror_has_no_difference(way: Way, country: str) -> None:
    made = Mirrored(way, country, size=40)
    report = made.copy().report()
    assert report.differences == [], report.text()
    if way is Way.TO_QUICKBOOKS and country != "US":
        assert set(report.states["invoices"]) == {"failing", "excluded"}
        assert report.sums == {}
    else:
        assert report.share_in_sync() > Decimal("0.9")
        assert {sums.total_difference for sums in report.sums.values()} == {Decimal(0)}


def test_an_expectation_survives_its_file(to_hubspot, to_quickbooks, tmp_path) -> None:
    for made in (to_hubspot, to_quickbooks):
        made.expectation.save(tmp_path / "expected.json")
        assert load(tmp_path / "expected.json") == made.expectation


def lines(change: Callable[[DocumentLine], DocumentLine]) -> Callable[[Document], Any]:
    """Change the first line."""
    return lambda held: (change(held.lines[0]), *held.lines[1:])


SAID = lambda d: d.lines and d.lines[0].says  # noqa: E731
PRICED = lambda d: d.lines and d.lines[0].price  # noqa: E731
PAID = lambda d: d.payments and d.payments[0].day  # noqa: E731


def first_payment(**fields: Any) -> Callable[[Document], Any]:
    """Change the first payment."""
    return lambda held: (replace(held.payments[0], **fields), *held.payments[1:])


SOLD = lambda d: d.lines and d.lines[0].product  # noqa: E731


@pytest.mark.parametrize("side", ["to_hubspot", "to_quickbooks"])
@pytest.mark.parametrize(
    ("fits", "fields", "what"),
    [
        (bool, {"total": lambda d: d.total + CENT}, "total"),
        (bool, {"balance": lambda d: d.balance + CENT}, "balance"),
        (bool, {"balance": None}, "balance"),
        (bool, {"day": lambda d: d.day + timedelta(days=1)}, "day"),
        (bool, {"day": lambda d: d.day - timedelta(days=1)}, "day"),
        (bool, {"due": None}, "due"),
        (bool, {"currency": "JPY"}, "currency"),
        (lambda d: d.status == "paid", {"status": "open"}, "status"),
        (bool, {"email": "somebody.else@example.com"}, "email"),
        (bool, {"email": lambda d: f"{d.email}, second@example.com"}, "email"),
        (bool, {"tax": lambda d: d.tax + CENT}, "tax"),
        (lambda d: d.discount, {"discount": Decimal(0)}, "discount"),
        (lambda d: d.lines, {"lines": lambda d: d.lines[1:]}, "number of lines"),
        (PRICED, {"lines": lines(lambda x: replace(x, price=x.price + CENT))}, "line 1 price"),
        (PRICED, {"lines": lines(lambda x: replace(x, quantity=Decimal(77)))}, "line 1 quantity"),
        (PRICED, {"lines": lines(lambda x: replace(x, amount=x.amount + CENT))}, "line 1 amount"),
        (PRICED, {"lines": lines(lambda x: replace(x, amount=x.amount + CENT))}, "lines, discount"),
        (SOLD, {"lines": lines(lambda x: replace(x, product="SKU-OTHER"))}, "line 1 product"),
        (SAID, {"lines": lines(lambda x: replace(x, says=("something",)))}, "line 1 says"),
        (PAID, {"payments": lambda d: d.payments[1:]}, "payments"),
        (PAID, {"payments": lambda d: (*d.payments, d.payments[0])}, "payments"),
        (PAID, {"payments": first_payment(day=date(2026, 9, 9))}, "payments"),
        (PAID, {"payments": first_payment(amount=CENT)}, "payments"),
    ],
)  # fmt: skip
def test_a_planted_difference_is_found(request, side, fits, fields, what) -> None:
    spoiled = request.getfixturevalue(side).copy()
    key = spoiled.change(fits, **fields)
    found = [one for one in spoiled.report().differences if one.key == key]
    assert any(one.what.startswith(what) for one in found), found


def test_another_account_is_found(to_quickbooks) -> None:
    spoiled = to_quickbooks.copy()
    other = lambda d: tuple(replace(p, account="4") for p in d.payments)  # noqa: E731
    key = spoiled.change(PAID, payments=other)
    assert [(one.key, one.what) for one in spoiled.report().differences] == [(key, "payments")]


def test_the_custom_item_in_place_of_a_known_one_is_found(to_quickbooks) -> None:
    spoiled = to_quickbooks.copy()
    fits = lambda d: d.lines and d.lines[0].product != CUSTOM  # noqa: E731
    key = spoiled.change(fits, lines=lines(lambda x: replace(x, product=CUSTOM)))
    assert [(one.key, one.what) for one in spoiled.report().differences] == [
        (key, "line 1 product")
    ]


@pytest.mark.parametrize("side", ["to_hubspot", "to_quickbooks"])
class TestRecords:
    """Whole records that are missing, doubled, unexpected or told wrong."""

    @pytest.fixture
    def spoiled(self, request, side) -> Spoiled:
        return request.getfixturevalue(side).copy()

    def only(self, spoiled: Spoiled) -> tuple[str, str]:
        (one,) = (d for d in spoiled.report().differences if d.what != "sum")
        return one.key, one.what

    def test_a_missing_mirror(self, spoiled) -> None:
        expected, mirror_id = spoiled.one()
        del spoiled.far.invoices[mirror_id]
        assert self.only(spoiled) == (expected.key, "mirror")

    def test_a_doubled_mirror(self, spoiled) -> None:
        expected, mirror_id = spoiled.one()
        spoiled.far.invoices["999999"] = spoiled.far.invoices[mirror_id]
        assert self.only(spoiled) == (expected.key, "mirror")

    def test_a_mirror_of_nothing(self, spoiled) -> None:
        _, mirror_id = spoiled.one()
        spoiled.far.invoices["999999"] = replace(spoiled.far.invoices[mirror_id], number="X-1")
        assert self.only(spoiled) == ("999999", "unexpected")

    def test_a_mirror_of_what_is_excluded(self, spoiled) -> None:
        expected, _ = spoiled.one()
        records = tuple(
            replace(one, trouble=Trouble.BEFORE_START, mirror=None) if one is expected else one
            for one in spoiled.expectation.records
        )
        spoiled.record(expected).update(
            state="excluded", code="before_start", explanation="Too old.", remedy="Include it."
        )
        spoiled.expectation = replace(spoiled.expectation, records=records)
        assert self.only(spoiled) == (expected.key, "mirror")

    def test_a_source_that_was_deleted(self, spoiled) -> None:
        expected, _ = spoiled.one()
        for holding in (spoiled.hubspot, spoiled.quickbooks):
            if holding is not spoiled.far:
                del holding.invoices[expected.born_id]
        assert (expected.key, "source") in {(d.key, d.what) for d in spoiled.report().differences}

    def test_a_link_to_another_record(self, spoiled) -> None:
        expected, _ = spoiled.one()
        spoiled.record(expected)[spoiled.other] = "999999"
        assert self.only(spoiled) == (expected.key, "link")

    @pytest.mark.parametrize("state", ["waiting", "failing", "excluded"])
    def test_a_record_that_is_not_in_sync(self, spoiled, state) -> None:
        expected, _ = spoiled.one(lambda d: d.balance is not None)
        spoiled.record(expected).update(state=state, code="pending")
        assert self.only(spoiled) == (expected.key, "state")

    def test_a_record_the_product_does_not_know(self, spoiled) -> None:
        expected, _ = spoiled.one()
        rows = next(o["records"] for o in spoiled.status["objects"] if o["object"] == "invoices")
        rows.remove(spoiled.record(expected))
        assert (expected.key, "state") in {(d.key, d.what) for d in spoiled.report().differences}

    def test_two_records_of_one(self, spoiled) -> None:
        expected, _ = spoiled.one()
        rows = next(o["records"] for o in spoiled.status["objects"] if o["object"] == "invoices")
        rows.append(dict(spoiled.record(expected)))
        assert self.only(spoiled) == (expected.key, "records")


def test_a_wrong_code_and_a_missing_remedy(to_quickbooks) -> None:
    spoiled = to_quickbooks.copy()
    draft = next(one for one in spoiled.expectation.records if one.trouble is Trouble.DRAFT)
    spoiled.record(draft)["code"] = "no_sku"
    assert [(d.key, d.what) for d in spoiled.report().differences] == [(draft.key, "state")]
    spoiled.record(draft).update(code="draft", remedy="")
    assert [(d.key, d.what) for d in spoiled.report().differences] == [(draft.key, "reason")]


def test_contacts_and_products(to_hubspot) -> None:
    spoiled = to_hubspot.copy()
    contacts = [one for one in spoiled.expectation.records if one.object == "contacts"]
    goods = [o for o in spoiled.expectation.records if o.object == "products" and o.fields]
    spoiled.hubspot.contacts[contacts[0].fields["email"]][0]["lastname"] = "Other"
    del spoiled.hubspot.contacts[contacts[1].fields["email"]]
    spoiled.hubspot.contacts["more@example.com"] = [{"email": "more@example.com"}]
    spoiled.hubspot.products[goods[0].fields["hs_sku"]][0]["price"] = "0.01"
    spoiled.hubspot.products[goods[1].fields["hs_sku"]] *= 2
    assert [(d.key, d.what) for d in spoiled.report().differences] == [
        (contacts[0].key, "lastname"),
        (contacts[1].key, "mirror"),
        ("more@example.com", "unexpected"),
        (goods[0].key, "price"),
        (goods[1].key, "mirror"),
    ]


def test_sums_are_shown_per_currency_and_a_cent_is_found(to_hubspot) -> None:
    spoiled = to_hubspot.copy()
    spoiled.change(lambda d: d.currency == "USD", total=lambda d: d.total + CENT)
    report = spoiled.report()
    assert report.sums["USD"].total_difference == -CENT
    assert [d.key for d in report.differences if d.what == "sum"] == ["USD"]
    assert "(difference -0.01)" in report.text()
    assert "in sync" in report.text()
