"""What the steps of the wizard share: the page they work on and the form of what was typed.

Must not know what any step asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from django.http import QueryDict

from syncapp.core.pairs import OBJECT_PAIRS, ObjectPair
from syncapp.core.schema import Field
from syncapp.core.sides import Direction, Side
from syncapp.models import SyncDefinition, SyncDraft
from syncapp.services import catalogue, drafts
from syncapp.services.catalogue import FieldLists
from syncapp.services.config import Document
from syncapp.services.env import real_env
from syncapp.services.words import nouns_of

#: From so many fields on, a list has a search box.
LONG_LIST = 12


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something typed that cannot be used: where it stands on the page, and the remedy."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed on a step.

    Attributes:
        parts: Parts of the settings document, as typed, mistakes included.
        mistakes: What must be mended before going on.
    """

    parts: Document
    mistakes: list[Mistake] = field(default_factory=list)


@dataclass
class Page:
    """One visit of one step."""

    draft: SyncDraft
    document: Document
    user: Any
    refresh: bool = False
    form: Any = None

    @property
    def object_pair(self) -> ObjectPair:
        """The rules of the objects."""
        return OBJECT_PAIRS[self.draft.object_type]

    @property
    def direction(self) -> Direction:
        """The chosen direction; both ways while what is typed is none."""
        try:
            return Direction(str(self.document.get("direction", "")))
        except ValueError:
            return Direction.BOTH

    @cached_property
    def lists(self) -> FieldLists:
        """The fields of both accounts; asked only by steps that show them."""
        return catalogue.describe(
            self.draft.pair, self.draft.object_type, env=real_env(), refresh=self.refresh
        )

    @cached_property
    def living(self) -> SyncDefinition | None:
        """The sync that exists already, switched on or not."""
        return drafts.living_definition(self.draft.pair, self.draft.object_type)

    @property
    def is_edit(self) -> bool:
        """Whether a sync is changed that was switched on before."""
        return self.living is not None and self.living.activated_at is not None

    def samples(self, side: Side) -> dict[str, list[str]]:
        """A few values of each field."""
        return catalogue.samples(self.draft.pair, self.draft.object_type, side, env=real_env())

    def named(self, side: Side, name: str, related: str = "") -> Field | None:
        """A field of an account, of the records themselves or of associated ones."""
        return self.lists.named(side, name, related)

    def noun(self, side: Side) -> str:
        """What a record is called there, in the plural."""
        return nouns_of(self.object_pair, side)


class Step(Protocol):
    """One step: reads what was typed, and says what its template shows."""

    slug: str
    title: Any
    template: str
    #: The parts of the document that are changed here.
    parts: tuple[str, ...]

    def read(self, page: Page, posted: QueryDict) -> Typed:
        """The parts of the document that were typed, and what is wrong with them."""
        ...

    def context(self, page: Page, posted: QueryDict | None) -> dict[str, Any]:
        """What the template shows besides the frame."""
        ...
