"""Commerce payments (0-101). What they do to an invoice is in ``rules``."""

from __future__ import annotations

from simulators.hubspot.schema import (
    Group,
    ObjectType,
    boolean,
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
        date_time("hs_payout_date", "Payout date"),
        text("hs_reference_number", "Reference number"),
        text("hs_external_reference_id", "External reference ID"),
        text("hs_internal_comment", "Internal comment", field_type="textarea"),
        one_of("hs_processor_type", "Processor", _labelled(_PROCESSORS)),
        one_of("hs_payment_method_type", "Payment method", _labelled(_METHODS)),
        text("hs_payment_method_last_4", "Last four digits"),
        text("hs_payment_method_bank_or_issuer", "Bank or issuer"),
        number("hs_line_item_discounts_amount", "Line item discounts", number_hint="currency"),
        *(
            text(f"hs_{where}_address_{part}", f"{where} {part}".replace("_", " ").capitalize())
            for where in ("billing", "shipping")
            for part in ("line_1", "line_2", "city", "state", "zip", "country")
        ),
        text("hs_shipping_ship_to_name", "Ship to name"),
        *(
            number(name, label, calculated=True, number_hint="currency")
            for name, label in (
                ("hs_net_amount", "Net amount"),
                ("hs_net_amount_after_refunds", "Net amount after refunds"),
                ("hs_net_amount_in_portal_currency", "Net amount in company currency"),
                ("hs_net_amount_in_settlement_currency", "Net amount in settlement currency"),
                ("hs_max_refundable_amount_in_portal_currency", "Max refundable amount"),
                ("hs_refunds_amount_in_portal_currency", "Refunds in company currency"),
                ("hs_total_discounts_amount", "Total discounts"),
            )
        ),
        *(
            number(name, label, read_only=True, number_hint="currency")
            for name, label in (
                ("hs_platform_fee", "Platform fee"),
                ("hs_platform_fee_in_portal_currency", "Platform fee in company currency"),
                ("hs_platform_fee_in_settlement_currency", "Platform fee in settlement currency"),
                ("hs_fees_amount_in_settlement_currency", "Fees in settlement currency"),
                ("hs_order_discount_amount", "Order discount amount"),
                ("hs_order_discount_percentage", "Order discount percentage"),
            )
        ),
        *(
            text(name, label, read_only=True)
            for name, label in (
                ("hs_payment_id", "Payment ID"),
                ("hs_payment_method", "Payment method (legacy)"),
                ("hs_payment_source_app", "Source app"),
                ("hs_payment_source_id", "Source ID"),
                ("hs_payment_source_name", "Source name"),
                ("hs_payment_source_url", "Source URL"),
                ("hs_payment_type", "Payment type"),
                ("hs_settlement_currency_code", "Settlement currency"),
                ("hs_digital_wallet_type", "Digital wallet type"),
                ("hs_order_discount_code", "Order discount code"),
                ("hs_payment_creation_method", "Creation method"),
            )
        ),
        boolean("hs_has_associated_invoice", "Has an invoice", calculated=True),
        number("hs_number_of_associated_invoices", "Number of invoices", calculated=True),
        boolean("hs_hubspot_payments_enabled", "HubSpot payments", read_only=True),
    ),
    defaults=("hs_createdate", "hs_lastmodifieddate"),
    searched=("hs_reference_number", "hs_customer_email"),
    read_scopes=("crm.objects.commercepayments.read",),
    write_scopes=("crm.objects.commercepayments.write",),
    schema_read_scopes=("crm.schemas.commercepayments.read", "crm.objects.commercepayments.read"),
    schema_write_scopes=("crm.schemas.commercepayments.write",),
    required=(("hs_initial_amount",), ("hs_initiated_date",)),
    initial={"hs_latest_status": "processing"},
    currencies=("hs_currency_code",),
    first_id=50001,
    columns=("hs_initial_amount", "hs_latest_status", "hs_initiated_date"),
    form=("hs_initial_amount", "hs_currency_code", "hs_initiated_date", "hs_latest_status",
          "hs_payment_method_type", "hs_processor_type", "hs_reference_number", "hs_fees_amount",
          "hs_refunds_amount", "hs_customer_email", "hs_internal_comment"),
    name_properties=("hs_reference_number",),
)  # fmt: skip
