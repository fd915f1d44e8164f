"""The fees report asks the database for a period's payments, and still counts every one (S25)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from syncapp.core.invoices.fees import PAYMENT, PAYOUT
from syncapp.models import AccountPair, RecordLink, SyncDefinition
from syncapp.services import fees
from tests.admin.rows import joined
from tests.proves import proves

pytestmark = [pytest.mark.django_db, pytest.mark.services]
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def paid(pair: AccountPair, number: int, day: Any, payout: Any = None) -> None:
    now = timezone.now()
    definition, _ = SyncDefinition.objects.get_or_create(pair=pair, object_type="payments")
    RecordLink.objects.create(
        definition=definition, origin="hubspot", hubspot_id=str(number), created_at=now,
        updated_at=now,
        hubspot_seen={
            "hs_object_id": str(number), "hs_latest_status": "succeeded", "hs_currency_code": "USD",
            "hs_initial_amount": f"{2**number}.00", "hs_fees_amount": "1.00",
            "hs_processor_type": "hs_payments", "hs_initiated_date": day, "hs_payout_date": payout,
        },
    )  # fmt: skip


@proves("S25")
def test_s25_every_form_of_a_date_is_counted_on_the_companys_day(
    django_assert_num_queries: Any,
) -> None:
    pair = joined(time_zone="America/New_York")
    paid(pair, 0, "2026-03-01T03:00:00Z", "2026-04-01T12:00:00Z")  # still February there
    paid(pair, 1, "2026-03-01T07:00:00.000Z", "2026-03-31")
    paid(pair, 2, "2026-04-01T03:00:00Z", "2026-04-01T03:00:00Z")  # still March there
    paid(pair, 3, "2026-03-15", None)
    paid(pair, 4, "1773144000000", "1773144000000")  # 10 March, in milliseconds
    paid(pair, 5, 1773144000000, "")
    paid(pair, 6, None, None)
    paid(pair, 7, "2026-06-01T12:00:00Z", None)
    with django_assert_num_queries(2):
        made = fees.report(pair, *MARCH, PAYMENT)
    (total,) = made.totals
    assert (total.count, total.gross) == (5, Decimal(2 + 4 + 8 + 16 + 32))
    made = fees.report(pair, *MARCH, PAYOUT)
    (total,) = made.totals
    assert (total.count, total.gross) == (3, Decimal(2 + 4 + 16))
    assert {line.id for line in made.without_payout} == {"3", "5"}
