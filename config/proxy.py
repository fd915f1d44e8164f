"""Whose request it is, when a reverse proxy stands in front.

Knows X-Forwarded-For and how many proxies are ours. Must not trust more of that header than our
own proxies wrote: the rest comes from the visitor.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address of the visitor as the outermost trusted proxy saw it."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    count: int = settings.TRUSTED_PROXY_COUNT
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    seen = [part.strip() for part in forwarded.split(",") if part.strip()]
    if count and len(seen) >= count:
        return seen[-count]
    return address
