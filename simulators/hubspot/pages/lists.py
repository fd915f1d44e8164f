"""Searchable lists of records, and the recycle bin."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import SimRequest, see_other
from simulators.hubspot import registry
from simulators.hubspot.crm import Crm
from simulators.hubspot.pages.site import TYPES, page_rule, plural, respond, singular
from simulators.hubspot.records import Record
from simulators.hubspot.schema import ObjectType, title_of

PAGE_SIZE = 50


class ListPages:
    """One list per object type."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    def rules(self) -> Iterator[Rule]:
        """All routes."""
        yield page_rule("/", "GET", self.home)
        yield page_rule(TYPES, "GET", self.listing)
        path = "/contacts/<int:portal>/record/<type_id>/<int:number>"
        yield page_rule(path, "GET", self.linked)

    def home(self, _request: SimRequest) -> Response:
        """Contacts are the home page."""
        return see_other("/contacts")

    def linked(self, _request: SimRequest, portal: int, type_id: str, number: int) -> Response:
        """The address HubSpot gives a record."""
        return see_other(f"/{registry.find(type_id).slug}/{number}")

    def listing(self, request: SimRequest, t: str) -> Response:
        """A searchable list, newest first."""
        kind = registry.find(t)
        query = request.args.get("q", "").strip()
        archived = request.args.get("archived") == "1"
        start = max(request.args.get("from", 0, type=int), 0)
        table = self._crm.table(kind)
        order = table.archived if archived else table.live
        found = [
            record
            for number in reversed(order)
            if _has(kind, record := table.records[str(number)], query)
        ]
        shown = found[start : start + PAGE_SIZE]
        title = plural(kind) + (" in the recycle bin" if archived else "")
        body = pages.joined(
            [
                self._search_form(kind, query, archived=archived),
                pages.table(
                    f"{len(found)} {plural(kind).lower()}",
                    ["Name", *[self._label(kind, name) for name in kind.columns], "Record ID"],
                    [self._row(kind, record) for record in shown],
                ),
                self._pager(kind, query, start, len(found), archived=archived),
            ]
        )
        return respond(title, body, current=f"/{kind.slug}", flash=request.args.get("done", ""))

    def _search_form(self, kind: ObjectType, query: str, *, archived: bool) -> Markup:
        field = Markup('<div class="grow">{}</div>').format(
            pages.field("Search", "q", query, kind="search")
        )
        other = ("All records", "") if archived else ("Recycle bin", "?archived=1")
        return pages.form(
            f"/{kind.slug}",
            pages.row(
                field,
                pages.hidden({"archived": "1"} if archived else {}),
                pages.button("Search", style="plain"),
                pages.link(f"Create {singular(kind)}", f"/{kind.slug}/new", "button"),
                pages.link(other[0], f"/{kind.slug}{other[1]}"),
            ),
            method="get",
        )

    def _row(self, kind: ObjectType, record: Record) -> list[Markup | str | None]:
        name = title_of(kind, record.values)
        return [
            pages.link(name[:80], f"/{kind.slug}/{record.id}"),
            *[record.values.get(column) for column in kind.columns],
            record.id,
        ]

    @staticmethod
    def _pager(kind: ObjectType, query: str, start: int, total: int, *, archived: bool) -> Markup:
        more = f"&q={query}" + ("&archived=1" if archived else "")
        parts = []
        if start > 0:
            parts.append(
                pages.link("Previous", f"/{kind.slug}?from={max(start - PAGE_SIZE, 0)}{more}")
            )
        if start + PAGE_SIZE < total:
            parts.append(pages.link("Next", f"/{kind.slug}?from={start + PAGE_SIZE}{more}"))
        return pages.row(*parts) if parts else Markup("")

    def _label(self, kind: ObjectType, name: str) -> str:
        return self._crm.definitions.of(kind)[name].label


def _has(kind: ObjectType, record: Record, query: str) -> bool:
    text = " ".join(record.values.get(name, "") for name in kind.searched).lower()
    return all(word in text for word in query.lower().split())
