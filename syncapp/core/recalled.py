"""Sentences that were stored or raised in English, told again in the reader's language.

What a run writes down (its record log, why a connection broke, why a sync is held) is written when
nobody reads, so in English. Here is a table of what it may have written: a sentence that fits a row
is taken apart, the row is translated, and put together again. One that fits none stays as it is.
Must not know any language. Sentences without anything filled in need no row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from syncapp.core import filters
from syncapp.core.operators import Operator
from syncapp.core.reasons import REASONS
from syncapp.core.tie_out_causes import CAUSES

#: Parts that are sentences of ours again; all other parts are names, values and figures.
_OURS = frozenset(
    {"condition", "field", "first", "how", "key", "kept_out", "kind", "noun", "nouns", "object",
     "owner", "processor", "reason", "reasons", "record", "second", "what", "why"}
)  # fmt: skip
#: What a person or a vendor wrote is never taken for a sentence of ours.
DATA = frozenset({"who", "note", "label", "name", "value", "email", "detail_of_vendor"})

_FIGURES = frozenset({"count", "known", "limit", "most", "percent", "seconds"})
#: Between two conditions of one associated record: the one before ends with a value, or says that
#: there is one.
_NEXT_CONDITION = re.compile(r"(?<=”) and |(?<=known) and |(?<=today) and ")
#: A template with less of its own would fit anything.
_LEAST = 5

TEMPLATES = (
    # -- the record log
    "{field} was emptied in {side}. An empty value never overwrites, so {other} keeps its own.",
    "Both sides had changed. {kept}'s value was kept; {lost}'s value before is listed here.",
    "Both sides had changed, and a write whose outcome is not known was to overwrite {lost}'s "
    "value, which is listed here.",
    "Matched by {key}.",
    "To be linked with {record}.",
    "Unlinked from {record}. {note}",
    "Unlinked from {record}.",
    "unlinked from {record}. {note}",
    "unlinked from {record}.",
    "A new record is to be made in {side} instead of a match.",
    "HubSpot's version is to be sent over QuickBooks'. The reason was: {why}",
    "The removal in QuickBooks was accepted; HubSpot is to follow. The reason was: {why}",
    "It is to be posted anyway. The reason was: {why}",
    "Excluded: {note}",
    "Note: {note}",
    "Assigned to {name}.",
    "Sent back: {note}",
    "{side} {old} was merged into {new}.",
    "removed in {side}",
    "archived in {side}",
    "deleted in {side}",
    "inactive in {side}",
    "merged in {side}",
    "voided in {side}",
    "{field} was changed in HubSpot from “{before}” to “{after}”. The invoice lives in QuickBooks: "
    "make the change there. QuickBooks' next value overwrites it.",
    "The invoice date was moved in QuickBooks from {before} to {after}.",
    "{field} was sent to {side} as “{value}” and came back empty: {other} did not keep it. Look "
    "whether the field is switched on there; it is sent again when its value changes.",
    "It was sent with the exchange rate {sent}, and {side} booked it at {booked}. Open it in "
    "{other} and correct the rate.",
    # -- records and conditions inside of reasons
    "the {noun} “{label}” (id {id})",
    "the {noun} “{label}”, which is being created",
    "the {noun} “{label}”, which is sent first",
    "the {noun} “{label}” ({side} {id})",
    "the {noun} “{label}”",
    "another {noun} (id {id})",
    "another {noun}",
    "The item “{name}”",
    "The customer “{name}”",
    "The item “{name}” is inactive in QuickBooks.",
    "The item “{name}” is no service in QuickBooks.",
    "The item “{name}” is tied to another account than “{account}”.",
    "It has several: {names}.",
    "it has {count} lines; {most} are allowed.",
    "it needs {record}.",
    "it is required that {condition}",
    # -- held syncs
    "{object}: the run would {what}. Nothing has been written. Confirm it, or change the settings.",
    "create {what}, with {known} records known so far",
    "void or remove {what}",
    "{count} {nouns} in {side}",
    "empty the field {field} of {count} {nouns} in {side}",
    "create {count} {nouns} in {side}, while the rehearsal that was approved showed {limit}",
    "void or remove {count} {nouns} in {side}, while the rehearsal that was approved showed "
    "{limit}",
    "empty the field {field} of {count} {nouns} in {side}, while the rehearsal that was approved "
    "showed {limit}",
    # -- connections and calls
    "{side} could not be reached; nothing was written.",
    "{side} did not answer, {count} times in a row.",
    "{side} has trouble of its own (HTTP {status}).",
    "{side} asks for a pause of {count} hours.",
    "{side} asks for a pause of {count} minutes.",
    "{side} asks for a pause of {count} seconds.",
    "{side} answered with a redirect (HTTP {status}): is the base URL right?",
    "{side} did not answer ({detail}). Try again in a few minutes.",
    "{side} does not accept the redirect URI. Register exactly the address shown here in the app's "
    "settings.",
    "{side} does not accept the connection any more: it was revoked or has lapsed. Press "
    "Reconnect.",
    "{side}'s consent has expired or was already used. Press Connect again.",
    "{side} did not accept the request for a token (HTTP {status}).",
    "{side} does not know this app: check client id and client secret, and that they belong to the "
    "right environment.",
    "The connection to HubSpot lacks a permission. Add the scope to the app and reconnect: "
    "{scopes}.",
    "HubSpot refused a request ({status}).",
    "HubSpot did not confirm the write (HTTP {status}).",
    "{side} is not connected. Choose Connect.",
    "{side} is not connected yet.",
    "HubSpot is “{hubspot}” and QuickBooks is “{quickbooks}”: confirm that they belong together.",
    "Enter the client id and client secret of your {side} app first.",
    "These are the simulator's keys; they work only with a simulator on this machine. Enter the "
    "keys of your own {side} app.",
    "{side} comes back only to an https address, and this page was opened as {address}. See “Go "
    "live” in the documentation.",
    "This connection belongs to “{name}” (id {id}), but you chose “{other}” (id {other_id}). "
    "Choose Connect again and pick the right account, or add a new connection.",
    "“{name}” (id {id}) is connected already, in another row.",
    "The stored access to {side} cannot be read: it was never granted, or the encryption key has "
    "changed. Choose Reconnect.",
    "Reconnect {side}.",
    "Paused by {who}.",
    "The call budget is used up for {seconds} more seconds.",
    "A pause was asked for; calls go on by themselves in {seconds} seconds.",
    "{percent} % of HubSpot's {limit} calls a day are used. Until midnight in the account's time "
    "zone only what a person starts is run.",
    # -- two fields
    "{side} does not offer “{label}”: {why}.",
    "“{label}” in {side} is a list of parts, not one value; it cannot be mapped.",
    "{side} does not let anybody write “{label}”: it works it out by itself.",
    "“{name}” holds any text, and “{label}” takes {kind}: most texts would be refused.",
    "“{name}” holds {what}, and “{label}” takes {kind}.",
    "{side} takes at most {most} characters in “{label}”. Longer values fail and are shown; "
    "nothing is cut off.",
    "“{label}” is unique in {side}: a value that another record has is refused.",
    "{side} needs “{label}”: a record without it cannot be created there.",
    "“{label}” takes {kind}; anything else fails and is shown.",
    "{side} has no option of the name {names}: pair the options.",
    "{reason} Choose another field, or another direction.",
    "only the first {most} custom fields can be used",
    # -- settings
    "{side} has no field “{name}” any more, and the {object} sync uses it in its filters or "
    "mappings. Edit the sync and choose another field.",
    "“{what}” needs a value.",
    "“{name}” is compared with {what}.",
    "“{what}” has no way back: set the direction of this mapping to {arrow}.",
    "A constant comes from no field: leave the {side} field empty.",
    "Two mappings write {side}'s {field} (“{first}” and “{second}”): switch one off.",
    "The filter on {nouns} from {side} belongs to the sync and cannot be changed. Leave it out.",
    "{nouns} have no start date: all of them take part.",
    "“{value}” is not a month: write it as 2026-10.",
)

#: Sentences that are told as they are.
LITERALS = (
    "Assigned to nobody.", "The note was removed.", "Included again.", "Will be tried again.",
    "Included although it is older than the sync.", "Confirmed by looking it up.",
    "Linked as a person asked.", "Matched by a person in the matching list.", "Approved.",
    "Checked, and waits for an approval.", "No account is chosen.",
    "The value was changed in HubSpot in the very moment it was written.",
    "The chosen account is inactive or does not exist any more.", "It has no contact.",
    "It names no customer.", "it has no lines.",
    "its total is negative; enter a credit memo instead.",
    "Something went wrong here; the log has the details. Try again.",
    "The connection has no permission for it.", "archived", "deleted", "inactive", "merged",
    "voided", "country unknown",
    "This consent was not started here, or was used already. Choose Connect again.",
    "The consent took longer than 30 minutes. Choose Connect again.",
    "Another person started this consent. Choose Connect again.",
    "The access token is empty: paste the whole token.",
    "The access token is not accepted. Enter a valid one.",
    "Another worker has been refreshing the access token for too long.",
    "One of the two accounts belongs to another pair already: two pairs on one account would echo "
    "through each other.",
    "The stored access token cannot be read: the encryption key has changed. Enter the token "
    "again.",
    "QuickBooks' company id must be a number. Connect again.",
    "Nothing was switched on: rehearse these settings first, so that you see what they would do. A "
    "rehearsal counts for 24 hours and until the settings change.",
    "The sync was switched off, paused or changed meanwhile.",
    "The last day lies before the first one.",
    "Give both days as YYYY-MM-DD, for example 2026-10-01.",
    "Say why: whoever prepared the record has to know what to change.",
    "Must be a day, such as 2026-01-31.", "Pair at least one option.",
    "a whole number of days, such as 7", "a day, such as 2026-01-31",
    "two values, the lower one first, parted by a comma", "a number, such as 1250.00",
    "QuickBooks needs a number here.", "HubSpot had trouble of its own.",
    "The text of a line was changed in HubSpot. QuickBooks keeps its own, because the invoice has "
    "a payment or its period is closed.",
    "Somebody else has to mark it as checked first.",
    "You prepared it, so another person has to approve it.", "not told", "command line",
    "A date and time becomes the date it has in the company's time zone.", "text",
    "an e-mail address", "a phone number", "a web address", "a number", "an amount", "a date",
    "a date and time", "yes or no", "one of a list", "a reference to another record",
    "a list of parts", "its type is neither text nor number",
    "it is not switched on for all sales forms (invoice, estimate, sales receipt)",
)  # fmt: skip


def recall(text: str, translate: Callable[[str], str], figures: Callable[[str], str] = str) -> str:
    """A stored sentence in the reader's language; as it is when nothing is known of it.

    Args:
        text: The sentence in English; of several joined with "; " or " or " each is told.
        translate: What turns our words into the reader's language.
        figures: What writes the amounts and days of a part in the reader's notation.
    """
    if not text:
        return ""
    exact = translate(text)
    if exact != text:
        return exact
    for template, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            parts = {
                name: _part(name, part, translate, figures)
                for name, part in found.groupdict().items()
            }
            return translate(template).format(**parts)
    condition = _condition(text, translate, figures)
    if condition:
        return condition
    for between in ("; ", " or ", " and "):
        first, _between, second = text.partition(between)
        if second and any(pattern.fullmatch(first) for _template, pattern in _patterns()):
            return (
                recall(first, translate, figures) + translate(between)
                + recall(second, translate, figures)
            )  # fmt: skip
    return text


def recall_all(
    params: Mapping[str, str],
    translate: Callable[[str], str],
    figures: Callable[[str], str] = str,
) -> dict[str, str]:
    """What fills in a reason, told in the reader's language where it is of our making."""
    return {
        name: part if name in DATA else figures(recall(part, translate, figures))
        for name, part in params.items()
    }


