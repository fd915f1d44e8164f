"""Invoices (0-53). The rules of their life are in ``rules``."""

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

INVOICES = ObjectType(
    type_id="0-53",
    slug="invoices",
    singular="invoice",
    plural_label="invoices",
    groups=(Group("invoiceinformation", "Invoice information"),),
    properties=in_group(
        "invoiceinformation",
        *system_properties("hs_createdate", "hs_lastmodifieddate"),
        one_of("hs_currency", "Currency", CURRENCIES),
        one_of(
            "hs_invoice_status", "Invoice status",
            (("draft", "Draft"), ("open", "Open"), ("paid", "Paid"), ("voided", "Voided")),
        ),
        date_time("hs_invoice_date", "Invoice date"),
        date_time("hs_due_date", "Due date"),
        date_time("hs_payment_date", "Payment date"),
        text("hs_number", "Number"),
        text("hs_title", "Title"),
        boolean("hs_invoice_billable", "Billable"),
        # Which of the amounts are read-only on a billable invoice: UNCONFIRMED. A definition
        # has one flag for all invoices, so they are writable and refused per record.
        *(
            number(name, label, number_hint="currency", currency_property="hs_currency")
            for name, label in (
                ("hs_amount_billed", "Amount billed"), ("hs_subtotal", "Subtotal"),
                ("hs_discounts_total", "Discounts total"), ("hs_fees_total", "Fees total"),
                ("hs_taxes_total", "Taxes total"), ("hs_amount_paid", "Amount paid"),
                ("hs_balance_due", "Balance due"),
            )
        ),
        text("hs_tax_id", "Tax ID"),
        text("hs_purchase_order_number", "Purchase order number"),
        text("hs_comments", "Comments", field_type="textarea"),
        text("hs_invoice_link", "Invoice link", read_only=True),
        text("hs_pdf_download_link", "PDF download link", read_only=True),
        boolean("hs_allow_partial_payments", "Allow partial payments"),
        number("hs_days_overdue", "Days overdue", calculated=True),
        one_of(
            "hs_allowed_payment_methods", "Allowed payment methods",
            (("credit_or_debit_card", "Credit or debit card"), ("ach", "ACH"),
             ("sepa", "SEPA"), ("bacs", "BACS"), ("pads", "PADs")), many=True,
        ),
        one_of(
            "hs_invoice_payment_collection_method", "Payment collection",
            (("manual", "Payable online"), ("none", "Not payable online")),
        ),
        one_of(
            "hs_collect_address_types", "Collect address types",
            (("billing_address", "Billing address"), ("shipping_address", "Shipping address")),
            many=True,
        ),
        *(
            text(f"hs_recipient_shipping_{part}", f"Recipient {part}")
            for part in ("address", "address2", "city", "state", "zip", "country")
        ),
        *(
            text(f"hs_recipient_company_{part}", f"Company {part}")
            for part in ("address", "address2", "city", "state", "zip")
        ),
        text("hs_invoice_latest_contact_email", "Contact email", read_only=True),
        text("hs_invoice_latest_contact_firstname", "Contact first name", read_only=True),
        text("hs_invoice_latest_contact_lastname", "Contact last name", read_only=True),
        text("hs_invoice_latest_company_name", "Company name", read_only=True),
        text("hs_external_invoice_id", "External invoice ID"),
        date_time("hs_external_createdate", "External create date"),
        one_of(
            "hs_invoice_source", "Source",
            # One value was met (data_sync); the others' spelling is UNCONFIRMED.
            (("hubspot", "HubSpot"), ("data_sync", "Data Sync"),
             ("legacy_quickbooks", "Legacy QuickBooks")),
        ),
        text("hs_language", "Language"),
        text("hs_locale", "Locale"),
        text("hs_timezone", "Time zone"),
        text("hs_custom_fields", "Custom fields", field_type="textarea"),
        text("hs_unique_id", "Unique ID", read_only=True),
    ),
    defaults=("hs_createdate", "hs_lastmodifieddate"),
    searched=("hs_number", "hs_title"),
    read_scopes=("crm.objects.invoices.read",),
    write_scopes=("crm.objects.invoices.write",),
    schema_read_scopes=("crm.schemas.invoices.read", "crm.objects.invoices.read"),
    schema_write_scopes=("crm.schemas.invoices.write",),
    required=(("hs_currency",),),
    initial={"hs_invoice_status": "draft", "hs_invoice_billable": "true"},
    currencies=("hs_currency",),
    first_id=40001,
    columns=("hs_invoice_status", "hs_amount_billed", "hs_balance_due", "hs_due_date"),
    form=("hs_title", "hs_currency", "hs_invoice_date", "hs_due_date",
          "hs_purchase_order_number", "hs_comments"),
    name_properties=("hs_number", "hs_title"),
)  # fmt: skip
