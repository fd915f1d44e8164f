"""The words of a record's page: why a deed is not done, what a decision does, who can mend it.

Must not know the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from syncapp.core.manual_links import Hindrance
from syncapp.services.decisions import Decision

Words: TypeAlias = "str | Promise"

HINDRANCE_WORDS: dict[Hindrance, Words] = {
    Hindrance.NOT_OFFERED: gettext_lazy("That cannot be done with this record."),
    Hindrance.OPEN_WRITE: gettext_lazy(
        "A write of this record is under way and its outcome is not known yet. Nothing was "
        "changed; try again when the record is not waiting any more."
    ),
    Hindrance.CHANGED: gettext_lazy(
        "The record has changed since the page was shown. Nothing was done: look at it again."
    ),
    Hindrance.ALREADY_LINKED: gettext_lazy("It is linked with another record already."),
    Hindrance.NOT_LINKED: gettext_lazy("The record is not linked."),
    Hindrance.SAME_SIDE: gettext_lazy("Both records are in the same system."),
    Hindrance.REMOVED: gettext_lazy("It was removed there."),
    Hindrance.OTHER_TYPE: gettext_lazy("It is of a kind that this sync does not take part in."),
    Hindrance.OTHER_CURRENCY: gettext_lazy("It is in another currency."),
    Hindrance.MARKED: gettext_lazy("It bears the mark of another invoice, whose copy it is."),
    Hindrance.DIRECTION: gettext_lazy("This sync does not write to that side."),
    Hindrance.UNIQUE: gettext_lazy(
        "HubSpot has a contact with this e-mail address already and allows no second one: link "
        "the two, or change the address."
    ),
    Hindrance.PAID: gettext_lazy(
        "The invoice has payments in QuickBooks, so its lines stay as they are there: revert the "
        "edit by hand."
    ),
    Hindrance.PERIOD_CLOSED: gettext_lazy(
        "The invoice lies in a closed period in QuickBooks: re-open the period first."
    ),
    Hindrance.COLLECTED: gettext_lazy(
        "HubSpot collected this money, so it is not taken off there: enter the payment in "
        "QuickBooks again."
    ),
    Hindrance.NOTHING_OPEN: gettext_lazy(
        "Nothing of the invoice is open in QuickBooks, so there is nothing the payment could be "
        "applied to. If it is money of its own, receive it in QuickBooks as a credit, then "
        "exclude this record."
    ),
}


@dataclass(frozen=True, slots=True)
class DecisionWords:
    """How a decision is asked for and what it does."""

    label: Words
    icon: str
    heading: Words
    will: tuple[Words, ...]
    wont: tuple[Words, ...]
    done: Words


DECISION_WORDS: dict[Decision, DecisionWords] = {
    Decision.SEND_OURS: DecisionWords(
        gettext_lazy("Send HubSpot's version"),
        "publish",
        gettext_lazy("Overwrite QuickBooks with HubSpot's version?"),
        (
            gettext_lazy(
                "The lines or the customer of this invoice in QuickBooks are replaced by "
                "HubSpot's, and tax added there is taken off."
            ),
        ),
        (
            gettext_lazy("Nothing changes in HubSpot; payments and dates stay as they are."),
            gettext_lazy(
                "Nothing is sent if somebody edits the invoice in QuickBooks again before the "
                "next run: you are asked anew."
            ),
        ),
        gettext_lazy("The next run sends HubSpot's version to QuickBooks."),
    ),
    Decision.ACCEPT_REMOVAL: DecisionWords(
        gettext_lazy("Accept removal"),
        "money_off",
        gettext_lazy("Accept that the payment was removed or lowered in QuickBooks?"),
        (
            gettext_lazy(
                "The payment that is shown on the HubSpot invoice is lowered to QuickBooks' "
                "amount, or taken off."
            ),
            # UNCONFIRMED: whether HubSpot reopens an invoice that was paid.
            gettext_lazy(
                "HubSpot may go on calling a fully paid invoice paid: look at it afterwards."
            ),
        ),
        (gettext_lazy("Nothing is written to QuickBooks, and no money moves."),),
        gettext_lazy("The next run follows QuickBooks."),
    ),
    Decision.POST_ANYWAY: DecisionWords(
        gettext_lazy("Post anyway"),
        "post_add",
        gettext_lazy("Post it although it may be in QuickBooks already?"),
        (
            gettext_lazy(
                "It is posted to QuickBooks once, with its own date. Of a payment only what is "
                "open on its invoice is applied; the rest stays as the customer's credit."
            ),
        ),
        (gettext_lazy("What was entered in QuickBooks by hand stays: delete it there if it is "
                      "the same."),),
        gettext_lazy("The next run posts it."),
    ),
}  # fmt: skip


def hindrance_words(hindrance: Hindrance) -> str:
    """Why a deed is not done, as a sentence."""
    return str(HINDRANCE_WORDS[hindrance])
