"""The page on which a person arms faults, and sees and clears the armed ones.

Knows the form; what a fault does is in ``faults`` and in the application.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from simulators.common import pages
from simulators.common.faults import FaultInvalid
from simulators.common.web import html_response, see_other
from simulators.hubspot.pages.site import SITE

if TYPE_CHECKING:
    from simulators.common.web import App

#: parameters by kind that have a field of their own: name -> (label, type)
_NUMBERS: Mapping[str, tuple[str, type[int] | type[float]]] = {
    "status": ("Status (for the kind status)", int),
    "seconds": ("Seconds (slow answers, lag, webhooks)", float),
    "delay": ("Delay in seconds (late commit)", float),
}


PATH = "/faults"


class FaultPage:
    """One page: list, form, clear."""

    def __init__(self, app: App) -> None:
        self._app = app

    def show(self, request: Request, *, flash: str = "", bad: bool = False) -> Response:
        """The armed faults, and a form for one more."""
        body = pages.joined([self._armed(), self._form(request.form)])
        markup = pages.page(
            SITE,
            "Faults",
            body,
            current=PATH,
            flash=flash or request.args.get("done", ""),
            bad=bad,
        )
        return html_response(markup, 400 if bad else 200)

    def arm(self, request: Request) -> Response:
        """Arm one fault."""
        try:
            fault = self._app.faults.arm(described(request.form))
        except (FaultInvalid, ValueError) as error:
            return self.show(request, flash=str(error), bad=True)
        return see_other(f"{PATH}?done=Armed fault {fault.id}.")

    def clear(self, request: Request) -> Response:
        """Disarm one, or all."""
        count = self._app.faults.clear(request.form.get("id") or None)
        return see_other(f"{PATH}?done=Cleared {count}.")

    def release(self, request: Request) -> Response:
        """Let held answers go."""
        count = self._app.faults.release(request.form.get("id") or None)
        return see_other(f"{PATH}?done=Released {count}.")

    def _armed(self) -> Markup:
        rows = []
        for one in self._app.faults.list():
            match = {name: value for name, value in one["match"].items() if value}
            known = {"id", "kind", "match", "times", "rate", "seen", "hits", "spent"}
            params = {name: value for name, value in one.items() if name not in known}
            buttons = [pages.hidden({"id": one["id"]}), pages.button("Clear", style="plain")]
            actions = pages.form(f"{PATH}/clear", *buttons, css="")
            if one["kind"] == "hold":
                let_go = pages.form(
                    f"{PATH}/release",
                    pages.hidden({"id": one["id"]}),
                    pages.button("Let go"),
                    css="",
                )
                actions = pages.joined([let_go, actions])
            times = "always" if one["times"] is None else str(one["times"])
            rows.append(
                [one["id"], one["kind"], _shown(match), _shown(params), times,
                 f"{one['hits']} of {one['seen']}", actions]
            )  # fmt: skip
        table = pages.table(
            f"{len(rows)} faults",
            ["No.", "Kind", "Requests", "With", "Times", "Hits", "Action"],
            rows,
        )
        clear = pages.form(f"{PATH}/clear", pages.button("Clear all", style="danger"), css="")
        return pages.joined([table, pages.row(clear)])

    def _form(self, values: Mapping[str, str]) -> Markup:
        kinds = [(kind, f"{kind}: {text}") for kind, text in self._app.faults.kinds.items()]
        methods = [(one, one or "Any") for one in ("", "GET", "POST", "PUT", "PATCH", "DELETE")]
        get = values.get
        return pages.form(
            PATH,
            pages.heading("Arm a fault"),
            pages.grid(
                pages.choice("Kind", "kind", kinds, get("kind")),
                pages.choice("Method", "method", methods, get("method")),
                pages.field("Path (regular expression)", "path", get("path", "")),
                pages.field("Body (regular expression)", "body", get("body", "")),
                pages.field("First matching request to hit", "nth", get("nth", "1"), kind="number"),
                pages.field("After so many writes by apps", "after_writes",
                            get("after_writes", "0"), kind="number"),
                pages.field("How often (empty: always)", "times", get("times", "1")),
                pages.field("Chance from 0 to 1", "rate", get("rate", "1")),
                *(pages.field(label, name, get(name, "")) for name, (label, _) in _NUMBERS.items()),
            ),
            pages.field("More parameters (JSON)", "more", get("more", ""), kind="textarea"),
            pages.row(pages.button("Arm")),
        )  # fmt: skip


def described(form: Mapping[str, str]) -> dict[str, Any]:
    """The fault a submitted form describes.

    Raises:
        ValueError: a number or the JSON cannot be read.
    """
    match = {name: form[name] for name in ("method", "path", "body") if form.get(name)}
    counts = {name: int(form[name]) for name in ("nth", "after_writes") if form.get(name)}
    found: dict[str, Any] = {"kind": form.get("kind"), "match": {**match, **counts}}
    times = form.get("times", "1").strip()
    found["times"] = int(times) if times else None
    found["rate"] = form.get("rate") or 1
    for name, (_, read) in _NUMBERS.items():
        if form.get(name):
            found[name] = read(form[name])
    more = json.loads(form.get("more") or "{}")
    if not isinstance(more, dict):
        raise ValueError("More parameters must be a JSON object.")  # noqa: TRY004
    return {**found, **more}


def _shown(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())
