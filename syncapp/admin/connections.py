"""Connections: the list, one account's page, the Connect page of each side.

Every button here asks a service; what came of it is said in a sentence. Secrets and tokens are
never shown.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin import meters, moments
from syncapp.admin.badges import Colours
from syncapp.admin.base import NOTHING, POST, READ, BaseAdmin, display, page, render, require
from syncapp.admin.connection_forms import KeysForm, TokenForm
from syncapp.core.errors import ConnectionBroken, SyncError
from syncapp.core.sides import Side
from syncapp.models import Connection, figures
from syncapp.models.spoken import spoken
from syncapp.services import connections, joining, overview, portal
from syncapp.services.env import real_env
from syncapp.services.usage import of as usage_of

CONNECT = "syncapp.connect_connection"
USAGE_DAYS = 14


@admin.register(Connection)
class ConnectionAdmin(BaseAdmin[Connection]):
    """The accounts that somebody connected, or is about to."""

    list_display = ("account", "shown_side", "shown_environment", "shown_status", "last_answer")
    list_display_links = ("account",)
    ordering = ("side", "pk")
    list_filter_submit = False
    list_before_template = "admin/syncapp/connection/before_list.html"
    empty_title = gettext_lazy("No account is connected yet")
    empty_text = gettext_lazy(
        "Connect HubSpot first, then QuickBooks. An administrator needs the keys of your own "
        "app in each of them, once."
    )

    def get_urls(self) -> list[URLPattern]:
        """The Connect pages and what the buttons post to."""
        own = [
            path(
                "connect/<slug:side_name>/",
                page(self, self.connect_page, CONNECT, methods=READ + POST),
                name="syncapp_connect",
            ),
            path(
                "<int:pk>/test/",
                page(self, self.test, CONNECT, methods=POST),
                name="syncapp_connection_test",
            ),
            path(
                "<int:pk>/disconnect/",
                page(self, self.disconnect, CONNECT, methods=POST),
                name="syncapp_connection_disconnect",
            ),
        ]
        return own + super().get_urls()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Adding goes through the Connect page."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with a Connect button per side."""
        context = {
            "connect_sides": [side for side in Side if request.user.has_perm(CONNECT)],
            "can_join": request.user.has_perm("syncapp.add_accountpair") and joining.has_choice(),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    @display(description=gettext_lazy("Account"), ordering="name")
    def account(self, connection: Connection) -> str:
        """The account's name."""
        return connection.name or _("Not connected yet")

    @display(description=gettext_lazy("Side"), ordering="side")
    def shown_side(self, connection: Connection) -> str:
        """HubSpot or QuickBooks."""
        return Side(connection.side).label

    @display(
        description=gettext_lazy("Environment"),
        ordering="environment",
        label=Colours(
            {
                Connection.Environment.SANDBOX.label: "warning",
                Connection.Environment.SIMULATOR.label: "info",
            }
        ),
    )
    def shown_environment(self, connection: Connection) -> str:
        """Production, sandbox or simulator."""
        return connection.get_environment_display()

    @display(
        description=gettext_lazy("Status"),
        ordering="status",
        label=Colours(
            {
                Connection.Status.CONNECTED.label: "success",
                Connection.Status.RECONNECT.label: "danger",
            }
        ),
    )
    def shown_status(self, connection: Connection) -> str:
        """Whether it can be used."""
        return connection.get_status_display()

    @display(description=gettext_lazy("Last checked"), ordering="details_read_at")
    def last_answer(self, connection: Connection) -> str:
        """When the vendor last told about the account."""
        return moments.ago(connection.details_read_at, timezone.now()) or NOTHING

    # -- pages

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One account's page; posting to it (re)connects."""
        require(request, "syncapp.view_connection")
        connection = get_object_or_404(Connection, pk=object_id)
        if request.method == "POST":
            require(request, CONNECT)
            return self._connect(request, Side(connection.side), connection)
        return self._draw(request, Side(connection.side), connection)

    def connect_page(self, request: HttpRequest, side_name: str) -> HttpResponseBase:
        """Connect a further account; an unfinished attempt is taken up again."""
        if side_name not in set(Side):
            raise Http404
        side = Side(side_name)
        unfinished = (
            Connection.objects.filter(side=side.value, external_id="", base_url="")
            .exclude(status=Connection.Status.CONNECTED)
            .order_by("-pk")
            .first()
        )
        if request.method == "POST":
            return self._connect(request, side, unfinished)
        return self._draw(request, side, unfinished)

    def _connect(
        self, request: HttpRequest, side: Side, connection: Connection | None
    ) -> HttpResponse:
        """Do what the pressed button says; a refusal shows the page again, filled in."""
        action = request.POST.get("action")
        if action == "simulator" and portal.simulator_url(side):
            return _go(_simulated(side))
        if action == "token" and side is Side.HUBSPOT:
            return self._connect_with_token(request, side, connection)
        keys = KeysForm(request.POST, side=side, connection=connection)
        if not keys.is_valid():
            return self._draw(request, side, connection, keys=keys, status=400)
        return _go(keys.save(connection))

    def _connect_with_token(
        self, request: HttpRequest, side: Side, connection: Connection | None
    ) -> HttpResponse:
        form = TokenForm(request.POST)
        if form.is_valid():
            row = connection or Connection(side=side.value)
            try:
                connections.connect_with_token(
                    row,
                    form.cleaned_data["access_token"],
                    env=real_env(),
                    who=request.user.get_username(),
                )
            except (connections.ConsentFailed, SyncError) as error:
                form.add_error("access_token", spoken(str(error)))
            else:
                messages.success(request, _("Connected to HubSpot: %(name)s.") % {"name": row.name})
                return _go_on(request, row)
        return self._draw(request, side, connection, token=form, status=400)

    def _draw(
        self,
        request: HttpRequest,
        side: Side,
        connection: Connection | None,
        *,
        keys: KeysForm | None = None,
        token: TokenForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        now = timezone.now()
        may_connect = request.user.has_perm(CONNECT)
        by_token = connection is not None and connection.method == Connection.Method.ACCESS_TOKEN
        live = connection is not None and connection.status == Connection.Status.CONNECTED
        opened_as = request.build_absolute_uri("/").rstrip("/")
        context = {
            "side": side,
            "connection": connection,
            "is_known": bool(connection and connection.external_id),
            "facts": facts(connection, now) if connection and connection.external_id else [],
            "tone": moments.TONES.get(connection.status, "quiet") if connection else "quiet",
            "missing_scopes": (
                portal.missing_scopes(side, connection.scopes) if connection else ()
            ),
            "pair": joining.pair_of(connection) if connection and connection.pk else None,
            "usage": usage(connection, now) if connection and connection.external_id else [],
            "meters": meters.describe(connection, usage_of(connection, now=now), now=now)
            if connection and connection.external_id
            else None,
            "may_connect": may_connect,
            "may_delete": bool(connection) and self.has_delete_permission(request, connection),
            "live": live,
            "by_token": by_token,
            "keys": None
            if connection is not None and (connection.base_url or (live and by_token))
            else keys or KeysForm(side=side, connection=connection),
            "token": (token or TokenForm()) if _takes_token(side, connection) else None,
            "token_open": token is not None or by_token,
            "redirect_uri": portal.redirect_uri(side, opened_as=opened_as),
            "scopes": portal.scopes(side),
            "portal": portal.APPS_PAGE[side],
            "simulator": portal.simulator_url(side)
            if not (connection and connection.external_id)
            else "",
        }
        title = connection.name if connection and connection.name else _("Connect %s") % side.label
        return render(
            self, request, "admin/syncapp/connection/page.html", context, title=title, status=status
        )

    # -- buttons

    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask the vendor about the account now."""
        connection = get_object_or_404(Connection, pk=pk)
        side = Side(connection.side).label
        try:
            connections.refresh_details(connection, env=real_env())
        except ConnectionBroken as error:
            connections.mark_broken(connection, error)
            messages.error(request, spoken(str(error)))
        except SyncError as error:
            messages.error(request, spoken(str(error)))
        else:
            messages.success(
                request,
                _("%(side)s answered: %(name)s.") % {"side": side, "name": connection.name},
            )
        return redirect("admin:syncapp_connection_change", pk)

    def disconnect(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the grant back; everything else stays."""
        connection = get_object_or_404(Connection, pk=pk)
        connections.disconnect(connection, env=real_env(), who=request.user.get_username())
        messages.success(
            request,
            _("Disconnected. Settings, record links and history are kept; Reconnect goes on."),
        )
        return redirect("admin:syncapp_connection_change", pk)


def _takes_token(side: Side, connection: Connection | None) -> bool:
    """HubSpot takes plain tokens; a simulator that was connected by consent needs none."""
    simulated = connection is not None and connection.base_url
    by_token = connection is not None and connection.method == Connection.Method.ACCESS_TOKEN
    return side is Side.HUBSPOT and bool(by_token or not simulated)


def facts(connection: Connection, now: Any) -> list[tuple[str, str]]:
    """What is known of an account, in the order a person asks for it."""
    details = connection.details
    by_token = connection.method == Connection.Method.ACCESS_TOKEN
    id_name = _("Portal ID") if connection.side == Side.HUBSPOT.value else _("Company ID (realm)")
    rows = [
        (id_name, connection.external_id),
        (_("Home currency"), connection.currency),
        (_("Country"), str(details.get("country", ""))),
        (_("Time zone"), connection.time_zone),
        (_("Authorised by"), connection.get_method_display()),
        (_("Access"), _access(connection, now)),
        (_("Last checked"), moments.ago(connection.details_read_at, now)),
    ]
    if connection.refresh_expires_at and connection.access_token and not by_token:
        date = figures.day(timezone.localtime(connection.refresh_expires_at).date())
        rows.append((_("Reconnect at the latest by"), date))
    if connection.base_url:
        rows.append((_("Address"), connection.base_url))
    return [(label, value) for label, value in rows if value]


def _access(connection: Connection, now: Any) -> str:
    if not connection.access_token:
        return _("none; choose Reconnect")
    if connection.method == Connection.Method.ACCESS_TOKEN:
        return _("does not expire")
    if connection.access_expires_at and connection.access_expires_at > now:
        return _("renews by itself, next %(when)s") % {
            "when": moments.until(connection.access_expires_at, now)
        }
    return _("renews by itself with the next call")


def usage(connection: Connection, now: Any) -> list[dict[str, Any]]:
    """The calls of the last days, each with the height of its bar."""
    days = overview.usage_by_day(connection, now=now, days=USAGE_DAYS)
    most = max(calls for _day, calls in days) or 1
    return [
        {"day": day.date(), "calls": calls, "percent": round(100 * calls / most)}
        for day, calls in days
    ]


def _simulated(side: Side) -> Connection:
    """The connection to this installation's simulator, with the keys it comes with."""
    url = portal.simulator_url(side)
    app = connections.SIMULATOR_KEYS[side]
    row = Connection.objects.filter(side=side.value, base_url=url).order_by("pk").first()
    row = row or Connection(
        side=side.value, base_url=url, environment=Connection.Environment.SIMULATOR
    )
    row.client_id, row.client_secret = app.client_id, app.client_secret
    row.save()
    return row


def _go(connection: Connection) -> HttpResponse:
    """On to the consent: the same POST, sent to where consents begin."""
    response = HttpResponseRedirect(reverse("oauth_start", args=[connection.pk]))
    response.status_code = 307
    return response


def _go_on(request: HttpRequest, connection: Connection) -> HttpResponse:
    """After a connection without consent page: join, ask, or home."""
    try:
        pair = joining.join_if_clear(connection, who=request.user.get_username())
    except SyncError as error:
        messages.warning(request, spoken(str(error)))
        return redirect("admin:index")
    if pair is not None:
        messages.success(request, _("The two accounts are joined: %s.") % pair)
    elif joining.pair_of(connection) is None and joining.has_choice():
        return redirect("admin:syncapp_join")
    return redirect("admin:index")
