"""One database's rounds in a process whose environment names the installation; see ``runner``.

``python -m tests.chaos.play FOLDER DATABASE PLAN``: PLAN is JSON, the figures go to
``FOLDER/figures.json``.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import django


def main(arguments: list[str]) -> int:
    """Play the rounds of a plan."""
    folder, database = Path(arguments[0]), arguments[1]
    plan: dict[str, Any] = json.loads(arguments[2])
    # A signal must unwind what is below, or simulators and servers would stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    django.setup()
    logging.disable(logging.WARNING)  # the workers' logs tell; this process only sets up and checks
    from tests.chaos.figures import Figures
    from tests.chaos.rounds import Rounds
    from tests.chaos.servers import Postgres, Redis
    from tests.chaos.stage import Stage

    redis = None
    if plan["redis_port"]:
        redis = Redis(folder, plan["redis_port"])
    postgres = Postgres(plan["postgres"]) if plan["postgres"] else None
    figures = Figures(database)
    begun = time.monotonic()
    try:
        stage = Stage(folder, postgres, redis)
        stage.prepare()
        rounds = Rounds(stage, figures, plan["crowds"], say)
        for chosen in plan["rounds"]:
            rounds.play(*chosen)
    finally:
        if redis:
            redis.kill()
    figures.seconds = time.monotonic() - begun
    (folder / "figures.json").write_text(json.dumps(vars(figures)), encoding="utf-8")
    return 0


def say(line: str) -> None:
    """One line of the story, at once."""
    print(line[:2000], flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main(sys.argv[1:]))
