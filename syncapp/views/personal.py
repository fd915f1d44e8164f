"""The language and the time zone of the person who asks, and switching the language.

Chosen settings come first, then what the browser says. Only moments are shifted: a document's
date is a day, not a moment, and stays as it is in every zone. Must not know other settings.
"""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.views.i18n import set_language as django_set_language

from syncapp.services import people, preferences

Answer = Callable[[HttpRequest], HttpResponseBase]


class PersonalMiddleware:
    """Applies a signed-in person's language and time zone; stands after the sign-in's."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the person's language, with moments in their zone."""
        user = request.user
        chosen = people.choices(user) if isinstance(user, User) else people.Choices()
        if chosen.language:
            translation.activate(chosen.language)
            request.LANGUAGE_CODE = translation.get_language()
        zone = chosen.time_zone or people.zone_told(request.COOKIES)
        if not zone:
            return self._get_response(request)
        with timezone.override(ZoneInfo(zone)):
            return self._get_response(request)


def set_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language: in the browser, and for a signed-in person everywhere."""
    wanted = request.POST.get("language")
    if request.method == "POST" and isinstance(request.user, User) and people.is_language(wanted):
        preferences.save(user=request.user, name=people.LANGUAGE, value=wanted)
    return django_set_language(request)
