"""What is stored: constraints, querysets and derived properties; no network, no planning."""

from __future__ import annotations

from syncapp.models.approvals import Approval
from syncapp.models.budgets import ApiUsage, DailyBudget, MonthlyReads, RateBudget
from syncapp.models.connections import Connection, ConsentRequest
from syncapp.models.counts import KeptCounts
from syncapp.models.cursors import Cursor
from syncapp.models.definitions import FieldMappingRow, FilterCondition, SyncDefinition, SyncDraft
from syncapp.models.exports import Export
from syncapp.models.failed_calls import FailedCall
from syncapp.models.links import IdAlias, RecordKey, RecordLink
from syncapp.models.month_marks import MonthMark
from syncapp.models.notifications import Mail, Notification, OngoingMatter
from syncapp.models.outbox import PendingWrite
from syncapp.models.pairs import AccountPair
from syncapp.models.preferences import Preference
from syncapp.models.preflights import Preflight, PreflightTick
from syncapp.models.rehearsals import MatchChoice, RehearsalRow
from syncapp.models.runs import RecordLogEntry, Rehearsal, SyncRun, Trigger
from syncapp.models.setting_changes import SettingChange
from syncapp.models.tie_outs import TieOut

__all__ = [
    "AccountPair",
    "ApiUsage",
    "Approval",
    "Connection",
    "ConsentRequest",
    "Cursor",
    "DailyBudget",
    "Export",
    "FailedCall",
    "FieldMappingRow",
    "FilterCondition",
    "IdAlias",
    "KeptCounts",
    "Mail",
    "MatchChoice",
    "MonthMark",
    "MonthlyReads",
    "Notification",
    "OngoingMatter",
    "PendingWrite",
    "Preference",
    "Preflight",
    "PreflightTick",
    "RateBudget",
    "RecordKey",
    "RecordLink",
    "RecordLogEntry",
    "Rehearsal",
    "RehearsalRow",
    "SettingChange",
    "SyncDefinition",
    "SyncDraft",
    "SyncRun",
    "TieOut",
    "Trigger",
]
