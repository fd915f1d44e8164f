"""Sales tax: US classic, US automated, and the countries with a code on every line.

Knows codes, rates and modes. Must not know how lines are made nor what the total is used for.
Sources: D/workflows/manage-sales-tax-for-{us,non-us}-locales and recorded bodies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulators.quickbooks import faults, refusals
from simulators.quickbooks.company import Company
from simulators.quickbooks.entities.checks import CLEARED
from simulators.quickbooks.rules.base import Change
from simulators.quickbooks.rules.lines import SALES, ZERO, SaleLines, cents

_PSEUDO = ("TAX", "NON")
_OVERRIDE = "AST_TAX_OVERRIDE"
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Rate:
    """One rate of a code, as it applies to sales."""

    id: str
    percent: Decimal
    applies_to: str


def settle_tax(change: Change, sale: SaleLines) -> Decimal:
    """Give the lines their codes, write TxnTaxDetail, and return the tax on top of the lines.

    Raises:
        Refusal: 6100, 6170, 5030 or 6000 for a mode or a code that does not fit the country.
    """
    if change.company.country.code == "US":
        return _us_tax(change, sale)
    return _other_tax(change, sale)


def rates_of(company: Company, code_id: str) -> list[Rate]:
    """Return the sales rates of a code in their order."""
    code = company.find("TaxCode", code_id)
    if code is None:
        return []
    details = (code.values.get("SalesTaxRateList") or {}).get("TaxRateDetail", ())
    found = []
    for detail in sorted(details, key=lambda one: int(one.get("TaxOrder", 0))):
        rate = company.find("TaxRate", detail["TaxRateRef"]["value"])
        if rate is not None:
            kind = detail.get("TaxTypeApplicable", "TaxOnAmount")
            found.append(Rate(rate.id, Decimal(rate.values["RateValue"]), kind))
    return found


# --- United States -------------------------------------------------------------------------------
def _us_tax(change: Change, sale: SaleLines) -> Decimal:
    company, values = change.company, change.values
    mode = change.given.get("GlobalTaxCalculation", CLEARED)
    values.pop("GlobalTaxCalculation", None)
    # Reported to fault; but python-quickbooks sends TaxExcluded with most sales and is used in
    # the US, so that one word is taken unless the switch says otherwise (UNCONFIRMED).
    harmless = mode == "TaxExcluded" and company.behaviour.us_tax_excluded == "ignore"
    if mode is not CLEARED and not harmless:
        raise refusals.global_tax_in_us()
    automated = bool(company.preference("TaxPrefs", "PartnerTaxEnabled"))
    absent = "NON"
    if automated and company.uses_sales_tax and company.behaviour.automated_absent == "taxable":
        absent = "TAX"
    for line in sale.sales():
        detail = line[SALES]
        code = (detail.get("TaxCodeRef") or {}).get("value", absent)
        if code not in _PSEUDO:
            if not (automated and company.find("TaxCode", code)):
                raise refusals.us_tax_code(code)
            code = "TAX"
        detail["TaxCodeRef"] = {"value": code}
    sent = values.pop("TxnTaxDetail", None) or {}
    if not company.uses_sales_tax:
        # Recorded: a company without sales tax leaves the whole block out.
        return ZERO
    base = sum(
        (x["Amount"] for x in sale.sales() if x[SALES]["TaxCodeRef"]["value"] == "TAX"), ZERO
    )
    if values.get("ApplyTaxAfterDiscount") and sale.subtotal:
        base -= cents(sale.discount * base / sale.subtotal)
    code_id = _us_code(change, sent, automated=automated)
    detail_out: dict[str, Any] = {}
    total = ZERO
    if code_id and (base or not automated):
        lines = _tax_lines(rates_of(company, code_id), base)
        total = sum((line["Amount"] for line in lines), ZERO)
        detail_out["TxnTaxCodeRef"] = {"value": code_id}
        detail_out["TaxLine"] = lines
    if automated:
        total += _overrides(sent, detail_out, total)
    detail_out["TotalTax"] = total
    values["TxnTaxDetail"] = _ordered(detail_out)
    return total


def _us_code(change: Change, sent: Mapping[str, Any], *, automated: bool) -> str:
    """The code that picks the rates: the one sent, or the one of the place."""
    company = change.company
    if automated:
        return _code_of_place(change)
    if sent.get("TxnTaxCodeRef"):
        return str(sent["TxnTaxCodeRef"]["value"])
    if company.behaviour.us_default_tax == "customer":
        buyer = company.find("Customer", (change.values.get("CustomerRef") or {}).get("value", ""))
        if buyer is not None and buyer.values.get("DefaultTaxCodeRef"):
            return str(buyer.values["DefaultTaxCodeRef"]["value"])
    return ""


def _code_of_place(change: Change) -> str:
    """The code of the state shipped to (simplified: one rate per state the company deals with)."""
    values, company = change.values, change.company
    place = values.get("ShipAddr") or values.get("BillAddr") or {}
    state = str(place.get("CountrySubDivisionCode", "")).upper()
    if not state:
        info = company.find("CompanyInfo", "1")
        home = (info.values.get("CompanyAddr") or {}) if info is not None else {}
        state = str(home.get("CountrySubDivisionCode", "")).upper()
    return {"CA": "2", "AZ": "3"}.get(state, "")


def _overrides(sent: Mapping[str, Any], out: dict[str, Any], computed: Decimal) -> Decimal:
    """What an override adds to the automated tax."""
    if sent.get("TaxReviewStatus") == _OVERRIDE and sent.get("TotalTax") is not None:
        out["TaxReviewStatus"] = _OVERRIDE
        return Decimal(sent["TotalTax"]) - computed
    deltas = [
        Decimal(line["TaxLineDetail"]["OverrideDeltaAmount"])
        for line in sent.get("TaxLine", ())
        if (line.get("TaxLineDetail") or {}).get("OverrideDeltaAmount") is not None
    ]
    return sum(deltas, ZERO)


# --- other countries -----------------------------------------------------------------------------
def _other_tax(change: Change, sale: SaleLines) -> Decimal:
    company, values = change.company, change.values
    mode = values.get("GlobalTaxCalculation") or "TaxExcluded"
    if not company.uses_sales_tax:
        mode = "NotApplicable"
    values["GlobalTaxCalculation"] = mode
    was_sent = change.given.get("TxnTaxDetail", CLEARED) is not CLEARED
    sent = values.pop("TxnTaxDetail", None) or {}
    if mode == "NotApplicable":
        if was_sent and sent.get("TotalTax"):
            raise refusals.tax_detail_not_applicable()
        for line in sale.sales():
            line[SALES].pop("TaxInclusiveAmt", None)
        values["TxnTaxDetail"] = {"TotalTax": ZERO}
        return ZERO
    groups: dict[str, Decimal] = {}
    gross: dict[str, Decimal] = {}
    for line in sale.sales():
        code = _line_code(change, line)
        factor = _factor(company, code)
        if mode == "TaxInclusive":
            gross[code] = gross.get(code, ZERO) + _include(change, line, factor)
        else:
            line[SALES].pop("TaxInclusiveAmt", None)
        groups[code] = groups.get(code, ZERO) + line["Amount"]
    lines, total = _grouped(company, groups, gross, sale)
    if was_sent and sent.get("TotalTax") is not None and sent["TotalTax"] != total:
        match company.behaviour.sent_tax:
            case "refuse":
                raise refusals.stale_tax()
            case "keep":
                total, lines = Decimal(sent["TotalTax"]), sent.get("TaxLine") or lines
    values["TxnTaxDetail"] = {"TotalTax": total, "TaxLine": lines}
    return total


def _line_code(change: Change, line: Mapping[str, Any]) -> str:
    code = str((line[SALES].get("TaxCodeRef") or {}).get("value", ""))
    if not code or code in _PSEUDO:
        raise refusals.tax_rate_missing(change.company.country.code)
    record = change.company.find("TaxCode", code)
    if record is None:
        raise faults.Refusal(faults.dangling("TaxCodes", code))
    return code


def _include(change: Change, line: dict[str, Any], factor: Decimal) -> Decimal:
    """Settle net and gross of a line whose price holds the tax; returns the gross amount.

    Whether Amount is net or gross when no TaxInclusiveAmt comes with it is UNCONFIRMED.
    """
    detail = line[SALES]
    gross = detail.get("TaxInclusiveAmt")
    if gross is None:
        if change.company.behaviour.inclusive_amount == "gross":
            gross = line["Amount"]
        else:
            gross = cents(line["Amount"] * (1 + factor))
    line["Amount"] = cents(gross / (1 + factor))
    detail["TaxInclusiveAmt"] = gross
    return Decimal(gross)


def _factor(company: Company, code: str) -> Decimal:
    """The whole tax on one unit of money, unrounded."""
    before = ZERO
    for rate in rates_of(company, code):
        before += _taxed(rate, Decimal(1), before) * rate.percent / _HUNDRED
    return before


def _grouped(
    company: Company, groups: Mapping[str, Decimal], gross: Mapping[str, Decimal], sale: SaleLines
) -> tuple[list[dict[str, Any]], Decimal]:
    """The tax lines of all codes, and their sum.

    A discount lowers what is taxed in proportion (UNCONFIRMED outside the US).
    """
    found: list[dict[str, Any]] = []
    for code, net in groups.items():
        base = net
        if sale.discount and sale.subtotal:
            base -= cents(sale.discount * net / sale.subtotal)
        lines = _tax_lines(rates_of(company, code), base)
        if lines and code in gross and base == net:
            # What the buyer pays is fixed: the last rate takes the rounding.
            tax = sum((line["Amount"] for line in lines), ZERO)
            lines[-1]["Amount"] += gross[code] - net - tax
        found += lines
    return found, sum((line["Amount"] for line in found), ZERO)


# --- both ----------------------------------------------------------------------------------------
def _tax_lines(rates: Iterable[Rate], base: Decimal) -> list[dict[str, Any]]:
    """One line per rate; compound rates see the tax before them."""
    found: list[dict[str, Any]] = []
    before = ZERO
    for rate in rates:
        taxed = _taxed(rate, base, before)
        amount = cents(taxed * rate.percent / _HUNDRED)
        before += amount
        detail = {
            "TaxRateRef": {"value": rate.id},
            "PercentBased": True,
            "TaxPercent": rate.percent,
            "NetAmountTaxable": taxed,
        }
        found.append({"Amount": amount, "DetailType": "TaxLineDetail", "TaxLineDetail": detail})
    return found


def _taxed(rate: Rate, base: Decimal, before: Decimal) -> Decimal:
    """What a rate is applied to: the amount, the tax before it, or both."""
    return {"TaxOnTax": before, "TaxOnAmountPlusTax": base + before}.get(rate.applies_to, base)


def _ordered(detail: Mapping[str, Any]) -> dict[str, Any]:
    names = ("TxnTaxCodeRef", "TotalTax", "TaxReviewStatus", "TaxLine")
    return {name: detail[name] for name in names if name in detail}
