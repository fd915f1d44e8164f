"""Exports: asked for by a person, made by a worker, told when ready, gone after a week (S32).

Of records, and of what a rehearsal decided about them (B1). Knows who asked for which and how far
the work is. Must not know the columns (``export_columns.py``, ``rehearsal_files.py``) nor the
formats (``export_files.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.core.ports import Env
from syncapp.models import AccountPair, Export, Rehearsal
from syncapp.services import kinds, notify, people, records, rehearsal_files
from syncapp.services.export_files import FORMATS, ExportFailed, Target, write_records
from syncapp.services.records import RecordChoice

__all__ = ["FORMATS", "PERMISSION", "ExportFailed", "Target", "write_records"]

PERMISSION = "syncapp.export_recordlink"
#: What the records of a rehearsal ask for besides.
REHEARSES = "syncapp.change_syncdefinition"
KEPT_DAYS = 7
#: A worker that has not moved for so long was killed: the export begins again.
STALE = timedelta(minutes=5)
#: What was asked for so long ago, and not begun, is sent to a worker again.
LOST = timedelta(seconds=15)


def request(
    *, user: User, choice: RecordChoice, filter_words: str, format: str, columns: Sequence[str],
    now: datetime,
) -> Export:  # fmt: skip
    """Note an export that a worker is to make.

    Args:
        user: Who asks; only they can see and download it.
        choice: Which records.
        filter_words: The choice in words, for the head of the file.
        format: "csv", "xlsx" or "json".
        columns: Names of the resource's fields.
        now: The present moment.
    """
    return Export.objects.create(
        user=user,
        choice={"records": choice.as_json(), **_words(filter_words)},
        columns=list(columns),
        format=format,
        requested_at=now,
    )


def request_rehearsal(
    *, user: User, rehearsal: Rehearsal, kind: str, search: str, filter_words: str, format: str,
    now: datetime,
) -> Export:  # fmt: skip
    """Note an export of what a rehearsal decided that a worker is to make.

    Args:
        user: Who asks; only they can see and download it.
        rehearsal: Whose rows.
        kind: Of which kind; "" for all.
        search: Words that the rows hold.
        filter_words: The choice in words, for the head of the file.
        format: "csv", "xlsx" or "json".
        now: The present moment.
    """
    told = {"rehearsal": rehearsal.pk, "kind": kind, "search": search, **_words(filter_words)}
    return Export.objects.create(user=user, choice=told, format=format, requested_at=now)


def _words(told: str) -> dict[str, str | None]:
    return {"words": told, "language": translation.get_language()}


def words_of(export: Export) -> str | None:
    """The choice in words, as it was told; None where that was in another language."""
    choice = export.choice
    is_ours = choice.get("language") == translation.get_language()
    return choice.get("words", "") if is_ours else None


def rehearsal_of(export: Export) -> Rehearsal | None:
    """The rehearsal that an export is of; None for one of records."""
    pk = export.choice.get("rehearsal")
    rehearsals = Rehearsal.objects.select_related(
        "definition__pair__hubspot", "definition__pair__quickbooks"
    )
    return rehearsals.filter(pk=pk).first() if pk is not None else None


def is_of_rehearsal(export: Export) -> bool:
    """Whether it is one of a rehearsal, which may be gone by now."""
    return "rehearsal" in export.choice


def waiting(*, now: datetime) -> list[int]:
    """Exports that no worker works on although one should."""
    return list(_free(now).filter(requested_at__lt=now - LOST).values_list("pk", flat=True))


def _free(now: datetime) -> QuerySet[Export]:
    return Export.objects.filter(
        Q(state=Export.State.REQUESTED) | Q(state=Export.State.RUNNING, beat_at__lt=now - STALE)
    )


def carry_out(export_id: int, *, url: str, env: Env) -> None:
    """Make an export and tell its user, or why it failed. Delivered twice, one call does it.

    Args:
        export_id: What was asked for.
        url: The path of its page.
        env: The doors.
    """
    now = env.clock.now()
    begun = _free(now).filter(pk=export_id).update(
        state=Export.State.RUNNING, beat_at=now, done_count=0
    )  # fmt: skip
    if not begun:
        return
    export = Export.objects.select_related("user").get(pk=export_id)
    asked = [PERMISSION, REHEARSES] if is_of_rehearsal(export) else [PERMISSION]
    if not (export.user.is_active and export.user.has_perms(asked)):
        _end(export, Export.State.FAILED, now, error=_("You may not export records any more."))
        return
    with people.speaking_to(people.choices(export.user)):
        try:
            count = _write(export, env)
        except ExportFailed as error:
            _end(export, Export.State.FAILED, env.clock.now(), error=str(error))
        else:
            _end(export, Export.State.READY, env.clock.now(), count=count)
    _tell(export, url, env.clock.now())


def _write(export: Export, env: Env) -> int:
    rows, pairs, write = _source(export)
    export.total_count = rows.order_by().count()
    export.file = f"{export.pk}-{env.ids.new_id()}.{export.format}"
    export.save(update_fields=["total_count", "file"])
    folder = Path(settings.EXPORTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)

    def progress(count: int) -> None:
        Export.objects.filter(pk=export.pk).update(done_count=count, beat_at=env.clock.now())

    # The names in JSON are for programs: they stay the same in every language.
    with translation.override("en" if export.format == "json" else translation.get_language()):
        head = _head(export, pairs, env.clock.now())
        return write(rows, Target(folder / export.file, export.format, head, progress))


def _source(export: Export) -> tuple[QuerySet[Any], QuerySet[AccountPair], Callable[..., int]]:
    """What is exported, of which account pairs, and what writes it."""
    pairs = AccountPair.objects.select_related("hubspot", "quickbooks").order_by("pk")
    if not is_of_rehearsal(export):
        choice = RecordChoice.from_json(export.choice["records"])
        if choice.pair is not None:
            pairs = pairs.filter(pk=choice.pair)
        if choice.sync is not None:
            pairs = pairs.filter(definitions=choice.sync)
        write = partial(write_records, columns=export.columns)
        return choice.apply(records.listed()), pairs, write
    found = rehearsal_of(export)
    if found is None or not found.rows.exists():
        raise ExportFailed(
            _(
                "The single records of this rehearsal are not kept any more. Rehearse again to see "
                "them."
            )
        )
    rows = rehearsal_files.chosen(found, export.choice["kind"], export.choice["search"])
    return rows, pairs.filter(pk=found.definition.pair_id), rehearsal_files.write


def _head(export: Export, pairs: QuerySet[AccountPair], now: datetime) -> list[tuple[str, str]]:
    return [
        (_("Account pair"), "; ".join(str(pair) for pair in pairs)),
        (_("Filter"), export.choice.get("words") or _("All records")),
        (_("Made at"), now.isoformat(timespec="seconds")),
        (_("Made by"), export.user.get_username()),
    ]


def _end(
    export: Export, state: Export.State, now: datetime, *, count: int = 0, error: str = ""
) -> None:
    export.state, export.error, export.ended_at = state, error[:500], now
    if state == Export.State.READY:
        export.done_count = export.total_count = count
        export.expires_at = now + timedelta(days=KEPT_DAYS)
    else:
        export.file = ""
    export.save(update_fields=[
        "state", "error", "ended_at", "done_count", "total_count", "expires_at", "file",
    ])  # fmt: skip


def _tell(export: Export, url: str, now: datetime) -> None:
    """In the application and by mail, as the person chose; the link leads through the login."""

    def say() -> str:
        if export.state != Export.State.READY:
            return export.error
        count = export.done_count
        return ngettext(
            "Your export of %(n)s record is ready. The file is kept for %(days)s days.",
            "Your export of %(n)s records is ready. The file is kept for %(days)s days.",
            count,
        ) % {"n": number_format(count, force_grouping=True), "days": KEPT_DAYS}

    notify.tell(kinds.EXPORT, say=say, now=now, to=[export.user], url=url)


def file_of(export: Export, *, now: datetime) -> Path:
    """The file of an export.

    Raises:
        ValidationError: It is not ready, or not kept any more.
    """
    path = Path(settings.EXPORTS_DIR) / export.file
    kept = export.expires_at is not None and now < export.expires_at
    if export.state != Export.State.READY or not kept or not path.is_file():
        raise ValidationError(_("This file is not kept any more. Make a new export."))
    return path


def expire(*, now: datetime) -> int:
    """Let go of the files that are past their time; returns how many."""
    old = Export.objects.filter(state=Export.State.READY, expires_at__lte=now)
    for export in old:
        (Path(settings.EXPORTS_DIR) / export.file).unlink(missing_ok=True)
    return old.update(state=Export.State.EXPIRED, file="")
