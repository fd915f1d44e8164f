"""Plans of single records, by example."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncapp.core.filters import Condition, Filter, Operator
from syncapp.core.merge import BasePair
from syncapp.core.pairs.contacts import CONTACTS
from syncapp.core.plan import IN_SYNC, Change, ChangeOp, FieldChange, Status, because
from syncapp.core.planner import Facts, LinkState, SyncConfig, open_direction, plan_record
from syncapp.core.planner import wanted_name as wanted
from syncapp.core.reasons import State
from syncapp.core.sides import Direction
from tests.core.worlds import (
    ADA,
    EMAIL,
    KEYS,
    NOBODY,
    H,
    Q,
    contact,
    customer,
    in_sync,
    sync,
    without_company_name,
)
from tests.proves import proves

BOTH, TO_H, TO_Q = Direction.BOTH, Direction.TO_HUBSPOT, Direction.TO_QUICKBOOKS


# -- linked -----------------------------------------------------------------------------------


def test_an_edit_becomes_one_update_of_one_field():
    plan = plan_record(in_sync(firstname="Augusta"), sync())
    assert plan.status == IN_SYNC
    assert plan.changes == (
        Change(
            Q,
            ChangeOp.UPDATE,
            (
                FieldChange(
                    "GivenName", "Ada", "Augusta", mapping=KEYS["firstname"], source="Augusta"
                ),
            ),
        ),
    )
    assert plan.base[KEYS["firstname"]] == BasePair("Ada", "Ada")


@proves("E2.4-order")
def test_edits_on_both_sides_become_two_changes_quickbooks_first():
    link = in_sync(firstname="Augusta")
    link = replace(link, quickbooks=customer(FamilyName="King"))
    plan = plan_record(link, sync())
    assert [(c.side, c.values) for c in plan.changes] == [
        (Q, {"GivenName": "Augusta"}),
        (H, {"lastname": "King"}),
    ]


def test_s7_a_conflict_keeps_the_losing_value():
    link = in_sync(firstname="Augusta")
    link = replace(link, quickbooks=customer(GivenName="Byron"))
    (change,) = plan_record(link, sync(winner=Q)).changes
    (field,) = change.fields
    assert (change.side, field.before, field.after, field.conflict) == (
        H, "Augusta", "Byron", True,
    )  # fmt: skip
    (change,) = plan_record(link, sync(winner=H)).changes
    (field,) = change.fields
    assert (change.side, field.before, field.after, field.conflict) == (
        Q, "Byron", "Augusta", True,
    )  # fmt: skip


def test_s7_an_emptied_field_is_named_and_not_sent():
    plan = plan_record(in_sync(lastname=""), sync())
    assert plan.changes == ()
    assert plan.status == IN_SYNC
    assert plan.emptied == ((KEYS["lastname"], H),)
    assert plan.base[KEYS["lastname"]] == BasePair("Lovelace", "Lovelace")


@proves("S14")
def test_s14_a_link_survives_another_email_and_another_name():
    plan = plan_record(in_sync(email="new@x.com", firstname="Augusta"), sync())
    assert [(c.side, c.op, c.values) for c in plan.changes] == [
        (Q, ChangeOp.UPDATE, {"GivenName": "Augusta", EMAIL: "new@x.com"})
    ]


@proves("E3.6-at-creation")
def test_s15_the_display_name_of_a_customer_is_left_alone_afterwards():
    link = in_sync(**{"associatedcompany.name": "Analytical Engines"})
    assert plan_record(link, sync()).changes == ()


def test_s8_a_mapping_that_is_switched_off_is_not_compared():
    off = tuple(replace(m, enabled=m.hubspot != "firstname") for m in CONTACTS.mappings)
    assert plan_record(in_sync(firstname="Augusta"), sync(mappings=off)).changes == ()


@proves("E2.4-base-per-field")
def test_the_base_advances_field_by_field_though_writing_is_stopped():
    """The same edit on both sides of one field, a difference in another."""
    link = in_sync(firstname="Augusta", lastname="King")
    link = replace(link, quickbooks=customer(GivenName="Augusta"))
    stop = because("flapping", field="Last name", times="4")
    plan = plan_record(link, sync(), Facts(stopped=stop))
    assert plan.status == stop
    assert plan.changes == ()
    assert plan.base[KEYS["firstname"]] == BasePair("Augusta", "Augusta")
    assert plan.base[KEYS["lastname"]] == BasePair("Lovelace", "Lovelace")


def test_the_base_advances_for_a_record_outside_the_filter():
    link = in_sync(firstname="Augusta", lastname="King")
    link = replace(link, quickbooks=customer(GivenName="Augusta"))
    plan = plan_record(link, sync(filters={H: NOBODY, Q: NOBODY}))
    assert plan.status.code == "filter"
    assert plan.changes == ()
    assert plan.base[KEYS["firstname"]] == BasePair("Augusta", "Augusta")


def test_a_linked_record_is_planned_whatever_else_holds_its_key():
    facts = Facts(
        listed=frozenset(), ambiguous_with=("Bob",), key_holder=("9", "Bob"), name_owner="Bob",
        open_create=True,
    )  # fmt: skip
    (change,) = plan_record(in_sync(firstname="Augusta"), sync(), facts).changes
    assert change.values == {"GivenName": "Augusta"}


# -- the open direction ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "filters", "expected"),
    [
        pytest.param(BOTH, {}, BOTH, id="both"),
        pytest.param(TO_H, {}, TO_H, id="to hubspot"),
        pytest.param(TO_Q, {}, TO_Q, id="to quickbooks"),
        pytest.param(BOTH, {H: NOBODY}, TO_H, id="the filter on HubSpot closes to QuickBooks"),
        pytest.param(BOTH, {Q: NOBODY}, TO_Q, id="the filter on QuickBooks closes to HubSpot"),
        pytest.param(BOTH, {H: NOBODY, Q: NOBODY}, None, id="both filters close"),
        pytest.param(TO_H, {H: NOBODY}, TO_H, id="a filter on the target does not matter"),
        pytest.param(TO_H, {Q: NOBODY}, None, id="one way, closed by its filter"),
        pytest.param(TO_Q, {H: NOBODY}, None, id="the other way, closed by its filter"),
    ],
)
def test_s11_direction_and_filters_per_side(direction, filters, expected):
    allowed, closed = open_direction(in_sync(), sync(direction=direction, filters=filters))
    assert allowed is expected
    relevant = [side for side in filters if direction.allows(side.other)]
    why = because("filter", condition="it is required that City is “Atlantis”")
    assert closed == (why if relevant else None)


def test_s11_a_half_link_can_only_leave_its_own_side():
    assert open_direction(LinkState(contact(), None), sync()) == (TO_Q, None)
    assert open_direction(LinkState(None, customer()), sync()) == (TO_H, None)


def test_s11_a_linked_record_that_leaves_the_filter_stops_in_that_direction_only():
    link = replace(in_sync(firstname="Augusta"), quickbooks=customer(FamilyName="King"))
    plan = plan_record(link, sync(filters={H: NOBODY}))
    assert [(c.side, c.values) for c in plan.changes] == [(H, {"lastname": "King"})]
    assert plan.status == IN_SYNC


# -- gone ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        pytest.param(
            replace(in_sync(), hubspot=contact("archived")),
            because("gone", side="HubSpot", how="archived"), id="archived in HubSpot",
        ),
        pytest.param(
            replace(in_sync(), quickbooks=customer("inactive")),
            because("gone", side="QuickBooks", how="inactive"), id="inactive in QuickBooks",
        ),
        pytest.param(
            LinkState(None, customer("inactive")),
            because("gone", side="QuickBooks", how="inactive"), id="inactive and never linked",
        ),
        pytest.param(
            LinkState(contact("archived"), customer("inactive")),
            because("gone", side="HubSpot", how="archived"), id="gone on both sides",
        ),
        pytest.param(
            replace(in_sync(), hubspot=contact("merged")),
            because("merged_elsewhere", side="HubSpot", other_side="QuickBooks"),
            id="merged in HubSpot, QuickBooks still holds two",
        ),
        pytest.param(
            replace(in_sync(), quickbooks=customer("merged")),
            because("merged_elsewhere", side="QuickBooks", other_side="HubSpot"),
            id="merged in QuickBooks, HubSpot still holds two",
        ),
        pytest.param(
            LinkState(contact("merged"), None),
            because("gone", side="HubSpot", how="merged"), id="merged and never linked",
        ),
        pytest.param(
            LinkState(contact("merged"), customer("inactive")),
            because("gone", side="HubSpot", how="merged"), id="merged, and gone there too",
        ),
    ],
)  # fmt: skip
def test_b10_a_record_that_is_gone_is_left_alone(link, expected):
    plan = plan_record(link, sync())
    assert plan.status == expected
    assert plan.changes == ()
    assert plan.base == link.base


def test_a_persons_exclusion_comes_before_everything():
    link = replace(in_sync(firstname="Augusta"), hubspot=contact("archived"))
    plan = plan_record(link, sync(), Facts(excluded_by=("Grace", "a test record")))
    assert plan.status == because("by_person", who="Grace", note="a test record")
    assert plan.changes == ()
    assert plan.base == link.base


# -- unlinked -----------------------------------------------------------------------------------


def test_s14_a_contact_becomes_a_customer():
    plan = plan_record(LinkState(contact(phone="+1 555", city=" "), None), sync())
    assert plan.status == IN_SYNC
    (change,) = plan.changes
    assert (change.side, change.op) == (Q, ChangeOp.CREATE)
    assert change.values == {
        "DisplayName": "Ada Lovelace",
        "GivenName": "Ada",
        "FamilyName": "Lovelace",
        EMAIL: "ada@x.com",
        "PrimaryPhone.FreeFormNumber": "+1 555",
    }
    sources = {c.field: (c.mapping, c.source, c.before) for c in change.fields}
    assert sources["DisplayName"] == ("", None, None)
    assert sources["GivenName"] == (KEYS["firstname"], "Ada", None)


def test_a_customer_becomes_a_contact():
    plan = plan_record(LinkState(None, customer(GivenName=" Ada ")), sync())
    (change,) = plan.changes
    assert (change.side, change.op) == (H, ChangeOp.CREATE)
    assert change.values == ADA
    assert {c.field: c.source for c in change.fields}["firstname"] == " Ada "


def test_a_create_leaves_out_fields_that_travel_the_other_way():
    turned = tuple(
        replace(m, direction=TO_H) if m.hubspot == "lastname" else m for m in CONTACTS.mappings
    )
    (change,) = plan_record(LinkState(contact(), None), sync(mappings=turned)).changes
    assert set(change.values) == {"DisplayName", "GivenName", EMAIL}


HALF = LinkState(contact(), None)
QUICKBOOKS_HALF = LinkState(None, customer())
MAILLESS = LinkState(contact(email=None), None)
STOP = Status(State.FAILING, "flapping", {"field": "x", "times": "4"})


@pytest.mark.parametrize(
    ("link", "config", "facts", "expected"),
    [
        pytest.param(
            HALF, sync(), Facts(listed=frozenset({H})), because("listing", side="QuickBooks"),
            id="the other side's listing is not complete",
        ),
        pytest.param(
            HALF, sync(), Facts(listed=frozenset({Q})), because("listing", side="HubSpot"),
            id="its own side's listing is not complete",
        ),
        pytest.param(
            QUICKBOOKS_HALF, sync(), Facts(listed=frozenset()), because("listing", side="HubSpot"),
            id="no listing is complete",
        ),
        pytest.param(
            MAILLESS, sync(), Facts(), because("no_email", record="contact", side="HubSpot"),
            id="a contact without e-mail",
        ),
        pytest.param(
            LinkState(None, customer(**{EMAIL: " "})), sync(), Facts(),
            because("no_email", record="customer", side="QuickBooks"),
            id="a customer without e-mail",
        ),
        pytest.param(
            HALF, sync(direction=TO_H), Facts(), because("direction", side="HubSpot"),
            id="only to HubSpot",
        ),
        pytest.param(
            QUICKBOOKS_HALF, sync(direction=TO_Q), Facts(), because("direction", side="QuickBooks"),
            id="only to QuickBooks",
        ),
        pytest.param(
            HALF, sync(filters={H: NOBODY}), Facts(),
            because("filter", condition="it is required that City is “Atlantis”"),
            id="its filter",
        ),
        pytest.param(
            HALF, sync(), Facts(ambiguous_with=("Ada (QuickBooks 7)", "Eva (QuickBooks 8)")),
            because(
                "ambiguous_match", key="the e-mail address",
                others="Ada (QuickBooks 7), Eva (QuickBooks 8)",
            ),
            id="ambiguous",
        ),
        pytest.param(
            QUICKBOOKS_HALF, sync(), Facts(key_holder=("101", "Ada")),
            because("email_in_use", side="HubSpot", email="ada@x.com", existing_id="101"),
            id="the e-mail is taken in HubSpot",
        ),
        pytest.param(HALF, sync(), Facts(open_create=True), because("open_create"), id="held"),
        pytest.param(HALF, sync(), Facts(stopped=STOP), STOP, id="stopped"),
        pytest.param(
            HALF, sync(), Facts(name_owner="the vendor Ada"),
            because("name_in_use", name="Ada Lovelace", owner="the vendor Ada"),
            id="s16: the name is in use",
        ),
        pytest.param(
            LinkState(contact(firstname=None, lastname=" ", email="a:b@x.com"), None), sync(),
            Facts(name_owner="somebody"), because("invalid_name", name="a:b@x.com"),
            id="an impossible name comes before a taken one",
        ),
    ],
)  # fmt: skip
def test_why_a_record_is_not_created(link, config, facts, expected):
    plan = plan_record(link, config, facts)
    assert plan.status == expected
    assert plan.changes == ()
    assert "…" not in str(plan.status)


ORDER = [
    ("listing", {}, {"listed": frozenset()}),
    ("no_email", {"email": ""}, {}),
    ("direction", {"direction": TO_H}, {}),
    ("filter", {"filters": {H: NOBODY}}, {}),
    ("ambiguous_match", {}, {"ambiguous_with": ("Bob",)}),
    ("open_create", {}, {"open_create": True}),
    ("flapping", {}, {"stopped": STOP}),
    ("name_in_use", {}, {"name_owner": "Bob"}),
]


@pytest.mark.parametrize("first", range(len(ORDER)), ids=[row[0] for row in ORDER])
def test_the_first_reason_in_this_order_is_shown(first):
    """A record that has every problem from ``first`` on shows that one."""
    settings: dict = {}
    facts: dict = {}
    for _, setting, fact in ORDER[first:]:
        settings |= setting
        facts |= fact
    link = LinkState(contact(email=settings.pop("email", "ada@x.com")), None)
    assert plan_record(link, sync(**settings), Facts(**facts)).status.code == ORDER[first][0]


def test_exclusions_are_asked_in_their_order():
    always = replace(CONTACTS.exclusions[0], code="bad_data", applies=lambda side, values: True)
    both = replace(CONTACTS, exclusions=(always, *CONTACTS.exclusions))
    assert plan_record(MAILLESS, sync(pair=both)).status.code == "bad_data"
    both = replace(CONTACTS, exclusions=(*CONTACTS.exclusions, always))
    assert plan_record(MAILLESS, sync(pair=both)).status.code == "no_email"
    assert plan_record(HALF, sync(pair=both)).status.code == "bad_data"


def test_a_held_hubspot_key_does_not_stop_a_contact():
    """HubSpot keys are unique, QuickBooks allows several customers with one e-mail."""
    assert plan_record(HALF, sync(), Facts(key_holder=("9", "Bob"))).changes


def test_the_email_of_a_taken_key_may_be_unknown():
    keyless = replace(CONTACTS, match_keys=lambda side, values: ())
    plan = plan_record(QUICKBOOKS_HALF, sync(pair=keyless), Facts(key_holder=("9", "Bob")))
    assert plan.status == because("email_in_use", side="HubSpot", email="", existing_id="9")


# -- names ---------------------------------------------------------------------------------------


def test_s16_the_wanted_name_is_the_one_that_would_be_created():
    company = LinkState(contact(**{"associatedcompany.name": "Engines"}), None)
    assert wanted(company, sync()) == "Engines"
    assert wanted(company, without_company_name()) == "Ada Lovelace"


@pytest.mark.parametrize(
    ("link", "config"),
    [
        pytest.param(in_sync(), sync(), id="linked"),
        pytest.param(QUICKBOOKS_HALF, sync(), id="made in QuickBooks"),
        pytest.param(
            HALF, sync(pair=replace(CONTACTS, unique_name=None)), id="names need not be unique"
        ),
        pytest.param(
            LinkState(contact(firstname="a:b"), None), sync(), id="a name that cannot be used"
        ),
        pytest.param(
            HALF, sync(pair=replace(CONTACTS, unique_name="Other")), id="not written at creation"
        ),
    ],
)
def test_no_name_is_wanted(link, config):
    assert wanted(link, config) == ""


def test_a_taken_name_stops_only_where_names_are_unique():
    config = sync(pair=replace(CONTACTS, unique_name=None))
    assert plan_record(HALF, config, Facts(name_owner="Bob")).changes


# -- settings and printing -----------------------------------------------------------------------


def test_the_fields_to_read_are_mapped_filtered_and_own_but_not_related():
    on_vat = Filter(((Condition("vat", Operator.HAS_VALUE),),))
    mappings = tuple(
        m for m in CONTACTS.mappings if m.hubspot in {"email", "associatedcompany.name"}
    )
    config = SyncConfig(CONTACTS, BOTH, Q, mappings, {H: on_vat})
    assert config.fields(H) == ("associatedcompanyid", "email", "hs_additional_emails", "vat")
    assert config.fields(Q) == ("DisplayName", EMAIL)
    off = replace(config, mappings=tuple(replace(m, enabled=False) for m in mappings))
    assert off.fields(Q) == ()


def test_a_change_is_printable():
    (change,) = plan_record(in_sync(firstname="Augusta"), sync()).changes
    assert str(change) == "update in QuickBooks: GivenName: 'Ada' -> 'Augusta'"


def test_a_status_is_printable():
    assert str(IN_SYNC) == "in_sync"
    assert str(because("gone", side="HubSpot", how="archived")).startswith(
        "It was archived in HubSpot."
    )
