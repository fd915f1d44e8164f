"""Vendors and connected apps."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import SimRequest, html_error
from simulators.quickbooks import faults, operations, times
from simulators.quickbooks.entities.names import VENDOR
from simulators.quickbooks.oauth.endpoints import USER_NAME
from simulators.quickbooks.pages.site import Desk

_SHOWN = 200


class OfficePages:
    """Pages about the company itself."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[tuple[str, str, Callable[..., Response]]]:
        """Path, method and page."""
        return [
            ("/vendors", "GET", self.vendors),
            ("/vendors", "POST", self.create_vendor),
            ("/apps", "GET", self.apps),
            ("/apps/<grant_id>/disconnect", "POST", self.disconnect),
        ]

    # -- vendors --------------------------------------------------------------------------
    def vendors(self, request: SimRequest, problem: str = "") -> Response:
        """All vendors, and a form for a new one."""
        store = self._desk.company.store(VENDOR)
        rows = [
            (
                record.title,
                (record.values.get("PrimaryEmailAddr") or {}).get("Address"),
                record.id,
            )
            for record in islice(store.in_default_order(), _SHOWN)
        ]
        form = pages.form(
            "/vendors",
            pages.grid(
                pages.field("Vendor display name", "DisplayName", required=True),
                pages.field("Email", "Email"),
            ),
            pages.row(pages.button("Create vendor")),
        )
        table = pages.table(f"{len(store)} vendors", ("Vendor", "Email", "ID"), rows)
        body = pages.joined([form, table])
        return self._desk.page(request, "Vendors", body, current="/vendors", problem=problem)

    def create_vendor(self, request: SimRequest) -> Response:
        """Create a vendor; its name is taken for customers and employees too."""
        body = {
            "DisplayName": request.form.get("DisplayName", ""),
            "PrimaryEmailAddr": {"Address": request.form.get("Email", "")},
        }
        writer = self._desk.writer(request)
        try:
            record = operations.write(self._desk.company, VENDOR, body, writer)
        except faults.Refusal as refusal:
            return self.vendors(request, f"{refusal.errors[0].message}: {refusal.errors[0].detail}")
        return self._desk.back("/vendors", f"{record.title} was created.")

    # -- apps -----------------------------------------------------------------------------
    def apps(self, request: SimRequest) -> Response:
        """The apps that are connected, each with a button to disconnect it."""
        grants = self._desk.app.grants
        rows = [
            (
                grants.apps[grant.client_id].name if grant.client_id in grants.apps else "",
                grant.client_id,
                f"{times.stamp(grant.granted_at)} by {USER_NAME}",
                pages.form(
                    f"/apps/{grant.id}/disconnect",
                    pages.button("Disconnect", style="danger"),
                    css="",
                ),
            )
            for grant in grants.standing()
        ]
        heads = ("App", "Client ID", "Connected", "")
        body = pages.table(f"{len(rows)} connected", heads, rows)
        return self._desk.page(request, "Connected apps", body, current="/apps")

    def disconnect(self, request: SimRequest, grant_id: str) -> Response:
        """Disconnect an app: its tokens stop working."""
        if self._desk.app.grants.disconnect(grant_id) is None:
            return html_error(NotFound.code)
        return self._desk.back("/apps", "The app was disconnected.")
