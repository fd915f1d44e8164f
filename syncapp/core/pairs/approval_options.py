"""The settings of approval before posting (B12): the same for each object, with words of its own.

Must not know what comes of them: see ``core/approvals``.
"""

from __future__ import annotations

from syncapp.core.pairs.base import Option, OptionKind

_NOTHING = ("none", "Nothing waits for an approval")
_BY_ANOTHER = Option(
    "approval_by_another", "Two people",
    "Who prepared a record may not approve it, and nothing is approved that nobody prepared.",
    OptionKind.SWITCH, False,
)  # fmt: skip


def _choice(name: str, label: str, *choices: tuple[str, str]) -> Option:
    return Option(
        name, label,
        "What waits is listed under Approvals, and written to QuickBooks once a person with the "
        "role approver has approved it. What goes to HubSpot never waits.",
        OptionKind.CHOICE, "none", choices=(_NOTHING, *choices),
    )  # fmt: skip


def _above(name: str, what: str) -> Option:
    return Option(
        name, f"Amount above which {what} wait",
        "In the home currency of the QuickBooks company; a document in a currency without a "
        "rate waits, too.",
        OptionKind.AMOUNT, "0",
    )  # fmt: skip


def plain(nouns: str) -> tuple[Option, ...]:
    """Of records that have no amount."""
    return (
        _choice("approval", f"Approval before {nouns} are written", ("all", f"All {nouns} wait")),
        _BY_ANOTHER,
    )


def of_documents() -> tuple[Option, ...]:
    """Of invoices, and of the payments that go along with them."""
    return (
        _choice(
            "approval", "Approval before invoices are posted",
            ("all", "All invoices wait"), ("above", "Invoices above an amount wait"),
        ),
        _above("approval_above", "invoices"),
        _choice(
            "payment_approval", "Approval before payments are posted",
            ("all", "All payments wait"), ("above", "Payments above an amount wait"),
        ),
        _above("payment_approval_above", "payments"),
        _BY_ANOTHER,
    )  # fmt: skip
