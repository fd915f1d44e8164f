"""``python -m simulators.hubspot``: serve one HubSpot account on 127.0.0.1."""

from __future__ import annotations

import sys

from simulators.common.server import common_parser, open_state, serve
from simulators.hubspot.account import DEFAULT_PORTAL
from simulators.hubspot.app import HubSpot
from simulators.hubspot.limits import MAX_INCREASES, PLANS, increased


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; returns the exit code."""
    parser = common_parser("hubspot", "HubSpot")
    parser.add_argument("--plan", choices=sorted(PLANS), default="professional")
    parser.add_argument(
        "--limit-increases",
        type=int,
        choices=range(MAX_INCREASES + 1),
        default=0,
        metavar="N",
        help="API limit increases bought (0 to 2)",
    )
    parser.add_argument(
        "--portal", type=int, default=DEFAULT_PORTAL, metavar="ID", help="the account's Hub ID"
    )
    parser.add_argument(
        "--search-lag",
        type=float,
        default=None,
        metavar="SECONDS",
        help="how late search sees a write (default 3)",
    )
    options = parser.parse_args(arguments)
    app = HubSpot(
        seed=None if options.empty else options.seed,
        state=open_state(options.state),
        limits=options.limits,
        access_tokens=options.access_token,
        plan=increased(PLANS[options.plan], options.limit_increases),
        portal=options.portal,
        search_lag=options.search_lag,
    )
    return serve(app, options.port)


if __name__ == "__main__":
    sys.exit(main())
