"""``python -m tests.chaos ROUNDS=40 [DATABASE=sqlite|postgres|both]``; see ``runner``."""

from __future__ import annotations

import sys

from tests.chaos.runner import main

if __name__ == "__main__":  # the workers' processes import this module under another name
    sys.exit(main(sys.argv[1:]))
