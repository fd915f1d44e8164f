"""Whether the reason our table gives for a document is true, asked of the two systems (I5).

A module per kind of document, each with its table ``{code: test}``; ``kind:code`` where a code
means something else for another kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncapp.models import RecordLink
from tests.simulation.documents.causes import invoices, payments, products

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation

_TESTS = {**invoices.TESTS, **payments.TESTS, **products.TESTS}


def is_true(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Whether a failing or excluded document stands there for a reason that exists."""
    kind = link.definition.object_type
    test = _TESTS.get(f"{kind}:{link.code}") or _TESTS.get(link.code)
    return test is not None and test(sim, link)
