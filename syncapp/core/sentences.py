"""A sentence for a person that is filled in, and translated, only when it is shown.

Templates are English, with ``{names}``; those that are written out in ``sentence`` and ``counted``
are gathered for translation (``tools/core_words.py``). Must not know any language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

AND = " and "
#: ``(template, its plural or "", count)`` to the template in the reader's language.
Translate = Callable[[str, str, int], str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template with what fills it in.

    Attributes:
        params: Names and figures as they are, and sentences of their own.
        plural: The template for another count than 1; "" where nothing is counted.
    """

    template: str
    params: Mapping[str, Param] = field(default_factory=dict)
    plural: str = ""
    count: int = 1

    def __str__(self) -> str:
        return tell(self)


@dataclass(frozen=True, slots=True)
class Series:
    """Several parts; the last one is joined with ``last``, the others with ``by``."""

    parts: Sequence[str | Sentence]
    by: str = ", "
    last: str = AND


Param = str | int | Sentence | Series


def sentence(template: str, **params: Param) -> Sentence:
    """A sentence in which nothing is counted."""
    return Sentence(template, params)


def counted(singular: str, plural: str, count: int, **params: Param) -> Sentence:
    """A sentence about a number of things, which fills in ``{count}``."""
    return Sentence(singular, {"count": count, **params}, plural, count)


def english(template: str, plural: str, count: int) -> str:
    """The template as it is written."""
    return template if not plural or count == 1 else plural


def tell(told: Sentence, translate: Translate = english) -> str:
    """The sentence in words.

    Args:
        told: The sentence.
        translate: What turns a template into the reader's language.
    """
    words = translate(told.template, told.plural, told.count)
    if not told.params:
        return words
    return words.format(**{name: _filled(param, translate) for name, param in told.params.items()})


def _filled(param: Param, translate: Translate) -> str:
    match param:
        case Sentence():
            return tell(param, translate)
        case Series():
            *others, last = [_filled(one, translate) for one in param.parts] or [""]
            start = translate(param.by, "", 1).join(others)
            return f"{start}{translate(param.last, '', 1)}{last}" if others else last
        case int():
            return f"{param:,}"
    return param
