"""Bootstrap adds what is missing and changes nothing else."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management.base import CommandError
from django_celery_beat.models import PeriodicTask

from config.schedule import beat_rows
from syncapp.management.commands import bootstrap

pytestmark = pytest.mark.django_db


def test_the_schedule_is_added_once():
    assert bootstrap.add_schedule_rows() == len(beat_rows(5))
    assert bootstrap.add_schedule_rows() == 0
    tick = PeriodicTask.objects.get(task="syncapp.tasks.tick")
    assert (tick.interval.every, tick.interval.period) == (5, "seconds")
    daily = PeriodicTask.objects.get(task="syncapp.tasks.housekeeping")
    assert (str(daily.crontab.hour), str(daily.crontab.minute)) == ("3", "17")


def test_an_edited_row_stays_as_it_is():
    bootstrap.add_schedule_rows()
    PeriodicTask.objects.filter(task="syncapp.tasks.tick").update(enabled=False)
    bootstrap.add_schedule_rows()
    assert not PeriodicTask.objects.get(task="syncapp.tasks.tick").enabled


def test_the_first_administrator_is_made_once_and_can_log_in():
    first = bootstrap.first_administrator()
    assert first.name == "admin"
    user = authenticate(username="admin", password=first.password)
    assert user is not None
    assert user.is_superuser
    again = bootstrap.first_administrator()
    assert (again.name, again.password) == ("admin", None)


def test_an_administrator_of_another_name_is_enough():
    get_user_model().objects.create_superuser("ada", "", "pw")
    assert bootstrap.first_administrator() == bootstrap.Administrator("ada", None)
    assert get_user_model().objects.count() == 1


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="VAR_DIR") as caught:
        bootstrap.make_folders(tmp_path / "file" / "var")
    assert "\n" not in str(caught.value)


def test_static_files_are_collected_only_when_one_has_changed(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    said: list[str] = []
    bootstrap.collect_static_files(settings.STATIC_ROOT, said.append)
    assert (settings.STATIC_ROOT / "syncapp" / "favicon.svg").exists()
    bootstrap.collect_static_files(settings.STATIC_ROOT, said.append)
    assert len(said) == 1


def test_the_tick_follows_its_setting():
    by_name = {row.name: row for row in beat_rows(60)}
    assert by_name["tandem-tick"].every_seconds == 60
    assert by_name["tandem-tick"].expires_seconds == 360
    assert beat_rows(0)[0].every_seconds == 1  # beat knows no interval of nothing
