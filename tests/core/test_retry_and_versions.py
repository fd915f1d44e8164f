"""When a failing record is tried again, and which of two versions is older."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncapp.core.errors import RecordRejected, TryLater
from syncapp.core.reasons import REASONS, Retry, State
from syncapp.core.retry import next_try
from syncapp.core.sides import Side
from syncapp.core.versions import is_older

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "fraction", "seconds"),
    [
        (1, 1.0, 30),
        (2, 1.0, 60),
        (3, 1.0, 120),
        (7, 1.0, 1920),
        (8, 1.0, 3600),
        (9, 1.0, 3600),
        (100_000, 1.0, 3600),
        (3, 0.5, 60),
        (1, 0.0, 1),
    ],
)
def test_trouble_of_the_moment_is_tried_again_with_growing_pauses(attempts, fraction, seconds):
    due = next_try("temporary", attempts=attempts, now=NOW, fraction=fraction)
    assert due == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("code", ["name_in_use", "period_closed", "subscription_lapsed"])
def test_what_is_cured_elsewhere_is_tried_every_six_hours(code):
    for attempts in (1, 50):
        due = next_try(code, attempts=attempts, now=NOW, fraction=0.1)
        assert due == NOW + timedelta(hours=6)


def test_what_waits_is_due_at_once():
    assert next_try("pending", attempts=1, now=NOW, fraction=1.0) == NOW


@pytest.mark.parametrize("code", ["invalid_value", "ambiguous_match", "no_email", "unheard_of", ""])
def test_a_refused_value_waits_for_a_change(code):
    assert next_try(code, attempts=1, now=NOW, fraction=1.0) is None


def test_every_reason_has_a_retry_that_suits_its_state():
    for code, reason in REASONS.items():
        due = next_try(code, attempts=1, now=NOW, fraction=1.0)
        assert (due is None) is (reason.retry in {Retry.NEVER, Retry.APPROVED})
        if reason.state is State.WAITING:
            assert due == (None if reason.retry is Retry.APPROVED else NOW)
        if reason.state is State.EXCLUDED:
            assert due is None


@pytest.mark.parametrize(
    ("side", "version", "than", "older"),
    [
        (Side.QUICKBOOKS, "9", "10", True),
        (Side.QUICKBOOKS, "10", "9", False),
        (Side.QUICKBOOKS, "3", "3", False),
        (Side.QUICKBOOKS, "x", "3", False),
        (Side.QUICKBOOKS, "", "3", False),
        (Side.QUICKBOOKS, "3", "", False),
        (Side.HUBSPOT, "2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00.001Z", True),
        (Side.HUBSPOT, "2026-03-01T12:00:00Z", "2026-03-01T10:00:00-03:00", True),
        (Side.HUBSPOT, "2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000Z", False),
        (Side.HUBSPOT, "2026-03-02T00:00:00Z", "2026-03-01T12:00:00Z", False),
        (Side.HUBSPOT, "9", "10", False),
        (Side.HUBSPOT, "2026-03-01T12:00:00", "2026-03-02T12:00:00Z", False),
    ],
)
def test_a_version_that_cannot_be_read_is_not_older(side, version, than, older):
    assert is_older(side, version, than) is older


def test_errors_carry_what_the_next_step_needs():
    error = RecordRejected("No.", detail="d", request_id="r", field="f", existing_id="7")
    assert (str(error), error.code, error.detail, error.request_id) == ("No.", "rejected", "d", "r")
    assert (error.field, error.existing_id) == ("f", "7")
    later = TryLater("Later.", wait_seconds=5, code="temporary")
    assert (later.wait_seconds, later.code) == (5, "temporary")
