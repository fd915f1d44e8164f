"""The catalogue of reasons: complete, readable, and the only source of codes."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from syncapp.core import errors
from syncapp.core.plan import because
from syncapp.core.reasons import REASONS, SIGNALS, Category, State, explain

SYNCAPP = Path(__file__).parents[2] / "syncapp"
SOURCES = sorted(
    path for floor in ("core", "connectors", "services") for path in (SYNCAPP / floor).rglob("*.py")
)
ON_RECORDS = ("RecordRejected", "OutcomeUnknown", "TryLater", "Throttled", "RecordGone")
# Codes and errors of the run as a whole have a sentence of their own and stand on no record.
ON_RUNS = ("ConnectionBroken", "ConfigurationInvalid", "SideUnreachable", "SwitchedOff")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_reason_has_a_sentence_and_a_remedy(code):
    reason = REASONS[code]
    assert reason.code == code
    names = placeholders(reason.explanation) | placeholders(reason.remedy)
    explanation, remedy = explain(code, {name: f"<{name}>" for name in names})
    for shown in (explanation, remedy):
        assert shown
        assert not set("{}…") & set(shown)
        assert shown == shown.strip()
    assert all(f"<{name}>" in explanation + remedy for name in names)
    assert remedy.endswith(".")


# What each reason is given by whoever states it: the planner, or the outbox after a refusal.
OUTBOX = {"side", "detail", "field", "value", "existing_id", "name", "email", "owner"}
GIVEN = {
    "pending": set(),
    "listing": {"side"},
    "outcome_unknown": {"side", "due"},
    "open_create": set(),
    "no_email": {"record", "side"},
    "no_sku": {"record", "side"},
    "category": {"record", "side"},
    "bundle": {"record", "side"},
    "custom_line_item": {"record", "side"},
    "inactive": {"record", "side"},
    "inventory_product": set(),
    "income_account": {"problem"},
    "filter": {"condition"},
    "before_start": {"day", "start", "side"},
    "direction": {"side"},
    "by_person": {"who", "note"},
    "gone": {"side", "how"},
    "ambiguous_match": {"key", "others"},
    "merged_elsewhere": {"side", "other_side"},
    "brake": {"what"},
    "flapping": {"field", "times"},
    "no_name": set(),
    "invalid_name": {"name"},
    "bad_data": {"side", "detail"},
    "waits_for": {"record"},
    "dependency": {"record", "why"},
    "inv_no_customer": {"detail"},
    "inv_non_us": {"country"},
    "inv_tax_in_hubspot": {"tax"},
    "inv_taxable_item": {"what"},
    "inv_currency": {"currency", "detail"},
    "inv_no_rate": {"currency", "date"},
    "inv_period_closed": {"date", "closed"},
    "approval_period": {"date", "reviewed", "money"},
    "approval_posting": {"money"},
    "approval_sent_back": {"who", "note"},
    "inv_number_too_long": {"number"},
    "inv_shape": {"detail"},
    "inv_totals": {"computed", "total"},
    "inv_income_account": {"detail"},
    "inv_discount_account": {"detail"},
    "inv_qty_price": {"line"},
    "inv_lines_edited_in_qbo": {"before", "now"},
    "inv_tax_added_in_qbo": {"tax"},
    "inv_customer_changed_in_qbo": {"before", "now"},
    "inv_void_or_credit": {"month"},
    "inv_edited_after_payment": {"field"},
    "deleted_with_balance": {"how", "side", "other_side", "balance"},
    "totals": {"hubspot", "quickbooks"},
    "balance_unexplained": {"amount"},
    "inv_payment_removed_in_qbo": {"before", "now"},
    "pay_removed_in_hubspot": {"amount"},
    "pay_refunded": {"amount"},
    "pay_lost": {"amount", "status"},
    "payment_on_mirror": {"amount"},
    "pay_several_invoices": {"amount", "invoices"},
    "possible_duplicate_payment": {"amount", "balance"},
    "inv_possible_duplicate": {"other"},
    "pay_period_closed": {"date", "closed"},
    "pay_no_account": {"processor"},
    "object_absent": {"detail"},
}


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_sentence_asks_only_for_what_it_is_given(code):
    reason = REASONS[code]
    asked = placeholders(reason.explanation) | placeholders(reason.remedy)
    asked |= {
        name for told in reason.wordings.values() for one in told for name in placeholders(one)
    }
    assert asked <= GIVEN.get(code, OUTBOX)


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_sentence_never_fails_for_want_of_a_parameter(code):
    explanation, remedy = explain(code, {})
    assert explanation
    assert remedy
    assert "{" not in explanation + remedy


def test_a_missing_detail_leaves_nothing_behind():
    assert explain("period_closed", {})[0] == "The books are closed for this date in QuickBooks."


def test_values_of_users_are_never_taken_for_placeholders():
    explanation, _ = explain("by_person", {"who": "{note}", "note": "{0.__class__}"})
    assert explanation == "{note} excluded it: {0.__class__}"


def test_an_unknown_code_keeps_the_vendors_words():
    assert explain("E999", {"detail": "Quite wrong."}) == ("Quite wrong.", "")
    assert explain("E999", {}) == ("E999", "")
    assert explain("", {"detail": "x"}) == ("", "")


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_status_has_the_state_of_its_reason(code):
    status = because(code, side="HubSpot")
    assert (status.state, status.code) == (REASONS[code].state, code)
    assert status.params == {"side": "HubSpot"}


def test_a_code_that_is_not_in_the_catalogue_is_a_bug():
    with pytest.raises(KeyError):
        because("nothing_of_the_kind")


def test_no_reason_puts_a_record_in_sync():
    assert {reason.state for reason in REASONS.values()} == set(State) - {State.IN_SYNC}


def test_what_needs_a_decision_is_failing_and_says_so():
    deciding = {code for code, reason in REASONS.items() if reason.needs_decision}
    assert deciding == {
        "ambiguous_match", "email_in_use", "sku_in_use", "merged_elsewhere", "flapping", "brake",
        "deleted_with_balance",
        "balance_unexplained", "approval_sent_back", "inv_voided_in_qbo", "inv_void_or_credit",
        "totals", "inv_payment_removed_in_qbo", "pay_removed_in_hubspot", "pay_refunded",
        "pay_lost",
        "payment_on_mirror", "pay_several_invoices", "possible_duplicate_payment",
        "inv_possible_duplicate",
    }  # fmt: skip
    assert all(REASONS[code].state is State.FAILING for code in deciding)
    decisions = {c for c, r in REASONS.items() if r.category is Category.DECISION}
    assert decisions <= deciding


# -- codes in the source -----------------------------------------------------------------------


@cache
def nodes() -> tuple[tuple[Path, ast.AST], ...]:
    return tuple((path, n) for path in SOURCES for n in ast.walk(ast.parse(path.read_text())))


def calls() -> Iterator[tuple[Path, ast.Call, str]]:
    for path, node in nodes():
        match node:
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                yield path, node, name


def texts(node: ast.AST | None) -> list[str]:
    """The texts an expression can be: a literal, or either end of ``a if b else c``, ``a or b``."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return texts(body) + texts(orelse)
        case ast.BoolOp(values=values):
            return [text for value in values for text in texts(value)]
    return []


