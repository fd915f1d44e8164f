"""The pages for what went wrong: from a form that cannot be read to an error of our own.

They stand alone: no menu and, in an error of our own, no database, so that they work for everybody
and always. Knows what each says and where it leads. Must not know why a view refused.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy

TEMPLATE = "errors/page.html"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says: what happened, and what to do next."""

    title: str | Promise
    why: str | Promise
    remedy: str | Promise


BAD_REQUEST = Words(
    gettext_lazy("This address or form cannot be read"),
    gettext_lazy("A part of it is missing or is not what this page expects. Nothing was changed."),
    gettext_lazy("Go back, reload the page and try again."),
)
FORBIDDEN = Words(
    gettext_lazy("You may not open this page"),
    gettext_lazy("Your role does not include it. Nothing was changed."),
    gettext_lazy(
        "If you need it for your work, ask an administrator of Tandem for a role that includes it."
    ),
)
NOT_FOUND = Words(
    gettext_lazy("This page does not exist"),
    gettext_lazy(
        "The address may be incomplete, or what it showed was removed from Tandem. Nothing is "
        "removed from HubSpot or QuickBooks by that."
    ),
    gettext_lazy("Look for the record in the record view, or start at the home page."),
)
NOT_A_PAGE = Words(
    gettext_lazy("This address belongs to a button"),
    gettext_lazy(
        "It works only when the button is pressed; opened from a bookmark, or after signing in "
        "again, it does nothing. Nothing was changed."
    ),
    gettext_lazy("Go to the page with the button, see how things stand, and press it there."),
)
OLD_FORM = Words(
    gettext_lazy("This form is no longer valid"),
    gettext_lazy(
        "You may have signed in or out in another tab meanwhile, or the browser keeps no cookies. "
        "Nothing was changed."
    ),
    gettext_lazy("Go back, reload the page and send the form again."),
)
LOCKED_OUT = Words(
    gettext_lazy("Too many attempts to sign in"),
    gettext_lazy("The password was wrong several times, so signing in is closed for a while."),
    gettext_lazy("Try again in 15 minutes. An administrator of Tandem can set a new password."),
)
BROKEN = Words(
    gettext_lazy("Something went wrong here"),
    gettext_lazy(
        "It is a fault of Tandem, not yours. What was saved before stays, and syncs go on by "
        "themselves."
    ),
    gettext_lazy(
        "Try again in a minute. If it stays, give this time to your administrator: the log says "
        "more."
    ),
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _answer(request, BAD_REQUEST, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but without the permission."""
    return _answer(request, FORBIDDEN, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; with the view's own sentence where it gave one."""
    told = exception.args[0] if exception is not None and exception.args else ""
    is_ours = (
        type(exception) is Http404 and isinstance(told, str) and "matches the given" not in told
    )
    return _answer(request, NOT_FOUND, 404, detail=told if is_ours else "")


class NotAPageMiddleware:
    """405: gives a page to whoever opens an address that only takes a pressed button.

    Django names no handler for this answer, as it does for the others.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """What the view answers, with words where it only says which methods it takes."""
        told = self._get_response(request)
        if told.status_code != 405 or request.method != "GET":
            return told
        page = _answer(request, NOT_A_PAGE, 405)
        page["Allow"] = told["Allow"]
        return page


def old_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form whose seal does not fit this browser session."""
    return _answer(request, OLD_FORM, 403)


def locked_out(
    request: HttpRequest, credentials: object = None, *args: object, **kwargs: object
) -> HttpResponse:
    """429: too many wrong passwords."""
    return _answer(request, LOCKED_OUT, 429)


def broken(request: HttpRequest) -> HttpResponse:
    """500: whatever happens in here, there is an answer."""
    at = timezone.now()
    try:
        return _answer(request, BROKEN, 500, at=f"{at:%Y-%m-%d %H:%M:%S} UTC", is_safe=False)
    except Exception:  # the page must come, even without its looks
        log.exception("The error page could not be made.")
        return HttpResponse(
            f"{BROKEN.title}. {BROKEN.remedy} {at:%Y-%m-%d %H:%M:%S} UTC", status=500
        )


def _answer(
    request: HttpRequest,
    words: Words,
    status: int,
    *,
    detail: str = "",
    at: str = "",
    is_safe: bool = True,
) -> HttpResponse:
    """The page.

    Args:
        request: What was asked for.
        words: What the page says.
        status: The HTTP status.
        detail: What the view itself said.
        at: The time to look for in the log.
        is_safe: Whether the database may be asked who is signed in.
    """
    user = getattr(request, "user", None) if is_safe else None
    who = user if isinstance(user, User) else None
    context = {
        "words": words,
        "status": status,
        "detail": detail,
        "at": at,
        "who": who.get_full_name() or who.get_username() if who else "",
        "is_stranger": is_safe and who is None,
        "home": reverse("admin:index"),
        "sign_in": f"{reverse('admin:login')}?{urlencode({'next': request.get_full_path()})}",
        "back": _back(request),
    }
    return HttpResponse(render_to_string(TEMPLATE, context), status=status)


def _back(request: HttpRequest) -> str:
    """The page of ours that the person came from; "" for none."""
    before = request.headers.get("referer", "")
    try:
        here = request.build_absolute_uri()
        hosts = {request.get_host()}
    except Exception:  # noqa: BLE001 (a host that is refused is why the page is shown)
        return ""
    is_ours = url_has_allowed_host_and_scheme(before, hosts, require_https=request.is_secure())
    return before if is_ours and before != here else ""
