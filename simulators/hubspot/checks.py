"""Whether property values can be taken: formats, admin rules, required and unique ones.

Knows what refuses a value; must not store anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulators.common.clock import SimClock
from simulators.hubspot import errors, validations, values
from simulators.hubspot.definitions import Definitions
from simulators.hubspot.records import Table
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.settings import Settings
from simulators.hubspot.writes import Author, Reserved


class Checks:
    """The checks of one account."""

    def __init__(self, definitions: Definitions, settings: Settings, clock: SimClock) -> None:
        self.portal_id = 0
        self._definitions = definitions
        self._settings = settings
        self._clock = clock

    def take(
        self,
        kind: ObjectType,
        author: Author,
        wanted: Mapping[str, Any],
        before: Mapping[str, str],
    ) -> dict[str, str]:
        """The texts to store for what was sent.

        Raises:
            ApiError: 400, something cannot be taken; it names every property.
        """
        definitions = self._definitions.of(kind)
        flaws: list[errors.Flaw] = []
        taken: dict[str, str] = {}
        for name, raw in wanted.items():
            prop = definitions.get(name)
            if prop is None:
                message = f'Property "{name}" does not exist'
                flaws.append(errors.Flaw(name, "PROPERTY_DOESNT_EXIST", message))
                continue
            if not prop.is_writable:
                flaws.append(errors.read_only(name))
                continue
            value = values.take(prop, raw, before.get(name, ""), is_email=name in kind.emails)
            if isinstance(value, errors.Flaw):
                flaws.append(value)
                continue
            normalise = kind.normalise.get(name)
            taken[name] = normalise(value) if normalise else value
        if not flaws:
            flaws.extend(self._currencies(kind, taken))
            flaws.extend(self._admin_rules(kind, author, taken))
        for check in kind.checks if not flaws else ():
            flaws.extend(
                errors.Flaw(name, code, message)
                for name, (code, message) in check(before, taken).items()
            )
        if flaws:
            raise errors.invalid_values(flaws, self.portal_id)
        return taken

    def _currencies(self, kind: ObjectType, taken: Mapping[str, str]) -> list[errors.Flaw]:
        """A currency must be one of the account's. The answer's text is UNCONFIRMED."""
        known = self._settings.currencies()
        return [
            errors.Flaw(
                name,
                "INVALID_OPTION",
                f"{taken[name]} was not one of the allowed options: [{', '.join(known)}]",
            )
            for name in kind.currencies
            if taken.get(name) and taken[name] not in known
        ]

    def _admin_rules(
        self, kind: ObjectType, author: Author, taken: Mapping[str, str]
    ) -> list[errors.Flaw]:
        """Validation rules: by API since 2023 says a changelog, on which paths is a switch."""
        if self._settings.validations_on == "none":
            return []
        if self._settings.validations_on == "strict" and not (author.strict or author.is_person):
            return []
        rules = self._settings.validations.get(kind.type_id, {})
        now = self._clock.now()
        return [
            flaw
            for name, value in taken.items()
            if value and name in rules
            for flaw in validations.violations(name, value, rules[name], now)
        ]

    def required(
        self,
        kind: ObjectType,
        author: Author,
        given: Mapping[str, str],
        changed: Mapping[str, str] | None = None,
    ) -> None:
        """What must be there on a create; on an update (``changed``) only the portal's rules.

        Raises:
            ApiError: 400, something is missing.
        """
        missing: list[str] = []
        if changed is None:
            missing += [names[0] for names in kind.required if not any(map(given.get, names))]
        if author.strict:
            portal = self._settings.required_on_create.get(kind.slug, ())
            missing += [
                name
                for name in portal
                if not given.get(name) and (changed is None or name in changed)
            ]
            missing += self._conditional(kind, given, changed)
        if missing:
            raise errors.missing_required(list(dict.fromkeys(missing)), kind.singular)

    def _conditional(
        self, kind: ObjectType, given: Mapping[str, str], changed: Mapping[str, str] | None
    ) -> list[str]:
        """Properties required because another has a certain value, where a write touches it."""
        missing = []
        for rule in self._settings.conditionally_required.get(kind.slug, ()):
            name, requires = str(rule["property"]), list(rule["requires"])
            touched = changed is None or bool({name, *requires} & set(changed))
            if touched and given.get(name) in rule["values"]:
                missing += [one for one in requires if not given.get(one)]
        return missing

    @staticmethod
    def unique(
        kind: ObjectType,
        table: Table,
        given: Mapping[str, str],
        own_id: str | None,
        reserved: Reserved | None,
    ) -> None:
        """Whether another record, or another input of this request, has a unique value.

        Raises:
            ApiError: 409 or 400, it has.
        """
        taken = table.taken(given, own_id)
        if taken is not None:
            name, key, owner = taken
            if name in kind.emails:
                # A change to a taken address: 409 as for a create, UNCONFIRMED.
                raise errors.contact_exists(owner)
            raise errors.unique_conflict(name, given.get(name, key), owner)
        if reserved is None:
            return
        keys = set(table.keys_of(given))
        if keys & reserved.keys:
            # Two inputs of one request with one unique value: answer UNCONFIRMED.
            name, key = sorted(keys & reserved.keys)[0]
            raise errors.categorised(
                409, errors.CONFLICT, f"Two inputs of the request have {name} {key}."
            )
        reserved.keys |= keys
