"""Endpoints of records: ``/crm/v3/objects/{type}`` and ``/crm/objects/{date}/{type}``.

Knows paths, parameters and answers; the work is done in ``crm``, ``batches``, ``search`` and
``lifecycle``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common.web import SimRequest, json_response
from simulators.hubspot import association_types, errors, lifecycle, registry
from simulators.hubspot.access import Endpoint, Kind, Version, rule, versions
from simulators.hubspot.batches import Batch
from simulators.hubspot.crm import Crm
from simulators.hubspot.records import Record
from simulators.hubspot.render import Renderer, View
from simulators.hubspot.requests import (
    inputs,
    is_true,
    json_body,
    list_of,
    mapping_of,
    next_page,
    page_limit,
    properties_of,
    text_of,
    view_of_body,
    view_of_query,
)
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.search import Search
from simulators.hubspot.writes import Author, Link

DEFAULT_PAGE = 10
MAX_PAGE = 100
MAX_PAGE_WITH_HISTORY = 50


class ObjectsApi:
    """The endpoints of all object types."""

    def __init__(self, crm: Crm, search: Search, author_of: Callable[[SimRequest], Author]) -> None:
        self._crm = crm
        self._search = search
        self._author_of = author_of

    def rules(self) -> Iterator[Rule]:
        """All routes, in all versions."""
        for version in versions("v3", "/crm/v3/objects", "/crm/objects/{V}"):
            yield from self._rules_of(version)

    def _rules_of(self, version: Version) -> Iterator[Rule]:
        base = f"{version.prefix}/<t>"
        one = f"{base}/<record_id>"

        def merge(request: SimRequest, t: str) -> Response:
            return self.merge(request, t, version)

        rows: tuple[tuple[str, str, Callable[..., Response], str, Kind], ...] = (
            (base, "GET", self.list, "read", "crm"),
            (base, "POST", self.create, "write", "crm"),
            (one, "GET", self.get, "read", "crm"),
            (one, "PATCH", self.update, "write", "crm"),
            (one, "DELETE", self.archive, "write", "crm"),
            (f"{base}/batch/read", "POST", self.batch_read, "read", "crm"),
            (f"{base}/batch/create", "POST", self.batch_create, "write", "crm"),
            (f"{base}/batch/update", "POST", self.batch_update, "write", "crm"),
            (f"{base}/batch/upsert", "POST", self.batch_upsert, "write", "crm"),
            (f"{base}/batch/archive", "POST", self.batch_archive, "write", "crm"),
            (f"{base}/search", "POST", self.search, "read", "search"),
            (f"{base}/merge", "POST", merge, "write", "crm"),
            (f"{base}/gdpr-delete", "POST", self.gdpr_delete, "write", "crm"),
        )
        for path, method, handler, access, kind in rows:
            name = f"{method} objects{path.removeprefix(version.prefix)}"
            scopes = _read_scopes if access == "read" else _write_scopes
            yield rule(
                path,
                method,
                Endpoint(handler, kind, name, scopes, version=version.name),
            )

    # -- one record -------------------------------------------------------------------------

    def list(self, request: SimRequest, t: str) -> Response:
        """A page of records by ascending id."""
        kind = registry.find(t)
        view = view_of_query(request)
        most = MAX_PAGE_WITH_HISTORY if view.with_history else MAX_PAGE
        limit = page_limit(request.args.get("limit"), default=DEFAULT_PAGE, most=most)
        after = request.args.get("after")
        if after and not after.isdigit():
            raise errors.invalid(f"Invalid after: {after!r}")
        table = self._crm.table(kind)
        records, following = table.page(after, limit, archived=is_true(request, "archived"))
        renderer = Renderer(self._crm, kind, view)
        body: dict[str, Any] = {"results": [renderer.record(record) for record in records]}
        if following:
            body.update(next_page(request, following))
        return json_response(body)

    def create(self, request: SimRequest, t: str) -> Response:
        """A new record."""
        kind = registry.find(t)
        body = json_body(request)
        author = self._author_of(request)
        links = links_of(kind, body)
        draft = self._crm.prepare_create(kind, author, properties_of(body), links)
        record = self._crm.create(kind, author, draft)
        answer = Renderer(self._crm, kind, View(url=True)).created(record)
        location = f"{request.base_url.rstrip('/')}/{record.id}"
        return json_response(answer, 201, {"Location": location})

    def get(self, request: SimRequest, t: str, record_id: str) -> Response:
        """One record."""
        kind = registry.find(t)
        id_property = request.args.get("idProperty")
        if is_true(request, "archived") and not id_property:
            record = self._crm.table(kind).get_archived(record_id)
        else:
            record = self._crm.find(kind, record_id, id_property, follow=True)
        if record is None:
            raise errors.not_found("0" if id_property else record_id)
        return json_response(Renderer(self._crm, kind, view_of_query(request)).record(record))

    def update(self, request: SimRequest, t: str, record_id: str) -> Response:
        """Changed values of one record; an id that was merged away reaches the merged record."""
        kind = registry.find(t)
        id_property = request.args.get("idProperty")
        record = self._crm.find(kind, record_id, id_property, follow=True)
        if record is None:
            raise errors.not_found("0" if id_property else record_id)
        wanted = properties_of(json_body(request))
        author = self._author_of(request)
        changes = self._crm.prepare_update(kind, author, record, wanted)
        self._crm.update(kind, author, record, changes)
        return json_response(Renderer(self._crm, kind, View(url=True)).updated(record, changes))

    def archive(self, request: SimRequest, t: str, record_id: str) -> Response:
        """Into the recycle bin. A second time: 204 as well (UNCONFIRMED)."""
        kind = registry.find(t)
        record = self._crm.table(kind).get(record_id)
        if record is not None:
            lifecycle.archive(self._crm, kind, self._author_of(request), record)
        elif self._crm.table(kind).get_archived(record_id) is None:
            raise errors.not_found(record_id)
        return Response(status=204)

    # -- batches ----------------------------------------------------------------------------

    def batch_read(self, request: SimRequest, t: str) -> Response:
        """Up to 100 records."""
        _, body, batch = self._batch(request, t)
        view = view_of_body(body)
        batch.read(
            inputs(body),
            view,
            body.get("idProperty") or None,
            archived=is_true(request, "archived"),
        )
        return json_response(*batch.answer())

    def batch_create(self, request: SimRequest, t: str) -> Response:
        """Up to 100 new records."""
        kind, body, batch = self._batch(request, t)
        batch.create(inputs(body), lambda one: links_of(kind, one))
        return json_response(*batch.answer(201))

    def batch_update(self, request: SimRequest, t: str) -> Response:
        """Up to 100 changed records."""
        _, body, batch = self._batch(request, t)
        batch.update(inputs(body))
        return json_response(*batch.answer())

    def batch_upsert(self, request: SimRequest, t: str) -> Response:
        """Up to 100 records, changed or new."""
        _, body, batch = self._batch(request, t)
        batch.upsert(inputs(body))
        return json_response(*batch.answer())

    def batch_archive(self, request: SimRequest, t: str) -> Response:
        """Up to 100 records into the recycle bin."""
        _, body, batch = self._batch(request, t)
        batch.archive(inputs(body))
        return Response(status=204)

    def _batch(self, request: SimRequest, t: str) -> tuple[ObjectType, dict[str, Any], Batch]:
        kind = registry.find(t)
        return kind, json_body(request), Batch(self._crm, kind, self._author_of(request))

    # -- search, merge, privacy delete ------------------------------------------------------

    def search(self, request: SimRequest, t: str) -> Response:
        """A page of search results."""
        kind = registry.find(t)
        body = json_body(request)
        length = len(request.get_data().decode("utf-8", "replace"))
        found = self._search.run(kind, body, length)
        renderer = Renderer(self._crm, kind, View(view_of_body(body).properties, url=True))
        answer: dict[str, Any] = {
            "total": found.total,
            "results": [renderer.record(record) for record in found.records],
        }
        if found.after is not None:
            answer["paging"] = {"next": {"after": found.after}}
        return json_response(answer)

    def merge(self, request: SimRequest, t: str, version: Version) -> Response:
        """Two records become one with a new id."""
        kind = registry.find(t)
        if not kind.merges and not version.merges_all:
            raise errors.plain(404, "resource not found")
        body = json_body(request)
        primary, other = (
            self._existing(kind, text_of(body, name))
            for name in ("primaryObjectId", "objectIdToMerge")
        )
        if primary is other:
            raise errors.invalid("A record cannot be merged with itself.")
        record = lifecycle.merge(self._crm, kind, self._author_of(request), primary, other)
        return json_response(Renderer(self._crm, kind, View(url=True)).record(record))

    def gdpr_delete(self, request: SimRequest, t: str) -> Response:
        """Delete one record for good."""
        kind = registry.find(t)
        body = json_body(request)
        record_id = text_of(body, "objectId")
        record = self._crm.find(kind, record_id, body.get("idProperty") or None)
        if record is None:
            raise errors.not_found(record_id)
        lifecycle.purge(self._crm, kind, self._author_of(request), record)
        return Response(status=204)

    def _existing(self, kind: ObjectType, record_id: str) -> Record:
        record = self._crm.table(kind).get(record_id)
        if record is None:
            raise errors.not_found(record_id)
        return record


def links_of(kind: ObjectType, body: Mapping[str, Any]) -> Sequence[Link]:
    """The ``associations`` of a create.

    Raises:
        ApiError: 400, malformed, or a type of the wrong direction.
    """
    found = []
    for one in body.get("associations") or ():
        to_id = text_of(mapping_of(one, "to"), "id")
        types = list_of(one, "types")
        asked = [wanted.get("associationTypeId") for wanted in types]
        targets = [
            target
            for target in registry.OBJECT_TYPES
            if any(number in association_types.between(kind, target) for number in asked)
        ]
        if len(targets) != 1:
            raise errors.invalid(
                f"{asked} invalid from object type {kind.type_id} for associations to be created."
            )
        target = targets[0]
        ids = tuple(
            association_types.find(
                kind, target, wanted.get("associationCategory"), wanted.get("associationTypeId")
            )
            for wanted in types
        )
        found.append(Link(target, to_id, ids))
    return found


def _read_scopes(args: Mapping[str, Any]) -> Sequence[str]:
    return registry.find(args["t"]).read_scopes


def _write_scopes(args: Mapping[str, Any]) -> Sequence[str]:
    return registry.find(args["t"]).write_scopes
