"""What a QuickBooks company's books allow: closed periods, currencies, taxes. Facts, no rules.

Source: apis/quickbooks.md 11.8, 11.9, 13.
"""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.core.values import Values


@dataclass(frozen=True, slots=True)
class Books:
    """A company's books.

    Attributes:
        country: Two letters; "" when unknown.
        home_currency: ISO 4217.
        closed_through: The last closed day (``YYYY-MM-DD``), "" while no period is closed.
        has_own_numbers: Custom transaction numbers are on: QuickBooks gives none by itself.
        recognises_revenue: Lines of services need a service date (S28).
    """

    country: str = ""
    home_currency: str = ""
    is_multicurrency: bool = False
    closed_through: str = ""
    has_own_numbers: bool = False
    allows_discounts: bool = False
    applies_credits: bool = False
    recognises_revenue: bool = False

    @classmethod
    def from_details(cls, details: Values) -> Books:
        """The books, as the connection's details tell of them."""
        return cls(
            country=str(details.get("country") or ""),
            home_currency=str(details.get("currency") or ""),
            is_multicurrency=details.get("MultiCurrencyEnabled") is True,
            closed_through=str(details.get("BookCloseDate") or ""),
            has_own_numbers=details.get("CustomTxnNumbers") is True,
            allows_discounts=details.get("AllowDiscount") is True,
            applies_credits=details.get("AutoApplyCredit") is True,
            recognises_revenue=details.get("RevenueRecognitionEnabled") is True,
        )

    @property
    def needs_tax_codes(self) -> bool:
        """Whether every line needs a tax code of the company's own: anywhere but in the US (S27).

        An unknown country is taken for abroad: nothing is sent that might be taxed wrongly.
        """
        return self.country.upper() not in {"US", "USA"}

    def is_closed(self, day: str) -> bool:
        """Whether a day (``YYYY-MM-DD``) lies in a closed period."""
        return bool(self.closed_through) and bool(day) and day <= self.closed_through
