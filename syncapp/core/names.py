"""Names as QuickBooks keeps them; not which of them are unique, nor over what."""

from __future__ import annotations

import re

#: The mark of what is inactive; a second one of the same name gets a variant: UNCONFIRMED
#: (apis/quickbooks.md 4.3).
_INACTIVE_MARK = re.compile(r" \(deleted(?: \d+)?\)$")


def plain_name(name: str) -> str:
    """The name without the mark of an inactive record.

    >>> plain_name("Hour (deleted 2)")
    'Hour'
    """
    return _INACTIVE_MARK.sub("", name)
