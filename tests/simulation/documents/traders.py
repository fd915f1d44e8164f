"""What people who sell do next: random deeds with documents in both systems."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.documents.billing import Salespeople
from tests.simulation.documents.booking import Bookkeepers

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation


class Traders(Bookkeepers, Salespeople):
    """The people of one scenario of documents."""

    def __init__(self, sim: DocumentSimulation, random: Random) -> None:
        super().__init__(sim, random)
        deeds: list[tuple[int, Callable[[], bool]]] = [
            (4, self.edit_hubspot),
            (4, self.edit_quickbooks),
            (2, self.add_hubspot),
            (2, self.add_quickbooks),
            (6, self.book),
            (7, self.rebook),
            (4, self.redate_booked),
            (7, self.receive),
            (4, self.correct_payment),
            (2, self.take_payment_back),
            (2, self.void_booked),
            (1, self.delete_booked),
            (2, self.rebook_foreign),
            (3, self.revert_foreign),
            (4, self.bill),
            (3, self.draft),
            (5, self.finalize),
            (6, self.change_line),
            (3, self.add_line),
            (2, self.remove_line),
            (4, self.redate_billed),
            (2, self.edit_mirror),
            (6, self.collect),
            (2, self.arrive),
            (2, self.void_billed),
            (1, self.archive_billed),
            (1, self.remove_collected),
            (1, self.refund),
            (2, self.deal),
            (5, self.edit_item),
            (3, self.edit_product),
            (2, self.add_item),
            (2, self.add_product),
            (2, self.turn_item),
            (1, self.archive_product),
            (2, self.close_books),
        ]
        self._weights = [weight for weight, _ in deeds]
        self._deeds = [deed for _, deed in deeds]

    # -- starting

    def populate(self) -> None:
        """Some people and some goods on both sides, and a few documents."""
        random = self.random
        for number in range(random.randint(1, 3)):
            email = self._email()
            self.sim.hubspot.add(self._person(email))
            if number == 0 or random.random() < 0.5:
                self._add_customer(email)
        for _ in range(random.randint(1, 2)):
            self._add_customer(self._email())
        for _ in range(random.randint(2, 4)):
            self.add_item()
        for _ in range(random.randint(0, 2)):
            self.add_product()
        for _ in range(random.randint(1, 3)):
            self.book()
        for _ in range(random.randint(1, 3)):
            self.bill()
        self.receive()
        self.collect()

    def finish(self) -> None:
        """In the end nothing is under way any more: money has arrived."""
        for payment, values in self.hubspot.rows("commerce_payments").items():
            if values.get("hs_latest_status") == "processing":
                self.hubspot.change("commerce_payments", payment, hs_latest_status="succeeded")
