"""Sends what waits in the outbox of mails, and keeps what came of each.

A mail leaves at most once: its row is claimed before the server is asked, and where the answer to
the text itself was lost nothing is sent again by itself. Until then every failure is safe to try
again. Must not know what a mail says.
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Q
from django.utils.translation import gettext as _

from syncapp.core.ports import Env
from syncapp.models import Mail
from syncapp.services import kinds, notify

#: After each failure the next try waits longer; the last step is repeated.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
#: Then the mail is given up, and shown as not sent.
GIVE_UP_AFTER = timedelta(days=3)
#: While the server is away nobody else's mail is tried either.
SERVER_REST = timedelta(minutes=1)
#: A mail takes seconds: a claim this old belongs to a worker that died.
CLAIM_LASTS = timedelta(minutes=5)
LONGEST_DETAIL = 300


class ServerAway(Exception):
    """The mail server cannot be used just now; nothing was handed over."""


class Refused(Exception):
    """The server does not take this mail. ``for_good``: trying again would not help."""

    def __init__(self, words: str, *, for_good: bool) -> None:
        super().__init__(words)
        self.for_good = for_good


class OutcomeLost(Exception):
    """The text was handed over and the answer never came: it may have arrived."""


def is_work(*, now: datetime) -> bool:
    """Whether a worker is to be woken: something is due, and nobody is at it."""
    if Mail.objects.filter(state=Mail.State.SENDING, claimed_at__gt=now - CLAIM_LASTS).exists():
        return False
    return Mail.objects.filter(
        Q(state=Mail.State.WAITING, next_at__lte=now) | Q(state=Mail.State.SENDING)
    ).exists()


def send_due(*, env: Env) -> int:
    """Send everything that is due; returns how many mails left."""
    _settle_abandoned(env.clock.now())
    sent = 0
    while (mail := _claim(env.clock.now())) is not None:
        try:
            hand_over(mail)
        except ServerAway as error:
            _later(mail, str(error), now=env.clock.now())
            _let_server_rest(env.clock.now())
            break
        except Refused as error:
            if error.for_good:
                _end(mail, Mail.State.FAILED, str(error), now=env.clock.now())
            else:
                _later(mail, str(error), now=env.clock.now())
        except OutcomeLost as error:
            _end(mail, Mail.State.UNKNOWN, str(error), now=env.clock.now())
        else:
            now = env.clock.now()
            Mail.objects.filter(pk=mail.pk).update(
                state=Mail.State.SENT, detail="", sent_at=now, next_at=None, claimed_at=None
            )
            sent += 1
    return sent


def send_again(mail: Mail, *, now: datetime) -> bool:
    """A person asks for another try, to the person's present address; False while it is sent."""
    open_states = (Mail.State.FAILED, Mail.State.UNKNOWN)
    return bool(
        Mail.objects.filter(pk=mail.pk, state__in=open_states).update(
            state=Mail.State.WAITING,
            address=mail.user.email or mail.address,
            next_at=now,
            created_at=now,
            attempts=0,
            detail="",
        )
    )


def hand_over(mail: Mail) -> None:
    """Give one mail to the server.

    Raises:
        ServerAway: nothing was handed over, and nothing of it is the mail's fault.
        Refused: the server said no to this mail.
        OutcomeLost: it may have arrived.
    """
    connection = django_mail.get_connection()
    try:
        try:
            connection.open()
        except OSError as error:  # smtplib's errors are OSErrors
            raise ServerAway(_words(error)) from error
        _give(connection, written(mail))
    finally:
        # The server has taken or refused it by now: how it says good-bye does not matter.
        with suppress(OSError):
            connection.close()


def written(mail: Mail) -> EmailMultiAlternatives:
    """The mail with its headers; its id stays the same at every try."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    letter = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.address],
        headers={
            "Message-ID": f"<tandem-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S}@{domain}>",
            "Auto-Submitted": "auto-generated",  # no out-of-office answers (RFC 3834)
        },
    )
    letter.attach_alternative(mail.html, "text/html")
    return letter


def _give(connection: BaseEmailBackend, letter: EmailMultiAlternatives) -> None:
    try:
        connection.send_messages([letter])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise Refused(_reply(code, words), for_good=code >= 500) from error
    except smtplib.SMTPResponseException as error:
        reply = _reply(error.smtp_code, error.smtp_error)
        raise Refused(reply, for_good=error.smtp_code >= 500) from error
    except OSError as error:
        # Only once the text is on its way does nobody know: see config/mail.py.
        if getattr(connection, "has_begun_text", False):
            raise OutcomeLost(_words(error)) from error
        raise ServerAway(_words(error)) from error
    except ValueError as error:
        # A header that cannot be written (a broken address): no server was asked.
        raise Refused(_words(error), for_good=True) from error


def _claim(now: datetime) -> Mail | None:
    """The next due mail, for this worker alone."""
    due = Mail.objects.filter(state=Mail.State.WAITING, next_at__lte=now).order_by("next_at", "pk")
    for pk in due.values_list("pk", flat=True)[:20]:
        if Mail.objects.filter(pk=pk, state=Mail.State.WAITING, next_at__lte=now).update(
            state=Mail.State.SENDING, claimed_at=now
        ):
            return Mail.objects.get(pk=pk)
    return None


def _settle_abandoned(now: datetime) -> None:
    """A worker died while it sent: the mail may have arrived."""
    for mail in Mail.objects.filter(state=Mail.State.SENDING, claimed_at__lte=now - CLAIM_LASTS):
        _end(mail, Mail.State.UNKNOWN, "The worker ended while the mail was being sent.", now=now)


def _later(mail: Mail, why: str, *, now: datetime) -> None:
    if now - mail.created_at >= GIVE_UP_AFTER:
        _end(mail, Mail.State.FAILED, why, now=now)
        return
    wait = WAITS[min(mail.attempts, len(WAITS) - 1)]
    Mail.objects.filter(pk=mail.pk).update(
        state=Mail.State.WAITING,
        detail=why,
        attempts=mail.attempts + 1,
        next_at=now + wait,
        claimed_at=None,
    )


def _let_server_rest(now: datetime) -> None:
    waiting = Mail.objects.filter(state=Mail.State.WAITING, next_at__lt=now + SERVER_REST)
    waiting.update(next_at=now + SERVER_REST)


def _end(mail: Mail, state: Mail.State, why: str, *, now: datetime) -> None:
    """Not tried again by itself; the person learns it in the application."""
    ended = Mail.objects.filter(pk=mail.pk, state=Mail.State.SENDING).update(
        state=state, detail=why, attempts=mail.attempts + 1, next_at=None, claimed_at=None
    )
    if ended:
        notify.tell(
            kinds.MAIL_FAILED,
            say=lambda: (
                (
                    _("The mail “%(subject)s” to %(address)s was not sent: %(why)s")
                    if state == Mail.State.FAILED
                    else _("The mail “%(subject)s” to %(address)s may not have arrived: %(why)s")
                )
                % {"subject": mail.subject, "address": mail.address, "why": why}
            ),
            now=now,
            to=[mail.user],
        )


def _reply(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return f"{code} {' '.join(text.split())}"[:LONGEST_DETAIL]


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    return (" ".join(str(error).split()) or type(error).__name__)[:LONGEST_DETAIL]
