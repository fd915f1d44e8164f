"""Endpoints of associations: v4, its dated twins, and the v3 list.

Knows paths, bodies and the 207 for none; what an association does is in ``crm``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common.clock import iso_milliseconds
from simulators.common.web import SimRequest, json_response
from simulators.hubspot import association_types, errors, registry
from simulators.hubspot.access import DATED, Endpoint, Version, rule, versions
from simulators.hubspot.associations import node
from simulators.hubspot.crm import Crm
from simulators.hubspot.requests import (
    inputs,
    json_body,
    list_of,
    mapping_of,
    next_page,
    page_limit,
    text_of,
)
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.writes import Author

DEFAULT_PAGE = 500
MAX_READ = 1_000
MAX_WRITE = 2_000


class AssociationsApi:
    """Associations of single records and in batches."""

    def __init__(self, crm: Crm, author_of: Callable[[SimRequest], Author]) -> None:
        self._crm = crm
        self._author_of = author_of

    def rules(self) -> Iterator[Rule]:
        """All routes, in all versions."""
        for version in versions("v4", "/crm/v4/objects", "/crm/objects/{V}"):
            yield from self._single_rules(version)
        v3 = "/crm/v3/objects/<t>/<record_id>/associations/<to>"
        yield rule(v3, "GET", _endpoint(self.list_v3, "GET associations v3", writes=False))
        for version in versions("v4", "/crm/v4/associations", "/crm/associations/{V}"):
            yield from self._batch_rules(version)

    def _single_rules(self, version: Version) -> Iterator[Rule]:
        base = f"{version.prefix}/<t>/<record_id>/associations"
        rows: tuple[tuple[str, str, Callable[..., Response], bool], ...] = (
            (f"{base}/<to>", "GET", self.list, False),
            (f"{base}/default/<to>/<to_id>", "PUT", self.put_default, True),
            (f"{base}/<to>/<to_id>", "PUT", self.put, True),
            (f"{base}/<to>/<to_id>", "DELETE", self.delete, True),
        )
        for path, method, handler, writes in rows:
            name = f"{method} associations{path.removeprefix(version.prefix)}"
            yield rule(path, method, _endpoint(handler, name, writes=writes))

    def _batch_rules(self, version: Version) -> Iterator[Rule]:
        base = f"{version.prefix}/<t>/<to>"
        dated = version.name in DATED

        def archive(request: SimRequest, t: str, to: str) -> Response:
            return self.batch_archive(request, t, to, dated=dated)

        def archive_labels(request: SimRequest, t: str, to: str) -> Response:
            return self.batch_archive_labels(request, t, to, dated=dated)

        rows: tuple[tuple[str, str, Callable[..., Response], bool], ...] = (
            (f"{base}/batch/read", "POST", self.batch_read, False),
            (f"{base}/batch/create", "POST", self.batch_create, True),
            (f"{base}/batch/associate/default", "POST", self.batch_default, True),
            (f"{base}/batch/archive", "POST", archive, True),
            (f"{base}/batch/labels/archive", "POST", archive_labels, True),
            (f"{base}/labels", "GET", self.labels, False),
        )
        for path, method, handler, writes in rows:
            name = f"{method} associations{path.removeprefix(version.prefix)}"
            yield rule(path, method, _endpoint(handler, name, writes=writes))

    # -- one record -------------------------------------------------------------------------

    def list(self, request: SimRequest, t: str, record_id: str, to: str) -> Response:
        """A page of a record's partners; 200 with no results when there are none."""
        kind, target = registry.find(t), registry.find(to)
        self._must_exist(kind, record_id)
        limit = page_limit(request.args.get("limit"), default=DEFAULT_PAGE, most=DEFAULT_PAGE)
        after = request.args.get("after", "0")
        start = int(after) if after.isdigit() else 0
        partners = list(self._crm.live_partners(kind, record_id, target).items())
        body: dict[str, Any] = {
            "results": [
                _partner(kind, target, one, types) for one, types in partners[start : start + limit]
            ]
        }
        if start + limit < len(partners):
            body.update(next_page(request, str(start + limit)))
        return json_response(body)

    def list_v3(self, _request: SimRequest, t: str, record_id: str, to: str) -> Response:
        """The older form: one row per type, with the type's spelling."""
        kind, target = registry.find(t), registry.find(to)
        self._must_exist(kind, record_id)
        rows = association_types.between(kind, target)
        results = [
            {"id": one, "type": association_types.spelling(rows[number], kind, target)}
            for one, types in self._crm.live_partners(kind, record_id, target).items()
            for number in types
        ]
        return json_response({"results": results})

    def put_default(
        self, request: SimRequest, t: str, record_id: str, to: str, to_id: str
    ) -> Response:
        """The plain association."""
        kind, target = registry.find(t), registry.find(to)
        self._must_exist(kind, record_id)
        self._must_exist(target, to_id)
        author = self._author_of(request)
        self._crm.link(author, node(kind, record_id), node(target, to_id), ())
        return self._answer(_both_ways(kind, record_id, target, to_id), (), 200)

    def put(self, request: SimRequest, t: str, record_id: str, to: str, to_id: str) -> Response:
        """The types sent become the pair's whole label set."""
        kind, target = registry.find(t), registry.find(to)
        self._must_exist(kind, record_id)
        self._must_exist(target, to_id)
        types = _types(kind, target, _body_list(request))
        author = self._author_of(request)
        one, other = node(kind, record_id), node(target, to_id)
        after = self._crm.link(author, one, other, types, replace=True)
        return json_response(_labelled(kind, record_id, target, to_id, after), 201)

    def delete(self, request: SimRequest, t: str, record_id: str, to: str, to_id: str) -> Response:
        """All types of the pair. Nothing to remove is no error (UNCONFIRMED)."""
        kind, target = registry.find(t), registry.find(to)
        self._crm.unlink(self._author_of(request), node(kind, record_id), node(target, to_id))
        return Response(status=204)

    # -- batches ----------------------------------------------------------------------------

    def batch_read(self, request: SimRequest, t: str, to: str) -> Response:
        """Partners of many records; those without any turn the answer into a 207."""
        kind, target = registry.find(t), registry.find(to)
        results, none = [], []
        for one in inputs(json_body(request), MAX_READ):
            record_id = text_of(one, "id")
            partners = self._crm.live_partners(kind, record_id, target)
            if not partners:
                none.append(_no_associations(kind, record_id, target))
                continue
            start = int(one.get("after") or 0)
            shown = list(partners.items())[start : start + DEFAULT_PAGE]
            row: dict[str, Any] = {
                "from": {"id": record_id},
                "to": [_partner(kind, target, p, types) for p, types in shown],
            }
            if start + DEFAULT_PAGE < len(partners):
                row["paging"] = {"next": {"after": str(start + DEFAULT_PAGE)}}
            results.append(row)
        return self._answer(results, none, 200)

    def batch_create(self, request: SimRequest, t: str, to: str) -> Response:
        """Associate many pairs by given types; bad pairs are reported (UNCONFIRMED form)."""
        kind, target = registry.find(t), registry.find(to)
        author = self._author_of(request)
        results, refused = [], []
        for one in inputs(json_body(request), MAX_WRITE):
            types = _types(kind, target, list_of(one, "types"))
            pair = self._pair(kind, target, one)
            if isinstance(pair, errors.ApiError):
                refused.append(errors.batch_item(pair, {}))
                continue
            try:
                after = self._crm.link(author, node(kind, pair[0]), node(target, pair[1]), types)
            except errors.ApiError as error:
                refused.append(errors.batch_item(error, {}))
                continue
            results.append(_labelled(kind, pair[0], target, pair[1], after))
        return self._answer(results, refused, 201)

    def batch_default(self, request: SimRequest, t: str, to: str) -> Response:
        """Associate many pairs plainly; two rows per pair, one for each direction."""
        kind, target = registry.find(t), registry.find(to)
        author = self._author_of(request)
        results: list[Any] = []
        refused = []
        for one in inputs(json_body(request), MAX_WRITE):
            pair = self._pair(kind, target, one)
            if isinstance(pair, errors.ApiError):
                refused.append(errors.batch_item(pair, {}))
                continue
            try:
                self._crm.link(author, node(kind, pair[0]), node(target, pair[1]), ())
            except errors.ApiError as error:
                refused.append(errors.batch_item(error, {}))
                continue
            results.extend(_both_ways(kind, pair[0], target, pair[1]))
        return self._answer(results, refused, 200)

    def batch_archive(self, request: SimRequest, t: str, to: str, *, dated: bool) -> Response:
        """Remove pairs. v4 answers 204, the dated versions 200."""
        kind, target = registry.find(t), registry.find(to)
        author = self._author_of(request)
        for one in inputs(json_body(request), MAX_WRITE):
            from_id = text_of(mapping_of(one, "from"), "id")
            for partner in list_of(one, "to"):
                self._crm.unlink(author, node(kind, from_id), node(target, text_of(partner, "id")))
        return Response(status=200 if dated else 204)

    def batch_archive_labels(
        self, request: SimRequest, t: str, to: str, *, dated: bool
    ) -> Response:
        """Remove labels of pairs; removing the plain type removes all."""
        kind, target = registry.find(t), registry.find(to)
        author = self._author_of(request)
        for one in inputs(json_body(request), MAX_WRITE):
            from_id = text_of(mapping_of(one, "from"), "id")
            to_id = text_of(mapping_of(one, "to"), "id")
            types = _types(kind, target, list_of(one, "types"))
            self._crm.unlink(author, node(kind, from_id), node(target, to_id), types)
        return Response(status=200 if dated else 204)

    def labels(self, _request: SimRequest, t: str, to: str) -> Response:
        """The types between two object types."""
        rows = association_types.between(registry.find(t), registry.find(to))
        results = [
            {"category": association_types.HUBSPOT_DEFINED, "typeId": row.id, "label": row.label}
            for row in rows.values()
        ]
        return json_response({"results": results})

    # -- common -----------------------------------------------------------------------------

    def _must_exist(self, kind: ObjectType, record_id: str) -> None:
        if self._crm.table(kind).get(record_id) is None:
            raise errors.not_found(record_id)

    def _pair(
        self, kind: ObjectType, target: ObjectType, one: Mapping[str, Any]
    ) -> tuple[str, str] | errors.ApiError:
        from_id = text_of(mapping_of(one, "from"), "id")
        to_id = text_of(mapping_of(one, "to"), "id")
        absent = [
            record_id
            for this, record_id in ((kind, from_id), (target, to_id))
            if self._crm.table(this).get(record_id) is None
        ]
        if not absent:
            return from_id, to_id
        return errors.invalid(
            "One or more associations are invalid", context={"INVALID_OBJECT_IDS": absent}
        )

    def _answer(self, results: Sequence[Any], refused: Sequence[Any], success: int) -> Response:
        now = iso_milliseconds(self._crm.clock.now())
        body = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
        if not refused:
            return json_response(body, success)
        return json_response({**body, "numErrors": len(refused), "errors": refused}, 207)


