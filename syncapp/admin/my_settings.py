"""My settings: a person's language, time zone, and which messages reach them by which way.

Open to every staff user, about themselves only. Must not know what the messages say.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import time
from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import gettext as _

from syncapp.admin.base import render
from syncapp.models import Mail, Notification
from syncapp.services import notify, people, preferences
from syncapp.services.kinds import DIGEST, Kind

MAILS_SHOWN = 5


def show(model_admin: admin.ModelAdmin[Notification], request: HttpRequest) -> HttpResponseBase:
    """The page; posting to it saves the whole of it."""
    user = cast("User", request.user)
    problem = ""
    if request.method == "POST":
        problem = save(request, user)
        if not problem:
            messages.success(request, _("Your settings were saved."))
            return redirect("admin:syncapp_my_settings")
    context = describe(request, user) | {"problem": problem}
    return render(
        model_admin,
        request,
        "admin/syncapp/notification/my_settings.html",
        context,
        title=_("My settings"),
        status=400 if problem else 200,
    )


def save(request: HttpRequest, user: User) -> str:
    """Keep what was posted; returns what is wrong with it, or ""."""
    language = request.POST.get("language", "")
    zone = request.POST.get("time_zone", "")
    hour = request.POST.get("digest_hour", "")
    if language and not people.is_language(language):
        return _("Choose one of the languages.")
    if zone and not people.is_zone(zone):
        return _("Choose one of the time zones.")
    if not hour.isdecimal() or int(hour) > 23:
        return _("Choose one of the hours.")
    # What a person may not choose about just now keeps what they once chose.
    known = dict(people.choices(user).messages or {})
    for kind in notify.offered(user):
        known[kind.name] = [
            way for way in kind.choosable if request.POST.get(f"{kind.name}-{way}") == "on"
        ]
    for name, value in (
        (people.LANGUAGE, language),
        (people.TIME_ZONE, zone),
        (people.DIGEST_HOUR, int(hour)),
        (people.MESSAGES, known),
    ):
        preferences.save(user=user, name=name, value=value)
    if language:
        translation.activate(language)
    return ""


def describe(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the page shows."""
    chosen = people.choices(user)
    now = timezone.now()
    offered = notify.offered(user)
    return {
        "chosen": chosen,
        "languages": settings.LANGUAGES,
        "browser_zone": people.zone_told(request.COOKIES),
        "zone_groups": _zone_groups(),
        "hours": [(hour, time_format(time(hour), "TIME_FORMAT")) for hour in range(24)],
        "kinds": [_line(kind, chosen) for kind in offered if kind.name != DIGEST],
        "digest": next((_line(kind, chosen) for kind in offered if kind.name == DIGEST), None),
        "company_zone": people.zone_of(people.Choices()).key,
        "example_number": number_format(1234567.89, 2),
        "example_moment": date_format(timezone.localtime(now), "DATETIME_FORMAT"),
        "unsent": Mail.objects.filter(
            user=user, state__in=[Mail.State.FAILED, Mail.State.UNKNOWN]
        ).order_by("-pk")[:MAILS_SHOWN],
    }


def _line(kind: Kind, chosen: people.Choices) -> dict[str, Any]:
    ways = chosen.ways(kind.name, kind.ways)
    return {
        "kind": kind,
        "app": people.APP in ways,
        "mail": people.MAIL in ways,
        "has_app": people.APP in kind.choosable,
        "has_mail": people.MAIL in kind.choosable,
    }


def _zone_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones by region, with the names of their places."""
    groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(people.zones()):
        region, _slash, place = name.partition("/")
        groups[region].append((name, (place or region).replace("_", " ").replace("/", ", ")))
    return sorted(groups.items())
