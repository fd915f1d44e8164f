"""The story the pictures tell: from the first visit to a month that is nearly closed.

Knows the order: something happens in the company, then the pages that show it are taken. Runs
inside a Django process that uses the installation's own database.
"""

from __future__ import annotations

import io
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from syncapp import tasks
from syncapp.admin import record_filters
from syncapp.models import (
    AccountPair,
    Connection,
    RecordLink,
    Rehearsal,
    SyncDefinition,
    SyncDraft,
)
from syncapp.services import (
    approvals,
    assignments,
    definitions,
    digest,
    drafts,
    exports,
    people,
    preferences,
    preflight,
    setting_changes,
)
from syncapp.services.env import real_env
from syncapp.services.export_columns import RecordResource
from syncapp.services.records import RecordChoice
from tools.pictures.camera import Camera
from tools.pictures.company import NEW_INVOICES, WAITING_INVOICES, Company
from tools.pictures.installation import Installation

PASSWORD = "tandem-in-step-1"  # noqa: S105 (of an installation that lives for minutes)
#: folder, language, browser's locale, login, first and last name, time zone
READERS = (
    ("en", "en", "en-US", "alice", "Alice", "Morgan", "America/New_York"),
    ("pt-br", "pt-br", "pt-BR", "beatriz", "Beatriz", "Souza", "America/Sao_Paulo"),
)
WAIT_SECONDS = 180
#: What customers paid by card for the first of the new invoices, and the processor's fees.
PAID = (("1276.00", "37.30"), ("500.00", "14.80"))


