"""What the people do next: random deeds in both systems, and clicks in our own pages.

Every new value is told apart from all others (``City 17``), so that the checker can say where a
value came from; only reverting and moving an e-mail address repeat one.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.fields import EDITED, TAG, H, Q

if TYPE_CHECKING:
    from tests.simulation.scenario import Simulation

STATES = ("CA", "NO", "TX", "WA")
COMPANIES = ("Acme", "Bolt", "Core")
_POISON = ("Jörg 猫", "Ann 🎂", "x" * 120)


class Users:
    """The people of one scenario."""

    def __init__(self, sim: Simulation, random: Random) -> None:
        self.sim = sim
        self.random = random
        self.count = 0
        self.edits = 0
        self.companies: list[str] = []
        deeds: list[tuple[int, Callable[[], bool]]] = [
            (24, self.edit_hubspot),
            (24, self.edit_quickbooks),
            (7, self.add_hubspot),
            (7, self.add_quickbooks),
            (6, self.empty),
            (7, self.revert),
            (3, self.change_email),
            (2, self.move_email),
            (2, self.share_email),
            (2, self.archive),
            (2, self.restore),
            (2, self.merge_hubspot),
            (2, self.merge_quickbooks),
            (2, self.inactivate),
            (2, self.reactivate),
            (2, self.rename_customer),
            (1, self.add_vendor),
            (2, self.company),
            (1, self.poison_value),
        ]
        self._weights = [weight for weight, _ in deeds]
        self._deeds = [deed for _, deed in deeds]

    # -- starting

    def populate(self) -> None:
        """Records on both sides before the first run, some of them the same people."""
        random = self.random
        shared = [self._email() for _ in range(random.randint(1, 4))]
        for _ in range(random.randint(2, 7)):
            email = random.choice(shared) if random.random() < 0.4 else self._email()
            self.sim.hubspot.add(self._person("" if random.random() < 0.08 else email))
        for _ in range(random.randint(2, 7)):
            email = random.choice(shared) if random.random() < 0.4 else self._email()
            self._add_customer("" if random.random() < 0.08 else email)

    def act(self) -> None:
        """One deed; when it is not possible now, another one."""
        for _ in range(5):
            deed = self.random.choices(self._deeds, self._weights)[0]
            if deed():
                self.edits += 1
                self.sim.tell("user", deed.__name__)
                return

    # -- deeds

    def edit_hubspot(self) -> bool:
        record = self._pick(self.sim.hubspot.living())
        return record is not None and self.sim.hubspot.edit(record, self._values())

    def edit_quickbooks(self) -> bool:
        record = self._pick(self.sim.quickbooks.living())
        return record is not None and self.sim.quickbooks.edit(record, self._values())

    def add_hubspot(self) -> bool:
        if len(self.sim.hubspot.living()) > 14:
            return False
        email = self._email()
        if self.random.random() < 0.25:
            email = self._email_of(Q) or email
        return self.sim.hubspot.add(self._person(email)) is not None

    def add_quickbooks(self) -> bool:
        if len(self.sim.quickbooks.living()) > 14:
            return False
        email = self._email()
        if self.random.random() < 0.25:
            email = self._email_of(H) or email
        return self._add_customer(email) is not None

    def empty(self) -> bool:
        name = self.random.choice(("phone", "company", "city", "lastname"))
        if self.random.random() < 0.5:
            record = self._pick(self.sim.hubspot.living())
            return (
                record is not None
                and bool(self.sim.hubspot.values(record)[name])
                and self.sim.hubspot.edit(record, {name: ""})
            )
        record = self._pick(self.sim.quickbooks.living())
        return (
            record is not None
            and bool(self.sim.quickbooks.values(record)[name])
            and self.sim.quickbooks.edit(record, {name: ""})
        )

    def revert(self) -> bool:
        """Set a field to what it held before."""
        side = self.random.choice((H, Q))
        people = self.sim.people(side)
        record = self._pick(people.living())
        if record is None:
            return False
        name = self.random.choice(EDITED)
        now = people.values(record)[name]
        steps = self.sim.journal.fields[side, record][name]
        former = [step.value for step in steps[-4:] if step.value not in {"", now}]
        return bool(former) and people.edit(record, {name: self.random.choice(former)})

    def change_email(self) -> bool:
        side = self.random.choice((H, Q))
        record = self._pick(self.sim.people(side).living())
        return record is not None and self.sim.people(side).edit(record, {"email": self._email()})

    def move_email(self) -> bool:
        """Give one person's address to another, who had a different one."""
        side = self.random.choice((H, Q))
        people = self.sim.people(side)
        living = people.living()
        if len(living) < 2:
            return False
        one, two = self.random.sample(living, 2)
        email = people.values(one)["email"]
        return (
            bool(email)
            and people.edit(one, {"email": self._email()})
            and people.edit(two, {"email": email})
        )

    def share_email(self) -> bool:
        """In QuickBooks several customers may have one address."""
        living = self.sim.quickbooks.living()
        if len(living) < 2:
            return False
        one, two = self.random.sample(living, 2)
        email = self.sim.quickbooks.values(one)["email"]
        return bool(email) and self.sim.quickbooks.edit(two, {"email": email})

    def archive(self) -> bool:
        record = self._pick(self.sim.hubspot.living())
        return record is not None and self.sim.hubspot.archive(record)

    def restore(self) -> bool:
        record = self._pick(self.sim.hubspot.binned())
        return record is not None and self.sim.hubspot.restore(record)

    def merge_hubspot(self) -> bool:
        living = self.sim.hubspot.living()
        if len(living) < 3:
            return False
        one, two = self.random.sample(living, 2)
        return self.sim.hubspot.merge(one, two) is not None

    def merge_quickbooks(self) -> bool:
        living = self.sim.quickbooks.living()
        if len(living) < 3:
            return False
        one, two = self.random.sample(living, 2)
        # Not while its creation is unknown: a merged customer is deleted, and nothing is left
        # by which anybody could tell that it was ours (docs/reliability.md, limits).
        return not self.sim.is_unknown(one) and self.sim.quickbooks.merge(one, two)

    def inactivate(self) -> bool:
        record = self._pick(self.sim.quickbooks.living())
        return record is not None and self.sim.quickbooks.inactivate(record)

    def reactivate(self) -> bool:
        record = self._pick(self.sim.quickbooks.dormant())
        return record is not None and self.sim.quickbooks.reactivate(record)

    def rename_customer(self) -> bool:
        record = self._pick(self.sim.quickbooks.living())
        return record is not None and self.sim.quickbooks.rename(record, f"Customer {self._next()}")

    def add_vendor(self) -> bool:
        """A vendor who has the name that a contact would get."""
        record = self._pick(self.sim.hubspot.living())
        if record is None:
            return False
        values = self.sim.hubspot.values(record)
        name = f"{values['firstname']} {values['lastname']}".strip()
        return bool(name) and self.sim.quickbooks.vendor(name) is not None

    def company(self) -> bool:
        record = self._pick(self.sim.hubspot.living())
        if record is None:
            return False
        if self.companies and self.random.random() < 0.3:
            company = self.random.choice(self.companies)
            return self.sim.hubspot.rename_company(company, f"Company {self._next()}")
        if len(self.companies) < len(COMPANIES):
            made = self.sim.hubspot.company(COMPANIES[len(self.companies)])
            if made is not None:
                self.companies.append(made)
        return self.sim.hubspot.employ(record, self.random.choice(self.companies))

    def poison_value(self) -> bool:
        """A value that the other system does not accept."""
        record = self._pick(self.sim.hubspot.living())
        if record is None:
            return False
        value = f"{self.random.choice(_POISON)} {self._next()}"
        done = self.sim.hubspot.edit(record, {"firstname": value})
        if done:
            self.sim.count("poison_value")
        return done

    # -- values

    def _pick(self, records: list[str]) -> str | None:
        return self.random.choice(records) if records else None

    def _next(self) -> int:
        self.count += 1
        return self.count

    def _email(self) -> str:
        return f"p{self._next()}@example.com"

    def _email_of(self, side: str) -> str | None:
        people = self.sim.people(side)
        record = self._pick(people.living())
        return people.values(record)["email"] or None if record else None

    def _value(self, name: str) -> str:
        if name == "state":
            return self.random.choice(STATES)
        if name == "phone":
            return f"+1 555 {self._next():05d}"
        return f"{name.title()} {self._next()}"

    def _values(self) -> dict[str, str]:
        names = self.random.sample(EDITED, 1 if self.random.random() < 0.7 else 2)
        return {name: self._value(name) for name in names}

    def _person(self, email: str) -> dict[str, str]:
        values = {"firstname": self._value("firstname"), TAG: f"Tag {self._next()}"}
        for name in ("lastname", "phone", "company", "city", "state"):
            if self.random.random() < 0.6:
                values[name] = self._value(name)
        return {**values, "email": email} if email else values

    def _add_customer(self, email: str) -> str | None:
        # HubSpot stores addresses in small letters, QuickBooks as they are typed.
        values = self._person(email.capitalize() if self._next() % 2 else email)
        name = f"{values['firstname']} {values.get('lastname', '')}".strip()
        return self.sim.quickbooks.add(name, values)
