"""Commerce payments (0-101), as pure data: what they do to an invoice comes on top of this."""

from __future__ import annotations

from simulators.hubspot.schema import (
    Group,
    ObjectType,
    date_time,
    in_group,
    number,
    one_of,
    system_properties,
    text,
)
from simulators.hubspot.types.common import CURRENCIES

_STATUSES = (
    "processing", "succeeded", "failed", "partially_refunded", "refunded", "processing_refund",
    "disputed_won", "disputed_lost", "disputed_action_required", "disputed_awaiting_decision",
)  # fmt: skip
_PROCESSORS = ("hs_payments", "byo_stripe", "none", "quickbooks", "xero")
_METHODS = ("card", "ach", "cash", "check", "wire_transfer", "other", "sepa", "bacs", "pads")


def _labelled(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, value.replace("_", " ").capitalize()) for value in values]


COMMERCE_PAYMENTS = ObjectType(
    type_id="0-101",
    slug="commerce_payments",
    singular="commerce_payment",
    # UNCONFIRMED spelling of the key in a record's associations.
    plural_label="commerce payments",
    groups=(Group("commercepaymentinformation", "Payment information"),),
    properties=in_group(
        "commercepaymentinformation",
        *system_properties("hs_createdate", "hs_lastmodifieddate"),
        number("hs_initial_amount", "Gross amount", number_hint="currency"),
        date_time("hs_initiated_date", "Payment date"),
        one_of("hs_latest_status", "Status", _labelled(_STATUSES)),
        one_of("hs_currency_code", "Currency", CURRENCIES),
        text("hs_customer_email", "Customer email"),
        number("hs_fees_amount", "Fees", number_hint="currency"),
        number("hs_refunds_amount", "Refunds", number_hint="currency"),
        number("hs_net_amount", "Net amount", calculated=True, number_hint="currency"),
        date_time("hs_payout_date", "Payout date"),
        text("hs_reference_number", "Reference number"),
        text("hs_external_reference_id", "External reference ID"),
        text("hs_internal_comment", "Internal comment", field_type="textarea"),
        one_of("hs_processor_type", "Processor", _labelled(_PROCESSORS)),
        one_of("hs_payment_method_type", "Payment method", _labelled(_METHODS)),
        text("hs_payment_method_last_4", "Last four digits"),
        text("hs_payment_method_bank_or_issuer", "Bank or issuer"),
    ),
    defaults=("hs_createdate", "hs_lastmodifieddate"),
    searched=("hs_reference_number", "hs_customer_email"),
    read_scopes=("crm.objects.commercepayments.read",),
    write_scopes=("crm.objects.commercepayments.write",),
    schema_read_scopes=("crm.schemas.commercepayments.read", "crm.objects.commercepayments.read"),
    schema_write_scopes=("crm.schemas.commercepayments.write",),
    required=(("hs_initial_amount",), ("hs_initiated_date",)),
    initial={"hs_latest_status": "processing"},
    first_id=50001,
    columns=("hs_initial_amount", "hs_latest_status", "hs_initiated_date"),
    form=("hs_initial_amount", "hs_initiated_date", "hs_latest_status", "hs_reference_number"),
    name_properties=("hs_reference_number",),
)
