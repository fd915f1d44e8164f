"""The admin's theme: title, colours, sidebar.

Knows unfold's option names. Must not know models: the sidebar and the home page's numbers come
from the app through dotted names, so the app's admin can change without touching this file.
"""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config.env import BASE_DIR

ADMIN = BASE_DIR / "syncapp" / "admin"


def unfold_config() -> dict[str, Any]:
    """Return the UNFOLD setting.

    `syncapp.admin.navigation.sidebar(request)` gives the sidebar's groups and
    `syncapp.admin.home.dashboard(request, context)` the home page's context, where they exist.
    """
    config: dict[str, Any] = {
        "SITE_TITLE": "Tandem",
        "SITE_HEADER": "Tandem",
        "SITE_SUBHEADER": _("HubSpot and QuickBooks, in step"),
        "SITE_URL": "/admin/",
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
        "STYLES": [lambda request: static("syncapp/css/tandem.css")],
        "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": people()},
    }
    if (ADMIN / "navigation.py").exists():
        config["SIDEBAR"]["navigation"] = "syncapp.admin.navigation.sidebar"
    if (ADMIN / "home.py").exists():
        config["DASHBOARD_CALLBACK"] = "syncapp.admin.home.dashboard"
    return config


def people() -> list[dict[str, Any]]:
    """Return the sidebar group about users, which exists without the app's own pages."""
    return [
        {
            "title": _("People"),
            "items": [
                {
                    "title": _("Users"),
                    "icon": "person",
                    "link": reverse_lazy("admin:auth_user_changelist"),
                    "permission": lambda request: request.user.has_perm("auth.view_user"),
                },
                {
                    "title": _("Groups"),
                    "icon": "group",
                    "link": reverse_lazy("admin:auth_group_changelist"),
                    "permission": lambda request: request.user.has_perm("auth.view_group"),
                },
            ],
        }
    ]
