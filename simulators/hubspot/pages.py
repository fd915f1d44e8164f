"""The pages of a person who works in HubSpot: records, companies of a contact, connected apps.

Knows forms and lists; a person's edits go through the same rules as everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import SimRequest, html_response, see_other
from simulators.hubspot import account, errors, lifecycle, registry
from simulators.hubspot.access import Endpoint, rule
from simulators.hubspot.associations import node
from simulators.hubspot.crm import Crm
from simulators.hubspot.oauth import OAuth
from simulators.hubspot.records import Record
from simulators.hubspot.schema import ObjectType, Property, title_of
from simulators.hubspot.writes import Author

PAGE_SIZE = 50
_SLUGS = ",".join(f'"{kind.slug}"' for kind in registry.OBJECT_TYPES)
SITE = pages.Site(
    "HubSpot simulator",
    account.NAME,
    nav=(
        ("Contacts", "/contacts"),
        ("Companies", "/companies"),
        ("Deals", "/deals"),
        ("Products", "/products"),
        ("Invoices", "/invoices"),
        ("Connected apps", "/apps"),
    ),
    accent="#a8410f",
)


class PersonPages:
    """Plain HTML; every form leads to a page that says what happened."""

    def __init__(self, crm: Crm, oauth: OAuth, author_of: Callable[[SimRequest], Author]) -> None:
        self._crm = crm
        self._oauth = oauth
        self._author_of = author_of

    def rules(self) -> Iterator[Rule]:
        """All routes."""
        types = f"/<any({_SLUGS}):t>"
        one = f"{types}/<int:number>"
        rows: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("/", "GET", self.home),
            (types, "GET", self.listing),
            (f"{types}/new", "GET", self.new),
            (f"{types}/new", "POST", self.create),
            (one, "GET", self.show),
            (one, "POST", self.save),
            (f"{one}/archive", "POST", self.archive),
            (f"{one}/restore", "POST", self.restore),
            (f"{one}/merge", "POST", self.merge),
            (f"{one}/companies", "POST", self.companies),
            ("/contacts/<int:portal>/record/<type_id>/<int:number>", "GET", self.linked),
            ("/apps", "GET", self.apps),
            ("/apps/<grant_id>/disconnect", "POST", self.disconnect),
        )
        for path, method, handler in rows:
            yield rule(path, method, Endpoint(handler, "page", "page", needs_token=False))

    def home(self, _request: SimRequest) -> Response:
        """Contacts are the home page."""
        return see_other("/contacts")

    def linked(self, _request: SimRequest, portal: int, type_id: str, number: int) -> Response:
        """The address HubSpot gives a record."""
        return see_other(f"/{registry.find(type_id).slug}/{number}")

    # -- lists ------------------------------------------------------------------------------

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
        title = _plural(kind) + (" in the recycle bin" if archived else "")
        body = pages.joined(
            [
                self._search_form(kind, query, archived=archived),
                pages.table(
                    f"{len(found)} {_plural(kind).lower()}",
                    ["Name", *[self._label(kind, name) for name in kind.columns], "Record ID"],
                    [self._row(kind, record) for record in shown],
                ),
                self._pager(kind, query, start, len(found), archived=archived),
            ]
        )
        return self._page(title, body, current=f"/{kind.slug}", flash=request.args.get("done", ""))

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
                pages.link(f"Create {_singular(kind)}", f"/{kind.slug}/new", "button"),
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

    # -- one record -------------------------------------------------------------------------

    def new(self, _request: SimRequest, t: str) -> Response:
        """An empty form."""
        kind = registry.find(t)
        return self._page(f"Create {_singular(kind)}", self._form(kind, {}, f"/{kind.slug}/new"))

    def create(self, request: SimRequest, t: str) -> Response:
        """Create a record."""
        kind = registry.find(t)
        wanted = {name: value for name, value in self._submitted(kind, request).items() if value}
        try:
            author = self._author_of(request)
            record = self._crm.create(kind, author, self._crm.prepare_create(kind, author, wanted))
        except errors.ApiError as error:
            form = self._form(kind, wanted, f"/{kind.slug}/new")
            return self._page(
                f"Create {_singular(kind)}", form, flash=_told(error), bad=True, status=400
            )
        return see_other(f"/{kind.slug}/{record.id}?done=Created.")

    def show(self, request: SimRequest, t: str, number: int) -> Response:
        """One record with everything a person can do to it."""
        kind = registry.find(t)
        record = self._crm.table(kind).follow(str(number))
        if record is None:
            return self._absent(kind, number)
        if record.id != str(number):
            return see_other(f"/{kind.slug}/{record.id}?done=This record was merged.")
        return self._record_page(kind, record, flash=request.args.get("done", ""))

    def save(self, request: SimRequest, t: str, number: int) -> Response:
        """Save an edit; only fields that were changed are written."""
        kind = registry.find(t)
        record = self._crm.table(kind).get(str(number))
        if record is None:
            return self._absent(kind, number)
        submitted = self._submitted(kind, request)
        changed = {n: v for n, v in submitted.items() if v != record.values.get(n, "")}
        try:
            if changed:
                author = self._author_of(request)
                checked = self._crm.prepare_update(kind, author, record, changed)
                self._crm.update(kind, author, record, checked)
        except errors.ApiError as error:
            return self._record_page(kind, record, flash=_told(error), bad=True)
        done = "Saved." if changed else "Nothing was changed."
        return see_other(f"/{kind.slug}/{record.id}?done={done}")

    def archive(self, request: SimRequest, t: str, number: int) -> Response:
        """Put into the recycle bin."""
        kind = registry.find(t)
        record = self._crm.table(kind).get(str(number))
        if record is not None:
            lifecycle.archive(self._crm, kind, self._author_of(request), record)
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
            return self._page("Not restored", pages.card(_told(error)), status=409)
        return see_other(f"/{kind.slug}/{record.id}?done=Restored.")

    def merge(self, request: SimRequest, t: str, number: int) -> Response:
        """Merge another record into this one."""
        kind = registry.find(t)
        table = self._crm.table(kind)
        record = table.get(str(number))
        other = table.get(request.form.get("other", "").strip())
        if record is None:
            return self._absent(kind, number)
        if other is None or other is record:
            message = f"There is no other {_singular(kind)} with this record ID."
            return self._record_page(kind, record, flash=message, bad=True)
        merged = lifecycle.merge(self._crm, kind, self._author_of(request), record, other)
        return see_other(f"/{kind.slug}/{merged.id}?done=Merged.")

    def companies(self, request: SimRequest, t: str, number: int) -> Response:
        """Associate a company, make it the primary one, or remove it."""
        kind, target = registry.find(t), registry.find("companies")
        record = self._crm.table(kind).get(str(number))
        company = self._crm.table(target).get(request.form.get("company", "").strip())
        if record is None:
            return self._absent(kind, number)
        if company is None:
            message = "There is no company with this record ID."
            return self._record_page(kind, record, flash=message, bad=True)
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

    def _record_page(
        self, kind: ObjectType, record: Record, *, flash: str = "", bad: bool = False
    ) -> Response:
        parts = [self._form(kind, record.values, f"/{kind.slug}/{record.id}")]
        if kind.slug in _PRIMARY:
            parts.append(self._companies_card(kind, record))
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
        return self._page(
            title_of(kind, record.values), pages.joined(parts), current=f"/{kind.slug}",
            flash=flash, bad=bad, status=400 if bad else 200,
        )  # fmt: skip

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
        fields = [_input(definitions[name], values.get(name, "")) for name in kind.form]
        return pages.form(action, pages.grid(*fields), pages.row(pages.button("Save")))

    def _submitted(self, kind: ObjectType, request: SimRequest) -> dict[str, str]:
        found = {name: request.form.get(name) for name in kind.form}
        # A browser sends line ends as CR LF; HubSpot stores LF.
        return {n: v.replace("\r\n", "\n").strip() for n, v in found.items() if v is not None}

    def _label(self, kind: ObjectType, name: str) -> str:
        return self._crm.definitions.of(kind)[name].label

    # -- connected apps ---------------------------------------------------------------------

    def apps(self, request: SimRequest) -> Response:
        """Apps with access to the account."""
        rows = []
        for grant in self._oauth.grants.values():
            shown = self._oauth.describe(grant)
            action: Markup | str = "Disconnected"
            if not grant.revoked:
                action = pages.form(
                    f"/apps/{grant.id}/disconnect",
                    pages.button(f"Disconnect {shown['name']}", style="danger"),
                    css="",
                )
            rows.append(
                [shown["name"], f"{shown['connected']:%Y-%m-%d %H:%M} UTC",
                 ", ".join(shown["scopes"]), action]
            )  # fmt: skip
        body = pages.table(
            f"{len(rows)} connections", ["App", "Connected", "Permissions", "Action"], rows
        )
        return self._page(
            "Connected apps", body, current="/apps", flash=request.args.get("done", "")
        )

    def disconnect(self, request: SimRequest, grant_id: str) -> Response:
        """Take an app's access away."""
        grant = self._oauth.grants.get(grant_id)
        if grant is not None and not grant.revoked:
            self._oauth.revoke(grant)
            author = self._author_of(request)
            self._crm.note(author, "disconnect", "apps", grant.client_id, {}, {})
        return see_other("/apps?done=Disconnected.")

    # -- common -----------------------------------------------------------------------------

    def _absent(self, kind: ObjectType, number: int) -> Response:
        record = self._crm.table(kind).get_archived(str(number))
        if record is not None and record.merged is None:
            body = pages.form(
                f"/{kind.slug}/{number}/restore",
                pages.paragraph("This record is in the recycle bin."),
                pages.button("Restore"),
            )
            return self._page(title_of(kind, record.values), body, current=f"/{kind.slug}")
        text = pages.card(f"There is no {_singular(kind)} with the record ID {number}.")
        return self._page("Not found", text, current=f"/{kind.slug}", status=404)

    @staticmethod
    def _page(
        title: str,
        body: Markup,
        *,
        current: str = "",
        flash: str = "",
        bad: bool = False,
        status: int = 200,
    ) -> Response:
        markup = pages.page(SITE, title, body, current=current, flash=flash, bad=bad)
        return html_response(markup, status)


#: association type of the primary company, by the type that has one
_PRIMARY = {"contacts": 1, "deals": 5}


def _input(prop: Property, value: str) -> Markup:
    if prop.type == "enumeration" and prop.options:
        options = [("", "")] + [(option.value, option.label) for option in prop.options]
        return pages.choice(prop.label, prop.name, options, value)
    kind = "textarea" if prop.field_type in ("textarea", "html") else "text"
    return pages.field(prop.label, prop.name, value, kind=kind)


def _has(kind: ObjectType, record: Record, query: str) -> bool:
    text = " ".join(record.values.get(name, "") for name in kind.searched).lower()
    return all(word in text for word in query.lower().split())


def _plural(kind: ObjectType) -> str:
    return kind.plural_label.capitalize()


def _singular(kind: ObjectType) -> str:
    return kind.singular.replace("_", " ")


def _told(error: errors.ApiError) -> str:
    """An API error in a person's words."""
    flaws = error.body.get("errors") or []
    return " ".join(one["message"] for one in flaws) or str(error)
