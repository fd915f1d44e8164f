"""The two sides of a sync and the directions between them; nothing about either vendor."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """One of the two systems that are kept in step."""

    HUBSPOT = "hubspot"
    QUICKBOOKS = "quickbooks"

    @property
    def other(self) -> Side:
        """The side this one is kept in step with."""
        return Side.QUICKBOOKS if self is Side.HUBSPOT else Side.HUBSPOT

    @property
    def label(self) -> str:
        """The name a person reads."""
        return "HubSpot" if self is Side.HUBSPOT else "QuickBooks"


class Direction(StrEnum):
    """Which way values may travel (S6)."""

    BOTH = "both"
    TO_QUICKBOOKS = "to_quickbooks"
    TO_HUBSPOT = "to_hubspot"

    def allows(self, to: Side) -> bool:
        """Whether a write to ``to`` is allowed."""
        if self is Direction.BOTH:
            return True
        return self is (Direction.TO_HUBSPOT if to is Side.HUBSPOT else Direction.TO_QUICKBOOKS)

    @property
    def source(self) -> Side | None:
        """The only side that is read from, or None when both are."""
        if self is Direction.BOTH:
            return None
        return Side.QUICKBOOKS if self is Direction.TO_HUBSPOT else Side.HUBSPOT
