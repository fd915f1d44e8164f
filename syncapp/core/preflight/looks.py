"""What the checks of accounts and their settings see in the facts; their texts: ``catalogue.py``.

A look returns None when all is well. What could not be read is said, never taken for well.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from syncapp.core.preflight.facts import Facts, Seen, Severity, Tick, not_looked
from syncapp.core.sentences import AND, Sentence, Series, counted, sentence
from syncapp.core.sides import Side
from syncapp.core.values import Value

#: Invoices another integration brought within this time mean that it is still on.
RECENT = timedelta(days=30)
DRIFT_SECONDS = 120
HOME_OF_NO_LINE_TAX = "US"


# -- the connections


def environments(facts: Facts, tick: Tick | None) -> Seen | None:
    """A test account joined with a real one (S4)."""
    if len(set(facts.environments.values())) < 2:
        return None
    names = {side.value: facts.environments[side.value] for side in Side}
    if facts.mixed_confirmed:
        return Seen(
            sentence(
                "HubSpot is “{hubspot}” and QuickBooks is “{quickbooks}”. This was confirmed when "
                "the accounts were joined.",
                **names,
            ),
            severity=Severity.WARNING,
        )
    return Seen(
        sentence("HubSpot is “{hubspot}” and QuickBooks is “{quickbooks}”.", **names),
        severity=Severity.WARNING if tick else None,
    )


def clocks(facts: Facts, tick: Tick | None) -> Seen | None:
    """A vendor's clock and ours disagree."""
    off = {
        Side(name): seconds
        for name, seconds in facts.drift_seconds.items()
        if abs(seconds) > DRIFT_SECONDS
    }
    if not off:
        return None
    parts = [
        _ahead(side, minutes) if seconds < 0 else _behind(side, minutes)
        for side, seconds in off.items()
        for minutes in [abs(round(seconds / 60))]
    ]
    return Seen(sentence("This machine's clock is {parts}.", parts=Series(parts, AND)))


def _ahead(side: Side, minutes: int) -> Sentence:
    return sentence("{minutes} minutes ahead of {side}", minutes=minutes, side=side.label)


def _behind(side: Side, minutes: int) -> Sentence:
    return sentence("{minutes} minutes behind {side}", minutes=minutes, side=side.label)


# -- what would double


def other_integration(facts: Facts, tick: Tick | None) -> Seen | None:
    """Invoices that HubSpot's data sync or its older integration brought."""
    if facts.other_invoices is None:
        return not_looked(facts, "invoices", sentence("HubSpot's invoices"))
    if not facts.other_invoices:
        return None
    if facts.other_newest_at is None:
        return Seen(
            counted(
                "{count} invoice in HubSpot came from another QuickBooks integration; HubSpot "
                "does not say when.",
                "{count} invoices in HubSpot came from another QuickBooks integration; HubSpot "
                "does not say when.",
                facts.other_invoices,
            ),
            severity=Severity.INFORMATION if tick else None,
        )
    newest = datetime.fromisoformat(facts.other_newest_at)
    told = counted(
        "{count} invoice in HubSpot came from another QuickBooks integration, the latest on {day}.",
        "{count} invoices in HubSpot came from another QuickBooks integration, the latest on "
        "{day}.",
        facts.other_invoices,
        day=f"{newest:%Y-%m-%d}",
    )
    if tick is not None and newest > tick.at:
        return Seen(sentence("{told} That is after it was confirmed to be off.", told=told))
    is_recent = datetime.fromisoformat(facts.checked_at) - newest <= RECENT
    return Seen(told, severity=None if is_recent and not tick else Severity.INFORMATION)


def workflows(facts: Facts, tick: Tick | None) -> Seen | None:
    """HubSpot tells no app what a workflow filters, so a person looks (S26)."""
    if tick is not None:
        return None
    return Seen(
        sentence(
            "Nobody has confirmed yet that the workflows of this HubSpot account are filtered."
        )
    )


# -- tax and currency


def tax_per_line(facts: Facts, tick: Tick | None) -> Seen | None:
    """A company that wants a tax code on every line (S27)."""
    if facts.preferences is None:
        return not_looked(facts, "company", sentence("the QuickBooks company's settings"))
    if not facts.country:
        return Seen(
            sentence("QuickBooks does not say in which country the company is."), is_known=False
        )
    if facts.country.upper() == HOME_OF_NO_LINE_TAX:
        return None
    return Seen(
        sentence(
            "The company's country is {country}, not the United States.", country=facts.country
        )
    )


