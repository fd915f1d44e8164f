"""Leaving for a vendor's consent page and coming back from it.

Turns what came back into a sentence and lands on a page where the person can go on. Which
account it was, and whether it fits, the services decide.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from syncapp.core.errors import SyncError
from syncapp.core.sides import Side
from syncapp.models import Connection, ConsentRequest
from syncapp.models.spoken import spoken
from syncapp.services import connections, joining, portal
from syncapp.services.env import real_env

PERMISSION = "syncapp.connect_connection"
CANCELLED = "access_denied"
LONGEST_VENDOR_WORDS = 200
P = ParamSpec("P")
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def connectors_only(method: str) -> Callable[[Guarded[P]], Guarded[P]]:
    """Login first, then the permission to connect accounts (S2), then the method."""

    def decorate(view: Guarded[P]) -> Guarded[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not (request.user.is_active and request.user.is_staff):
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            if not request.user.has_perm(PERMISSION):
                raise PermissionDenied
            if request.method != method:
                return HttpResponseNotAllowed([method])
            return view(request, *args, **kwargs)

        return cast("Guarded[P]", guarded)

    return decorate


@never_cache
@connectors_only("POST")
def start(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Begin a consent with the keys that are stored, and go to the vendor."""
    connection = get_object_or_404(Connection, pk=connection_id)
    side = Side(connection.side)
    opened_as = request.build_absolute_uri("/").rstrip("/")
    try:
        url = connections.start_consent(
            connection,
            env=real_env(),
            redirect_uri=portal.redirect_uri(side, opened_as=opened_as),
            user_id=request.user.pk,
            next_url=_safe_next(request),
        )
    except SyncError as error:
        messages.error(request, spoken(str(error)))
        return redirect("admin:syncapp_connection_change", connection.pk)
    # A page of its own rather than a redirect: browsers apply "form-action" to every redirect
    # after a form, and where a vendor sends people to log in is not ours to list.
    return render(request, "admin/syncapp/connection/leaving.html", {"url": url, "side": side})


@never_cache
@connectors_only("GET")
def callback(request: HttpRequest, side_name: str) -> HttpResponse:
    """Come back from the vendor: connected, or with a sentence that says what to do."""
    side = _side(side_name)
    state = request.GET.get("state", "")
    begun = ConsentRequest.objects.filter(state=state).first() if state else None
    landing = _landing(side, begun.connection_id if begun else None)
    try:
        finished = _finish(request, side, state)
    except (connections.ConsentFailed, SyncError) as error:
        cancelled = request.GET.get("error") == CANCELLED
        messages.add_message(
            request, messages.WARNING if cancelled else messages.ERROR, spoken(str(error))
        )
        return redirect(landing)
    connection = finished.connection
    messages.success(
        request,
        _("Connected to %(side)s: %(name)s.") % {"side": side.label, "name": connection.name},
    )
    return redirect(_after(connection, finished.next_url, request))


def _side(name: str) -> Side:
    if name not in set(Side):
        raise Http404
    return Side(name)


def _finish(request: HttpRequest, side: Side, state: str) -> ConsentRequest:
    """Complete the consent.

    Raises:
        ConsentFailed: The person chose Cancel, or what came back cannot be used.
        SyncError: The vendor refused, or did not answer.
    """
    env, user_id = real_env(), request.user.pk
    refusal, code = request.GET.get("error", ""), request.GET.get("code", "")
    if refusal or not code:
        if state:
            connections.take_consent(state, env=env, user_id=user_id)
        raise connections.ConsentFailed(_refusal(request, side, refusal))
    return connections.finish_consent(
        state=state,
        code=code,
        realm_id=request.GET.get("realmId", ""),
        env=env,
        user_id=user_id,
        who=request.user.get_username(),
    )


def _refusal(request: HttpRequest, side: Side, error: str) -> str:
    if error == CANCELLED:
        return _(
            "You cancelled the consent at %(side)s, so nothing was connected. The keys you "
            "entered are kept: choose Connect when you are ready."
        ) % {"side": side.label}
    if not error:
        return _("%(side)s came back without a code. Choose Connect again.") % {"side": side.label}
    words = request.GET.get("error_description", "")[:LONGEST_VENDOR_WORDS] or error
    return _("%(side)s did not give consent: “%(words)s”. Check the app's keys and scopes.") % {
        "side": side.label,
        "words": words,
    }


def _landing(side: Side, connection_id: int | None) -> str:
    """The page on which a failed consent is repeated."""
    if connection_id is None:
        unfinished = Connection.objects.filter(side=side.value).exclude(
            status=Connection.Status.CONNECTED
        )
        connection_id = unfinished.order_by("-pk").values_list("pk", flat=True).first()
    if connection_id is None:
        return reverse("admin:syncapp_connect", args=[side.value])
    return reverse("admin:syncapp_connection_change", args=[connection_id])


def _after(connection: Connection, next_url: str, request: HttpRequest) -> str:
    """Where to go with a fresh connection: on with the set-up."""
    try:
        pair = joining.join_if_clear(connection, who=request.user.get_username())
    except SyncError as error:
        messages.warning(request, spoken(str(error)))
        pair = None
    if pair is not None:
        messages.success(request, _("The two accounts are joined: %(pair)s.") % {"pair": str(pair)})
    elif joining.pair_of(connection) is None and joining.has_choice():
        return reverse("admin:syncapp_join")
    return next_url or reverse("admin:index")


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else ""
