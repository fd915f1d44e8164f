"""``manage.py`` with Tandem's clock moved on: ``python -m tests.acceptance.later SECONDS COMMAND``.

Changes the one door through which the engine gets the time, and nothing else.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta


def main() -> None:
    """Move the clock, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    seconds = timedelta(seconds=float(sys.argv[1]))
    import django

    django.setup()
    from syncapp.services.env import SystemClock

    real = SystemClock.now

    def now(self: SystemClock) -> datetime:
        return real(self) + seconds

    SystemClock.now = now  # type: ignore[method-assign]
    import manage

    sys.argv = ["manage.py", *sys.argv[2:]]
    manage.main()


if __name__ == "__main__":
    main()
