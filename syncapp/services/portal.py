"""What an operator enters in the vendors' portals: the redirect URI and the scopes.

Must not know the keys that come back from there.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from syncapp.connectors.grants import VENDORS
from syncapp.core.sides import Side
from syncapp.services.connections import is_loopback

APPS_PAGE = {
    Side.HUBSPOT: "https://app.hubspot.com/developer-overview",
    Side.QUICKBOOKS: "https://developer.intuit.com/app/developer/dashboard",
}


def redirect_uri(side: Side, *, opened_as: str) -> str:
    """Where a vendor sends the browser back to; registered there letter by letter.

    It starts with PUBLIC_URL. On one machine the address the page was opened under is used
    instead: "localhost" and "127.0.0.1" are two hosts to a browser, and the session would be
    missing on the other one.

    Args:
        side: The vendor.
        opened_as: Scheme and host of the page, such as ``http://localhost:8000``.
    """
    start = settings.PUBLIC_URL
    if is_loopback(start) and is_loopback(opened_as):
        parts = urlsplit(opened_as)
        start = f"{parts.scheme}://{parts.netloc}"
    return f"{start}{reverse('oauth_callback', args=[side.value])}"


def scopes(side: Side) -> tuple[str, ...]:
    """What the consent asks for; HubSpot wants each of them enabled in the app."""
    return VENDORS[side].scopes


def missing_scopes(side: Side, granted: str) -> tuple[str, ...]:
    """The wanted scopes that a consent did not grant; () when the vendor does not tell."""
    had = set(granted.split())
    return tuple(scope for scope in scopes(side) if scope not in had) if had else ()


def simulator_url(side: Side) -> str:
    """The simulator this installation was started with; "" without one."""
    urls: dict[Side, str] = {
        Side.HUBSPOT: settings.TANDEM_SIMULATOR_HUBSPOT_URL,
        Side.QUICKBOOKS: settings.TANDEM_SIMULATOR_QUICKBOOKS_URL,
    }
    return urls[side] if is_loopback(urls[side]) else ""
