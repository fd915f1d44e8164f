"""The checks of S3: what is asked, why it matters, the remedy, and where that is done.

Sources: MISSION S3, S4, S16, S18, S26-S28; ENGINE 3.3-3.6; apis/quickbooks.md 11.8, 11.9, 13;
apis/hubspot.md 2.4, 9.1, 11. Menus are the vendors' English ones. What each check looks for is in
``looks.py``, ``record_looks.py`` and ``scopes.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from syncapp.core.preflight import looks, record_looks, scopes
from syncapp.core.preflight.facts import Facts, Seen, Severity, Tick
from syncapp.core.sides import Side

CONTACTS, PRODUCTS, INVOICES = ("contacts",), ("products",), ("invoices",)
ALL = (*CONTACTS, *PRODUCTS, *INVOICES)
_TO_QUICKBOOKS = Side.QUICKBOOKS
_FORMS = "QuickBooks: gear icon > Account and settings > Sales > Sales form content"
_ADVANCED = "QuickBooks: gear icon > Account and settings > Advanced"


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the catalogue.

    Attributes:
        title: What is checked, in a few words.
        why: What goes wrong otherwise.
        remedy: What to do.
        where: In which system, under which menu.
        severity: At the worst.
        objects: The object pairs it concerns.
        look: What is seen in given facts; None when all is well.
        only_to: It matters only to a sync that writes to this side.
        tick: What a person confirms; "" when there is nothing to confirm.
    """

    code: str
    title: str
    why: str
    remedy: str
    where: str
    severity: Severity
    objects: tuple[str, ...]
    look: Callable[[Facts, Tick | None], Seen | None]
    only_to: Side | None = None
    tick: str = ""


_BLOCKING, _WARNING = Severity.BLOCKING, Severity.WARNING

