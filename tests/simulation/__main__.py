"""``python -m tests.simulation SEEDS=100 [OBJECTS=documents] [MUTANT=name]``; see ``runner``.

With ``KEEP=FILE`` a long run may be stopped and taken up again with the same command.
"""

from __future__ import annotations

import sys

from tests.simulation.runner import main

sys.exit(main(sys.argv[1:]))
