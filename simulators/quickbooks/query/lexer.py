"""Cuts a query into tokens. Knows the characters of the language, not its grammar.

Unlike a general SQL lexer: strings escape with a backslash only, there is no ``!=``, and characters
outside ASCII may stand in strings alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from simulators.quickbooks import faults


class Kind(Enum):
    """What a token is."""

    WORD = "<IDENTIFIER>"
    STRING = "<STRING>"
    NUMBER = "<NUMBER>"
    SIGN = "<SIGN>"
    END = "<EOF>"


@dataclass(frozen=True)
class Token:
    """One token; ``text`` of a STRING is its value, escapes undone. Columns count from 1."""

    kind: Kind
    text: str
    line: int
    column: int

    @property
    def word(self) -> str:
        """The token in upper case if it is a word or a sign, else an empty text."""
        return self.text.upper() if self.kind in (Kind.WORD, Kind.SIGN) else ""


_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<string>'(?:[^'\\]|\\.)*')"
    r"|(?P<sign><=|>=|[=<>(),*])",
    re.DOTALL,
)
# How a literal backslash is written is UNCONFIRMED; a doubled one is taken here.
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def tokens(text: str) -> list[Token]:
    """Return the tokens with a closing END.

    Raises:
        Refusal: 4000, for a character no token begins with or an unclosed string.
    """
    found: list[Token] = []
    line, line_start, position = 1, 0, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        column = position - line_start + 1
        if match is None:
            raise _lexical_error(text, position, line, column)
        piece, group = match.group(), match.lastgroup
        if group == "word":
            found.append(Token(Kind.WORD, piece, line, column))
        elif group == "number":
            found.append(Token(Kind.NUMBER, piece, line, column))
        elif group == "string":
            found.append(Token(Kind.STRING, _ESCAPE.sub(r"\1", piece[1:-1]), line, column))
        elif group == "sign":
            found.append(Token(Kind.SIGN, piece, line, column))
        position = match.end()
        breaks = piece.count("\n")
        if breaks:
            line += breaks
            line_start = match.start() + piece.rindex("\n") + 1
    found.append(Token(Kind.END, "", line, position - line_start + 1))
    return found


def _lexical_error(text: str, position: int, line: int, column: int) -> faults.Refusal:
    """Return the 4000 of an unreadable character (its exact text is UNCONFIRMED)."""
    bad = text[position]
    if bad == "'":
        return faults.query_syntax(
            f"Lexical error at line {line}, column {len(text) + 1}.  "
            f'Encountered: <EOF> after : "{text[position:]}"'
        )
    shown = bad if bad.isascii() else f"\\u{ord(bad):04x}"
    return faults.query_syntax(
        f'Lexical error at line {line}, column {column}.  Encountered: "{shown}" ({ord(bad)}), '
        'after : ""'
    )
