"""Records that belong to a record: see them, add and remove them; the primary company."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import SimRequest, see_other
from simulators.hubspot import association_types, errors, registry
from simulators.hubspot.associations import node
from simulators.hubspot.crm import Crm
from simulators.hubspot.pages.records import RecordPages
from simulators.hubspot.pages.site import ONE, page_rule, plural, singular, told
from simulators.hubspot.records import Record
from simulators.hubspot.schema import ObjectType, title_of
from simulators.hubspot.writes import Author

#: association type of the primary company, by the type that has one
_PRIMARY = {"contacts": 1, "deals": 5}


class RelatedPages:
    """Associations by hand."""

    def __init__(
        self, crm: Crm, author_of: Callable[[SimRequest], Author], records: RecordPages
    ) -> None:
        self._crm = crm
        self._author_of = author_of
        self._records = records

    def rules(self) -> Iterator[Rule]:
        """All routes."""
        yield page_rule(f"{ONE}/companies", "POST", self.companies)
        yield page_rule(f"{ONE}/related", "POST", self.related)

    def cards(self, kind: ObjectType, record: Record) -> list[Markup]:
        """For the page of a record."""
        found = [self._companies_card(kind, record)] if kind.slug in _PRIMARY else []
        if self._partner_types(kind):
            found.append(self._related_card(kind, record))
        return found

    def companies(self, request: SimRequest, t: str, number: int) -> Response:
        """Associate a company, make it the primary one, or remove it."""
        kind, target = registry.find(t), registry.find("companies")
        record = self._crm.table(kind).get(str(number))
        company = self._crm.table(target).get(request.form.get("company", "").strip())
        if record is None:
            return self._records.absent(kind, number)
        if company is None:
            message = "There is no company with this record ID."
            return self._records.record_page(kind, record, flash=message, bad=True)
        author = self._author_of(request)
        one, other = node(kind, record.id), node(target, company.id)
        match request.form.get("action"):
            case "primary":
                self._crm.link(author, one, other, (_PRIMARY[kind.slug],))
            case "remove":
                self._crm.unlink(author, one, other)
            case _:
                self._crm.link(author, one, other, ())
        return see_other(f"/{kind.slug}/{record.id}?done=Saved.")

    def related(self, request: SimRequest, t: str, number: int) -> Response:
        """Associate a record of any type, or remove one."""
        kind, target = registry.find(t), registry.find(request.form.get("to", ""))
        record = self._crm.table(kind).get(str(number))
        other = self._crm.table(target).get(request.form.get("id", "").strip())
        if record is None:
            return self._records.absent(kind, number)
        if other is None:
            message = f"There is no {singular(target)} with this record ID."
            return self._records.record_page(kind, record, flash=message, bad=True)
        author = self._author_of(request)
        one, partner = node(kind, record.id), node(target, other.id)
        try:
            if request.form.get("action") == "remove":
                self._crm.unlink(author, one, partner)
            else:
                self._crm.link(author, one, partner, ())
        except errors.ApiError as error:
            return self._records.record_page(kind, record, flash=told(error), bad=True)
        return see_other(f"/{kind.slug}/{record.id}?done=Saved.")

    @staticmethod
    def _partner_types(kind: ObjectType) -> list[ObjectType]:
        return [
            target
            for target in registry.OBJECT_TYPES
            if association_types.between(kind, target)
            and not (kind.slug in _PRIMARY and target.slug == "companies")
        ]

    def _related_card(self, kind: ObjectType, record: Record) -> Markup:
        action = f"/{kind.slug}/{record.id}/related"
        targets = self._partner_types(kind)
        rows = []
        for target in targets:
            for one in self._crm.partner_records(kind.slug, record.id, target.slug):
                remove = pages.form(
                    action,
                    pages.hidden({"to": target.slug, "id": one.id}),
                    pages.button("Remove", name="action", value="remove", style="plain"),
                    css="",
                )
                name = pages.link(title_of(target, one.values)[:80], f"/{target.slug}/{one.id}")
                rows.append([plural(target), name, remove])
        add = pages.form(
            action,
            pages.row(
                pages.choice("Type", "to", [(one.slug, plural(one)) for one in targets]),
                pages.field("Record ID to associate", "id", required=True),
                pages.button("Associate", name="action", value="add", style="plain"),
            ),
            css="",
        )
        table = pages.table("Associated records", ["Type", "Record", "Action"], rows)
        return pages.card(pages.heading("Associations"), table, add)

    def _companies_card(self, kind: ObjectType, record: Record) -> Markup:
        target = registry.find("companies")
        primary = self._crm.primary_company(kind, record.id)
        action = f"/{kind.slug}/{record.id}/companies"
        rows = []
        for one in self._crm.live_partners(kind, record.id, target):
            values = self._crm.table(target).records[one].values
            buttons = [pages.button("Remove", name="action", value="remove", style="plain")]
            if one != primary:
                buttons.insert(0, pages.button("Make primary", name="action", value="primary"))
            rows.append(
                [
                    pages.link(title_of(target, values), f"/companies/{one}"),
                    Markup('<span class="tag">Primary</span>') if one == primary else "",
                    pages.form(action, pages.hidden({"company": one}), pages.row(*buttons), css=""),
                ]
            )
        add = pages.form(
            action,
            pages.row(
                pages.field("Company record ID", "company", required=True),
                pages.button("Add company", name="action", value="add", style="plain"),
            ),
            css="",
        )
        table = pages.table("Companies of this record", ["Company", "Role", "Action"], rows)
        return pages.card(pages.heading("Companies"), table, add)
