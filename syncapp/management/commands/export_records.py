"""``manage.py export_records``: the records of a sync with their states, in a file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from syncapp.core.pairs import HIDDEN, OBJECT_PAIRS
from syncapp.core.reasons import State
from syncapp.management.base import (
    ENDED_EARLY,
    BadArguments,
    TandemCommand,
    choose_definition,
    choose_pair,
)
from syncapp.services import exports


class Command(TandemCommand):
    """Writes the columns of the record view's export, without the lines above its head."""

    help = "Export the records of a sync, each with its state and reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which records, and where to."""
        parser.add_argument(
            "--object", choices=[name for name in OBJECT_PAIRS if name not in HIDDEN], required=True
        )
        parser.add_argument("--state", choices=[state.value for state in State])
        parser.add_argument("--format", choices=exports.FORMATS, required=True)
        parser.add_argument("--out", metavar="FILE", type=Path, required=True)
        self.add_pair(parser)
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say how many records are in it."""
        definition = choose_definition(choose_pair(options["account_pair"]), options["object"])
        links = definition.links.all()
        if options["state"]:
            links = links.filter(state=options["state"])
        file: Path = options["out"]
        try:
            count = exports.write_records(links, exports.Target(file, options["format"]))
        except exports.ExportFailed as error:
            raise CommandError(str(error), returncode=ENDED_EARLY) from error
        except OSError as error:
            raise BadArguments(f"{file} cannot be written: {error.strerror}.") from error
        self.print_result(
            {"records": count, "file": str(file)},
            as_json=options["json"],
            text=f"Wrote {count} records to {file}.",
        )
