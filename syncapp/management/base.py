"""What Tandem's commands share: choosing the pair, JSON output, exit codes.

Exit 0: ran to the end (failing records included). 1: ended early. 2: arguments or settings are
wrong. Every refusal is one clear line, never a traceback.
"""

from __future__ import annotations

import json
import logging
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from syncapp.core.errors import ConfigurationInvalid, SyncError
from syncapp.models import AccountPair, SyncDefinition
from syncapp.services.config import SettingsError
from syncapp.services.connections import ConsentFailed

#: Who does what a command does.
COMMAND_LINE = "the command line"
ENDED_EARLY, BAD_ARGUMENTS = 1, 2


class BadArguments(CommandError):
    """Arguments, or a settings file, that cannot be used."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=BAD_ARGUMENTS)


class TandemCommand(BaseCommand):
    """A command whose expected errors are one line on stderr."""

    def add_json(self, parser: ArgumentParser) -> None:
        """Add ``--json``."""
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    def add_pair(self, parser: ArgumentParser) -> None:
        """Add ``--account-pair``."""
        parser.add_argument(
            "--account-pair", help="Id or name of the account pair; needed once there are two."
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run, and turn expected errors into one line; single calls are logged at -v 2."""
        logger = logging.getLogger("syncapp")
        before = logger.level
        if options["verbosity"] <= 1:
            logger.setLevel(logging.WARNING)
        try:
            return super().execute(*args, **options)
        except (SettingsError, ConfigurationInvalid) as error:
            raise BadArguments(str(error)) from error
        except (SyncError, ConsentFailed) as error:
            raise CommandError(str(error), returncode=ENDED_EARLY) from error
        finally:
            logger.setLevel(before)  # a command called from Python must not silence its caller

    def print_result(self, result: dict[str, Any], *, as_json: bool, text: str) -> None:
        """Print the JSON form, or the words."""
        self.stdout.write(json.dumps(result, ensure_ascii=False) if as_json else text)

    def warn(self, text: str) -> None:
        """One line on stderr."""
        print(text, file=sys.stderr)


def choose_pair(wanted: str | None) -> AccountPair:
    """The pair a command works on.

    Raises:
        BadArguments: None exists, several do and none was named, or the name is unknown.
    """
    pairs = list(AccountPair.objects.select_related("hubspot", "quickbooks").order_by("pk"))
    if wanted is not None:
        for pair in pairs:
            if wanted in {str(pair.pk), pair.name}:
                return pair
        raise BadArguments(f"There is no account pair “{wanted}”. {_listing(pairs)}")
    if not pairs:
        raise BadArguments(
            "There is no account pair yet: connect HubSpot and QuickBooks first "
            "(`manage.py connect hubspot`, `manage.py connect quickbooks`)."
        )
    if len(pairs) > 1:
        raise BadArguments(f"Say which account pair with --account-pair. {_listing(pairs)}")
    return pairs[0]


def choose_definition(pair: AccountPair, object_type: str) -> SyncDefinition:
    """The living sync of an object.

    Raises:
        BadArguments: There is none.
    """
    found = SyncDefinition.objects.filter(
        pair=pair, object_type=object_type, deleted_at=None
    ).first()
    if found is None:
        raise BadArguments(
            f"There is no {object_type} sync for {pair} yet: `manage.py create_sync {object_type}`."
        )
    return found


def _listing(pairs: list[AccountPair]) -> str:
    return "Known: " + (", ".join(f"{pair.pk} ({pair})" for pair in pairs) or "none") + "."
