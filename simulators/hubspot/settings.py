"""Switches of the simulator, where two behaviours of HubSpot are plausible, or a test needs one.

Knows names, defaults and allowed values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from simulators.hubspot import account

_ALLOWED: Mapping[str, tuple[str, ...]] = {"validations_on": ("all", "strict", "none")}


@dataclass
class Settings:
    """Turned with ``POST /__sim__/settings``."""

    #: seconds until a write is seen by search
    search_lag: float = 3.0
    #: the first company of a contact or deal becomes its primary one (UNCONFIRMED)
    first_company_is_primary: bool = True
    #: a refresh answers with a new refresh token and ends the old one (UNCONFIRMED)
    rotate_refresh_tokens: bool = False
    #: seconds an authorization code lives (UNCONFIRMED; HubSpot says "short")
    code_lifetime: float = 600.0
    #: what a static token may do; empty: everything
    static_scopes: list[str] = field(default_factory=list)
    #: calls a day; 0: the plan's
    daily_limit: int = 0

    #: paths of these versions apply the portal's rules to writes (2026-03: UNCONFIRMED)
    strict_versions: list[str] = field(default_factory=lambda: ["2026-09"])
    #: portal rules on strict paths: object type -> properties
    required_on_create: dict[str, list[str]] = field(default_factory=dict)
    #: portal rules on strict paths: object type -> [{"property", "values", "requires"}]
    conditionally_required: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: admin rules of properties: type id -> property -> rules
    validations: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    #: where those are enforced: "all" paths (a changelog of 2023), "strict" ones, or "none"
    validations_on: str = "all"

    #: besides the company currency
    additional_currencies: list[str] = field(
        default_factory=lambda: list(account.ADDITIONAL_CURRENCIES)
    )
    #: writing a computed property of a billable invoice is refused; else passed over (UNCONFIRMED)
    refuse_computed_writes: bool = True
    #: an API may set a billable invoice to paid (UNCONFIRMED)
    invoice_direct_paid: bool = False
    #: an API may void a billable invoice (UNCONFIRMED; documented for a person)
    invoice_void_by_api: bool = True
    #: an invoice may go back to an earlier status (UNCONFIRMED)
    invoice_reopen: bool = False
    #: the account setting that lets open invoices be deleted
    delete_open_invoices: bool = False
    #: an API cannot change amounts, dates and parts of a paid or voided invoice (UNCONFIRMED)
    lock_final_invoices: bool = True
    #: a paid invoice stays paid when a payment is refunded or removed (UNCONFIRMED)
    paid_is_final: bool = True
    #: payments change a non-billable invoice too (UNCONFIRMED)
    payments_move_non_billable: bool = False
    #: ``hs_amount_billed`` given with the create of a non-billable one is 0 afterwards (WILD)
    non_billable_amount_zero: bool = False
    #: commerce payments may be written; off: 403, as without a processor (UNCONFIRMED)
    payments_available: bool = True
    payments_readable: bool = True
    #: a line item may belong to several deals and invoices (UNCONFIRMED)
    line_item_many_parents: bool = False
    #: HTML of notes comes back in HubSpot's own wrapping (WILD)
    rewrite_note_html: bool = False

    #: webhooks need the app to be connected with OAuth; off: static tokens do too
    webhooks_need_install: bool = True
    #: calculated properties fire webhooks (community reports say they may never)
    webhooks_calculated: bool = False
    #: seconds events are gathered before they are sent (UNCONFIRMED)
    webhook_gather: float = 1.0

    def currencies(self) -> list[str]:
        """The currencies of the account."""
        return [account.CURRENCY, *self.additional_currencies]

    def as_dict(self) -> dict[str, Any]:
        """All switches."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Turn some.

        Raises:
            ValueError: unknown, or not of the right kind.
        """
        current = self.as_dict()
        unknown = sorted(set(wanted) - set(current))
        if unknown:
            raise ValueError(f"Unknown settings: {', '.join(unknown)}.")
        checked = {name: _checked(name, value, current[name]) for name, value in wanted.items()}
        for name, value in checked.items():
            setattr(self, name, value)


def _checked(name: str, value: Any, current: Any) -> Any:
    expected = type(current)
    if expected is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not expected:
        raise ValueError(f"{name} must be {expected.__name__}.")
    allowed = _ALLOWED.get(name)
    if allowed and value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}.")
    return value