class Story:
    """Tells it page by page."""

    def __init__(self, home: Installation, camera: Camera) -> None:
        self.home, self.camera, self.company = home, camera, Company(home)

    def tell(self) -> None:
        """From nothing to the month's end."""
        chapters = (
            self.first_visit, self.connecting, self.first_sync, self.invoices, self.watching,
            self.one_record, self.safeguards, self.month_end, self.settings, self.trouble,
        )  # fmt: skip
        for chapter in chapters:
            try:
                chapter()
            except Exception as error:  # noqa: BLE001 (the other chapters' pictures still count)
                traceback.print_exc()
                self.camera.troubles.append(f"{chapter.__name__}: {error!r}")

    # -- chapters

    def first_visit(self) -> None:
        """Nobody is signed in, then nothing is connected."""
        for folder, _, locale, *_ in READERS:
            self.camera.open(folder, locale)
        self.camera.take("login", "/admin/login/")
        for folder, language, _, login, first, last, zone in READERS:
            user = User.objects.create_user(
                login, f"{login}@example.com", PASSWORD, is_staff=True, is_superuser=True,
                first_name=first, last_name=last,
            )  # fmt: skip
            user.groups.set(Group.objects.filter(name="administrator"))
            preferences.save(user=user, name=people.LANGUAGE, value=language)
            preferences.save(user=user, name=people.TIME_ZONE, value=zone)
            page = self.camera.pages[folder]
            page.goto(f"{self.home.url}/admin/")
            page.fill("input[name=username]", login)
            page.fill("input[name=password]", PASSWORD)
            page.click("button[type=submit]")
            page.wait_for_url(f"{self.home.url}/admin/")
        User.objects.create_user(
            "tom", "tom@example.com", PASSWORD, is_staff=True, first_name="Tom", last_name="Reyes"
        ).groups.set(Group.objects.filter(name="operator"))
        self.take("home-first-visit", "index")
        self.take("connections-first-visit", "syncapp_connection_changelist")
        for side in ("hubspot", "quickbooks"):
            self.take(f"connect-{side}", "syncapp_connect", side)
            self.camera.take(
                f"connect-{side}-guide", self.address("syncapp_connect", side), _open_details
            )

    def connecting(self) -> None:
        """Both accounts; what pre-flight finds."""
        for side, url in (
            ("hubspot", self.home.hubspot_url), ("quickbooks", self.home.quickbooks_url)
        ):  # fmt: skip
            command("connect", side, "--simulator", url)
        self.take("home-connected", "index")
        self.take("connections", "syncapp_connection_changelist")
        command("preflight")
        self.take("preflight", "syncapp_pair_preflight", self.pair.pk)
        preflight.tick(self.pair, "workflows", user=self.alice, now=timezone.now())

    def first_sync(self) -> None:
        """The wizard for contacts, and the first run."""
        pk = self.pair.pk
        wizard = ("syncapp_wizard_step", pk, "contacts")
        self.take("wizard-1-direction", *wizard, "direction")
        self.take("wizard-2-configure", *wizard, "mapping")
        self.camera.take("wizard-2-add-mapping", self.address(*wizard, "mapping"), _add_mapping)
        self.take("wizard-3-filters", *wizard, "filters", prepare=_counted)
        draft = drafts.load(self.pair, "contacts", now=timezone.now())
        draft.document["filters"] = {"hubspot": [], "quickbooks": []}
        draft.document["start"] = None
        draft.save()
        self.rehearsed(draft)
        self.take("wizard-4-review", *wizard, "review")
        matches = self.address("syncapp_wizard_matches", pk, "contacts")
        for group in ("ambiguous", "suggested", "matched"):
            self.camera.take(f"matching-{group}", f"{matches}?group={group}")
        found = drafts.latest_rehearsal(draft)
        if found:
            self.take("rehearsal-records", "syncapp_rehearsal_records", found.pk,
                      prepare=_open_first_row)  # fmt: skip
        draft.delete()
        command("create_sync", "contacts", "--direction", "both", "--activate")
        command("create_sync", "products", "--activate")
        self.run()

    def invoices(self) -> None:
        """The wizard for invoices with its postings, and their first run."""
        pk = self.pair.pk
        sold = [self.company.sell(told) for told in NEW_INVOICES]
        self.run()
        wizard = ("syncapp_wizard_step", pk, "invoices")
        draft = drafts.load(self.pair, "invoices", now=timezone.now())
        draft.document["direction"] = "both"
        draft.document["filters"] = {"hubspot": [], "quickbooks": []}
        draft.document["start"] = None
        draft.document["options"] |= {
            "income_account": self.company.account("Services"),
            "not_taxable": "Alice Morgan",
            "clearing_accounts": {"byo_stripe": self.company.account("Undeposited Funds"),
                                  "hs_payments": self.company.account("Checking")},
        }  # fmt: skip
        draft.save()
        self.take("wizard-2-invoices", *wizard, "mapping")
        found = self.rehearsed(draft)
        self.take("wizard-4-invoices", *wizard, "review")
        self.take("rehearsal-postings", "syncapp_rehearsal_records", found.pk,
                  query="?kind=create:quickbooks", prepare=_open_first_row)  # fmt: skip
        drafts.put_in_force(draft, who="alice", env=real_env())
        SyncDefinition.objects.update(held_at=None)
        self.run()
        for invoice, (amount, fees) in zip(sold, PAID, strict=False):
            self.company.collect(invoice, amount, fees)
        self.run()

    def watching(self) -> None:
        """Both views, with some records failing and waiting."""
        booked = RecordLink.objects.filter(
            definition__object_type="invoices", origin="hubspot", state="in_sync"
        ).exclude(quickbooks_id=None)
        for link in booked.order_by("pk")[:2]:
            self.company.edit_invoice(
                link.quickbooks_id or "",
                Line=[{"DetailType": "SalesItemLineDetail", "Amount": 1480.0,
                       "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}],
            )  # fmt: skip
        self.run()
        failing = RecordLink.objects.filter(state="failing").order_by("pk")
        tom = User.objects.get(username="tom")
        first = failing.filter(definition__object_type="invoices").first() or failing.first()
        if first:
            now = timezone.now()
            assignments.assign([first], assignee=tom, who="alice", now=now)
            assignments.annotate(first, note="Asked the customer", who="tom", now=now)
        self.take("home", "index")
        self.take("object-view", "syncapp_object_view")
        self.camera.take(
            "object-view-columns", self.address("syncapp_object_view"),
            lambda page: page.click("#choose-columns"),
        )  # fmt: skip
        self.camera.take(
            "side-panel", self.address("syncapp_object_view"), _open_drawer, whole=False
        )
        listed = self.address("syncapp_recordlink_changelist")
        self.camera.take("record-view", listed)
        self.camera.take("record-view-failing", f"{listed}?state=failing")
        self.camera.take(
            "record-view-columns", listed,
            lambda page: page.locator(".rv-columns > summary").first.click(),
        )  # fmt: skip
        self.camera.take("record-view-filters", f"{listed}?state=failing", _open_filters)
        self.camera.take("record-view-empty", f"{listed}?q=nobody")
        self.camera.take("export", self.address("syncapp_recordlink_export") + "?state=failing")

    def one_record(self) -> None:
        """A failing contact, an edited invoice, their dialogs."""
        edited = RecordLink.objects.filter(
            definition__object_type="invoices", state="failing"
        ).order_by("pk").first()  # fmt: skip
        contact = RecordLink.objects.filter(
            definition__object_type="contacts", state="failing"
        ).order_by("pk").first()  # fmt: skip
        synced = RecordLink.objects.filter(
            definition__object_type="invoices", state="in_sync", origin="hubspot"
        ).order_by("pk").first()  # fmt: skip
        for name, link in (("invoice", edited), ("contact", contact), ("in-sync", synced)):
            if link:
                self.take(f"record-{name}", "syncapp_recordlink_change", link.pk)
        if contact:
            self.take("record-match", "syncapp_recordlink_match", contact.pk)
        for link in (one for one in (edited, synced) if one):
            page = self.camera.pages["en"]
            address = self.address("syncapp_recordlink_change", link.pk)
            page.goto(self.home.url + address)
            deeds = page.locator("button[id^=deed-]").evaluate_all("all => all.map(one => one.id)")
            for deed in deeds:
                self.camera.take(
                    f"record-dialog-{deed.removeprefix('deed-')}", address, _click(f"#{deed}"),
                    whole=False,
                )  # fmt: skip

    def safeguards(self) -> None:
        """Soft close and approval before posting, with invoices that wait."""
        now = timezone.now()
        last_month = (now.date().replace(day=1)) - timedelta(days=1)
        approvals.set_reviewed_through(self.pair, last_month, who="alice", now=now)
        invoices = SyncDefinition.objects.get(object_type="invoices", deleted_at=None)
        document = definitions.export_document(invoices)
        options = {"approval": "above", "approval_above": "1000", "approval_by_another": True}
        changed = {**document, "options": {**document["options"], **options}}
        definitions.save_document(invoices, changed, now=now)
        setting_changes.note_document(invoices, document, changed, who="alice", at=now)
        for told in WAITING_INVOICES:
            self.company.sell(told)
        self.run()
        self.run()
        asked = approvals.waiting().order_by("pk").first()
        if asked:
            approvals.prepare([asked], who="tom", now=now)
        self.take("approvals", "syncapp_approval_changelist")
        self.take("setting-changes", "syncapp_settingchange_changelist")
        self.take("pair", "syncapp_accountpair_changelist")

    def month_end(self) -> None:
        """Tie-out, fees and the month."""
        pk = self.pair.pk
        command("tie_out", "--month", f"{timezone.now():%Y-%m}")
        self.take("tie-out", "syncapp_pair_tie_out", pk, query=f"?month={timezone.now():%Y-%m}")
        today = timezone.localdate()
        days = f"?from={today.replace(day=1):%Y-%m-%d}&to={today:%Y-%m-%d}"
        self.take("fees", "syncapp_pair_fees", pk, query=days)
        self.take("month", "syncapp_month", query=f"?month={timezone.now():%Y-%m}")

    def settings(self) -> None:
        """What each person and each administrator sets; exports; turning off."""
        definition = SyncDefinition.objects.get(object_type="contacts", deleted_at=None)
        self.take("turn-off", "syncapp_turn_off", definition.pk)
        self.take("delete", "syncapp_delete_sync", definition.pk)
        self.take("my-settings", "syncapp_my_settings")
        for format in ("csv", "xlsx"):
            self.exported(format)
        self.take("exports", "syncapp_recordlink_exports")
        self.take("runs", "syncapp_syncrun_changelist")
        self.take("schedule", "django_celery_beat_periodictask_changelist")
        self.take("mails", "syncapp_mail_changelist")
        self.take("users", "auth_user_changelist")

    def trouble(self) -> None:
        """A connection lapses; what everybody hears of it."""
        ended = Connection.objects.get(side="quickbooks")
        Connection.objects.filter(pk=ended.pk).update(
            status=Connection.Status.RECONNECT, access_token="", refresh_token=""
        )  # fmt: skip
        command("run_sync")
        tasks.watch()
        self.take("home-attention", "index")
        self.take("connections-reconnect", "syncapp_connection_changelist")
        self.take("notifications", "syncapp_notification_changelist")
        now = timezone.now()
        for folder, _, _, login, *_ in READERS:
            user = User.objects.get(username=login)
            with people.speaking_to(people.choices(user)):
                told = digest.put_into_words(user, digest.read(now=now), now=now)
            self.camera.letter("mail-digest", folder, told.html)
        self.camera.take("bell", self.address("index"), _click("#td-bell"), whole=False)

    # -- what the chapters use

    @property
    def pair(self) -> AccountPair:
        """The only account pair."""
        return AccountPair.objects.get()

    @property
    def alice(self) -> User:
        """The reader of the English pictures."""
        return User.objects.get(username="alice")

    def address(self, name: str, *arguments: Any) -> str:
        """The path of a page of the admin."""
        return reverse(f"admin:{name}", args=arguments)

    def take(
        self, picture: str, name: str, *arguments: Any, query: str = "",
        prepare: Callable[[Page], object] | None = None,
    ) -> None:  # fmt: skip
        """Take a page by the name of its address."""
        self.camera.take(picture, self.address(name, *arguments) + query, prepare)

    def run(self) -> None:
        """Sync now, until nothing is due; what is unusual is approved."""
        command("run_sync")
        command("run_sync", "--approve")

    def rehearsed(self, draft: SyncDraft) -> Rehearsal:
        """A finished rehearsal of a draft."""
        found = drafts.request_rehearsal(draft, user=self.alice, env=real_env())
        tasks.rehearse(found.pk)
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            found.refresh_from_db()
            if found.state not in {"requested", "running"}:
                break
            time.sleep(0.5)
        return found

    def exported(self, format: str) -> None:
        """The failing records as a file, for each reader."""
        choice = RecordChoice.from_params({"state": "failing"})
        for *_, login, _, _, _ in READERS:
            export = exports.request(
                user=User.objects.get(username=login), choice=choice,
                filter_words=record_filters.sentence(choice), format=format,
                columns=RecordResource.Meta.fields, now=timezone.now(),
            )  # fmt: skip
            tasks.export_records(export.pk)


def command(*arguments: str) -> None:
    """A management command; what it prints and its exit code are no matter here."""
    with suppress(SystemExit):
        call_command(*arguments, stdout=io.StringIO(), stderr=io.StringIO(), verbosity=0)


def _click(selector: str) -> Callable[[Page], object]:
    def click(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_timeout(700)

    return click


def _open_details(page: Page) -> None:
    page.evaluate(
        "document.querySelectorAll('details:not(.tn-menu)').forEach(one => one.open = true)"
    )


def _add_mapping(page: Page) -> None:
    page.select_option("#new-hubspot", "jobtitle")
    page.wait_for_timeout(900)
    page.select_option("#new-quickbooks", "Notes")
    page.wait_for_timeout(900)


def _counted(page: Page) -> None:
    page.wait_for_timeout(6000)


def _open_first_row(page: Page) -> None:
    page.evaluate("document.querySelector('details.tn-opens').open = true")


def _open_drawer(page: Page) -> None:
    page.locator("[id^=count-][id$=-failing]").first.click()
    page.locator("#drawer .tn-record-item").first.wait_for()


def _open_filters(page: Page) -> None:
    page.evaluate("document.querySelectorAll('form details').forEach(one => one.open = true)")
