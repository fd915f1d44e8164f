"""The accounts' lists for drop-downs, and whether an account has a kind of record at all."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.hubspot import account
from syncapp.connectors.base import Choice, Feature, Offering, Probing
from syncapp.core.errors import ConfigurationInvalid, TryLater
from tests.connectors.tour.stage import Stage

RECORDS = "/objects/2026-09/commerce_payments$"


@pytest.fixture(scope="module")
def crm() -> Stage:
    return Stage("hubspot")


@pytest.fixture(scope="module")
def books() -> Stage:
    return Stage("quickbooks")


def test_hubspots_owners_are_offered_by_the_id_that_records_hold(crm: Stage) -> None:
    assert isinstance(crm.side, Offering)
    offered = crm.side.choices("owners")
    living = [owner for owner in account.OWNERS if not getattr(owner, "archived", False)]
    assert {one.value for one in offered} == {owner.id for owner in living}
    assert all(one.label for one in offered)


def test_hubspots_deal_pipelines_and_their_stages_in_order(crm: Stage) -> None:
    pipelines = crm.side.choices("deal_pipelines")
    assert "default" in {one.value for one in pipelines}
    stages = crm.side.choices("deal_stages")
    assert stages[0].value == "appointmentscheduled"
    assert {one.group for one in stages} == {one.label for one in pipelines}


def test_hubspots_currencies_begin_with_the_accounts_own(crm: Stage) -> None:
    assert crm.side.choices("currencies") == (Choice("USD", "USD"), Choice("EUR", "EUR"))


def test_hubspots_tax_rates_are_labelled_with_their_rate(crm: Stage) -> None:
    offered = {one.value: one.label for one in crm.side.choices("tax_rates")}
    active = [rate for rate in account.TAX_RATES.values() if rate.active]
    assert set(offered) == {rate.id for rate in active}
    assert all(label.endswith(" %)") for label in offered.values())


def test_a_list_of_many_pages_is_read_to_its_end_and_one_without_an_end_is_not(
    crm: Stage,
) -> None:
    page: dict[str, Any] = {
        "results": [{"id": "1", "firstName": "Ann"}],
        "paging": {"next": {"after": "7"}},
    }
    crm.arm({"kind": "status", "status": 200, "body": page}, "/owners/", "GET")
    assert "Ann" in {one.label for one in crm.side.choices("owners")}
    crm.arm({"kind": "status", "status": 200, "body": page, "times": None}, "/owners/", "GET")
    with pytest.raises(TryLater, match="does not end"):
        crm.side.choices("owners")
    crm.pass_time(60)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Account", ("Income", "Bank")),
        ("Term", ("",)),
        ("PaymentMethod", ("",)),
        ("TaxCode", ("",)),
    ],
)
def test_quickbooks_lists_are_offered_active_and_in_order(
    books: Stage, name: str, wanted: tuple[str, ...]
) -> None:
    assert isinstance(books.side, Offering)
    offered = books.side.choices(name)
    assert offered
    assert list(offered) == sorted(offered, key=lambda one: (one.group, one.label.casefold()))
    assert set(wanted) <= {one.group for one in offered}
    if name == "TaxCode":
        assert {"TAX", "NON"} <= {one.value for one in offered}


@pytest.mark.parametrize("name", ["Class", "Department"])
def test_what_a_company_does_not_use_is_an_empty_list(books: Stage, name: str) -> None:
    assert books.side.choices(name) == ()


@pytest.mark.parametrize("vendor", ["crm", "books"])
def test_a_list_that_does_not_exist_is_refused_before_a_call(
    request: pytest.FixtureRequest, vendor: str
) -> None:
    stage: Stage = request.getfixturevalue(vendor)
    calls = stage.side.calls
    with pytest.raises(ConfigurationInvalid):
        stage.side.choices("colours")
    assert stage.side.calls == calls


def test_an_account_with_payments_has_them(crm: Stage) -> None:
    assert isinstance(crm.side, Probing)
    assert crm.side.feature("commerce_payments") == Feature(True)


def test_an_account_without_payments_says_so_in_plain_words_and_does_not_crash() -> None:
    stage = Stage("hubspot")
    stage.client.post("/__sim__/settings", json={"payments_readable": False})
    assert stage.side.feature("commerce_payments") == Feature(
        False, "This HubSpot account has no commerce payments; they are left out."
    )
    assert stage.side.feature("invoices") == Feature(True)


def test_a_missing_scope_is_named(crm: Stage) -> None:
    scopes = ["crm.objects.commercepayments.read"]
    crm.arm({"kind": "status", "status": 403, "scopes": scopes}, RECORDS, "GET")
    assert crm.side.feature("commerce_payments") == Feature(
        False,
        "The app may not read commerce payments in HubSpot. Add one of these scopes to the app "
        "and reconnect: crm.objects.commercepayments.read.",
    )


@pytest.mark.parametrize("status", [400, 404])
def test_other_refusals_mean_absent_too(crm: Stage, status: int) -> None:
    crm.arm({"kind": "status", "status": status}, RECORDS, "GET")
    assert not crm.side.feature("commerce_payments").is_available


def test_trouble_is_not_taken_for_absence(crm: Stage) -> None:
    crm.arm({"kind": "status", "status": 503, "times": None}, RECORDS, "GET")
    with pytest.raises(TryLater):
        crm.side.feature("commerce_payments")
    crm.pass_time(60)
