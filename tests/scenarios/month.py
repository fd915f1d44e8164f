"""A month of a company (``tests/month``) through the product in one process.

The month says what must become of each record; this only sets the syncs up as somebody would,
types the month in around the set-up, runs, and asks both sides.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User

from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.ports import HttpRequest, HttpResponse
from syncapp.services import preflight, status
from tests.month import reading, rules
from tests.month.compare import Report, compare
from tests.month.doors import Books, Portal, in_process
from tests.month.editing import Edit, Editing, make_edits
from tests.month.entering import SERVICES, Entering
from tests.month.model import Month, Way
from tests.world import TOKEN, World

DAY = 86_400


class MonthRun:
    """One month in one world."""

    def __init__(self, world: World, month: Month) -> None:
        self.world, self.month = world, month
        books = world.quickbooks_app
        self.portal = Portal(in_process(world.hubspot_app, TOKEN))
        self.books = Books(in_process(books, TOKEN), f"/v3/company/{books.realm}")
        self.entering = Entering(month, self.portal, self.books)

    def enter(self, **options: Any) -> None:
        """Type it in around the set-up: early ones before, the rest a day after."""
        world = self.world
        self.entering.prepare()
        self.entering.enter_early()
        world.clock.advance(2 * DAY)
        self.set_up(**options)
        world.clock.advance(DAY)
        self.entering.enter()

    def set_up(self, **options: Any) -> None:
        """Switch the syncs on, those of the objects that there are."""
        world, direction = self.world, self.month.way.value
        ann, _ = User.objects.get_or_create(username="ann")
        preflight.tick(world.pair, "workflows", user=ann, now=world.env.clock.now())
        nobody_left_out: dict[str, Any] = {"filters": {"hubspot": [], "quickbooks": []}}
        world.sync("contacts", **nobody_left_out)
        if "products" in OBJECT_PAIRS and self.month.way is Way.TO_HUBSPOT:
            world.sync("products")
        told = {
            "income_account": SERVICES,
            "not_taxable": "ann",
            "clearing_accounts": self.month.clearing,
            **options,
        }
        today = world.clock.now().date().isoformat()
        world.sync("invoices", direction=direction, options=told, start=today)

    def settle(self, rounds: int = 12) -> None:
        """Run until nothing is written any more; so many new documents are confirmed first."""
        self.world.run()
        while self.world.approve():
            self.world.run()
        self.world.settle(rounds)

    def settle_amid_edits(self, *, calls: int) -> None:
        """Run while people edit: one edit after so many calls, where the mirror is needed later."""
        editing = Editing(self.month, self.portal, self.books)
        edits = make_edits(self.month)
        for chosen in (
            [edit for edit in edits if not edit.needs_mirror],
            [edit for edit in edits if edit.needs_mirror],
        ):
            with self._people(editing, chosen, calls):
                self.settle()
            for edit in chosen:  # the runs were shorter than the list
                editing.carry_out(edit)
            self.world.clock.advance(DAY)
            self.settle()

    @contextlib.contextmanager
    def _people(self, editing: Editing, edits: list[Edit], calls: int) -> Iterator[None]:
        """Between the engine's calls, one edit after each so many of them."""
        http = self.world.http
        send, count = http.send, itertools.count(1)

        def sent(request: HttpRequest) -> HttpResponse:
            answer = send(request)
            if edits and next(count) % calls == 0:
                editing.carry_out(edits.pop())
            return answer

        http.send = sent  # type: ignore[method-assign]
        try:
            yield
        finally:
            http.send = send  # type: ignore[method-assign]

    def report(self, *, later: bool = False) -> Report:
        """What has become of it."""
        objects = [status.sync_json(one) for one in status.live_definitions(self.world.pair)]
        return compare(
            rules.expect(self.month, later=later),
            reading.read_hubspot(self.portal, self.world.pair.company_time_zone),
            reading.read_quickbooks(self.books),
            {"objects": objects},
        )
