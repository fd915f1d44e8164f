"""What an endpoint demands of its caller, and what it counts as.

Knows the declaration only; the application enforces it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common.web import SimRequest

Kind = Literal["crm", "search", "associations", "oauth", "webhooks", "page"]
Scopes = Callable[[Mapping[str, Any]], Sequence[str]]


def no_scopes(_args: Mapping[str, Any]) -> Sequence[str]:
    """Any token will do."""
    return ()


@dataclass(frozen=True)
class Endpoint:
    """A handler with its declaration. ``scopes`` gives the accepted ones: any of them suffices."""

    handler: Callable[..., Response]
    kind: Kind
    name: str
    scopes: Scopes = no_scopes
    needs_token: bool = True
    #: of the path; on some versions the portal's rules are enforced
    version: str = ""

    def __call__(self, request: SimRequest, **args: Any) -> Response:
        """Carry out."""
        return self.handler(request, **args)


@dataclass(frozen=True)
class Version:
    """One version of an API area: the segment, and where its paths begin."""

    name: str
    prefix: str

    @property
    def merges_all(self) -> bool:
        """Records of every type can be merged, not only those of a few."""
        return self.name == "2026-09"


DATED = ("2025-09", "2026-03", "2026-09")


def versions(old: str, old_prefix: str, dated_prefix: str) -> Iterator[Version]:
    """The old version and the dated ones; ``{V}`` in a prefix stands for the date."""
    yield Version(old, old_prefix)
    for name in DATED:
        yield Version(name, dated_prefix.replace("{V}", name))


def rule(path: str, method: str, endpoint: Endpoint) -> Rule:
    """One route."""
    return Rule(path, methods=[method], endpoint=endpoint)
