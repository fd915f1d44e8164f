"""Every address of the project, read from the URL resolver, with rows to put into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from syncapp.models import Rehearsal

#: Open to everybody by design: signing in and out, the language, the vendors' way back to the
#: login page, the health check.
OPEN = {
    "root", "healthz", "set_language", "admin:login", "admin:logout", "admin:jsi18n",
    "favicon.ico", "admin:catch_all",
}  # fmt: skip
#: Open to every staff user by design; none shows a record.
STAFF = {
    "admin:index", "admin:password_change", "admin:password_change_done", "admin:search",
    # Answer 404 to whoever may see nothing: a list of nothing, a record's page on the site.
    "admin:app_list", "admin:view_on_site",
    # One's own language, time zone and choice of messages; there is nobody else's on it.
    "admin:syncapp_my_settings",
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """One address that can be asked for."""

    name: str
    url: str

    def __str__(self) -> str:
        return self.name


def addresses(rows: dict[type[models.Model], models.Model]) -> list[Address]:
    """All addresses, with the primary keys of the given rows."""
    found = []
    for namespace, pattern in _patterns(get_resolver(), ""):
        if pattern.name is None:
            name = str(pattern.pattern)
            if name in OPEN or "(?P<url>.*)" in name or namespace == "admin":
                continue  # the admin's catch-all and its old redirects
            raise AssertionError(f"{name} has no name, so nobody checks it")
        full = f"{namespace}:{pattern.name}" if namespace else pattern.name
        kwargs = {
            parameter: _value(parameter, full, rows) for parameter in pattern.pattern.converters
        }
        regex = getattr(pattern.pattern, "regex", None)
        for parameter in regex.groupindex if regex else ():
            kwargs.setdefault(parameter, _value(parameter, full, rows))
        found.append(Address(full, reverse(full, kwargs=kwargs)))
    assert len(found) > 60, "the resolver was not walked"
    return found


def _patterns(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = ":".join(part for part in (namespace, entry.namespace) if part)
            yield from _patterns(entry, inner)
        else:
            yield namespace, entry


def _value(parameter: str, name: str, rows: dict[type[models.Model], models.Model]) -> Any:
    fixed = {
        "side_name": "hubspot",
        "object_type": "contacts",
        "app_label": "syncapp",
        "group": "failing",
        "step": "direction",
        "format": "csv",
    }
    if parameter in fixed:
        return fixed[parameter]
    by_name = {model._meta.label_lower: row for model, row in rows.items()}
    if parameter == "pair_id":
        return by_name["syncapp.accountpair"].pk
    if parameter == "connection_id":
        return by_name["syncapp.connection"].pk
    if parameter == "content_type_id":
        return 1
    return _row_of(name, rows).pk


def _row_of(name: str, rows: dict[type[models.Model], models.Model]) -> models.Model:
    """The row an address is about, told by its name: "admin:syncapp_syncrun_change"."""
    short = name.removeprefix("admin:")
    for model, row in rows.items():
        if short.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            return row
    words = {
        "pair": "accountpair", "object": "syncdefinition", "sync": "syncdefinition",
        "turn": "syncdefinition", "brake": "syncdefinition", "delete": "syncdefinition",
        "wizard": "accountpair",
        "record": "recordlink", "rehearsal": "rehearsal", "auth": "user", "notification":
        "notification", "export": "recordlink", "view": "syncdefinition",
    }  # fmt: skip
    first = re.split(r"[_:]", short.removeprefix("syncapp_"))[0]
    wanted = words.get(first)
    for model, row in rows.items():
        if model._meta.model_name == wanted:
            return row
    raise AssertionError(f"say which row {name} is about")


def registered() -> list[type[models.Model]]:
    return [*admin.site._registry, Rehearsal]