def _endpoint(handler: Callable[..., Response], name: str, *, writes: bool) -> Endpoint:
    return Endpoint(handler, "associations", name, _write_scopes if writes else _read_scopes)


def _read_scopes(args: Mapping[str, Any]) -> Sequence[str]:
    return registry.find(args["t"]).read_scopes


def _write_scopes(args: Mapping[str, Any]) -> Sequence[str]:
    return registry.find(args["t"]).write_scopes


def _partner(
    kind: ObjectType, target: ObjectType, to_id: str, types: Sequence[int]
) -> dict[str, Any]:
    rows = association_types.between(kind, target)
    return {
        # A JSON number in documentation and live answers, though the schema says text.
        "toObjectId": int(to_id),
        "associationTypes": [
            {
                "category": association_types.HUBSPOT_DEFINED,
                "typeId": number,
                "label": rows[number].label,
            }
            for number in types
        ],
    }


def _both_ways(
    kind: ObjectType, record_id: str, target: ObjectType, to_id: str
) -> list[dict[str, Any]]:
    plain = association_types.unlabelled(kind, target)
    return [
        {
            "from": {"id": one},
            "to": {"id": other},
            "associationSpec": {
                "associationCategory": association_types.HUBSPOT_DEFINED,
                "associationTypeId": number,
            },
        }
        for one, other, number in (
            (record_id, to_id, plain.id),
            (to_id, record_id, plain.inverse_id),
        )
    ]


