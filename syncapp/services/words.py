"""The words of the core in the reader's language: the core itself knows no gettext.

What is shown here is gathered by ``core_words`` in ``tools/messages.py``. Must not know who reads:
the language in force decides, which is English in commands and in the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext, gettext_lazy, ngettext

from syncapp.core.filters import Condition, phrases
from syncapp.core.pairs.base import ObjectPair, Option
from syncapp.core.preflight import Check
from syncapp.core.reasons import Fixer
from syncapp.core.schema import Field
from syncapp.core.sentences import Sentence, tell
from syncapp.core.sides import Side


def title_of(pair: ObjectPair) -> str:
    """The name of an object: "Contacts"."""
    return gettext(pair.title)


def noun_of(pair: ObjectPair, side: Side) -> str:
    """What one record is called on a side: "contact"."""
    return gettext(pair.nouns[side])


def nouns_of(pair: ObjectPair, side: Side) -> str:
    """What several records are called on a side: "contacts"."""
    return gettext(pair.plural(side))


def said(text: str) -> str:
    """A text of the core; "" stays empty, which gettext would answer with its own header."""
    return gettext(text) if text else ""


def worded(field: Field, side: Side) -> Field:
    """A field with its words in the reader's language, where they are ours.

    Those of HubSpot, and of custom fields, are the account's own and stay as they are.
    """
    if side is not Side.QUICKBOOKS or field.custom:
        return field
    options = tuple((value, said(label)) for value, label in field.options)
    return replace(field, label=said(field.label), options=options)


def translated(option: Option) -> Option:
    """An option with its words in the reader's language."""
    return replace(
        option,
        label=said(option.label),
        help=said(option.help),
        choices=tuple((value, said(label)) for value, label in option.choices),
    )


def conditions_of(group: Sequence[Condition]) -> list[str]:
    """The conditions of a filter's group in words."""
    return phrases(group, said)


def told(sentence: Sentence) -> str:
    """A sentence of the core, filled in."""
    return tell(sentence, _template)


def _template(template: str, plural: str, count: int) -> str:
    return ngettext(template, plural, count) if plural else said(template)


def translated_check(check: Check) -> Check:
    """A check of the pre-flight with its words in the reader's language."""
    return replace(
        check,
        title=said(check.title),
        why=said(check.why),
        remedy=said(check.remedy),
        where=said(check.where),
        tick=said(check.tick),
    )


#: Where the remedy is, as a person asks: who can mend it?
FIXER_WORDS = {
    Fixer.NOBODY: gettext_lazy("Resolves by itself"),
    Fixer.HUBSPOT: gettext_lazy("A HubSpot user"),
    Fixer.QUICKBOOKS: gettext_lazy("A QuickBooks user"),
    Fixer.HERE: gettext_lazy("A Tandem user"),
}


def fixer_words(fixer: Fixer) -> str:
    """Who can mend a record."""
    return str(FIXER_WORDS[fixer])
