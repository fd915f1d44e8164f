"""The pre-flight of an account pair, each check against simulators set up so that it fires (S3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from syncapp.core.errors import ConfigurationInvalid, SyncError
from syncapp.core.planner import SyncConfig
from syncapp.core.preflight import CATALOGUE, Finding, Severity
from syncapp.core.sides import Direction, Side
from syncapp.models import Connection, Preflight, PreflightTick
from syncapp.services import definitions, preflight, runs
from syncapp.services.config import load_config
from syncapp.services.preflight import Report
from tests.preflights import SPOIL, confirm, fit, invoice_from, look
from tests.proves import proves
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", logger="syncapp")


def found(report: Report, code: str) -> Finding | None:
    return next((one for one in report.findings if one.code == code), None)


def test_s3_each_check_has_a_case() -> None:
    assert set(SPOIL) == set(CATALOGUE)


@proves("S3")
def test_s3_accounts_that_are_fit_have_nothing_blocking_and_no_warning() -> None:
    world = fit()
    before = len(world.hubspot_app.ledger.entries), len(world.quickbooks_app.ledger.entries)
    report = look(world)
    assert [one for one in report.findings if one.severity is not Severity.INFORMATION] == []
    assert all(one.severity.value != CATALOGUE[one.code].severity for one in report.findings)
    assert report.api_calls == {"hubspot": 3, "quickbooks": 4}
    after = len(world.hubspot_app.ledger.entries), len(world.quickbooks_app.ledger.entries)
    assert after == before  # it never writes


@proves("S3")
@pytest.mark.parametrize("code", list(CATALOGUE))
def test_s3_a_check_fires_when_the_accounts_are_set_up_so(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = SPOIL[code]
    world = fit(country=case.country)
    if case.country == "US":
        quiet = found(look(world), code)
        assert quiet is None or quiet.severity != CATALOGUE[code].severity
    case.spoil(world, monkeypatch)
    finding = found(look(world), code)
    assert finding is not None, f"{code} stayed silent"
    assert finding.severity is CATALOGUE[code].severity
    for words in case.says:
        assert words in finding.sentence


# -- what people confirm


def test_s26_a_confirmation_settles_the_workflows_and_can_be_taken_back() -> None:
    world = fit()
    assert found(look(world), "workflows") is None
    assert "workflows" in look(world).ticks
    preflight.withdraw(world.pair, "workflows")
    finding = found(preflight.report(world.pair, now=world.env.clock.now()), "workflows")
    assert finding is not None
    assert finding.severity is Severity.BLOCKING


def test_s26_the_exact_filter_is_named() -> None:
    remedy = CATALOGUE["workflows"].remedy
    assert "“Payment source” is none of “Invoice”" in remedy
    assert "“QuickBooks record (Tandem)” is unknown" in remedy  # what this product mirrors


def test_s3_another_integration_blocks_until_confirmed_off_and_again_when_it_goes_on() -> None:
    world = fit()
    invoice_from(world, "data_sync")
    assert severity_of(world, "other_integration") is Severity.BLOCKING
    world.clock.advance(60)
    confirm(world, "other_integration")
    settled = found(look(world), "other_integration")
    assert settled is not None
    assert settled.severity is Severity.INFORMATION
    assert settled.tick is not None
    assert settled.tick.who == "ada"
    world.clock.advance(60)
    invoice_from(world, "data_sync")
    again = found(look(world), "other_integration")
    assert again is not None
    assert again.severity is Severity.BLOCKING
    assert again.tick is None
    assert "after it was confirmed" in again.sentence


def test_s3_an_integration_that_stopped_long_ago_does_not_block() -> None:
    world = fit()
    invoice_from(world, "legacy_quickbooks")
    world.clock.advance(timedelta(days=31).total_seconds())
    assert severity_of(world, "other_integration") is Severity.INFORMATION


def test_s3_our_own_invoices_are_not_another_integration() -> None:
    world = fit()
    definition = world.pair.definitions.create(
        object_type="invoices",
        activated_at=world.env.clock.now(),
        settings={"prepared_sides": ["hubspot"]},
    )
    runs.open_connectors(world.pair, world.env)[Side.HUBSPOT].prepare("invoices")
    invoice_from(world, "data_sync", qbo_sync_id="1:Invoice:7")
    assert found(look(world), "other_integration") is None
    invoice_from(world, "data_sync")
    finding = found(look(world), "other_integration")
    assert finding is not None
    assert finding.sentence.startswith("1 invoice in HubSpot came")
    definition.delete()


def test_s4_a_mixed_pair_that_was_confirmed_when_joined_does_not_block() -> None:
    world = fit()
    Connection.objects.filter(side="quickbooks").update(environment="sandbox")
    world.pair.quickbooks.refresh_from_db()
    assert severity_of(world, "environments") is Severity.BLOCKING
    world.pair.mixed_environments_confirmed = True
    world.pair.save()
    assert severity_of(world, "environments") is Severity.WARNING


def test_only_what_can_be_confirmed_is_confirmed() -> None:
    world = fit()
    user = User.objects.create_user("bob")
    now = world.env.clock.now()
    for code in ("sku", "no_such_check"):
        with pytest.raises(preflight.NothingToConfirm):
            preflight.tick(world.pair, code, user=user, now=now)
        with pytest.raises(preflight.NothingToConfirm):
            preflight.withdraw(world.pair, code)
    preflight.tick(world.pair, "other_integration", user=user, now=now)
    row = PreflightTick.objects.get(code="other_integration")
    assert (row.who, row.user, row.at, row.text) == (
        "bob", user, now, CATALOGUE["other_integration"].tick,
    )  # fmt: skip


# -- what could not be read


def test_what_the_connection_may_not_read_is_said_and_never_taken_for_well() -> None:
    world = fit()
    # The simulator's token may do less from now on: no invoices, no products.
    world.hubspot_app.hub_settings.static_scopes = ["oauth", "crm.objects.contacts.read"]
    report = look(world)
    for code in ("other_integration", "sku"):
        finding = found(report, code)
        assert finding is not None
        assert not finding.is_known
        assert finding.severity is Severity.INFORMATION
        assert "no permission" in finding.sentence
    assert "other_integration" not in {check.code for check in report.fine}


def test_a_side_that_is_away_keeps_what_was_seen_before() -> None:
    world = fit()
    seen = look(world)
    world.clock.advance(3600)
    Connection.objects.filter(side="quickbooks").update(status="reconnect")
    with pytest.raises(SyncError):
        look(world)
    report = preflight.report(world.pair, now=world.env.clock.now())
    assert report.problem == "QuickBooks is not connected. Choose Connect."
    assert report.checked_at == seen.checked_at
    assert report.findings == seen.findings
    assert not report.is_open


def test_a_listing_that_was_cut_short_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("syncapp.services.preflight_facts.MOST_PAGES", 1)
    monkeypatch.setattr("syncapp.connectors.quickbooks.connector.PAGE", 2)
    world = fit()
    for name in "abc":
        world.quickbooks.add(name)
    finding = found(look(world), "emails")
    assert finding is not None
    assert finding.sentence == "2 of the first 2 active customers have no e-mail address."


def test_a_look_whose_worker_died_can_be_asked_for_again() -> None:
    world = fit()
    look(world)
    Preflight.objects.update(state="running")
    now = world.env.clock.now()
    assert preflight.report(world.pair, now=now).is_open
    assert not preflight.report(world.pair, now=now + preflight.GIVEN_UP).is_open


def test_facts_of_an_earlier_version_are_still_shown() -> None:
    world = fit()
    look(world)
    row = Preflight.objects.get()
    row.facts = {"checked_at": row.facts["checked_at"], "forgotten": 1}
    row.save()
    report = preflight.report(world.pair, now=world.env.clock.now())
    assert not found(report, "tax_per_line").is_known  # type: ignore[union-attr]


# -- what is held back


def invoices(world: World, direction: Direction) -> SyncConfig:
    """The settings of an invoice sync, as far as holding back looks at them."""
    config = load_config(definitions.find_or_start(world.pair, "contacts"))
    pair = replace(config.pair, name="invoices", title="Invoices")
    return replace(config, pair=pair, direction=direction)


@pytest.mark.parametrize("direction", Direction)
def test_s27_a_company_outside_the_us_may_sync_and_is_warned(direction: Direction) -> None:
    """Each invoice of HubSpot is blocked by itself, so the other direction can be switched on."""
    world = fit(country="GB")
    preflight.require(world.pair, invoices(world, direction), env=world.env)
    report = preflight.report(world.pair, now=world.env.clock.now())
    told = {finding.code: finding.sentence for finding in report.findings}
    assert "The company's country is GB" in told["tax_per_line"]


def test_s26_an_invoice_sync_waits_for_the_confirmation() -> None:
    world = fit()
    preflight.withdraw(world.pair, "workflows")
    with pytest.raises(ConfigurationInvalid, match="Nobody has confirmed"):
        preflight.require(world.pair, invoices(world, Direction.BOTH), env=world.env)
    confirm(world, "workflows")
    preflight.require(world.pair, invoices(world, Direction.BOTH), env=world.env)


def test_an_old_look_is_not_trusted_when_an_invoice_sync_is_switched_on() -> None:
    world = fit()
    look(world)
    invoice_from(world, "data_sync")
    preflight.require(world.pair, invoices(world, Direction.BOTH), env=world.env)  # an hour's trust
    world.clock.advance(3601)
    with pytest.raises(ConfigurationInvalid, match="another QuickBooks integration"):
        preflight.require(world.pair, invoices(world, Direction.BOTH), env=world.env)


def test_contacts_are_held_back_only_by_what_concerns_them_and_without_a_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(country="GB")
    calls = len(world.http.sent)
    definition = definitions.find_or_start(world.pair, "contacts")
    preflight.require(world.pair, load_config(definition), env=world.env)
    assert len(world.http.sent) == calls
    SPOIL["scopes"].spoil(world, monkeypatch)
    world.pair.hubspot.refresh_from_db()
    with pytest.raises(ConfigurationInvalid, match=r"crm\.objects\.companies\.read"):
        world.sync()
    definition.refresh_from_db()
    assert not definition.enabled


def severity_of(world: World, code: str) -> Severity | None:
    finding = found(look(world), code)
    return finding.severity if finding else None
