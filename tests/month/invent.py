"""Makes up a month from a seed: who buys what, and who pays.

The same seed gives the same month. Knows nothing of either simulator; the troubles it plants are
named, their consequences stand in ``rules.py``.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from tests.month import paying
from tests.month.model import Line, Month, Party, Product, Sale, Trouble, Way
from tests.month.money import ZERO, cents, tax_on
from tests.month.places import (
    COMPANY,
    COUNTRIES,
    FAMILY,
    GIVEN,
    GOODS,
    LEGAL,
    PERCENT_OFF,
    PRICES,
    QUANTITIES,
    SAID,
    Country,
)

FIRST = date(2026, 10, 1)
LINES = (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12)
#: Of a thousand invoices so many get into trouble; of 200 or more at least one of each kind.
TROUBLES = {
    Way.TO_HUBSPOT: {
        Trouble.BEFORE_START: 4,
        Trouble.NO_CUSTOMER_EMAIL: 3,
        Trouble.UNKNOWN_CURRENCY: 2,
    },
    Way.TO_QUICKBOOKS: {
        Trouble.DRAFT: 4,
        Trouble.BEFORE_START: 3,
        Trouble.TAX_IN_HUBSPOT: 2,
        Trouble.NO_CONTACT: 1,
        Trouble.SEVERAL_CONTACTS: 1,
        Trouble.CONTACT_NOT_LINKED: 1,
        Trouble.OTHER_CURRENCY: 2,
        Trouble.BOOKS_CLOSED: 2,
        Trouble.NUMBER_IN_USE: 2,
        Trouble.TAXABLE_ITEM: 2,
    },
}
MANY_LINES = 751


def invent(seed: int, *, size: int = 2000, country: str = "US", way: Way = Way.TO_HUBSPOT) -> Month:
    """A month of ``size`` invoices and half as many payments again."""
    luck = random.Random(f"{seed}:{size}:{country}:{way}")
    home = COUNTRIES[country]
    month = Month(seed, country, way, FIRST, home.home, home.currencies)
    if way is Way.TO_QUICKBOOKS:
        month.closed_until = FIRST - timedelta(days=1)
    month.products = make_products(luck, way, max(18, size // 40))
    month.parties = make_parties(luck, home, way, max(12, size // 8))
    sound = [
        party for party in month.parties if party.email and party.currency in home.currencies[:3]
    ]
    month.invoices = [make_sale(luck, month, sound, f"i{number}") for number in range(size)]
    plant_troubles(luck, month)
    for sale in month.invoices:
        finish(sale, home)
    if way is Way.TO_HUBSPOT:
        month.credits = make_credits(luck, month)
    month.payments = paying.make_payments(luck, month, size * 3 // 2)
    return month


def make_products(luck: random.Random, way: Way, count: int) -> list[Product]:
    """Three of four with a SKU; toward QuickBooks some that find no single active item."""
    found = []
    for number in range(count):
        name = f"{GOODS[number % len(GOODS)]} {number}"
        sku = "" if number % 4 == 3 else f"SKU-{number:04}{'/é' if number % 7 == 0 else ''}"
        product = Product(f"p{number}", name, sku, luck.choice(PRICES).quantize(Decimal("0.01")))
        if way is Way.TO_HUBSPOT:
            product.in_hubspot = False  # the product sync brings it there
        elif number % 9 == 4:
            product.in_quickbooks = False
        elif number % 9 == 8 and sku:
            product.inactive, product.double = number % 2 == 0, number % 2 == 1
        found.append(product)
    if way is Way.TO_QUICKBOOKS:
        taxable = Product("taxable", "Taxable thing", "SKU-TAX", Decimal(10), taxable=True)
        found.append(taxable)
    return found


def make_parties(luck: random.Random, home: Country, way: Way, count: int) -> list[Party]:
    """People and companies; each of the currencies, one that HubSpot lacks, one without e-mail."""
    found = []
    for number in range(count):
        given, family = GIVEN[number % len(GIVEN)], f"{FAMILY[number % len(FAMILY)]} {number}"
        company = ""
        if number % 2 or number % 11 == 5:
            company = f"{COMPANY[number % len(COMPANY)]} {number} {LEGAL[number % len(LEGAL)]}"
        if number % 11 == 5:
            company += " - Zentrale für Außenhandel und Größeres"
            company = (company + " x" * 60)[:100].strip()
        if number % 13 == 6:
            family = (f"de la {family} y Fernández-Álvarez " * 4)[:99].strip()
        currency = luck.choices(home.currencies[:3], (80, 12, 8))[0]
        if number in (3, 4):
            currency = home.currencies[number - 2]
        email = f"Buyer.{number}@{'Example' if number % 3 else 'EXAMPLE'}.com"
        key = f"c{number}"
        name = company or f"{given} {family}"
        found.append(Party(key, name, given, family, company, email, currency))
    nobody = Party("nobody", "Walk-in Müller", "Walk-in", "Müller", "", "", home.home)
    found.append(nobody)
    if way is Way.TO_HUBSPOT:
        exotic = home.currencies[3]
        found.append(
            Party("exotic", "Ute Exotic", "Ute", "Exotic", "", "exotic@example.com", exotic)
        )
    return found


def make_sale(luck: random.Random, month: Month, parties: Sequence[Party], key: str) -> Sale:
    """An invoice without anything wrong."""
    party = luck.choice(parties)
    day = month.first + timedelta(days=luck.randrange(28))
    lines = [make_line(luck, month) for _ in range(luck.choice(LINES))]
    if not any(line.amount > 0 for line in lines):
        lines[0].quantity, lines[0].price = Decimal("3.5"), Decimal("63.5829")
    sale = Sale(
        key, party, lines, day, day + timedelta(days=luck.choice((0, 15, 30, 60))), party.currency
    )
    match luck.randrange(20):
        case 0 | 1:
            sale.discount_percent = luck.choice(PERCENT_OFF)
        case 2:
            sale.discount_amount = min(Decimal("7.77"), cents(sale.subtotal / 3))
    if luck.random() < 0.2:
        sale.memo = f"Merci é - {key}"
    if month.way is Way.TO_HUBSPOT:
        if luck.random() < 0.015:
            sale.voided = True
        if luck.random() < 0.03:
            sale.untaxed = True
        if luck.random() < 0.03:
            add_negative_line(sale, luck)
    return sale


def make_line(luck: random.Random, month: Month) -> Line:
    """Odd prices and quantities; now and then a free one."""
    product = luck.choice([one for one in month.products if not one.taxable])
    free = luck.random() < 0.03
    price = ZERO if free else luck.choice((product.price, luck.choice(PRICES)))
    line = Line(product, product.name, luck.choice(SAID), luck.choice(QUANTITIES), price)
    if month.way is Way.TO_QUICKBOOKS:
        if luck.random() < 0.15:
            line.percent_off = luck.choice(PERCENT_OFF)
        if luck.random() < 0.06:
            line.product, line.name = None, f"By hand: {luck.choice(GOODS)}"
        return line
    line.amount_only = luck.random() < 0.05
    rates = COUNTRIES[month.country].rates
    if month.country == "US":
        line.tax = "TAX" if luck.random() < 0.25 else ""
    else:
        line.tax = luck.choices(list(rates), (70, 15, 8, 7)[: len(rates)])[0]
    return line


def add_negative_line(sale: Sale, luck: random.Random) -> None:
    """What people do who know no discount lines: the quantity below zero."""
    model = sale.lines[0]
    amount = cents(model.amount / 4)
    if amount > 0 and not sale.discount:
        product, tax = model.product, model.tax
        sale.lines.append(Line(product, model.name, "Rabatt", Decimal(-1), amount, tax=tax))


def plant_troubles(luck: random.Random, month: Month) -> None:
    """Change some sound invoices so that they cannot be in sync."""
    sound = [sale for sale in month.invoices if not sale.voided]
    luck.shuffle(sound)
    for trouble, share in TROUBLES[month.way].items():
        count = len(month.invoices) * share // 1000
        for _ in range(max(count, 1 if len(month.invoices) >= 200 else 0)):
            plant(month, sound.pop(), trouble)
    if month.way is Way.TO_QUICKBOOKS and len(month.invoices) >= 1000:
        long = sound.pop()
        line = Line(None, "By hand: screw", "", Decimal(1), Decimal("0.05"))
        long.lines = [line] * MANY_LINES
        long.discount_amount = long.discount_percent = ZERO
        long.trouble = Trouble.TOO_MANY_LINES


def plant(month: Month, sale: Sale, trouble: Trouble) -> None:
    """Give a sale one trouble."""
    sale.trouble = trouble
    by_key = {party.key: party for party in month.parties}
    match trouble:
        case Trouble.BEFORE_START:
            sale.early = True
        case Trouble.NO_CUSTOMER_EMAIL | Trouble.CONTACT_NOT_LINKED:
            sale.party = by_key["nobody"]
            sale.currency = sale.party.currency
        case Trouble.UNKNOWN_CURRENCY:
            sale.party = by_key["exotic"]
            sale.currency = sale.party.currency
        case Trouble.SEVERAL_CONTACTS:
            sale.second_contact = next(p for p in month.parties if p is not sale.party and p.email)
        case Trouble.OTHER_CURRENCY:
            sale.currency = next(c for c in month.currencies if c != sale.party.currency)
        case Trouble.BOOKS_CLOSED:
            sale.day = month.first - timedelta(days=3)
        case Trouble.TAXABLE_ITEM:
            product = next(one for one in month.products if one.taxable)
            sale.lines.append(Line(product, product.name, "", Decimal(1), product.price))


def finish(sale: Sale, home: Country) -> None:
    """Compute the tax, as the country does it."""
    if sale.untaxed:
        for line in sale.lines:
            line.tax = ""
    bases: dict[str, Decimal] = {}
    for line in sale.lines:
        if line.tax:
            code = "2" if line.tax == "TAX" else line.tax
            bases[code] = bases.get(code, ZERO) + line.amount
    if home.wants_code_per_line and sale.discount and sale.subtotal:
        # A discount lowers what is taxed in proportion; UNCONFIRMED outside the US.
        bases = {
            code: base - cents(sale.discount * base / sale.subtotal) for code, base in bases.items()
        }
    sale.tax = tax_on(bases, home.rates)


def make_credits(luck: random.Random, month: Month) -> list[Sale]:
    """Credit notes; ``paying`` applies most of them to invoices."""
    payers = [s.party for s in month.invoices if s.trouble is Trouble.NONE and not s.voided]
    found = []
    for number in range(len(month.invoices) * 3 // 100):
        party = luck.choice(payers)
        day = month.first + timedelta(days=luck.randrange(28))
        product = next(one for one in month.products if one.sku)
        price = luck.choice((Decimal("12.34"), Decimal("5.005"), Decimal("80")))
        line = Line(product, product.name, "returned", Decimal(1), price)
        line.amount_only = True
        line.price = cents(price)
        sale = Sale(f"n{number}", party, [line], day, None, party.currency)
        if COUNTRIES[month.country].wants_code_per_line:
            sale.untaxed = True
        found.append(sale)
    return found
