"""A staff user without permissions gets 403 on every page, actions and export included (S2)."""

from __future__ import annotations

import pytest

from syncapp.models import RecordLink
from tests.admin import rows
from tests.browser.conftest import Visit, person

pytestmark = [pytest.mark.browser]

PAGES = (
    "syncdefinition/", "syncdefinition/objects/", "syncdefinition/{sync}/records/failing/",
    "syncdefinition/{sync}/turn-off/",
    "syncdefinition/{sync}/delete-sync/", "syncdefinition/wizard/{pair}/contacts/",
    "syncdefinition/wizard/{pair}/contacts/direction/",
    "syncdefinition/wizard/{pair}/contacts/mapping/",
    "syncdefinition/wizard/{pair}/contacts/filters/",
    "syncdefinition/wizard/{pair}/contacts/review/", "recordlink/", "recordlink/{link}/change/",
    "recordlink/export/", "connection/", "accountpair/", "syncrun/", "notification/",
)  # fmt: skip


def test_without_permissions_every_page_says_403(visit: Visit) -> None:
    person("clerk")
    made = rows.one_of_each()
    link = RecordLink.objects.get()
    ids = {"sync": link.definition_id, "pair": link.definition.pair_id, "link": link.pk}
    assert made
    visit.sign_in("clerk")
    visit.keep("home-without-permissions")
    before = rows.fingerprints()
    answers = {}
    for pattern in PAGES:
        answer = visit.page.goto(f"{visit.base}/admin/syncapp/{pattern.format(**ids)}")
        assert answer is not None
        answers[pattern] = answer.status
    assert answers == dict.fromkeys(PAGES, 403)
    assert rows.fingerprints() == before
    # The browser reports each refused page as an error of its own; that is what was asked for.
    visit.troubles[:] = [one for one in visit.troubles if "status of 403" not in one]