def _labelled(
    kind: ObjectType, record_id: str, target: ObjectType, to_id: str, types: Sequence[int]
) -> dict[str, Any]:
    rows = association_types.between(kind, target)
    return {
        "fromObjectTypeId": kind.type_id,
        "fromObjectId": int(record_id),
        "toObjectTypeId": target.type_id,
        "toObjectId": int(to_id),
        "labels": [label for number in types if (label := rows[number].label)],
    }


def _types(kind: ObjectType, target: ObjectType, wanted: Sequence[Mapping[str, Any]]) -> list[int]:
    return [
        association_types.find(
            kind, target, one.get("associationCategory"), one.get("associationTypeId")
        )
        for one in wanted
    ]


def _body_list(request: SimRequest) -> list[Mapping[str, Any]]:
    try:
        body = request.body_json()
    except ValueError as error:
        raise errors.invalid(f"Invalid input JSON: {error}") from error
    if not isinstance(body, list) or not body or not all(isinstance(one, dict) for one in body):
        raise errors.invalid("Invalid input JSON: the body must be a list of association types.")
    return body


def _no_associations(kind: ObjectType, record_id: str, target: ObjectType) -> dict[str, Any]:
    return {
        "status": "error",
        "category": errors.OBJECT_NOT_FOUND,
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {target.singular} is associated with {kind.singular} {record_id}.",
        "context": {
            "fromObjectId": [record_id],
            "fromObjectType": [kind.singular],
            "toObjectType": [target.singular],
        },
    }
