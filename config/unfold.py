"""The admin's theme: title, colours, styles, sidebar.

Knows unfold's option names. Must not know models: the sidebar and the home page's numbers come
from the app through dotted names, so the app's admin can change without touching this file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

STYLES = ("syncapp/css/tandem.css", "syncapp/css/header.css")
SCRIPTS = ("syncapp/js/header.js",)

# A calm blue that carries white text at every weight used for buttons (WCAG AA).
PRIMARY = {
    "50": "oklch(97% .014 254.604)",
    "100": "oklch(93.2% .032 255.585)",
    "200": "oklch(88.2% .059 254.128)",
    "300": "oklch(80.9% .105 251.813)",
    "400": "oklch(70.7% .165 254.624)",
    "500": "oklch(62.3% .214 259.815)",
    "600": "oklch(54.6% .245 262.881)",
    "700": "oklch(48.8% .243 264.376)",
    "800": "oklch(42.4% .199 265.638)",
    "900": "oklch(37.9% .146 265.522)",
    "950": "oklch(28.2% .091 267.935)",
}


def unfold_config() -> dict[str, Any]:
    """Return the UNFOLD setting.

    `syncapp.admin.navigation.sidebar(request)` gives the sidebar's groups and
    `syncapp.admin.home.dashboard(request, context)` the home page's context.
    """
    return {
        "SITE_TITLE": "Tandem",
        "SITE_HEADER": "Tandem",
        "SITE_SUBHEADER": _("HubSpot and QuickBooks, in step"),
        "SITE_URL": None,  # the admin is the site: no "view site"
        "SITE_SYMBOL": "sync_alt",
        "SITE_FAVICONS": [
            {
                "rel": "icon",
                "type": "image/svg+xml",
                "href": lambda request: static("syncapp/favicon.svg"),
            }
        ],
        "SHOW_HISTORY": True,
        "SHOW_VIEW_ON_SITE": False,
        "SHOW_LANGUAGES": True,
        "COLORS": {"primary": PRIMARY},
        "STYLES": [address(path) for path in STYLES],
        "SCRIPTS": [address(path) for path in SCRIPTS],
        "ACCOUNT": {"navigation": "syncapp.admin.navigation.account_links"},
        "SIDEBAR": {
            "show_search": False,
            "show_all_applications": False,
            "navigation": "syncapp.admin.navigation.sidebar",
        },
        "DASHBOARD_CALLBACK": "syncapp.admin.home.dashboard",
    }


def address(path: str) -> Callable[[HttpRequest], str]:
    """Return a static file as unfold wants it: its address, asked for at each request."""
    return lambda request: static(path)
