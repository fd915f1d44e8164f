"""Who looks after a record, and what they noted about it.

Knows nothing of states: a record is assigned while it fails and after it was mended. Never writes
to a vendor.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.db.models import Q, QuerySet

from syncapp.models import RecordLink
from syncapp.services import record_log

PERMISSION = "syncapp.assign_recordlink"
NOTE_LIMIT = 500


def colleagues() -> QuerySet[User]:
    """Whom a record can be assigned to: who may sign in and see it."""
    seeing = Permission.objects.filter(
        codename="view_recordlink", content_type__app_label="syncapp"
    )
    may_see = (
        Q(is_superuser=True) | Q(user_permissions__in=seeing) | Q(groups__permissions__in=seeing)
    )
    found = User.objects.filter(may_see, is_active=True, is_staff=True)
    return found.distinct().order_by("username")


def name_of(user: User) -> str:
    """The name colleagues know a user by."""
    return user.get_full_name() or user.get_username()


def assign(links: Iterable[RecordLink], *, assignee: User | None, who: str, now: datetime) -> int:
    """Give records to a colleague, or to nobody; returns how many changed hands."""
    with transaction.atomic():
        chosen = RecordLink.objects.select_for_update().filter(pk__in=[link.pk for link in links])
        found = [link for link in chosen if link.assignee_id != (assignee.pk if assignee else None)]
        RecordLink.objects.filter(pk__in=[link.pk for link in found]).update(assignee=assignee)
        text = f"Assigned to {name_of(assignee)}." if assignee else "Assigned to nobody."
        _tell(found, text=text, who=who, now=now)
    return len(found)


def annotate(link: RecordLink, *, note: str, who: str, now: datetime) -> bool:
    """Write a note on a record in place of the earlier one; whether it changed."""
    note = " ".join(note.split())[:NOTE_LIMIT]
    with transaction.atomic():
        changed = RecordLink.objects.filter(pk=link.pk).exclude(note=note).update(note=note)
        if changed:
            text = f"Note: {note}" if note else "The note was removed."
            _tell([link], text=text, who=who, now=now)
    return bool(changed)


def _tell(links: Iterable[RecordLink], *, text: str, who: str, now: datetime) -> None:
    record_log.save(
        record_log.entry(link, record_log.Kind.PERSON, at=now, text=text, who=who) for link in links
    )
