"""ENGINE 3.3, row by row: what an invoice made in HubSpot must pass before it goes to QuickBooks.

Each asserts what QuickBooks holds (nothing), the state with its sentence, and that mending the
cause lets the invoice through by itself.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulators.hubspot.records import Record
from simulators.quickbooks.company import COUNTRIES
from syncapp.models import RecordLink
from syncapp.services import failing_records
from tests.proves import proves
from tests.scenarios.documents import Row, Seller, line, sale
from tests.scenarios.trade import HOURS, Trade, seller, trade
from tests.world import World

__all__ = ["seller", "trade"]
pytestmark = pytest.mark.services
SIX_HOURS = timedelta(hours=6)


def held_back(trade: Trade, state: str, code: str, *words: str) -> RecordLink:
    """Nothing is in QuickBooks, and the reason says why."""
    link = trade.invoice
    assert (link.state, link.code) == (state, code), link.explanation
    for word in words:
        assert word in link.explanation
    assert trade.seller.all("Invoice") == []
    return link


def posted(trade: Trade) -> RecordLink:
    """It is in QuickBooks, once."""
    link = trade.invoice
    assert (link.state, link.code) == ("in_sync", ""), link.explanation
    assert [one["Id"] for one in trade.seller.all("Invoice")] == [link.quickbooks_id]
    return link


@proves("S23", "E3.3-draft")
def test_a_draft_never_leaves_hubspot_and_finalizing_sends_it(trade: Trade) -> None:
    invoice = trade.seller.bill(trade.client(), line("Design", "50"), status="draft")
    trade.start()
    trade.run()
    held_back(trade, "excluded", "inv_draft", "draft")
    trade.seller.change("invoices", invoice, hs_invoice_status="open")
    trade.run()
    posted(trade)


@proves("S23", "E3.3-before-start")
def test_a_draft_made_before_the_start_can_be_included_by_hand(trade: Trade) -> None:
    invoice = trade.seller.bill(trade.client(), line("Design", "50"), status="draft")
    trade.world.clock.advance(2 * 86400)
    trade.start(start="2026-11-03")
    trade.seller.change("invoices", invoice, hs_invoice_status="open")
    trade.run()
    link = held_back(trade, "excluded", "before_start", "Nov 2, 2026", "Nov 3, 2026")
    assert link.amount == 50  # the list adds it up
    failing_records.include([link], who="ann", now=trade.world.clock.now())
    trade.run()
    posted(trade)


@proves("E3.3-source")
@pytest.mark.parametrize(
    "properties", [{"hs_invoice_source": "data_sync"}, {"hs_invoice_billable": "false"}]
)
def test_an_invoice_that_hubspot_did_not_make_stays_there(
    trade: Trade, properties: dict[str, str]
) -> None:
    trade.start()
    trade.seller.bill(trade.client(), line("Design", "50"), **properties)
    trade.run()
    held_back(trade, "excluded", "inv_not_from_hubspot", "not made in HubSpot")


@proves("S27", "E3.3-tax")
def test_an_invoice_with_tax_in_hubspot_waits_until_the_tax_is_off(
    trade: Trade, seller: Seller
) -> None:
    invoice = seller.bill(trade.client(), line("Design", "50"))
    tax = {"hs_label": "VAT", "hs_type": "FIXED", "hs_value": "4.50"}
    added = seller.make("taxes", tax, (invoice, 416))
    trade.start()
    trade.run()
    held_back(trade, "failing", "inv_tax_in_hubspot", "4.50")
    seller.hubspot.call("DELETE", f"/crm/v3/objects/taxes/{added}")
    trade.run()
    posted(trade)


@proves("S17a", "E3.3-customer")
def test_an_invoice_needs_exactly_one_contact(trade: Trade, seller: Seller) -> None:
    first, second = trade.client(), trade.client(email="carl@example.com", firstname="Carl")
    invoice = seller.make("invoices", {"hs_currency": "USD"}, (first, 177), (second, 177))
    seller.make("line_items", line("Design", "50"), (invoice, 410))
    seller.change("invoices", invoice, hs_invoice_status="open")
    trade.start()
    trade.run()
    held_back(trade, "failing", "inv_no_customer", "several", "Bea Bly", "Carl Bly")
    for contact in (first, second):
        untie(seller, invoice, contact)
    trade.run()
    held_back(trade, "failing", "inv_no_customer", "no contact")
    path = f"/crm/v4/objects/invoices/{invoice}/associations/contacts/{first}"
    seller.hubspot.call(
        "PUT", path, [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 177}]
    )
    trade.run()
    posted(trade)


def untie(seller: Seller, invoice: str, contact: str) -> None:
    path = f"/crm/v4/objects/invoices/{invoice}/associations/contacts/{contact}"
    seller.hubspot.call("DELETE", path)


NOBODY = {"hubspot": [[{"field": "email", "operator": "is", "value": "nobody@example.com"}]]}


@proves("E3.3-customer")
def test_e27_a_customer_that_the_filter_keeps_out_is_created_for_its_invoice(
    trade: Trade, world: World
) -> None:
    trade.seller.bill(trade.client(), line("Design", "50"))
    world.hubspot.add(email="other@example.com", firstname="Other")
    trade.start(contacts={"filters": NOBODY})
    trade.run()
    trade.run()
    posted(trade)
    assert world.quickbooks.names() == ["Bea Bly"]


@proves("E3.3-customer")
def test_e27_without_that_setting_the_invoice_names_the_filter(trade: Trade) -> None:
    trade.seller.bill(trade.client(), line("Design", "50"))
    trade.start(contacts={"filters": NOBODY}, options={"create_customers": False})
    trade.run()
    held_back(trade, "failing", "dependency", "Bea Bly", "filter")
    assert trade.world.quickbooks.all() == []


@proves("E3.3-customer", "E3.6-in-use")
def test_e27_a_customer_that_fails_holds_its_invoice_until_it_is_mended(
    trade: Trade, seller: Seller
) -> None:
    vendor = {"DisplayName": "Bea Bly"}
    made = seller.quickbooks.call("POST", "/vendor", vendor)["Vendor"]
    seller.bill(trade.client(), line("Design", "50"))
    trade.start()
    trade.run()
    held_back(trade, "failing", "dependency", "Bea Bly")
    contact = trade.world.link(definition__object_type="contacts")
    assert contact.code == "name_in_use"
    seller.quickbooks.call(
        "POST", "/vendor",
        {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True, "DisplayName": "B. B."},
    )  # fmt: skip
    failing_records.retry([contact], who="ann", now=trade.world.clock.now())
    trade.run()
    trade.run()
    posted(trade)


@proves("E3.3-currency")
def test_another_currency_than_the_books(trade: Trade) -> None:
    trade.seller.bill(trade.client(), line("Design", "50"), hs_currency="EUR")
    trade.start()
    trade.run()
    held_back(trade, "failing", "inv_currency", "EUR", "USD only")


@proves("E3.3-currency")
def test_another_currency_than_the_customer(trade: Trade) -> None:
    trade.books(CurrencyPrefs={"MultiCurrencyEnabled": True})
    trade.world.quickbooks.add("Bea Bly", "bea@example.com")
    trade.seller.bill(trade.client(), line("Design", "50"), hs_currency="EUR")
    trade.start()
    trade.run()
    held_back(trade, "failing", "inv_currency", "EUR", "Bea Bly", "in USD in QuickBooks")


@proves("E3.3-currency")
def test_section_4_a_foreign_invoice_is_booked_at_the_rate_of_its_day(
    trade: Trade, seller: Seller
) -> None:
    trade.books(CurrencyPrefs={"MultiCurrencyEnabled": True})
    trade.world.quickbooks.add("Bea Bly", "bea@example.com", CurrencyRef={"value": "EUR"})
    rate = {"SourceCurrencyCode": "EUR", "AsOfDate": "2026-10-20", "Rate": 1.0871}
    seller.quickbooks.call("POST", "/exchangerate", rate)
    seller.bill(
        trade.client(), line("Design", "50"), hs_currency="EUR",
        hs_invoice_date="2026-10-25T00:00:00Z",
    )  # fmt: skip
    trade.start()
    trade.run()
    booked = seller.booked(posted(trade).quickbooks_id)
    assert booked["CurrencyRef"]["value"] == "EUR"
    assert (booked["ExchangeRate"], booked["TotalAmt"]) == (1.0871, 50)
    assert trade.quiet()


@proves("E3.3-closed")
def test_a_closed_period_holds_it_and_six_hours_later_it_is_tried_again(trade: Trade) -> None:
    trade.close_books("2026-11-02")
    trade.seller.bill(trade.client(), line("Design", "50"))
    trade.start()
    trade.run()
    link = held_back(trade, "failing", "inv_period_closed", "Nov 2, 2026")
    assert link.next_at == trade.world.clock.now().replace(microsecond=0) + SIX_HOURS
    trade.close_books("2026-10-31")
    trade.run()
    held_back(trade, "failing", "inv_period_closed")
    trade.run(after=5 * HOURS)
    posted(trade)


@proves("E3.3-closed")
def test_books_closed_a_moment_ago_are_told_by_quickbooks_itself(trade: Trade) -> None:
    trade.start()
    trade.world.run()
    trade.close_books("2026-11-02", known=False)
    trade.seller.bill(trade.client(), line("Design", "50"))
    trade.run()
    link = held_back(trade, "failing", "period_closed", "The books are closed for this date")
    assert link.next_at is not None
    trade.close_books("2026-10-31")
    trade.run(after=6 * HOURS)
    posted(trade)


@proves("S28", "E3.3-service-date")
def test_revenue_recognition_needs_service_dates(trade: Trade) -> None:
    trade.books(ProductAndServicesPrefs={"RevenueRecognitionEnabled": True})
    trade.seller.bill(trade.client(), line("Design", "50"))
    trade.start()
    trade.run()
    held_back(trade, "failing", "inv_service_date", "service dates")


@proves("E3.3-number")
def test_a_number_that_another_invoice_has_is_never_doubled(trade: Trade, seller: Seller) -> None:
    other = trade.world.quickbooks.add("Ada King", "ada@example.com")
    taken = seller.book(other, sale_of(seller), DocNumber="INV-1001")
    seller.bill(trade.client(), line("Design", "50"))
    trade.start()
    trade.world.run()
    link = trade.world.link(hubspot_id__isnull=False, definition__object_type="invoices",
                            origin="hubspot")  # fmt: skip
    assert (link.state, link.code) == ("failing", "number_in_use"), link.explanation
    assert "Ada King" in link.explanation
    assert [one["Id"] for one in seller.all("Invoice")] == [taken]


def sale_of(seller: Seller) -> Row:
    return sale(seller.item("Design"), "20", "2", "10")


@proves("E3.3-number")
def test_quickbooks_own_number_where_the_setting_says_so(trade: Trade, seller: Seller) -> None:
    seller.bill(trade.client(), line("Design", "50"))
    trade.start(options={"number": "quickbooks"})
    trade.run()
    booked = seller.booked(posted(trade).quickbooks_id)
    assert booked["DocNumber"] != "INV-1001"
    assert "INV-1001" in booked["PrivateNote"]
    assert trade.quiet()


@proves("E3.3-shape")
def test_an_invoice_without_lines(trade: Trade, seller: Seller) -> None:
    invoice = seller.bill(trade.client(), line("Design", "50"))
    (only,) = seller.tied("invoices", invoice, "line_items")
    seller.hubspot.call("DELETE", f"/crm/v3/objects/line_items/{only}")
    trade.start()
    trade.run()
    held_back(trade, "failing", "inv_shape", "no lines")


@proves("S19", "E3.3-totals")
def test_a_total_that_is_not_the_sum_of_its_parts(trade: Trade, seller: Seller) -> None:
    invoice = seller.bill(trade.client(), line("Design", "50"))
    kept: Record = trade.world.hubspot_app.crm.tables["invoices"].get(invoice)
    kept.values["hs_amount_billed"] = "50.01"  # as if HubSpot had rounded in a way of its own
    trade.start()
    trade.run()
    held_back(trade, "failing", "inv_totals", "50.00", "50.01")


@proves("E3.3-duplicate")
def test_an_invoice_made_from_a_payment_of_another_one_needs_a_decision(
    trade: Trade, seller: Seller
) -> None:
    """A workflow makes a paid invoice of each payment; its payment came from an invoice (S26)."""
    trade.sold(line("Design", "50"))
    (first,) = seller.everything("invoices")
    (contact,) = seller.tied("invoices", first["id"], "contacts")
    paid = {
        "hs_initial_amount": "50", "hs_initiated_date": "2026-11-02T20:00:00Z",
        "hs_latest_status": "succeeded", "hs_processor_type": "none", "hs_currency_code": "USD",
    }  # fmt: skip
    payment = seller.make("commerce_payments", paid, (first["id"], 542))
    second = seller.make("invoices", {"hs_currency": "USD"}, (contact, 177), (payment, 541))
    seller.make("line_items", line("Design", "50"), (second, 410))
    seller.change("invoices", second, hs_invoice_status="open")
    # As HubSpot shows it where the payment counts for both.
    trade.world.hubspot_app.crm.tables["invoices"].get(second).values["hs_amount_paid"] = "50"
    trade.world.clock.advance(400)
    trade.world.run()
    link = trade.world.link(hubspot_id=second)
    assert (link.state, link.code) == ("failing", "inv_possible_duplicate"), link.explanation
    assert "invoice INV-1001" in link.explanation
    assert len(seller.all("Invoice")) == 1
    path = f"/crm/v4/objects/invoices/{second}/associations/commerce_payments/{payment}"
    seller.hubspot.call("DELETE", path)
    trade.world.clock.advance(400)
    trade.world.run()
    assert trade.world.link(hubspot_id=second).state == "in_sync"
    assert len(seller.all("Invoice")) == 2


@proves("E3.3-order")
def test_the_first_row_wins(trade: Trade, seller: Seller) -> None:
    """It is a draft in a closed period, in a foreign currency, for nobody, with tax."""
    trade.close_books("2026-11-02")
    invoice = seller.bill(trade.client(), line("Design", "50"), status="draft", hs_currency="EUR")
    added = seller.make("taxes", {"hs_type": "FIXED", "hs_value": "5"}, (invoice, 416))
    trade.start(options={"not_taxable": ""})
    trade.run()
    held_back(trade, "excluded", "inv_draft")
    seller.change("invoices", invoice, hs_invoice_status="open")
    trade.run()
    held_back(trade, "failing", "inv_tax_in_hubspot")
    seller.hubspot.call("DELETE", f"/crm/v3/objects/taxes/{added}")
    trade.run()
    held_back(trade, "failing", "inv_not_taxable")
    trade.start()
    trade.run()
    held_back(trade, "failing", "inv_currency")
    seller.change("invoices", invoice, hs_currency="USD")
    trade.run()
    held_back(trade, "failing", "inv_period_closed")


@proves("S27", "E3.3-non-us")
@pytest.mark.parametrize("country", ["GB", "CA", "AU"])
def test_s27_each_invoice_for_a_company_abroad_is_held_back_with_the_reason(
    transactional_db: None, country: str
) -> None:
    trade = Trade(Seller(World(country=country)))
    home = trade.world.pair.quickbooks.details["currency"]
    trade.world.hubspot_app.hub_settings.additional_currencies = [home]
    trade.start()
    trade.seller.bill(trade.client(), line("Design", "50"), hs_currency=str(home))
    trade.run()
    held_back(trade, "failing", "inv_non_us", country, "tax code on every line")


@proves("S27", "E3.3-non-us")
def test_s27_a_company_that_turns_out_to_be_abroad_is_sent_nothing(trade: Trade) -> None:
    trade.start()
    company = trade.world.quickbooks_app.company
    company.country = COUNTRIES["GB"]
    told = company.find("CompanyInfo", "1")
    told.values["Country"] = "GB"
    company.save(told)
    trade.seller.bill(trade.client(), line("Design", "50"))
    trade.run(after=HOURS)
    held_back(trade, "failing", "inv_non_us", "GB", "tax code on every line")
    assert not trade.seller.query("SELECT * FROM Item WHERE Name = 'Custom line item'")