def texts() -> Iterator[str]:
    """Everything a translator is given of this table."""
    yield from (*TEMPLATES, *LITERALS, "; ", " or ", " and ")
    for says, remedy in CAUSES.values():
        yield from (says, remedy)


def _part(
    name: str, part: str, translate: Callable[[str], str], figures: Callable[[str], str]
) -> str:
    if name in _OURS:
        told = recall(part, translate, figures)
        if told == part and name == "reason":  # a sentence that lost its full stop
            return recall(f"{part}.", translate, figures).removesuffix(".")
        return told
    return part if name in DATA else figures(part)


def _condition(text: str, translate: Callable[[str], str], figures: Callable[[str], str]) -> str:
    """A condition of a filter in the reader's language; "" for another text."""
    of_record = _associated().fullmatch(text)
    if of_record is not None:
        told = [
            _condition(one, translate, figures) or one
            for one in _NEXT_CONDITION.split(of_record["conditions"])
        ]
        noun = translate(of_record["noun"])
        both = translate(filters.AND).join(told)
        return translate(filters.ASSOCIATED).format(noun=noun, conditions=both)
    found = _comparison().fullmatch(text)
    if found is None:
        return ""
    start = found["start"]
    value = (
        translate(filters.START_OF).format(day=figures(start)) if start
        else f"“{figures(found['value'])}”" if found["value"] else ""
    )  # fmt: skip
    return f"{translate(found['field'])} {translate(found['words'])} {value}".strip()


