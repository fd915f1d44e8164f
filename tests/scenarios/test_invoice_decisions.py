"""ENGINE 3.1 and the rows of 3.2 on taxes, service dates, customers, voids, deletes and companies.

Each asserts what both systems hold afterwards, and the state with its sentence.
"""

from __future__ import annotations

from decimal import Decimal

from syncapp.models import RecordLink
from tests.proves import proves
from tests.scenarios.documents import Row, Seller, line, sale
from tests.scenarios.trade import Trade, sales, seller, trade

__all__ = ["seller", "trade"]
TAXED = {"TaxCodeRef": {"value": "TAX"}}


def customer_of(seller: Seller, link: RecordLink) -> str:
    return str(seller.booked(link.quickbooks_id)["CustomerRef"]["value"])


def standing(seller: Seller, link: RecordLink) -> tuple[str, Decimal]:
    return seller.standing(link.hubspot_id)


# -- 3.1 origin


def both(trade: Trade, seller: Seller, total: str) -> RecordLink:
    """The same invoice, entered by hand in both systems before the sync."""
    seller.bill(trade.client(), line("Design", "50"))
    customer = trade.world.quickbooks.add("Bea Bly", "bea@example.com")
    item = seller.item("Design")
    seller.book(customer, sale(item, total), DocNumber="INV-1001")
    trade.start()
    trade.run()
    trade.run()
    return trade.invoice


def test_e31_an_invoice_of_both_systems_is_linked_and_never_written(
    trade: Trade, seller: Seller
) -> None:
    link = both(trade, seller, "50")
    assert (link.origin, link.state) == ("both", "in_sync"), link.explanation
    before = seller.booked(link.quickbooks_id)
    seller.change("invoices", link.hubspot_id, hs_comments="Only here")
    seller.rebook(link.quickbooks_id, DueDate="2026-12-31")
    assert trade.quiet()
    after = seller.booked(link.quickbooks_id)
    assert after["DueDate"] == "2026-12-31"
    assert after["Line"] == before["Line"]
    assert "CustomerMemo" not in after
    seller.rebook(link.quickbooks_id, Line=[{**sales(before)[0], "Amount": 51}])
    trade.run()
    assert trade.outcome == ("failing", "totals")
    assert "50.00" in trade.invoice.explanation
    assert "51.00" in trade.invoice.explanation
    seller.rebook(link.quickbooks_id, Line=sales(before))
    trade.run()
    assert trade.outcome == ("in_sync", "")


# -- taxes


@proves("E3.2-tax-hh")
def test_tax_added_in_hubspot_is_refused(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    tax = {"hs_label": "VAT", "hs_type": "FIXED", "hs_value": "8"}
    added = seller.make("taxes", tax, (link.hubspot_id, 416))
    trade.run()
    assert trade.outcome == ("failing", "inv_tax_in_hubspot")
    assert "8.00" in trade.invoice.explanation
    assert seller.booked(link.quickbooks_id)["TotalAmt"] == 107
    seller.hubspot.call("DELETE", f"/crm/v3/objects/taxes/{added}")
    trade.run()
    assert trade.outcome == ("in_sync", "")


@proves("S22", "E3.2-tax-hq")
def test_tax_added_in_quickbooks_to_hubspots_invoice_is_refused(
    trade: Trade, seller: Seller
) -> None:
    link = trade.sold()
    before = seller.booked(link.quickbooks_id)
    taxed = [
        {**one, "SalesItemLineDetail": {**one["SalesItemLineDetail"], **TAXED}}
        for one in sales(before)
    ]
    seller.rebook(link.quickbooks_id, Line=taxed, TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})
    tax = seller.booked(link.quickbooks_id)["TxnTaxDetail"]["TotalTax"]
    assert tax > 0
    trade.run()
    assert trade.outcome == ("failing", "inv_tax_added_in_qbo"), trade.invoice.explanation
    assert f"{tax:.2f}" in trade.invoice.explanation
    shown = seller.read("invoices", link.hubspot_id, "hs_amount_billed", "hs_taxes_total")
    assert (shown["hs_amount_billed"], shown["hs_taxes_total"]) == ("107.00", "0.00")
    seller.rebook(link.quickbooks_id, Line=sales(before), TxnTaxDetail={"TotalTax": 0})
    trade.run()
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation


