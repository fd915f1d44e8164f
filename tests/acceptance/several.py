"""Several ``manage.py`` commands in one process, one after the other, each as if it were alone.

``python -m tests.acceptance.several`` reads a JSON list of argument lists from standard input and
prints ``[[exit code, stdout, stderr], …]``. Starting Python and Django once instead of forty times
is the only difference to calling them one by one.
"""

from __future__ import annotations

import io
import json
import os
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout


def run(words: list[str]) -> tuple[int, str, str]:
    """Run one command."""
    import manage

    out, err, code = io.StringIO(), io.StringIO(), 0
    sys.argv = ["manage.py", *words]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            manage.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
            if isinstance(end.code, str):
                err.write(end.code)
        except BaseException:  # noqa: BLE001 - the interpreter would print it and exit with 1
            traceback.print_exc()
            code = 1
    return code, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    print(json.dumps([run(words) for words in json.load(sys.stdin)]))
