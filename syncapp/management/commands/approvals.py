"""``manage.py approvals``: what waits for a person, and a person's answer to it (B12, B20)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User

from syncapp.management.base import BadArguments, TandemCommand, choose_pair
from syncapp.models import Approval
from syncapp.services import approvals
from syncapp.services.approvals import Outcome
from syncapp.services.env import real_env

#: What each deed needs.
PERMISSIONS = {
    "prepare": "syncapp.prepare_approval",
    "approve": "syncapp.decide_approval",
    "send_back": "syncapp.decide_approval",
}


class Command(TandemCommand):
    """Lists, or does one deed to some; nothing is written to a vendor by it."""

    help = "List what waits for an approval; approve, send back or mark it as checked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The deed, the ids as listed, and who does it."""
        self.add_pair(parser)
        deeds = parser.add_mutually_exclusive_group()
        for name, words in (
            ("approve", "Let these be written."),
            ("send-back", "Refuse these; say why with --note."),
            ("prepare", "Mark these as checked, or ask again for what was sent back."),
        ):
            deeds.add_argument(f"--{name}", nargs="+", type=int, metavar="ID", help=words)
        parser.add_argument("--note", default="", help="Why they are sent back.")
        parser.add_argument("--who", help="The user who does it; needs the permission.")
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the deed if one is asked for, and list what waits."""
        pair = choose_pair(options["account_pair"])
        deed = next((name for name in PERMISSIONS if options[name]), "")
        outcome = Outcome()
        if deed:
            chosen = approvals.waiting().filter(definition__pair=pair, pk__in=options[deed])
            outcome = self._do(deed, list(chosen), _person(deed, options["who"]), options["note"])
        waiting = approvals.waiting().filter(definition__pair=pair)
        rows = [_row(one) for one in waiting.select_related("link", "definition")]
        text = [f"{outcome.done} done." if deed else "", *outcome.refused, *map(_line, rows)]
        self.print_result(
            {
                "account_pair": pair.pk, "done": outcome.done, "refused": list(outcome.refused),
                "waiting": rows,
            },
            as_json=options["json"],
            text="\n".join(filter(None, text)) or "Nothing waits for an approval.",
        )  # fmt: skip

    def _do(self, deed: str, chosen: list[Approval], who: str, note: str) -> Outcome:
        now = real_env().clock.now()
        if deed == "prepare":
            return approvals.prepare(chosen, who=who, now=now)
        if deed == "approve":
            return approvals.approve(chosen, who=who, now=now)
        try:
            return approvals.send_back(chosen, who=who, note=note, now=now)
        except ValueError as error:
            raise BadArguments(f"{error} Use --note.") from error


def _person(deed: str, name: str | None) -> str:
    """A named person does it, and may (ENGINE 3.3)."""
    if not name:
        raise BadArguments("Say with --who which user does it: an approval is a person's.")
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None or not user.has_perm(PERMISSIONS[deed]):
        raise BadArguments(f"There is no active user “{name}” who may do that.")
    return user.get_username()


def _row(one: Approval) -> dict[str, Any]:
    return {
        "id": one.pk,
        "object": one.definition.object_type,
        "record": str(one.link),
        "customer": one.link.party,
        "number": one.link.number,
        "date": one.document_date.isoformat() if one.document_date else None,
        "amount": f"{one.amount.normalize():f}" if one.amount is not None else None,
        "currency": one.currency,
        "state": one.state,
        "why": one.why,
        "op": one.op,
        "changes": one.changes,
        "asked_at": one.asked_at.isoformat(),
        "prepared_by": one.prepared_by,
        "sent_back_by": one.decided_by,
        "note": one.note,
    }


def _line(row: dict[str, Any]) -> str:
    parts = [row["date"], row["customer"], row["state"].replace("_", " "), row["note"]]
    if row["amount"] is not None:
        parts.insert(1, f"{row['amount']} {row['currency']}")
    return f"{row['id']}  {row['op']} {row['record']}: {', '.join(filter(None, parts))}"
