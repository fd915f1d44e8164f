"""Makes the pictures in docs/screenshots by walking the browser tests.

Run `python tools/screenshots.py`; options are handed on to pytest.

Knows where the pictures belong. Must not know what is on them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"


def main() -> int:
    """Run the browser tests with pictures asked for; their exit code is ours."""
    environment = {**os.environ, "TANDEM_SCREENSHOTS": str(FOLDER)}
    command = [sys.executable, "-m", "pytest", "tests/browser", "-q", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
