"""The system checks: each finds its own mistake and is silent without it."""

from __future__ import annotations

import pytest
from django.core import checks
from django_celery_beat.models import PeriodicTask

from syncapp import checks as ours
from syncapp.management.commands.bootstrap import add_schedule_rows


def ids(found):
    return [message.id for message in found]


def test_a_sound_installation_has_nothing_to_say():
    found = checks.run_checks(include_deployment_checks=False)
    assert [m for m in found if (m.id or "").startswith("tandem.")] == []


@pytest.mark.parametrize(
    ("keys", "expected"), [([], ["tandem.E001"]), (["short"], ["tandem.E002"])]
)
def test_a_key_that_cannot_encrypt(settings, keys, expected):
    settings.TANDEM_ENCRYPTION_KEYS = keys
    assert ids(ours.encryption_keys(None)) == expected


def test_a_simulator_elsewhere_is_refused(settings):
    settings.TANDEM_SIMULATOR_HUBSPOT_URL = "http://127.0.0.1:8101"
    assert ids(ours.simulator_addresses(None)) == []
    settings.TANDEM_SIMULATOR_QUICKBOOKS_URL = "http://10.0.0.5:8102"
    assert ids(ours.simulator_addresses(None)) == ["tandem.E003"]


def test_production_wants_tls_no_debug_and_no_simulators(settings):
    settings.PUBLIC_URL = "https://tandem.example.com"
    settings.DEBUG = False
    assert ids(ours.production_settings(None)) == []
    settings.PUBLIC_URL = "http://tandem.example.com"
    settings.DEBUG = True
    settings.TANDEM_SIMULATOR_HUBSPOT_URL = "http://127.0.0.1:8101"
    settings.TANDEM_CRASH_AT = "before_call:1"
    assert ids(ours.production_settings(None)) == [
        "tandem.E004",
        "tandem.W001",
        "tandem.E005",
        "tandem.W002",
    ]


@pytest.mark.django_db
def test_a_missing_or_disabled_schedule_is_named():
    (missing,) = ours.schedule(None, databases=["default"])
    assert "syncapp.tasks.tick" in missing.msg
    add_schedule_rows()
    assert ours.schedule(None, databases=["default"]) == []
    PeriodicTask.objects.filter(task="syncapp.tasks.tick").update(enabled=False)
    (stopped,) = ours.schedule(None, databases=["default"])
    assert "syncapp.tasks.tick" in stopped.msg
    assert "housekeeping" not in stopped.msg


def test_without_a_database_the_schedule_is_not_asked_for():
    assert ours.schedule(None) == []
