"""Words into mails: subject, plain text, simple HTML, with links that work from outside.

Everything is said in the language and time zone that are active. Must not know who gets it or how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from syncapp.services.kinds import Kind

LONGEST_SUBJECT = 250
SETTINGS_PAGE = "admin:syncapp_my_settings"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that was put into words."""

    subject: str
    text: str
    html: str


def message(kind: Kind, user: User, *, text: str, url: str) -> Letter:
    """One message as a mail."""
    subject = _("%(what)s (Tandem)") % {"what": kind.title}
    return written("message", user, subject=subject, heading=kind.title, text=text, url=url)


def written(template: str, user: User, *, subject: str, **content: Any) -> Letter:
    """A letter from the two templates of that name in ``templates/mail/``."""
    context: Mapping[str, Any] = {
        **content,
        "name": user.get_full_name() or user.get_username(),
        "link": absolute(content.get("url", "")),
        "settings_link": absolute(reverse(SETTINGS_PAGE)),
        "home_link": absolute(reverse("admin:index")),
        "language": get_language() or settings.LANGUAGE_CODE,
    }
    return Letter(
        # A line break in a subject would end the header there.
        subject=" ".join(str(subject).split())[:LONGEST_SUBJECT],
        text=f"{render_to_string(f'mail/{template}.txt', context).strip()}\n",
        html=render_to_string(f"mail/{template}.html", context).strip(),
    )


def absolute(path: str) -> str:
    """A page's address as it is typed into a browser; "" for anything but a path of ours."""
    if not path.startswith("/") or path.startswith("//"):
        return ""
    return f"{settings.PUBLIC_URL}{path}"
