"""Deals and their notes: closed or not, the pinned note, the text of a note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulators.hubspot import errors
from simulators.hubspot.records import Record
from simulators.hubspot.registry import BY_SLUG
from simulators.hubspot.rules.base import Rules
from simulators.hubspot.types.deals import DEFAULT_STAGES
from simulators.hubspot.writes import Author, Link

_STAGES = {stage[0]: stage for stage in DEFAULT_STAGES}
_PINNED = "hs_pinned_engagement_id"


class DealRules(Rules):
    """What follows from the stage, and what may be pinned."""

    def prepare_update(
        self, author: Author, record: Record, changes: dict[str, str]
    ) -> dict[str, str]:
        """A pinned note must be associated first (documented); the answer is UNCONFIRMED."""
        pinned = changes.get(_PINNED, "")
        notes = self.crm.live_partners(BY_SLUG["deals"], record.id, BY_SLUG["notes"])
        if pinned and pinned not in notes:
            raise errors.invalid_values(
                [
                    errors.Flaw(
                        _PINNED,
                        "INVALID_PINNED_ENGAGEMENT",
                        f"Engagement {pinned} is not associated with this deal.",
                    )
                ],
                self.crm.portal_id,
            )
        return changes

    def derived(self, values: Mapping[str, str]) -> dict[str, str]:
        """Closed, won, and how likely."""
        stage = _STAGES.get(values.get("dealstage", ""))
        if stage is None:
            return {}
        return {
            "hs_is_closed": stage[3],
            "hs_is_closed_won": "true" if stage[0] == "closedwon" else "false",
            "hs_deal_stage_probability": stage[2],
        }


class NoteRules(Rules):
    """HTML of a note may come back rewritten (seen in the wild): a switch."""

    def prepare_create(
        self, author: Author, values: dict[str, str], links: Sequence[Link]
    ) -> dict[str, str]:
        """Before a create."""
        return self._rewritten(values)

    def prepare_update(
        self, author: Author, record: Record, changes: dict[str, str]
    ) -> dict[str, str]:
        """Before an update."""
        return self._rewritten(changes)

    def _rewritten(self, values: dict[str, str]) -> dict[str, str]:
        body = values.get("hs_note_body", "")
        if not (self.crm.settings.rewrite_note_html and body) or body.startswith("<div style"):
            return values
        inside = body if body.startswith("<") else f"<p>{body}</p>"
        wrapped = f'<div style="" dir="auto" data-top-level="true">{inside}</div>'
        return {**values, "hs_note_body": wrapped}
