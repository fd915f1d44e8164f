"""The command line: ``python -m simulators.quickbooks``."""

from __future__ import annotations

import argparse
import sys

from simulators.common.server import common_parser, fail, open_state, serve
from simulators.quickbooks.app import DEFAULT_REALM, QuickBooks
from simulators.quickbooks.behaviour import Behaviour, BehaviourInvalid
from simulators.quickbooks.company import COUNTRIES
from simulators.quickbooks.limits import PLANS
from simulators.quickbooks.oauth.grants import OAuthApp


def _parser() -> argparse.ArgumentParser:
    parser = common_parser("quickbooks", "QuickBooks Online")
    parser.add_argument("--realm", default=DEFAULT_REALM, metavar="ID", help="the company's id")
    parser.add_argument("--country", choices=tuple(COUNTRIES), default="US")
    parser.add_argument("--plan", choices=tuple(PLANS), default="builder", help="partner tier")
    parser.add_argument(
        "--behaviour",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a switch for what is UNCONFIRMED; may be repeated",
    )
    parser.add_argument("--webhook", metavar="URL", help="where the preset app hears of changes")
    parser.add_argument("--verifier-token", metavar="TOKEN", help="signs the webhooks")
    parser.add_argument(
        "--app",
        action="append",
        default=[],
        metavar="ID:SECRET",
        help="one more app that may connect; may be repeated",
    )
    return parser


def _app(text: str) -> OAuthApp:
    client_id, secret = text.split(":", 1)
    return OAuthApp(client_id, secret, client_id)


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; returns the exit code."""
    options = _parser().parse_args(arguments)
    if not options.realm.isdigit():
        return fail("--realm takes a number of up to 19 digits.")
    try:
        switches = dict(item.split("=", 1) for item in options.behaviour)
        behaviour = Behaviour().changed(switches)
        apps = [_app(item) for item in options.app]
    except (BehaviourInvalid, TypeError, ValueError) as error:
        return fail(f"Cannot read the options: {error}")
    app = QuickBooks(
        seed=None if options.empty else options.seed,
        state=open_state(options.state),
        limits=options.limits,
        access_tokens=options.access_token,
        realm=options.realm,
        country=options.country,
        plan=options.plan,
        behaviour=behaviour,
        apps=apps,
    )
    if options.webhook:
        try:
            wanted = {"url": options.webhook, "verifier_token": options.verifier_token}
            app.configure_webhooks(wanted)
        except ValueError as error:
            return fail(f"Cannot read the options: {error}")
    return serve(app, options.port)


if __name__ == "__main__":
    sys.exit(main())
