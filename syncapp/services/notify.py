"""The one door to tell people something: in the application, by mail, or both, as they chose.

Writes rows only; mails are sent from their rows (services/mails.py). Must not know why something
is told. Texts are made per person, in their language and time zone, and hold no secret: what is
passed in is what a page shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db import transaction

from syncapp.models import Mail, Notification, OngoingMatter
from syncapp.services import letters, people
from syncapp.services.kinds import KINDS, Kind

LONGEST_TEXT = 500
BACKEND = f"{ModelBackend.__module__}.{ModelBackend.__qualname__}"


def tell(
    kind: str,
    *,
    say: Callable[[], str],
    now: datetime,
    to: Iterable[User] | None = None,
    url: str = "",
) -> list[Notification]:
    """Tell people something once.

    Args:
        kind: A name of ``kinds.KINDS``.
        say: Gives the sentence(s); asked once per person, in that person's language.
        now: The present.
        to: Whom; None for everybody whom the kind concerns.
        url: A path of this installation that shows more ("/admin/...").

    Returns:
        The messages that were made; a person who switched the kind off gets none.
    """
    meant = KINDS[kind]
    known = list(concerned(meant) if to is None else to)
    chosen = people.choices_of(known)
    made = []
    with transaction.atomic():
        for user in known:
            ways = chosen[user.pk].ways(kind, meant.ways)
            if not ways:
                continue
            with people.speaking_to(chosen[user.pk]):
                text = _cut(say())
                # By mail alone it is kept as read: the list still shows what was sent.
                read_at = None if people.APP in ways else now
                row = Notification.objects.create(
                    user=user, kind=kind, text=text, url=url, read_at=read_at
                )
                if people.MAIL in ways and user.email:
                    post(user, letters.message(meant, user, text=text, url=url),
                         kind=kind, key=f"notification:{row.pk}", now=now, about=row)  # fmt: skip
            made.append(row)
    return made


def tell_once(
    matter: str,
    kind: str,
    *,
    say: Callable[[], str],
    now: datetime,
    url: str = "",
) -> bool:
    """Tell people of something that lasts, unless they know; False if they do.

    Said again only after ``is_over``: what comes back is news.
    """
    with transaction.atomic():
        _, is_new = OngoingMatter.objects.get_or_create(
            key=matter, defaults={"kind": kind, "since": now}
        )
        if is_new:
            tell(kind, say=say, now=now, url=url)
    return is_new


def is_over(matter: str) -> bool:
    """Something that lasted has ended; whether it was known to last."""
    return bool(OngoingMatter.objects.filter(key=matter).delete()[0])


def post(
    user: User,
    letter: letters.Letter,
    *,
    kind: str,
    key: str,
    now: datetime,
    about: Notification | None = None,
) -> bool:
    """Put a mail into the outbox; False when that one was written before."""
    _, is_new = Mail.objects.get_or_create(
        key=key,
        defaults={
            "user": user,
            "notification": about,
            "kind": kind,
            "address": user.email,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "created_at": now,
            "next_at": now,
        },
    )
    return is_new


def concerned(kind: Kind) -> list[User]:
    """Everybody whom a kind concerns: active staff with its permission."""
    found = User.objects.with_perm(kind.permission, backend=BACKEND)
    return list(found.filter(is_staff=True).order_by("pk"))


def offered(user: User) -> list[Kind]:
    """The kinds a person may choose about: those that can reach them at all."""
    return [kind for kind in KINDS.values() if kind.choosable and user.has_perm(kind.permission)]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
