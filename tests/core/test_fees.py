"""The arithmetic of the fees report (S25)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from syncapp.core.invoices.fees import PAYMENT, PAYOUT, in_period, line_of, totals
from tests.proves import proves

ZONE = "America/New_York"
PAID = {
    "hs_object_id": "1",
    "hs_latest_status": "succeeded",
    "hs_processor_type": "hs_payments",
    "hs_currency_code": "USD",
    "hs_initial_amount": "100",
    "hs_initiated_date": "2026-11-01T20:00:00Z",
    "hs_payout_date": "2026-11-04T00:00:00Z",
    "hs_fees_amount": "2.90",
    "hs_platform_fee": "0.75",
}


def line(by: str = PAYMENT, **values: object):
    return line_of({**PAID, **values}, by, ZONE)


@proves("S25", "E3.5-fees")
def test_both_kinds_of_fees_are_summed_apart_per_processor_and_currency():
    lines = [
        line(),
        line(hs_initial_amount="0.1", hs_fees_amount="0.2", hs_platform_fee=None),
        line(hs_processor_type="byo_stripe", hs_refunds_amount="25"),
        line(hs_currency_code="JPY", hs_initial_amount="1000", hs_fees_amount="29.5"),
    ]
    stripe, yen, dollars = totals(lines)
    assert (stripe.processor, yen.currency, dollars.currency) == ("byo_stripe", "JPY", "USD")
    assert (dollars.count, dollars.gross, dollars.processing, dollars.platform) == (
        2, Decimal("100.10"), Decimal("3.10"), Decimal("0.75"),
    )  # fmt: skip
    assert (dollars.fees, dollars.net) == (Decimal("3.85"), Decimal("96.25"))
    assert (stripe.refunds, stripe.net) == (25, Decimal("71.35"))
    assert yen.processing == 30


@proves("S25", "E3.5-fees")
@pytest.mark.parametrize(
    ("values", "lacks"),
    [
        ({"hs_fees_amount": None}, True),
        ({"hs_fees_amount": ""}, True),
        ({"hs_fees_amount": "0"}, False),
        ({"hs_fees_amount": None, "hs_processor_type": "byo_stripe"}, True),
        ({"hs_fees_amount": None, "hs_processor_type": "none"}, False),
    ],
)
def test_a_fee_that_is_still_to_come_is_told_from_none(values, lacks):
    assert line(**values).lacks_fee is lacks


@proves("S25")
@pytest.mark.parametrize(
    "values",
    [
        {"hs_latest_status": "processing"},
        {"hs_latest_status": "failed"},
        {"hs_processor_type": "quickbooks"},
        {"qbo_sync_id": "9:Payment:1:2"},
    ],
)
def test_mirrors_and_money_that_did_not_arrive_are_left_out(values):
    assert line(**values) is None


@proves("S25", "E3.5-fees")
def test_a_period_counts_both_days_of_the_company():
    late = line(hs_initiated_date="2026-11-02T03:00:00Z")
    assert late.day == "2026-11-01"
    assert in_period([late], "2026-11-01", "2026-11-01") == [late]
    assert in_period([late], "2026-11-02", "2026-11-30") == []
    assert in_period([line(PAYOUT, hs_payout_date=None)], "2026-01-01", "2026-12-31") == []
    assert line(PAYOUT).day == "2026-11-04"