def sales_tax(facts: Facts, tick: Tick | None) -> Seen | None:
    """A US company that collects sales tax."""
    is_domestic = facts.country.upper() == HOME_OF_NO_LINE_TAX
    if not is_domestic or not _is_on(facts, "UsingSalesTax"):
        return None
    if _is_on(facts, "PartnerTaxEnabled"):
        return Seen(sentence("Sales tax is on, and QuickBooks works it out by itself."))
    return Seen(sentence("Sales tax is on."))


def home_currency(facts: Facts, tick: Tick | None) -> Seen | None:
    """HubSpot lacks the currency the books are kept in."""
    if not facts.home_currency or not facts.hubspot_currencies:
        return None
    if facts.home_currency in facts.hubspot_currencies:
        return None
    return Seen(
        sentence(
            "The company keeps its books in {currency}; the HubSpot account has {currencies}.",
            currency=facts.home_currency,
            currencies=Series(facts.hubspot_currencies),
        )
    )


def multicurrency(facts: Facts, tick: Tick | None) -> Seen | None:
    """HubSpot may invoice in currencies the books do not know."""
    foreign = [one for one in facts.hubspot_currencies if one != facts.home_currency]
    if facts.preferences is None or not facts.home_currency:
        return None
    if _is_on(facts, "MultiCurrencyEnabled"):
        return Seen(
            sentence(
                "Multicurrency is on in QuickBooks (home currency {currency}); HubSpot has "
                "{currencies}.",
                currency=facts.home_currency,
                currencies=Series(facts.hubspot_currencies),
            ),
            severity=Severity.INFORMATION,
        )
    if not foreign:
        return None
    return Seen(
        sentence(
            "HubSpot has {currencies} besides the home currency {currency}, and multicurrency is "
            "off in QuickBooks.",
            currency=facts.home_currency,
            currencies=Series(foreign),
        )
    )


# -- settings of the books


def custom_numbers(facts: Facts, tick: Tick | None) -> Seen | None:
    """QuickBooks does not number by itself."""
    if not _is_on(facts, "CustomTxnNumbers"):
        return None
    return Seen(sentence("Custom transaction numbers are on."))


def closed_books(facts: Facts, tick: Tick | None) -> Seen | None:
    """Up to when the books are closed; whether a password guards them is not told."""
    if facts.preferences is None:
        return not_looked(facts, "company", sentence("the QuickBooks company's settings"))
    closed = _setting(facts, "BookCloseDate")
    if not isinstance(closed, str) or not closed:
        return Seen(sentence("The books have no closing date."))
    try:
        until = date.fromisoformat(closed)
    except ValueError:
        return Seen(
            sentence("The books are closed up to {day}.", day=closed),
            severity=Severity.INFORMATION,
        )
    return Seen(
        sentence(
            "The books are closed up to {day}: what is dated on or before that day is refused.",
            day=f"{until:%Y-%m-%d}",
        ),
        severity=Severity.INFORMATION,
    )


def revenue_recognition(facts: Facts, tick: Tick | None) -> Seen | None:
    """Lines need service dates (S28)."""
    told = _setting(facts, "RevenueRecognitionEnabled")
    if told is True:
        return Seen(sentence("Revenue recognition is on."))
    # UNCONFIRMED: that only Advanced companies have it, and that it is then always told.
    plan = _setting(facts, "OfferingSku")
    if told is None and isinstance(plan, str) and "advanced" in plan.casefold():
        return Seen(
            sentence("QuickBooks does not say whether revenue recognition is on."), is_known=False
        )
    return None


def automatic_credits(facts: Facts, tick: Tick | None) -> Seen | None:
    """Balances that change with nobody's doing."""
    names = {
        "AutoApplyCredit": sentence("credits"),
        "AutoApplyPayments": sentence("payments"),
    }
    found = [words for name, words in names.items() if _is_on(facts, name)]
    if not found:
        return None
    return Seen(sentence("QuickBooks applies {what} by itself.", what=Series(found)))


def discounts(facts: Facts, tick: Tick | None) -> Seen | None:
    """Invoices take no discount line."""
    if facts.preferences is None or _is_on(facts, "AllowDiscount"):
        return None
    return Seen(sentence("The discount field is off in QuickBooks."))


def deposits(facts: Facts, tick: Tick | None) -> Seen | None:
    """Balances may go down without a payment."""
    return (
        Seen(sentence("The deposit field is on in QuickBooks."))
        if _is_on(facts, "AllowDeposit")
        else None
    )


# -- words


def _setting(facts: Facts, name: str) -> Value:
    return (facts.preferences or {}).get(name)


def _is_on(facts: Facts, name: str) -> bool:
    return _setting(facts, name) is True
