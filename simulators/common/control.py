"""The control endpoints under ``/__sim__/``: never limited, never authenticated.

Knows the parts every simulator has; must not know any vendor.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from simulators.common.clock import iso_milliseconds
from simulators.common.faults import FaultInvalid

if TYPE_CHECKING:
    from simulators.common.web import App

PREFIX = "/__sim__/"


class _Refused(Exception):
    def __init__(self, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


def respond(app: App, request: Request) -> Response:
    """Answer one control request."""
    parts = request.path.removeprefix(PREFIX).strip("/").split("/")
    try:
        body = _route(app, request, parts[0], parts[1:])
    except _Refused as refused:
        return _answer({"error": str(refused)}, refused.status)
    except FaultInvalid as invalid:
        return _answer({"error": str(invalid)}, HTTPStatus.BAD_REQUEST)
    return _answer(body, HTTPStatus.OK)


def _answer(body: Any, status: int) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False), status=status, content_type="application/json"
    )


def _route(app: App, request: Request, what: str, rest: list[str]) -> Any:
    control = _CONTROLS.get((request.method, what))
    if control is None:
        raise _Refused(f"No such control: {request.method} {request.path}", HTTPStatus.NOT_FOUND)
    return control(app, request, rest)


def _health(app: App, _request: Request, _rest: list[str]) -> Any:
    return {"ok": True, "simulator": app.title, "now": iso_milliseconds(app.clock.now())}


def _faults(app: App, _request: Request, _rest: list[str]) -> Any:
    return {"kinds": app.faults.kinds, "faults": app.faults.list()}


def _arm(app: App, request: Request, rest: list[str]) -> Any:
    if rest == ["release"]:
        return {"released": app.faults.release(_body(request).get("id"))}
    return app.faults.arm(_body(request)).describe()


def _disarm(app: App, _request: Request, rest: list[str]) -> Any:
    return {"cleared": app.faults.clear(rest[0] if rest else None)}


def _stats(app: App, _request: Request, _rest: list[str]) -> Any:
    now = app.clock.now()
    windows = {name: one.report(now) for name, one in app.windows().items()}
    return {**app.stats.report(), "windows": windows}


def _clear_stats(app: App, _request: Request, _rest: list[str]) -> Any:
    app.stats.clear()
    return {"cleared": True}


def _body(request: Request) -> dict[str, Any]:
    raw = request.get_data()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as error:
        raise _Refused(f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise _Refused("The body must be a JSON object.")
    return body


def _ledger(app: App, request: Request, rest: list[str]) -> Any:
    with app.lock:
        if rest == ["summary"]:
            return app.ledger.summary()
        entries = app.ledger.select(
            since=request.args.get("since", 0, type=int),
            type=request.args.get("type"),
            writes_by=request.args.get("writes_by"),
            limit=request.args.get("limit", None, type=int),
        )
        return {"last_seq": len(app.ledger.entries), "entries": entries}


def _show_clock(app: App, _request: Request, _rest: list[str]) -> Any:
    return _clock(app)


def _clock(app: App) -> Any:
    return {
        "now": iso_milliseconds(app.clock.now()),
        "offset_seconds": app.clock.offset.total_seconds(),
    }


def _move_clock(app: App, request: Request, _rest: list[str]) -> Any:
    body = _body(request)
    with app.lock:
        try:
            if "set" in body:
                app.clock.set(str(body["set"]))
            elif "advance" in body:
                app.clock.advance(float(body["advance"]))
            else:
                raise _Refused('Send {"advance": seconds} or {"set": "2026-01-05T09:00:00Z"}.')
        except (TypeError, ValueError, OverflowError) as error:
            raise _Refused(f"The clock cannot be moved: {error}") from error
        app.keep_clock()
        app.state.flush()
        app.run_late_commits()
        return _clock(app)


def _settings(app: App, _request: Request, _rest: list[str]) -> Any:
    return dict(app.settings())


def _change_settings(app: App, request: Request, _rest: list[str]) -> Any:
    with app.lock:
        try:
            app.change_settings(_body(request))
        except (TypeError, ValueError) as error:
            raise _Refused(str(error)) from error
        app.state.flush()
        return dict(app.settings())


def _reset(app: App, request: Request, _rest: list[str]) -> Any:
    body = _body(request)
    seed = body.get("seed")
    if body.get("empty"):
        seed = None
    elif not isinstance(seed, int):
        raise _Refused('Send {"seed": number} or {"empty": true}.')
    app.reset(seed)
    return {"seed": seed, "empty": seed is None}


def _webhooks(app: App, _request: Request, _rest: list[str]) -> Any:
    with app.lock:
        report = app.webhooks.report() if app.webhooks is not None else {}
        return {**app.describe_webhooks(), **report}


def _change_webhooks(app: App, request: Request, rest: list[str]) -> Any:
    if rest == ["pump"]:
        return {"requests": app.webhooks.pump() if app.webhooks is not None else 0}
    with app.lock:
        try:
            app.configure_webhooks(_body(request))
        except (TypeError, ValueError) as error:
            raise _Refused(str(error)) from error
        app.state.flush()
    return _webhooks(app, request, rest)


def _clear_webhooks(app: App, _request: Request, _rest: list[str]) -> Any:
    with app.lock:
        if app.webhooks is not None:
            app.webhooks.clear()
            app.state.flush()
    return {"cleared": True}


_Control = Callable[["App", Request, list[str]], Any]
_CONTROLS: Mapping[tuple[str, str], _Control] = {
    ("GET", "health"): _health,
    ("GET", "ledger"): _ledger,
    ("GET", "clock"): _show_clock,
    ("POST", "clock"): _move_clock,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _arm,
    ("DELETE", "faults"): _disarm,
    ("POST", "reset"): _reset,
    ("GET", "settings"): _settings,
    ("POST", "settings"): _change_settings,
    ("GET", "stats"): _stats,
    ("DELETE", "stats"): _clear_stats,
    ("GET", "webhooks"): _webhooks,
    ("POST", "webhooks"): _change_webhooks,
    ("DELETE", "webhooks"): _clear_webhooks,
}
