"""``manage.py create_sync contacts``: set a sync up, and switch it on."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from syncapp.core.pairs import CHOOSABLE
from syncapp.core.sides import Direction, Side
from syncapp.management.base import BadArguments, TandemCommand, choose_pair
from syncapp.services import catalogue, definitions, preflight, runs
from syncapp.services.catalogue import FieldLists
from syncapp.services.config import (
    Document,
    SettingsError,
    calendar_of,
    parse_document,
    recommended_document,
    to_document,
)
from syncapp.services.env import real_env


class Command(TandemCommand):
    """Creates or changes a sync from options or a settings file."""

    help = "Create or change the sync of an object; --activate switches it on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The settings."""
        parser.add_argument("object", choices=list(CHOOSABLE))
        parser.add_argument("--direction", choices=[d.value for d in Direction])
        parser.add_argument("--conflict", choices=[s.value for s in Side])
        parser.add_argument(
            "--settings-file",
            metavar="FILE",
            help="A settings document (JSON); --settings FILE means the same (see manage.py).",
        )
        parser.add_argument(
            "--recommended",
            action="store_true",
            help="Begin with the filters and the start the wizard recommends, from today on.",
        )
        parser.add_argument("--activate", action="store_true", help="Switch the sync on.")
        self.add_pair(parser)
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Save the settings and switch on if asked."""
        env = real_env()
        overrides = _read(options["settings_file"]) if options["settings_file"] else {}
        pair = choose_pair(options["account_pair"])
        overrides.setdefault("object", options["object"])
        if overrides["object"] != options["object"]:
            raise BadArguments(f"The settings file is for {overrides['object']!r}.")
        for name in ("direction", "conflict"):
            if options[name]:
                overrides[name] = options[name]
        definition = definitions.find_or_start(pair, options["object"])
        days = calendar_of(pair, env.clock.now())
        if options["recommended"]:
            recommended = recommended_document(options["object"], days)
            overrides = {
                "filters": recommended["filters"], "start": recommended["start"], **overrides
            }  # fmt: skip
        document = {**definitions.export_document(definition), **overrides}
        config = parse_document(document, days)
        if options["activate"] or definition.enabled:
            preflight.require(pair, config, env=env)
            connectors = runs.open_connectors(pair, env)
            definitions.check_config(config, connectors)  # before anything is in force
            config = catalogue.typed(config, connectors)
            described = {s: connectors[s].describe(config.pair.type(s)) for s in Side}
            for problem in catalogue.incompatible(config, FieldLists(described)):
                raise SettingsError(problem.where, problem.message)
            document = to_document(config)
        definitions.save_document(definition, document, now=env.clock.now())
        if options["activate"]:
            definitions.activate(definition, connectors=connectors, env=env)
        definition.refresh_from_db()
        state = "on" if definition.enabled else "off"
        self.print_result(
            {
                "object": definition.object_type,
                "account_pair": pair.pk,
                "direction": definition.direction,
                "conflict": definition.winner,
                "enabled": definition.enabled,
            },
            as_json=options["json"],
            text=f"{definition} is {state} ({definition.get_direction_display()}).",
        )


def _read(path: str) -> Document:
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadArguments(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadArguments(f"{path} is not valid JSON: {error}.") from error
    if not isinstance(document, dict):
        raise BadArguments(f"{path} must hold a JSON object.")
    return document