@proves("S27", "E3.2-tax-qq")
def test_tax_of_quickbooks_own_invoice_is_shown(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    before = seller.booked(link.quickbooks_id)
    (only,) = sales(before)
    only["SalesItemLineDetail"] |= TAXED
    seller.rebook(link.quickbooks_id, Line=[only], TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})
    booked = seller.booked(link.quickbooks_id)
    assert booked["TotalAmt"] > 100
    trade.run()
    assert trade.outcome == ("in_sync", "")
    shown = seller.read("invoices", link.hubspot_id, "hs_amount_billed", "hs_taxes_total")
    assert float(shown["hs_amount_billed"]) == booked["TotalAmt"]
    assert float(shown["hs_taxes_total"]) == booked["TxnTaxDetail"]["TotalTax"]


@proves("E3.2-tax-qh")
def test_tax_added_in_hubspot_to_a_mirror_is_not_sent(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    before = seller.booked(link.quickbooks_id)
    seller.change("invoices", link.hubspot_id, hs_taxes_total="9")
    trade.run()
    assert seller.booked(link.quickbooks_id) == before


# -- service dates


@proves("S22", "S28", "E3.2-service-date-hq", "E3.4-full-lines")
def test_a_service_date_added_in_quickbooks_is_kept_by_our_later_line_writes(
    trade: Trade, seller: Seller
) -> None:
    link = trade.sold()
    before = sales(seller.booked(link.quickbooks_id))
    for one in before:
        one["SalesItemLineDetail"]["ServiceDate"] = "2026-10-31"
    seller.rebook(link.quickbooks_id, Line=before)
    trade.run()
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation
    assert trade.quiet()
    lines = seller.lines_of(link.hubspot_id)
    seller.change("line_items", lines[1]["id"], price="8")
    seller.make("line_items", line("Extra", "5"), (link.hubspot_id, 410))
    trade.run()
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation
    after = sales(seller.booked(link.quickbooks_id))
    assert [one["Amount"] for one in after] == [100, 8, 5]
    dates = [one["SalesItemLineDetail"].get("ServiceDate") for one in after]
    assert dates == ["2026-10-31", "2026-10-31", None]
    assert [one["Id"] for one in after[:2]] == [one["Id"] for one in before]
    seller.hubspot.call("DELETE", f"/crm/v3/objects/line_items/{lines[0]['id']}")
    trade.run()
    left = sales(seller.booked(link.quickbooks_id))
    assert [one["Id"] for one in left] == [one["Id"] for one in after[1:]]
    assert left[0]["SalesItemLineDetail"]["ServiceDate"] == "2026-10-31"
    assert trade.quiet()


@proves("S28", "E3.2-service-date-qq")
def test_a_service_date_of_quickbooks_own_invoice_is_shown(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    (only,) = sales(seller.booked(link.quickbooks_id))
    only["SalesItemLineDetail"]["ServiceDate"] = "2026-10-31"
    seller.rebook(link.quickbooks_id, Line=[only])
    trade.run()
    (shown,) = seller.lines_of(link.hubspot_id)
    assert "Service date: 2026-10-31" in shown["description"]


# -- customers


def tie(seller: Seller, invoice: str, contact: str, *, instead_of: str = "") -> None:
    path = f"/crm/v4/objects/invoices/{invoice}/associations/contacts"
    kind = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 177}]
    if instead_of:
        seller.hubspot.call("DELETE", f"{path}/{instead_of}")
    seller.hubspot.call("PUT", f"{path}/{contact}", kind)


