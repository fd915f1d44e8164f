"""One group of processes per data folder.

Knows the lock file. Must not know what the holder does. The kernel drops the lock when its holder
dies, so a crash leaves nothing to clean up.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another `manage.py up` works with this folder."""


@contextmanager
def hold(var_dir: Path) -> Iterator[None]:
    """Hold the folder's lock for the duration of the block.

    Raises:
        AlreadyRunning: another process holds it.
    """
    with (var_dir / "up.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(
                f"Tandem is already running with the folder {var_dir}: stop it first."
            ) from error
        yield
