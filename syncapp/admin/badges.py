"""The colours of badges, in any language. Must not know what is done in a state."""

from __future__ import annotations

from typing import Any

from syncapp.models import Mail


class Colours(dict[Any, str]):
    """``{words: colour}`` for the theme's ``display(label=...)``.

    The words are lazy, and a plain dict finds them only in the language they were hashed in.
    """

    def __contains__(self, words: object) -> bool:
        """Whether a badge of these words has a colour."""
        return any(str(known) == str(words) for known in self)

    def __getitem__(self, words: object) -> str:
        """The colour of these words, in the language of now."""
        for known, colour in self.items():
            if str(known) == str(words):
                return colour
        raise KeyError(words)


#: What came of a mail, in the list of mails and beside what it tells of.
MAIL_COLOURS = Colours(
    {
        Mail.State.WAITING.label: "info",
        Mail.State.SENDING.label: "info",
        Mail.State.SENT.label: "success",
        Mail.State.FAILED.label: "danger",
        Mail.State.UNKNOWN.label: "warning",
    }
)
