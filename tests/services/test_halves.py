"""Joining two half links: nothing that hangs on the one that goes is lost."""

from __future__ import annotations

import pytest
from django.utils import timezone

from syncapp.models import RecordLink, SyncDefinition
from syncapp.services.halves import let_go
from tests.admin.rows import joined

pytestmark = pytest.mark.django_db


def link(definition: SyncDefinition, **values: object) -> RecordLink:
    now = timezone.now()
    return RecordLink.objects.create(
        definition=definition, created_at=now, updated_at=now, revision=1, **values
    )


@pytest.mark.parametrize("tie", ["blocked_on", "parent"])
def test_what_hangs_on_a_half_link_goes_with_its_heir(tie: str) -> None:
    """Found by the simulation (documents, seed 43): an invoice waited for a contact for ever."""
    definition = SyncDefinition.objects.create(pair=joined(), object_type="contacts")
    heir = link(definition, quickbooks_id="1")
    half, other = link(definition, hubspot_id="2"), link(definition, hubspot_id="3")
    hanging = link(definition, hubspot_id="4", **{tie: half})
    elsewhere = link(definition, hubspot_id="5", **{tie: other})
    let_go({half.pk: heir})
    hanging.refresh_from_db()
    elsewhere.refresh_from_db()
    assert getattr(hanging, tie) == heir
    assert getattr(elsewhere, tie) == other