@proves("E3.2-customer-hh")
def test_a_customer_changed_in_hubspot_is_booked_while_unpaid(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    old = seller.tied("invoices", link.hubspot_id, "contacts")[0]
    new = trade.world.hubspot.add(email="cy@example.com", firstname="Cy", lastname="Cole")
    tie(seller, link.hubspot_id, new, instead_of=old)
    trade.run()
    trade.run()
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation
    assert seller.booked(link.quickbooks_id)["CustomerRef"]["name"] == "Cy Cole"
    seller.pay(customer_of(seller, link), "10", (link.quickbooks_id, "10"))
    tie(seller, link.hubspot_id, old, instead_of=new)
    trade.run()
    assert trade.outcome == ("failing", "inv_edited_after_payment")
    assert "The customer" in trade.invoice.explanation
    assert seller.booked(link.quickbooks_id)["CustomerRef"]["name"] == "Cy Cole"
    tie(seller, link.hubspot_id, new, instead_of=old)
    trade.run()
    assert trade.outcome == ("in_sync", "")


@proves("S22", "E3.2-customer-hq")
def test_a_customer_changed_in_quickbooks_is_refused_until_reverted(
    trade: Trade, seller: Seller
) -> None:
    link = trade.sold()
    before = customer_of(seller, link)
    other = trade.world.quickbooks.add("Ada King", "ada@example.com")
    seller.rebook(link.quickbooks_id, CustomerRef={"value": other})
    trade.run()
    assert trade.outcome == ("failing", "inv_customer_changed_in_qbo")
    assert f"“Bea Bly” (id {before})" in trade.invoice.explanation
    assert f"“Ada King” (id {other})" in trade.invoice.explanation
    assert customer_of(seller, link) == other
    seller.rebook(link.quickbooks_id, CustomerRef={"value": before})
    trade.run()
    assert trade.outcome == ("in_sync", "")


@proves("S17", "E3.2-customer-qq", "E3.2-company")
def test_the_contact_follows_the_customer_and_the_company_does_not(
    trade: Trade, seller: Seller
) -> None:
    ada = trade.world.hubspot.add(email="ada@example.com", firstname="Ada")
    first = trade.world.hubspot.company("Kings", ada)
    link = trade.mirrored()
    assert seller.tied("invoices", link.hubspot_id, "companies") == [first]
    chosen = trade.world.hubspot.company("Chosen by hand")
    path = f"/crm/v4/objects/invoices/{link.hubspot_id}/associations/companies"
    seller.hubspot.call("DELETE", f"{path}/{first}")
    seller.hubspot.call(
        "PUT", f"{path}/{chosen}",
        [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 179}],
    )  # fmt: skip
    other = trade.world.quickbooks.add("Cy Cole", "cy@example.com")
    seller.rebook(link.quickbooks_id, CustomerRef={"value": other})
    trade.run()
    trade.run()
    assert trade.outcome == ("in_sync", "")
    cy = trade.world.link(label="Cy Cole").hubspot_id
    assert seller.tied("invoices", link.hubspot_id, "contacts") == [cy]
    assert seller.tied("invoices", link.hubspot_id, "companies") == [chosen]


