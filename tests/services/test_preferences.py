"""Each person's own choices (S30)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from syncapp.services import preferences


@pytest.mark.django_db
def test_a_choice_is_one_persons_own_and_the_last_one_counts() -> None:
    ana, ben = (User.objects.create(username=name) for name in ("ana", "ben"))
    preferences.save(user=ana, name="record_columns", value=["name"])
    preferences.save(user=ana, name="record_columns", value=["name", "state"])
    chosen = [preferences.get(user=user, name="record_columns", default=[]) for user in (ana, ben)]
    assert chosen == [["name", "state"], []]


@pytest.mark.django_db
def test_nothing_is_a_choice_too() -> None:
    ana = User.objects.create(username="ana")
    preferences.save(user=ana, name="language", value=None)
    assert preferences.get(user=ana, name="language", default="en") is None
