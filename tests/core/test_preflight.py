"""The pre-flight's rules on plain facts (S3): severity, order, ticks, words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from syncapp.core.preflight import CATALOGUE, Facts, Finding, Severity, Tick, blocking, findings
from syncapp.core.preflight.looks import DRIFT_SECONDS, RECENT
from syncapp.core.preflight.scopes import SCOPES, is_granted
from syncapp.core.sides import Direction, Side

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WELL = Facts(
    checked_at=NOW.isoformat(),
    environments={"hubspot": "production", "quickbooks": "production"},
    objects=("contacts", "invoices"),
    country="US",
    home_currency="USD",
    preferences={"BookCloseDate": "2026-09-30", "AllowDiscount": True},
    hubspot_currencies=("USD",),
    customers=5,
    customers_linked=5,
    customers_without_email=0,
    items=3,
    items_linked=3,
    items_without_sku=0,
    products_without_sku=0,
    name_clashes=0,
    other_invoices=0,
)
TICKS = {"workflows": Tick("ada", NOW)}


def with_(**values: object) -> Facts:
    return Facts.from_json({**WELL.as_json(), **values})


def one(code: str, facts: Facts, **ticks: Tick) -> Finding | None:
    found = findings(facts, {**TICKS, **ticks})
    return next((each for each in found if each.code == code), None)


def test_all_is_well() -> None:
    assert [each.code for each in findings(WELL, TICKS)] == ["closed_books"]
    assert findings(WELL, TICKS)[0].severity is Severity.INFORMATION


def test_the_worst_comes_first_and_facts_survive_json() -> None:
    facts = with_(country="CA", preferences={"AllowDeposit": True, "CustomTxnNumbers": True})
    stored = Facts.from_json(json.loads(json.dumps(facts.as_json())))
    severities = [each.severity for each in findings(stored)]
    assert severities == sorted(severities, key=list(Severity).index)
    assert severities[0] is Severity.BLOCKING
    assert findings(stored) == findings(facts)


@pytest.mark.parametrize("check", CATALOGUE.values(), ids=list(CATALOGUE))
def test_s3_each_check_tells_why_and_what_to_do_and_where(check: object) -> None:
    for name in ("title", "why", "remedy", "where"):
        words = getattr(check, name)
        assert words.strip() == words
        assert len(words) > 5
    assert check.objects  # type: ignore[attr-defined]


@pytest.mark.parametrize("direction", Direction)
def test_s27_tax_per_line_warns_and_each_invoice_is_blocked_by_itself(
    direction: Direction,
) -> None:
    found = findings(with_(country="GB"))
    warned = {each.code: each.severity for each in found}
    assert warned["tax_per_line"] is Severity.WARNING
    assert [each.code for each in blocking(found, "invoices", direction)] == ["workflows"]
    assert blocking(found, "contacts", direction) == []


@pytest.mark.parametrize(
    ("age", "ticked", "severity"),
    [
        (RECENT, False, Severity.BLOCKING),
        (RECENT + timedelta(seconds=1), False, Severity.INFORMATION),
        (timedelta(days=1), True, Severity.INFORMATION),
    ],
)
def test_s3_another_integration(age: timedelta, ticked: bool, severity: Severity) -> None:
    facts = with_(other_invoices=7, other_newest_at=(NOW - age).isoformat())
    ticks = {"other_integration": Tick("ada", NOW)} if ticked else {}
    finding = one("other_integration", facts, **ticks)
    assert finding is not None
    assert finding.severity is severity
    assert (finding.tick is not None) is ticked


def test_another_integration_that_goes_on_after_it_was_confirmed_off_blocks() -> None:
    facts = with_(other_invoices=7, other_newest_at=(NOW - timedelta(days=40)).isoformat())
    before = Tick("ada", NOW - timedelta(days=41))
    finding = one("other_integration", facts, other_integration=before)
    assert finding is not None
    assert finding.severity is Severity.BLOCKING
    assert finding.tick is None


@pytest.mark.parametrize(("minutes", "words"), [(-5, "5 minutes ahead of"), (5, "behind HubSpot")])
def test_clocks(minutes: int, words: str) -> None:
    finding = one("clocks", with_(drift_seconds={"hubspot": minutes * 60.0}))
    assert finding is not None
    assert words in finding.sentence
    assert one("clocks", with_(drift_seconds={"hubspot": float(DRIFT_SECONDS)})) is None


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"country": ""}, "tax_per_line"),
        ({"preferences": None}, "tax_per_line"),
        ({"preferences": None}, "closed_books"),
        ({"customers": None}, "customers_first"),
        ({"customers_without_email": None}, "emails"),
        ({"items": None}, "products_first"),
        ({"items_without_sku": None, "products_without_sku": None}, "sku"),
        ({"name_clashes": None}, "display_names"),
        ({"other_invoices": None, "unread": {"invoices": "No."}}, "other_integration"),
        ({"preferences": {"OfferingSku": "QuickBooks Online Advanced"}}, "revenue_recognition"),
    ],
)
def test_what_is_not_known_is_said(values: dict[str, object], code: str) -> None:
    finding = one(code, with_(**values))
    assert finding is not None
    assert not finding.is_known
    assert finding.severity is Severity.INFORMATION


@pytest.mark.parametrize(
    ("values", "code", "sentence"),
    [
        (
            {"customers_without_email": 1}, "emails",
            "1 of 5 active customers has no e-mail address.",
        ),
        (
            {"customers": 12_345, "customers_linked": 345}, "customers_first",
            "12,000 of 12,345 active customers are not linked with HubSpot yet.",
        ),
        (
            {"items_linked": 2}, "products_first",
            "1 of 3 products and services is not linked with HubSpot yet.",
        ),
        (
            {"products_without_sku": 1, "items_without_sku": None}, "sku",
            "1 product or service has no SKU: 1 in HubSpot. Those in QuickBooks could not be read.",
        ),
        (
            {"name_clashes": 1, "clash_samples": ["Acme"]}, "display_names",
            "1 contact wants a display name that is taken or wanted by another one, such as "
            "“Acme”.",
        ),
        (
            {"preferences": {"AutoApplyCredit": True, "AutoApplyPayments": True}},
            "automatic_credits", "QuickBooks applies credits and payments by itself.",
        ),
        (
            {"preferences": {"UsingSalesTax": True, "PartnerTaxEnabled": True}}, "sales_tax",
            "Sales tax is on, and QuickBooks works it out by itself.",
        ),
        (
            {"preferences": {"BookCloseDate": "2026-10-31"}}, "closed_books",
            "The books are closed up to 2026-10-31: what is dated on or before that day is "
            "refused.",
        ),
        (
            {"preferences": {"BookCloseDate": "last year"}}, "closed_books",
            "The books are closed up to last year.",
        ),
        (
            {"preferences": {"MultiCurrencyEnabled": True}, "hubspot_currencies": ["USD", "EUR"]},
            "multicurrency",
            "Multicurrency is on in QuickBooks (home currency USD); HubSpot has USD and EUR.",
        ),
    ],
)  # fmt: skip
def test_the_sentence_has_the_figures(values: dict[str, object], code: str, sentence: str) -> None:
    finding = one(code, with_(**values))
    assert finding is not None
    assert finding.sentence == sentence


def test_scopes_stop_only_the_objects_that_need_them() -> None:
    contacts = [row[0] for row in SCOPES["contacts"][Side.HUBSPOT]]
    finding = one("scopes", with_(granted={"hubspot": contacts}))
    assert finding is not None
    assert finding.objects == ("invoices",)
    assert "crm.objects.invoices.read" in finding.sentence
    assert "crm.objects.contacts.read" not in finding.sentence


def test_one_of_several_scopes_is_enough_and_a_side_that_does_not_tell_passes() -> None:
    assert is_granted({"hubspot": ["e-commerce"]}, Side.HUBSPOT, "products")
    assert not is_granted({"hubspot": ["oauth"]}, Side.HUBSPOT, "products")
    assert is_granted({}, Side.HUBSPOT, "products")
    assert one("scopes", with_(granted={})) is None


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"home_currency": ""}, "home_currency"),
        ({"hubspot_currencies": []}, "home_currency"),
        ({"home_currency": "", "hubspot_currencies": ["EUR"]}, "multicurrency"),
        ({"preferences": None, "hubspot_currencies": ["EUR", "USD"]}, "multicurrency"),
        ({"preferences": None}, "discounts"),
        ({"country": "GB", "preferences": {"UsingSalesTax": True}}, "sales_tax"),
        ({"customers_linked": 9}, "customers_first"),
    ],
)
def test_what_says_nothing_raises_no_alarm(values: dict[str, object], code: str) -> None:
    assert one(code, with_(**values)) is None


def test_s4_a_mixed_pair_blocks_until_somebody_confirms_it() -> None:
    mixed = {"environments": {"hubspot": "production", "quickbooks": "sandbox"}}
    finding = one("environments", with_(**mixed))
    assert finding is not None
    assert finding.severity is Severity.BLOCKING
    assert finding.sentence == "HubSpot is “production” and QuickBooks is “sandbox”."
    ticked = one("environments", with_(**mixed), environments=Tick("ada", NOW))
    joined = one("environments", with_(**mixed, mixed_confirmed=True))
    for milder in (ticked, joined):
        assert milder is not None
        assert milder.severity is Severity.WARNING


def test_s26_workflows_are_silent_once_confirmed() -> None:
    assert one("workflows", WELL) is None
    assert [each.code for each in blocking(findings(WELL), "invoices")] == ["workflows"]


def test_invoices_of_another_integration_without_a_date_block_until_confirmed() -> None:
    facts = with_(other_invoices=3)
    finding = one("other_integration", facts)
    ticked = one("other_integration", facts, other_integration=Tick("ada", NOW))
    assert finding is not None
    assert ticked is not None
    assert (finding.severity, ticked.severity) == (Severity.BLOCKING, Severity.INFORMATION)
