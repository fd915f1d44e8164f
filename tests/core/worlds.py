"""Contacts, customers and settings for the example tests of the planner."""

from __future__ import annotations

from dataclasses import replace

from syncapp.core.filters import Condition, Filter, Operator
from syncapp.core.merge import BasePair
from syncapp.core.pairs.contacts import COMPANY_NAME, CONTACTS
from syncapp.core.planner import LinkState, Observed, SyncConfig
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value

H, Q = Side.HUBSPOT, Side.QUICKBOOKS
EMAIL = "PrimaryEmailAddr.Address"
KEYS = {m.hubspot: m.key for m in CONTACTS.mappings}

ADA = {"email": "ada@x.com", "firstname": "Ada", "lastname": "Lovelace"}
ADA_IN_QUICKBOOKS = {
    EMAIL: "ada@x.com",
    "GivenName": "Ada",
    "FamilyName": "Lovelace",
    "DisplayName": "Ada Lovelace",
}
NOBODY = Filter(((Condition("city", Operator.IS, "Atlantis", label="City"),),))


def sync(**settings) -> SyncConfig:
    """The contact sync as the wizard presets it, apart from ``settings``."""
    preset = {
        "pair": CONTACTS, "direction": Direction.BOTH, "winner": Q, "mappings": CONTACTS.mappings,
    }  # fmt: skip
    return SyncConfig(**{**preset, **settings})


def without_company_name() -> SyncConfig:
    """S15: the mapping of the display name switched off."""
    return sync(
        mappings=tuple(replace(m, enabled=m.hubspot != COMPANY_NAME) for m in CONTACTS.mappings)
    )


def contact(gone: str = "", **values: Value) -> Observed:
    return Observed("101", {**ADA, **values}, gone=gone)


def customer(gone: str = "", **values: Value) -> Observed:
    return Observed("7", {**ADA_IN_QUICKBOOKS, **values}, gone=gone)


def in_sync(**hubspot: Value) -> LinkState:
    """Ada on both sides, as last agreed, then ``hubspot`` edited."""
    base = {
        m.key: BasePair(ADA.get(m.hubspot), ADA_IN_QUICKBOOKS.get(m.quickbooks))
        for m in CONTACTS.mappings
        if not m.creation_only
    }
    return LinkState(contact(**hubspot), customer(), base)
