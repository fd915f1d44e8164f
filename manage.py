#!/usr/bin/env python
"""Django's command line for Tandem; a mistake in the environment is one line, not a traceback."""

from __future__ import annotations

import os
import sys


def own_settings_option(argv: list[str]) -> list[str]:
    """Let ``create_sync --settings FILE`` name a file of ours.

    Django takes every ``--settings`` for its settings module before the command sees it.
    """
    if argv[1:2] != ["create_sync"]:
        return argv
    option, own = "--settings", "--settings-file"
    return [
        own + word.removeprefix(option) if word == option or word.startswith(f"{option}=") else word
        for word in argv
    ]


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(own_settings_option(sys.argv))
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration: {error}")


if __name__ == "__main__":
    main()
