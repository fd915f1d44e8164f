"""Endpoints of the account's tax rates and currencies; both are kept by people, so read only.

Knows paths and answers; the data is in ``account`` and ``settings``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common.web import SimRequest, json_response
from simulators.hubspot import account, errors
from simulators.hubspot.access import Endpoint, rule, versions
from simulators.hubspot.requests import next_page, page_limit
from simulators.hubspot.settings import Settings
from simulators.hubspot.types.common import CURRENCIES

DEFAULT_PAGE = 100
_Rows = tuple[tuple[str, Callable[..., Response]], ...]


class SettingsApi:
    """``/tax-rates`` and ``/settings/currencies``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def rules(self) -> Iterator[Rule]:
        """All routes, in all versions."""
        for version in versions("v1", "/tax-rates/v1/tax-rates", "/tax-rates/{V}/tax-rates"):
            rates: _Rows = (("", self.tax_rates), ("/<rate_id>", self.tax_rate))
            for path, handler in rates:
                endpoint = Endpoint(handler, "crm", f"GET tax-rates{path}", _tax_scopes)
                yield rule(version.prefix + path, "GET", endpoint)
        for version in versions("v3", "/settings/v3/currencies", "/settings/currencies/{V}"):
            currencies: _Rows = (
                ("/codes", self.codes),
                ("/company-currency", self.company_currency),
                ("/exchange-rates", self.exchange_rates),
                ("/exchange-rates/current", self.exchange_rates),
                ("/exchange-rates/<rate_id>", self.exchange_rate),
            )
            for path, handler in currencies:
                endpoint = Endpoint(handler, "crm", f"GET currencies{path}", _currency_scopes)
                yield rule(version.prefix + path, "GET", endpoint)

    def tax_rates(self, request: SimRequest) -> Response:
        """A page of rates, perhaps the active ones only."""
        limit = page_limit(request.args.get("limit"), default=DEFAULT_PAGE, most=DEFAULT_PAGE)
        wanted = request.args.get("active", "").lower()
        after = request.args.get("after", "")
        found = [
            rate
            for rate in account.TAX_RATES.values()
            if rate.id >= after and wanted in ("", "true" if rate.active else "false")
        ]
        body: dict[str, Any] = {"results": [rate.body() for rate in found[:limit]]}
        if len(found) > limit:
            body.update(next_page(request, found[limit].id))
        return json_response(body)

    def tax_rate(self, _request: SimRequest, rate_id: str) -> Response:
        """One rate."""
        rate = account.TAX_RATES.get(rate_id)
        if rate is None:
            raise errors.plain(404, "resource not found")
        return json_response(rate.body())

    def codes(self, _request: SimRequest) -> Response:
        """The currencies HubSpot knows (here: those of this simulator)."""
        rows = [{"currencyCode": code, "currencyName": name} for code, name in CURRENCIES]
        return json_response({"results": rows})

    def company_currency(self, _request: SimRequest) -> Response:
        """The account's own currency."""
        return json_response(
            {
                "currencyCode": account.CURRENCY,
                "createdAt": account.CREATED_AT,
                "updatedAt": account.CREATED_AT,
            }
        )

    def exchange_rates(self, _request: SimRequest) -> Response:
        """The rates of the additional currencies."""
        return json_response({"results": self._rates()})

    def exchange_rate(self, _request: SimRequest, rate_id: str) -> Response:
        """One rate."""
        for one in self._rates():
            if one["id"] == rate_id:
                return json_response(one)
        raise errors.plain(404, "resource not found")

    def _rates(self) -> list[dict[str, Any]]:
        return [
            {
                "id": str(90_000 + number),
                "fromCurrencyCode": code,
                "toCurrencyCode": account.CURRENCY,
                "conversionRate": json.loads(str(account.EXCHANGE_RATES.get(code, 1))),
                "effectiveAt": account.CREATED_AT,
                "createdAt": account.CREATED_AT,
                "updatedAt": account.CREATED_AT,
                "visibleInUI": True,
            }
            for number, code in enumerate(self._settings.additional_currencies)
        ]


def _tax_scopes(_args: Mapping[str, Any]) -> Sequence[str]:
    return ("tax_rates.read",)


def _currency_scopes(_args: Mapping[str, Any]) -> Sequence[str]:
    return ("settings.currencies.read",)