@cache
def _associated() -> re.Pattern[str]:
    return _pattern(filters.ASSOCIATED)


@cache
def _comparison() -> re.Pattern[str]:
    words = sorted((one.words for one in Operator if "{}" not in one.words), key=len, reverse=True)
    start = re.escape(filters.START_OF).replace(re.escape("{day}"), "(?P<start>[^”]+)")
    return re.compile(
        rf"(?P<field>[^“”]+?) (?P<words>{'|'.join(map(re.escape, words))})"
        rf"(?: (?:{start}|“(?P<value>[^”]*)”))?"
    )


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The templates, those with the most words of their own first."""
    reasons = [
        text
        for reason in REASONS.values()
        for text in (reason.explanation, *(told[0] for told in reason.wordings.values()))
        if "{" in text
    ]
    causes = [says for says, _remedy in CAUSES.values() if "{" in says]
    found = sorted({*TEMPLATES, *reasons, *causes}, key=lambda one: (-_own(one), one))
    return tuple((one, _pattern(one)) for one in found if _own(one) >= _LEAST)


def _own(template: str) -> int:
    return len(re.sub(r"\{\w+\}", "", template))


def _pattern(template: str) -> re.Pattern[str]:
    """What a filled-in template looks like; a name that comes twice has one value."""
    seen: set[str] = set()
    parts = []
    for part in re.split(r"(\{\w+\})", template):
        if not part.startswith("{"):
            parts.append(re.escape(part))
            continue
        name = part[1:-1]
        form = r"[\d,.]+" if name in _FIGURES else ".+?"
        parts.append(rf"(?P={name})" if name in seen else rf"(?P<{name}>{form})")
        seen.add(name)
    return re.compile("".join(parts).strip(), re.DOTALL)