def keyword(call: ast.Call, name: str) -> ast.AST | None:
    return next((k.value for k in call.keywords if k.arg == name), None)


def stated_codes() -> set[tuple[str, str]]:
    """(where, code) of every literal code that can come to stand on a record."""
    found = set()
    for path, call, name in calls():
        codes: list[str] = []
        if name in {"because", "Refusal", "Exclusion"}:
            codes = texts(call.args[0])
        elif name in {"_because", "_fail"}:
            codes = texts(call.args[1])
        elif name in {"_failing", "entry", "exclude", "filter", *ON_RECORDS}:
            codes = texts(keyword(call, "code"))
        elif name == "ObjectPair":
            codes = texts(keyword(call, "key_in_use"))
        elif name == "Fault":
            error = call.args[1]
            if isinstance(error, ast.Name) and error.id in ON_RECORDS:
                codes = texts(call.args[2])
        elif name == "_no":
            codes = texts(call.args[1])
        found |= {(f"{path.relative_to(SYNCAPP)}:{call.lineno}", code) for code in codes}
    for path, node in nodes():
        if isinstance(node, ast.Assign):
            found |= {(f"{path.name}:{node.lineno}", code) for code in assigned(node)}
    return found


def assigned(node: ast.Assign) -> list[str]:
    """Codes put onto a link: ``link.code = ...``, alone or in a tuple."""
    codes = []
    for target in node.targets:
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        if len(names) != len(values):
            continue
        for name, value in zip(names, values, strict=True):
            if isinstance(name, ast.Attribute) and name.attr == "code":
                codes += texts(value)
    return codes


def test_every_code_in_the_source_stands_in_the_catalogue():
    stated = stated_codes()
    assert {where for where, code in stated if code not in {*REASONS, *SIGNALS, ""}} == set()
    # The search itself must find what it is for: one of each form.
    assert {
        "by_person", "no_email", "no_name", "email_in_use", "bad_data", "temporary",
        "outcome_unknown", "subscription_lapsed", "read_only_field", "flapping", "marker_in_use",
    } <= {code for _, code in stated}  # fmt: skip


def test_every_code_of_the_catalogue_is_used():
    stated = {code for _, code in stated_codes()} | {"rejected"}
    assert set(REASONS) - stated == set()


def test_the_two_lists_of_errors_cover_the_tree():
    """A new error class must be told apart: does its code stand on a record or on a run?"""
    neither = {"SyncError", "RecordError", "RunError", "StaleRecord", "LeaseLost"}
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.SyncError)
    }
    assert classes == {*ON_RECORDS, *ON_RUNS, *neither}
    for name in ON_RECORDS:
        assert issubclass(getattr(errors, name), errors.RecordError)
    for name in ON_RUNS:
        assert issubclass(getattr(errors, name), errors.RunError)
