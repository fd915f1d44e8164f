"""A page to arm faults by hand: what the app of someone who tests by clicking will run into."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.faults import EVENT_KINDS, FaultInvalid
from simulators.common.web import SimRequest
from simulators.quickbooks.pages.site import Desk
from simulators.quickbooks.pages.tools import act

_PATH = "/faults"
_METHODS = (("", "any"), ("GET", "GET"), ("POST", "POST"))


class TroublePages:
    """The page about faults."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[tuple[str, str, Callable[..., Response]]]:
        """Path, method and page."""
        return [
            (_PATH, "GET", self.listing),
            (_PATH, "POST", self.arm),
            (f"{_PATH}/<fault_id>/clear", "POST", self.clear),
        ]

    def listing(self, request: SimRequest, problem: str = "") -> Response:
        """What is armed, and a form for one more."""
        armed = self._desk.app.faults
        rows = [
            (
                one["kind"],
                json.dumps({k: v for k, v in one["match"].items() if v}),
                f"{one['hits']} of {'all' if one['times'] is None else one['times']}",
                act(f"{_PATH}/{one['id']}/clear", "Clear", danger=True),
            )
            for one in armed.list()
        ]
        kinds = [(kind, f"{kind}: {text}") for kind, text in sorted(armed.kinds.items())]
        form = pages.form(
            _PATH,
            pages.grid(
                pages.choice("Kind", "kind", kinds, "throttled"),
                pages.choice("Method", "method", _METHODS),
                pages.field("Path matches", "path", "/invoice$"),
                pages.field("Which one of them", "nth", "1", kind="number"),
                pages.field("How often (empty: always)", "times", "1"),
                pages.field("Status (kind status)", "status"),
                pages.field("Seconds (slow, late, webhooks)", "seconds"),
            ),
            pages.row(pages.button("Arm")),
        )
        heads = ("Kind", "Hits requests", "So far", "")
        body = pages.joined([form, pages.table(f"{len(rows)} armed", heads, rows)])
        return self._desk.page(request, "Faults", body, current=_PATH, problem=problem)

    def arm(self, request: SimRequest) -> Response:
        """Arm a fault."""
        form = request.form
        match: dict[str, Any] = {n: form[n] for n in ("method", "path", "nth") if form.get(n)}
        # Without a path it would hit the pages too, this one's buttons among them.
        match.setdefault("path", "" if str(form.get("kind")) in EVENT_KINDS else "/v3/")
        wanted: dict[str, Any] = {"kind": form.get("kind"), "match": match}
        wanted["times"] = form.get("times") or None
        if form.get("status"):
            wanted["status"] = form["status"]
        if form.get("seconds"):
            wanted |= {"seconds": form["seconds"], "delay": form["seconds"]}
        try:
            self._desk.app.faults.arm(wanted)
        except FaultInvalid as invalid:
            return self.listing(request, str(invalid))
        return self._desk.back(_PATH, "The fault is armed.")

    def clear(self, request: SimRequest, fault_id: str) -> Response:
        """Disarm a fault."""
        self._desk.app.faults.clear(fault_id)
        return self._desk.back(_PATH, "The fault was cleared.")