CATALOGUE: Mapping[str, Check] = {
    check.code: check
    for check in (
        # -- the connections
        Check(
            "scopes", "Permissions of the connections",
            "Tandem can only read and write what the consent covers; a sync without a permission "
            "fails as a whole.",
            "Enable the missing scopes in your app, then choose Reconnect. An administrator of "
            "the account gives the consent.",
            "Tandem: Connections > the account > Reconnect",
            _BLOCKING, ALL, scopes.scopes,
        ),
        Check(
            "environments", "Real and test accounts",
            "Test records would reach the real account, and real records the test one.",
            "Connect two real accounts, or two test accounts. If this pair is meant, confirm it.",
            "Tandem: Connections",
            _BLOCKING, ALL, looks.environments,
            tick="These two accounts belong together although one is a test account.",
        ),
        Check(
            "clocks", "Clocks",
            "HubSpot's and QuickBooks' notices of changes are refused when their time is more "
            "than five minutes off, and times shown here would be wrong.",
            "Switch on time synchronisation (NTP) on the machine Tandem runs on.",
            "The machine Tandem runs on",
            _WARNING, ALL, looks.clocks,
        ),
        # -- what would double
        Check(
            "other_integration", "Another QuickBooks integration",
            "Two integrations that both sync invoices make every invoice twice: HubSpot's own "
            "QuickBooks Online data sync and its older QuickBooks integration mark the invoices "
            "they bring.",
            "Turn the invoice sync of the other integration off, then confirm it here. What it "
            "brought stays.",
            "HubSpot: Settings > Integrations > Connected apps > QuickBooks Online",
            _BLOCKING, INVOICES, looks.other_integration,
            tick="The invoice sync of the other integration is off.",
        ),
        Check(
            "workflows", "Workflows that make paid invoices or sales receipts",
            "A HubSpot workflow with the action “Create paid invoice” or “Create paid sales "
            "receipt” would make a second invoice in QuickBooks for each payment of an invoice: "
            "one payment, two invoices.",
            "Open each workflow with one of these actions and add to its enrolment filter, both "
            "with AND: “Payment source” is none of “Invoice”; and “QuickBooks record (Tandem)” "
            "is unknown. Without such a workflow there is nothing to do. Then confirm it here.",
            "HubSpot: Automation > Workflows > payment-based > Enrolment trigger",
            _BLOCKING, INVOICES, looks.workflows,
            tick="No workflow makes a paid invoice or sales receipt from the payment of an "
            "invoice, or each has this filter.",
        ),
        # -- tax and currency
        Check(
            "tax_per_line", "Country and tax of the company",
            "Outside the United States QuickBooks wants a tax code on every line, and invoices "
            "made in HubSpot carry no tax: each of them would be blocked before it is sent.",
            "Let invoices sync only to HubSpot, and create invoices that need tax in QuickBooks.",
            "Tandem: invoice sync > Data and direction > Only to HubSpot",
            # Each such invoice is blocked by itself, with this reason: the others may sync.
            _WARNING, INVOICES, looks.tax_per_line, only_to=_TO_QUICKBOOKS,
        ),
        Check(
            "sales_tax", "Sales tax",
            "Invoices made in HubSpot carry no tax and are sent as not taxable.",
            "Create invoices that need sales tax in QuickBooks and let them sync to HubSpot.",
            "QuickBooks: Taxes > Sales tax",
            _WARNING, INVOICES, looks.sales_tax, only_to=_TO_QUICKBOOKS,
        ),
        Check(
            "home_currency", "The company's currency in HubSpot",
            "A HubSpot invoice can only have a currency of the HubSpot account: no invoice of "
            "this company could be shown there.",
            "Add the company's currency to the HubSpot account.",
            "HubSpot: Settings > Account management > Account defaults > Currency",
            _BLOCKING, INVOICES, looks.home_currency,
        ),
        Check(
            "multicurrency", "Several currencies",
            "An invoice in a currency the company does not use is refused, and one in another "
            "currency than its customer's, too. Amounts are never booked at 1:1.",
            "Switch multicurrency on if you invoice in several currencies; it cannot be switched "
            "off again. Otherwise invoice in the home currency only. A customer in QuickBooks has "
            "one currency: keep one customer per currency.",
            f"{_ADVANCED} > Currency",
            _WARNING, INVOICES, looks.multicurrency,
        ),
        # -- what comes before invoices
        Check(
            "customers_first", "Customers before invoices",
            "An invoice needs a billing contact that is linked with a customer. Contacts that "
            "were synced first connect each invoice to the right customer.",
            "Sync contacts first, with all customers from QuickBooks, and switch the invoice sync "
            "on when they are linked.",
            "Tandem: Home > Contacts",
            _WARNING, INVOICES, record_looks.customers_first,
        ),
        Check(
            "products_first", "Products before invoices",
            "A line whose product is not linked is booked on “Custom line item” and its one "
            "income account, not on the accounts of the product.",
            "Sync products first, and use the synced products on invoices, quotes and payment "
            "links.",
            "Tandem: Home > Products",
            _WARNING, INVOICES, record_looks.products_first,
        ),
        Check(
            "sku", "Products without a SKU",
            "Products find each other by SKU; without one they are left out, since nothing would "
            "tell two of them apart.",
            "Give each product that should sync a SKU of its own.",
            "QuickBooks: Sales > Products and services · HubSpot: Commerce > Products",
            _WARNING, (*PRODUCTS, *INVOICES), record_looks.sku,
        ),
        Check(
            "emails", "Customers without an e-mail address",
            "Customers and contacts find each other by e-mail address; a customer without one is "
            "left out, and its invoices find no contact.",
            "Add an e-mail address to the customers that should sync.",
            "QuickBooks: Sales > Customers",
            _WARNING, (*CONTACTS, *INVOICES), record_looks.emails,
        ),
        Check(
            "display_names", "Display names that clash",
            "Display names are unique in QuickBooks, and a new customer takes the name of its "
            "contact's company: only the first contact of a company can have it, each further one "
            "fails.",
            "Keep one billing contact per company, or switch the mapping “Display name ← "
            "Associated company name” off: then first and last name are used.",
            "Tandem: contact sync > Configure > Mapped fields",
            _WARNING, CONTACTS, record_looks.display_names, only_to=_TO_QUICKBOOKS,
        ),
        # -- settings of the books
        Check(
            "custom_numbers", "Custom transaction numbers",
            "While they are on, QuickBooks goes on with the prefix of HubSpot's invoice numbers, "
            "and numbers may clash.",
            "Switch “Custom transaction numbers” off.",
            _FORMS,
            _WARNING, INVOICES, looks.custom_numbers, only_to=_TO_QUICKBOOKS,
        ),
        Check(
            "closed_books", "Closed books",
            "A closing date protects what you have reported: QuickBooks then refuses invoices and "
            "payments dated on or before it, and Tandem shows them as failing.",
            "Close the books up to the last day you have reported.",
            f"{_ADVANCED} > Accounting > Close the books",
            _WARNING, INVOICES, looks.closed_books,
        ),
        Check(
            "revenue_recognition", "Revenue recognition",
            "QuickBooks then wants a service date on each line, and lines in HubSpot have none: "
            "invoices made in HubSpot fail until the dates are added in QuickBooks.",
            "Switch revenue recognition off, or create invoices that need it in QuickBooks. Dates "
            "that are added there are kept.",
            "QuickBooks: gear icon > Account and settings > Sales > Products and services",
            _WARNING, INVOICES, looks.revenue_recognition, only_to=_TO_QUICKBOOKS,
        ),
        Check(
            "automatic_credits", "Credits that are applied by themselves",
            "QuickBooks may use a customer's credit on a new invoice at once: its balance is then "
            "lower than in HubSpot, where the customer could pay too much.",
            "Switch “Automatically apply credits” and “Automatically apply bill payments” off, "
            "and apply credits yourself.",
            f"{_ADVANCED} > Automation",
            _WARNING, INVOICES, looks.automatic_credits,
        ),
        Check(
            "discounts", "Discounts",
            "QuickBooks takes a discount on an invoice only while its discount field is on; a "
            "HubSpot invoice with a discount fails otherwise, unless you choose a discount "
            "account in the invoice sync.",
            "Switch “Discount” on.",
            _FORMS,
            _WARNING, INVOICES, looks.discounts, only_to=_TO_QUICKBOOKS,
        ),
        Check(
            "deposits", "Deposits on invoices",
            "A deposit lowers an invoice's balance without a payment: HubSpot shows it as a "
            "deposit, not as money received.",
            "Record what a customer pays with “Receive payment”, or switch “Deposit” off.",
            _FORMS,
            Severity.INFORMATION, INVOICES, looks.deposits,
        ),
    )
}  # fmt: skip
