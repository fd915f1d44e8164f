"""Keeps what the product logs while a scenario is played, so that no token is found in it (I12)."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator


@contextlib.contextmanager
def kept() -> Iterator[list[str]]:
    """The lines that the product logs inside, instead of where it logs them otherwise."""
    lines: list[str] = []
    logger = logging.getLogger("syncapp")
    before = (logger.level, logger.propagate, logger.handlers[:])
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.handlers[:] = [_Keeper(lines)]
    try:
        yield lines
    finally:
        logger.setLevel(before[0])
        logger.propagate, logger.handlers[:] = before[1], before[2]


class _Keeper(logging.Handler):
    def __init__(self, kept: list[str]) -> None:
        super().__init__()
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self._kept.append(f"{record.getMessage()} {record.__dict__.get('request_id', '')}")
