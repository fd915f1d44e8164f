"""Each person's own choices: read with a default, saved whole.

Knows where they are kept. Must not know what they mean: the pages that ask do.
"""

from __future__ import annotations

from django.contrib.auth.models import User

from syncapp.models import Preference


def get(*, user: User, name: str, default: object = None) -> object:
    """What the person chose under a name (JSON), or `default`."""
    row = Preference.objects.filter(user=user, name=name).first()
    return row.value if row else default


def save(*, user: User, name: str, value: object) -> None:
    """Keep a choice (JSON) in place of the earlier one."""
    Preference.objects.update_or_create(user=user, name=name, defaults={"value": value})
