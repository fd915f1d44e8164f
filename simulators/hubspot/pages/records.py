"""Forms of every object type: create, edit, archive, restore, merge."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import SimRequest, see_other
from simulators.hubspot import errors, lifecycle, registry
from simulators.hubspot.crm import Crm
from simulators.hubspot.pages.site import (
    ONE,
    TYPES,
    page_rule,
    property_input,
    respond,
    singular,
    told,
)
from simulators.hubspot.records import Record
from simulators.hubspot.schema import ObjectType, title_of
from simulators.hubspot.writes import Author

#: what other modules add to the page of a record
Cards = Callable[[ObjectType, Record], list[Markup]]


class RecordPages:
    """Plain HTML; every form leads to a page that says what happened."""

    def __init__(self, crm: Crm, author_of: Callable[[SimRequest], Author]) -> None:
        self._crm = crm
        self._author_of = author_of
        self.cards: list[Cards] = []

    def rules(self) -> Iterator[Rule]:
        """All routes."""
        rows: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            (f"{TYPES}/new", "GET", self.new),
            (f"{TYPES}/new", "POST", self.create),
            (ONE, "GET", self.show),
            (ONE, "POST", self.save),
            (f"{ONE}/archive", "POST", self.archive),
            (f"{ONE}/restore", "POST", self.restore),
            (f"{ONE}/merge", "POST", self.merge),
        )
        for path, method, handler in rows:
            yield page_rule(path, method, handler)

    def new(self, _request: SimRequest, t: str) -> Response:
        """An empty form."""
        kind = registry.find(t)
        return respond(f"Create {singular(kind)}", self._form(kind, {}, f"/{kind.slug}/new"))

    def create(self, request: SimRequest, t: str) -> Response:
        """Create a record."""
        kind = registry.find(t)
        wanted = {name: value for name, value in self._submitted(kind, request).items() if value}
        try:
            author = self._author_of(request)
            record = self._crm.create(kind, author, self._crm.prepare_create(kind, author, wanted))
        except errors.ApiError as error:
            form = self._form(kind, wanted, f"/{kind.slug}/new")
            return respond(
                f"Create {singular(kind)}", form, flash=told(error), bad=True, status=400
            )
        return see_other(f"/{kind.slug}/{record.id}?done=Created.")

    def show(self, request: SimRequest, t: str, number: int) -> Response:
        """One record with everything a person can do to it."""
        kind = registry.find(t)
        record = self._crm.table(kind).follow(str(number))
        if record is None:
            return self.absent(kind, number)
        if record.id != str(number):
            return see_other(f"/{kind.slug}/{record.id}?done=This record was merged.")
        return self.record_page(kind, record, flash=request.args.get("done", ""))

    def save(self, request: SimRequest, t: str, number: int) -> Response:
        """Save an edit; only fields that were changed are written."""
        kind = registry.find(t)
        record = self._crm.table(kind).get(str(number))
        if record is None:
            return self.absent(kind, number)
        submitted = self._submitted(kind, request)
        changed = {n: v for n, v in submitted.items() if v != record.values.get(n, "")}
        try:
            if changed:
                author = self._author_of(request)
                checked = self._crm.prepare_update(kind, author, record, changed)
                self._crm.update(kind, author, record, checked)
        except errors.ApiError as error:
            return self.record_page(kind, record, flash=told(error), bad=True)
        done = "Saved." if changed else "Nothing was changed."
        return see_other(f"/{kind.slug}/{record.id}?done={done}")

    def archive(self, request: SimRequest, t: str, number: int) -> Response:
        """Put into the recycle bin."""
        kind = registry.find(t)
        record = self._crm.table(kind).get(str(number))
        if record is not None:
            try:
                lifecycle.archive(self._crm, kind, self._author_of(request), record)
            except errors.ApiError as error:
                return self.record_page(kind, record, flash=told(error), bad=True)
        return see_other(f"/{kind.slug}?done=Moved to the recycle bin.")

    def restore(self, request: SimRequest, t: str, number: int) -> Response:
        """Take out of the recycle bin."""
        kind = registry.find(t)
        record = self._crm.table(kind).get_archived(str(number))
        if record is None or record.merged is not None:
            return see_other(f"/{kind.slug}?archived=1&done=This record cannot be restored.")
        try:
            lifecycle.restore(self._crm, kind, self._author_of(request), record)
        except errors.ApiError as error:
            return respond("Not restored", pages.card(told(error)), status=409)
        return see_other(f"/{kind.slug}/{record.id}?done=Restored.")

    def merge(self, request: SimRequest, t: str, number: int) -> Response:
        """Merge another record into this one."""
        kind = registry.find(t)
        table = self._crm.table(kind)
        record = table.get(str(number))
        other = table.get(request.form.get("other", "").strip())
        if record is None:
            return self.absent(kind, number)
        if other is None or other is record:
            message = f"There is no other {singular(kind)} with this record ID."
            return self.record_page(kind, record, flash=message, bad=True)
        try:
            merged = lifecycle.merge(self._crm, kind, self._author_of(request), record, other)
        except errors.ApiError as error:
            return self.record_page(kind, record, flash=told(error), bad=True)
        return see_other(f"/{kind.slug}/{merged.id}?done=Merged.")

    def record_page(
        self, kind: ObjectType, record: Record, *, flash: str = "", bad: bool = False
    ) -> Response:
        """One record with everything a person can do to it."""
        parts = [self._form(kind, record.values, f"/{kind.slug}/{record.id}")]
        for cards in self.cards:
            parts.extend(cards(kind, record))
        parts.append(self._facts(kind, record))
        actions = [
            pages.form(
                f"/{kind.slug}/{record.id}/archive",
                pages.button("Archive", style="danger"),
                css="",
            )
        ]
        if kind.merges:
            actions.append(
                pages.form(
                    f"/{kind.slug}/{record.id}/merge",
                    pages.row(
                        pages.field("Record ID to merge into this one", "other"),
                        pages.button("Merge", style="plain"),
                    ),
                    css="",
                )
            )
        parts.append(pages.card(pages.heading("More"), *actions))
        return respond(
            title_of(kind, record.values), pages.joined(parts), current=f"/{kind.slug}",
            flash=flash, bad=bad, status=400 if bad else 200,
        )  # fmt: skip

    def _facts(self, kind: ObjectType, record: Record) -> Markup:
        value = self._crm.readers[kind.slug].value
        names = (
            "hs_object_id",
            kind.created,
            kind.modified,
            "hs_object_source",
            "hs_object_source_label",
        )
        return pages.card(pages.facts((self._label(kind, n), value(record, n)) for n in names))

    def _form(self, kind: ObjectType, values: dict[str, str], action: str) -> Markup:
        definitions = self._crm.definitions.of(kind)
        fields = [property_input(definitions[name], values.get(name, "")) for name in kind.form]
        return pages.form(action, pages.grid(*fields), pages.row(pages.button("Save")))

    def _submitted(self, kind: ObjectType, request: SimRequest) -> dict[str, str]:
        found = {name: request.form.get(name) for name in kind.form}
        # A browser sends line ends as CR LF; HubSpot stores LF.
        return {n: v.replace("\r\n", "\n").strip() for n, v in found.items() if v is not None}

    def _label(self, kind: ObjectType, name: str) -> str:
        return self._crm.definitions.of(kind)[name].label

    def absent(self, kind: ObjectType, number: int) -> Response:
        """A record that is in the recycle bin, or nowhere."""
        record = self._crm.table(kind).get_archived(str(number))
        if record is not None and record.merged is None:
            body = pages.form(
                f"/{kind.slug}/{number}/restore",
                pages.paragraph("This record is in the recycle bin."),
                pages.button("Restore"),
            )
            return respond(title_of(kind, record.values), body, current=f"/{kind.slug}")
        text = pages.card(f"There is no {singular(kind)} with the record ID {number}.")
        return respond("Not found", text, current=f"/{kind.slug}", status=404)