@proves("S17", "E3.2-company")
def test_s17_without_a_company_there_is_none(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    assert seller.tied("invoices", link.hubspot_id, "companies") == []


@proves("E3.2-customer-qh")
def test_a_contact_changed_on_a_mirror_is_not_sent(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    before = customer_of(seller, link)
    other = trade.client()
    old = seller.tied("invoices", link.hubspot_id, "contacts")[0]
    tie(seller, link.hubspot_id, other, instead_of=old)
    trade.run()
    trade.run()
    assert customer_of(seller, link) == before


# -- voids


@proves("E3.2-void-hh")
def test_a_void_in_hubspot_is_followed_in_the_current_month(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    seller.change("invoices", link.hubspot_id, hs_invoice_status="voided")
    trade.run()
    assert trade.outcome == ("in_sync", "")
    booked = seller.booked(link.quickbooks_id)
    assert (booked["TotalAmt"], booked["Balance"]) == (0, 0)
    assert booked["PrivateNote"].startswith("Voided")
    assert trade.quiet()


@proves("E3.2-void-hh")
def test_a_void_of_an_earlier_month_is_a_decision(trade: Trade, seller: Seller) -> None:
    link = trade.sold(hs_invoice_date="2026-10-30T00:00:00Z")
    seller.change("invoices", link.hubspot_id, hs_invoice_status="voided")
    trade.run()
    assert trade.outcome == ("failing", "inv_void_or_credit")
    assert "2026-10" in trade.invoice.explanation
    assert seller.booked(link.quickbooks_id)["TotalAmt"] == 107


@proves("E3.2-void-hh")
def test_a_void_in_a_closed_period_is_a_decision(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    trade.close_books("2026-11-02")
    seller.change("invoices", link.hubspot_id, hs_invoice_status="voided")
    trade.run()
    assert trade.outcome == ("failing", "inv_void_or_credit")
    assert seller.booked(link.quickbooks_id)["TotalAmt"] == 107


@proves("E3.2-void-hh")
def test_a_void_with_payments_in_quickbooks_is_failing(trade: Trade, seller: Seller) -> None:
    trade.world.hubspot_app.hub_settings.payments_available = False
    link = trade.sold()
    seller.pay(customer_of(seller, link), "10", (link.quickbooks_id, "10"))
    seller.change("invoices", link.hubspot_id, hs_invoice_status="voided")
    trade.run()
    assert trade.outcome == ("failing", "inv_void_has_payments")
    assert seller.booked(link.quickbooks_id)["Balance"] == 97


@proves("E3.2-void-hq")
def test_hubspots_invoice_voided_in_quickbooks_is_urgent(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    seller.void(link.quickbooks_id)
    trade.run()
    assert trade.outcome == ("failing", "inv_voided_in_qbo")
    assert "still live" in trade.invoice.explanation
    assert standing(seller, link) == ("open", Decimal(107))
    seller.change("invoices", link.hubspot_id, hs_invoice_status="voided")
    trade.run()
    assert trade.outcome == ("in_sync", "")


@proves("E3.2-void-qq")
def test_quickbooks_own_invoice_voided_is_voided_in_hubspot(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    seller.void(link.quickbooks_id)
    trade.run()
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation
    assert standing(seller, link) == ("voided", Decimal(0))
    assert trade.quiet()


@proves("E3.2-void-qh")
def test_a_mirror_voided_in_hubspot_is_not_followed(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    before = seller.booked(link.quickbooks_id)
    seller.change("invoices", link.hubspot_id, hs_invoice_status="voided")
    trade.run()
    assert seller.booked(link.quickbooks_id) == before


# -- deletes


def drop(seller: Seller, link: RecordLink) -> None:
    """Somebody deletes the invoice in HubSpot, which allows it for open ones by a setting."""
    seller.world.hubspot_app.hub_settings.delete_open_invoices = True
    seller.hubspot.call("DELETE", f"/crm/v3/objects/invoices/{link.hubspot_id}")


def kept(seller: Seller, link: RecordLink) -> Row:
    """The invoice in QuickBooks; nothing was created anew."""
    assert [one["Id"] for one in seller.all("Invoice")] == [link.quickbooks_id]
    return seller.booked(link.quickbooks_id)


@proves("E3.2-delete-hh")
def test_hubspots_invoice_deleted_there(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    before = seller.booked(link.quickbooks_id)
    drop(seller, link)
    trade.world.run(full=True)
    assert trade.outcome == ("failing", "deleted_with_balance")
    assert "107.00" in trade.invoice.explanation
    assert kept(seller, link) == before
    seller.void(link.quickbooks_id)
    trade.run()
    assert trade.outcome == ("excluded", "gone")
    assert len(seller.all("Invoice")) == 1


@proves("E3.2-delete-hq")
def test_hubspots_invoice_deleted_in_quickbooks(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    seller.delete(link.quickbooks_id)
    trade.run()
    assert trade.outcome == ("failing", "deleted_with_balance")
    assert standing(seller, link) == ("open", Decimal(107))
    assert seller.all("Invoice") == []
    seller.change("invoices", link.hubspot_id, hs_invoice_status="voided")
    trade.run()
    assert trade.outcome == ("excluded", "gone")
    assert trade.quiet()
    assert seller.all("Invoice") == []


@proves("E3.2-delete-qq")
def test_quickbooks_own_invoice_deleted_there(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    seller.delete(link.quickbooks_id)
    trade.run()
    assert trade.outcome == ("failing", "deleted_with_balance")
    assert standing(seller, link) == ("open", Decimal(100))
    seller.hubspot.call("DELETE", f"/crm/v3/objects/invoices/{link.hubspot_id}")
    trade.world.run(full=True)
    assert trade.outcome == ("excluded", "gone")
    assert seller.everything("invoices") == []
    assert trade.quiet()


@proves("E3.2-delete-qh")
def test_a_mirror_deleted_in_hubspot_is_not_created_anew(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    seller.hubspot.call("DELETE", f"/crm/v3/objects/invoices/{link.hubspot_id}")
    trade.world.run(full=True)
    assert trade.outcome == ("failing", "deleted_with_balance")
    assert trade.quiet()
    assert seller.everything("invoices") == []
    assert kept(seller, link)["TotalAmt"] == 100
