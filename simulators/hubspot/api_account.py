"""Endpoints around the account: details, API usage, owners, pipelines, uninstall.

Knows paths and answers; the data is in ``account``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common.clock import SimClock, iso_milliseconds
from simulators.common.web import SimRequest, json_response
from simulators.hubspot import account, errors, registry
from simulators.hubspot.access import Endpoint, rule, versions
from simulators.hubspot.limits import Limits
from simulators.hubspot.render import UI_DOMAIN
from simulators.hubspot.requests import next_page, page_limit
from simulators.hubspot.settings import Settings

DEFAULT_PAGE = 100
MAX_PAGE = 500


class AccountApi:
    """What a client asks about the account itself."""

    def __init__(
        self,
        clock: SimClock,
        limits: Limits,
        settings: Settings,
        portal_id: Callable[[], int],
        uninstall: Callable[[SimRequest], None],
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._settings = settings
        self._portal_id = portal_id
        self._uninstall = uninstall

    def rules(self) -> Iterator[Rule]:
        """All routes, in all versions."""
        for version in versions("v3", "/account-info/v3", "/account-info/{V}"):
            yield rule(
                f"{version.prefix}/details",
                "GET",
                Endpoint(self.details, "crm", "GET account-info/details"),
            )
            yield rule(
                f"{version.prefix}/api-usage/daily/private-apps",
                "GET",
                Endpoint(self.usage, "crm", "GET account-info/api-usage"),
            )
        for version in versions("v3", "/appinstalls/v3", "/appinstalls/{V}"):
            yield rule(
                f"{version.prefix}/external-install",
                "DELETE",
                Endpoint(self.uninstall, "crm", "DELETE external-install"),
            )
        for version in versions("v3", "/crm/v3/owners", "/crm/owners/{V}"):
            yield rule(
                version.prefix, "GET", Endpoint(self.owners, "crm", "GET owners", _owner_scopes)
            )
            yield rule(
                f"{version.prefix}/<owner_id>",
                "GET",
                Endpoint(self.owner, "crm", "GET owners/<owner_id>", _owner_scopes),
            )
        for version in versions("v3", "/crm/v3/pipelines", "/crm/pipelines/{V}"):
            yield rule(
                f"{version.prefix}/<t>",
                "GET",
                Endpoint(self.pipelines, "crm", "GET pipelines", _pipeline_scopes),
            )
            yield rule(
                f"{version.prefix}/<t>/<pipeline_id>",
                "GET",
                Endpoint(self.pipeline, "crm", "GET pipelines/<pipeline_id>", _pipeline_scopes),
            )
            yield rule(
                f"{version.prefix}/<t>/<pipeline_id>/stages",
                "GET",
                Endpoint(self.stages, "crm", "GET pipelines/stages", _pipeline_scopes),
            )
            yield rule(
                f"{version.prefix}/<t>/<pipeline_id>/stages/<stage_id>",
                "GET",
                Endpoint(self.stage, "crm", "GET pipelines/stages/<stage_id>", _pipeline_scopes),
            )

    def details(self, _request: SimRequest) -> Response:
        """Portal id, currency, zone."""
        offset = self._clock.now().astimezone(ZoneInfo(account.TIME_ZONE)).utcoffset()
        seconds = int((offset or timedelta()).total_seconds())
        sign = "-" if seconds < 0 else "+"
        hours, minutes = divmod(abs(seconds) // 60, 60)
        return json_response(
            {
                "portalId": self._portal_id(),
                "accountType": "STANDARD",
                "timeZone": account.TIME_ZONE,
                "companyCurrency": account.CURRENCY,
                "additionalCurrencies": self._settings.additional_currencies,
                "utcOffset": f"{sign}{hours:02d}:{minutes:02d}",
                "utcOffsetMilliseconds": seconds * 1000,
                "uiDomain": UI_DOMAIN,
                "dataHostingLocation": "na1",
            }
        )

    def usage(self, _request: SimRequest) -> Response:
        """Calls of today by private apps and service keys."""
        now = self._clock.now()
        daily = self._limits.daily
        return json_response(
            {
                "results": [
                    {
                        "name": "private-apps-api-calls-daily",
                        "usageLimit": self._limits.plan.daily,
                        "currentUsage": daily.used(now),
                        "collectedAt": iso_milliseconds(now),
                        "fetchStatus": "SUCCESS",
                        "resetsAt": iso_milliseconds(_next_midnight(now)),
                    }
                ]
            }
        )

    def uninstall(self, request: SimRequest) -> Response:
        """The app removes itself from the account."""
        self._uninstall(request)
        return Response(status=204)

    def stage(self, _request: SimRequest, t: str, pipeline_id: str, stage_id: str) -> Response:
        """One stage of a pipeline."""
        stages = self._pipeline(t, pipeline_id)["stages"]
        for one in stages if isinstance(stages, list) else ():
            if one["id"] == stage_id:
                return json_response(one)
        raise errors.plain(404, "resource not found")

    def owners(self, request: SimRequest) -> Response:
        """A page of owners."""
        limit = page_limit(request.args.get("limit"), default=DEFAULT_PAGE, most=MAX_PAGE)
        wanted = request.args.get("email", "").lower()
        after = request.args.get("after", "")
        if request.args.get("archived", "").lower() == "true":
            return json_response({"results": []})
        found = [
            owner
            for owner in account.OWNERS
            if (not wanted or owner.email == wanted) and owner.id > after
        ]
        body: dict[str, Any] = {"results": [owner.body() for owner in found[:limit]]}
        if len(found) > limit:
            body.update(next_page(request, found[limit - 1].id))
        return json_response(body)

    def owner(self, request: SimRequest, owner_id: str) -> Response:
        """One owner, by id or (``idProperty=userId``) by the user's number."""
        by_user = request.args.get("idProperty") == "userId"
        for owner in account.OWNERS:
            if owner_id == (str(owner.user_id) if by_user else owner.id):
                return json_response(owner.body())
        raise errors.plain(404, "resource not found")

    def pipelines(self, _request: SimRequest, t: str) -> Response:
        """The pipelines of a type: one for deals, none for the others."""
        kind = registry.find(t)
        found = [account.deal_pipeline()] if kind.slug == "deals" else []
        return json_response({"results": found})

    def pipeline(self, _request: SimRequest, t: str, pipeline_id: str) -> Response:
        """One pipeline."""
        return json_response(self._pipeline(t, pipeline_id))

    def stages(self, _request: SimRequest, t: str, pipeline_id: str) -> Response:
        """The stages of one pipeline."""
        return json_response({"results": self._pipeline(t, pipeline_id)["stages"]})

    @staticmethod
    def _pipeline(t: str, pipeline_id: str) -> dict[str, object]:
        if registry.find(t).slug != "deals" or pipeline_id != "default":
            raise errors.plain(404, "resource not found")
        return account.deal_pipeline()


def _next_midnight(now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(account.TIME_ZONE)) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _owner_scopes(_args: Mapping[str, Any]) -> Sequence[str]:
    return ("crm.objects.owners.read",)


def _pipeline_scopes(args: Mapping[str, Any]) -> Sequence[str]:
    return registry.find(args["t"]).read_scopes
