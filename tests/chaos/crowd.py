"""The people of one round: who stands where at first, what they do and when, all from a seed.

Each field of a person is edited on one side only, so what must stand in the end does not depend
on timing; it is written down here, from the deeds that were acknowledged. A few *contested* people
are edited on both sides at once: of those the checker asks that no edit vanish.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from tests.simulation.fields import PATHS, TAG, H, Q

ALONE, SHARED, CONTESTED, NEW = 32, 8, 4, 3
EDITS, CONTESTED_EDITS = 24, 12
STATES = ("CA", "TX", "WA")
#: Who edits what of a person who stands on both sides from the start.
OWN = {H: ("phone", "city", "state"), Q: ("firstname", "company")}
ALL = ("phone", "city", "state", "company")
_CONTESTED_FIELDS = ("phone", "city", "company")
_LEFT_OUT = "jobtitle"  # the tag, which nobody edits


@dataclass
class Person:
    """Somebody, by e-mail address, with what each side first knew."""

    email: str
    sides: tuple[str, ...]
    first: Mapping[str, Mapping[str, str]]
    contested: bool = False
    name: str = ""

    @property
    def display_name(self) -> str:
        """The customer's name, given by a person or made of the contact's."""
        held = self.first[H] if H in self.sides else {}
        return self.name or f"{held['firstname']} {held['lastname']}"


@dataclass(frozen=True)
class Deed:
    """Something a person does after a pause: edits, or (with no values) enters somebody."""

    pause: float
    side: str
    person: Person
    values: Mapping[str, str]


@dataclass
class Crowd:
    """Everybody, and what they do in which order."""

    seed: int
    people: list[Person] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)

    def __post_init__(self) -> None:
        random = Random(f"crowd:{self.seed}")
        self._count = 0
        for kind in [(H,)] * ALONE + [(Q,)] * ALONE + [(H, Q)] * (SHARED + CONTESTED):
            self.people.append(self._person(kind, random))
        for person in self.people[-CONTESTED:]:
            person.contested = True
        deeds = [self._edit(random, self._calm()) for _ in range(EDITS)]
        contested = [person for person in self.people if person.contested]
        deeds += [self._edit(random, contested) for _ in range(CONTESTED_EDITS)]
        deeds += [
            Deed(self._pause(random), side, self._person((side,), random), {})
            for side in (H, Q)
            for _ in range(NEW)
        ]
        random.shuffle(deeds)
        self.deeds = deeds

    def at_first(self, side: str) -> list[Person]:
        """Who stands on a side before the first run."""
        return [person for person in self.people if side in person.sides]

    def everybody(self) -> Iterator[Person]:
        """Those at first and those who are entered later."""
        yield from self.people
        yield from (deed.person for deed in self.deeds if not deed.values)

    def creates(self, side: str) -> int:
        """How many records the sync has to create on a side."""
        return sum(side not in person.sides for person in self.everybody())

    def expected(self) -> dict[str, dict[str, str]]:
        """``{email: fields}`` on both sides alike when all is done; no contested ones."""
        held = {}
        for person in self.everybody():
            if not person.contested:
                values = dict.fromkeys(PATHS, "")
                for side in sorted(person.sides):  # QuickBooks' values win at first
                    values |= person.first[side]
                held[person.email] = values
        for deed in self.deeds:
            if deed.values and not deed.person.contested:
                held[deed.person.email] |= deed.values
        return held

    def _calm(self) -> list[Person]:
        return [person for person in self.people if not person.contested]

    def _person(self, sides: tuple[str, ...], random: Random) -> Person:
        number = self._next()
        person = Person(f"p{number}@example.com", sides, {})
        person.first = {
            side: {
                "email": person.email,
                "firstname": f"First {self._next()}",
                TAG: f"Tag {self._next()}",
                **({"lastname": f"Last {number}"} if side == H else {}),
                **({"company": f"Company {self._next()}"} if random.random() < 0.3 else {}),
            }
            for side in sides
        }
        if len(sides) == 2:  # what only one side edits is known to that side only
            person.first = {
                side: {k: v for k, v in values.items() if k not in OWN[H if side == Q else Q]
                       or k == "firstname"}
                for side, values in person.first.items()
            }  # fmt: skip
        if Q in sides:
            person.name = f"Customer {number}"
        return person

    def _edit(self, random: Random, people: list[Person]) -> Deed:
        person = random.choice(people)
        side = random.choice(person.sides)
        fields = OWN[side] if len(person.sides) == 2 else ALL
        name = random.choice(_CONTESTED_FIELDS if person.contested else fields)
        return Deed(self._pause(random), side, person, {name: self._value(name, random)})

    def _value(self, name: str, random: Random) -> str:
        if name == "state":
            return random.choice(STATES)
        if name == "phone":
            return f"1555{self._next():05d}"
        return f"{name.title()} {self._next()}"

    @staticmethod
    def _pause(random: Random) -> float:
        return random.uniform(0.02, 0.25)

    def _next(self) -> int:
        self._count += 1
        return self._count
