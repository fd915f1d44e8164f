"""HubSpot's lists that a person chooses from, and whether an account has a kind of record.

Owners, pipelines, stages, currencies and tax rates are read as they stand; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from syncapp.connectors.base import Choice, Feature
from syncapp.connectors.caller import Answer
from syncapp.connectors.hubspot.client import HubSpotClient
from syncapp.connectors.hubspot.errors import judge, problem_of
from syncapp.connectors.hubspot.objects import ObjectType
from syncapp.connectors.hubspot.paging import next_after
from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.core.errors import ConfigurationInvalid, TryLater

#: No account has more pages of owners or tax rates; a token that repeats would never end.
MAX_PAGES = 100
#: What an account that lacks a kind of record says to a read. 403 for a missing scope, too; 400
#: and 404 are UNCONFIRMED (apis/hubspot.md 11, 14.1).
ABSENT = frozenset({400, 403, 404})


def choices(client: HubSpotClient, name: str) -> tuple[Choice, ...]:
    """See ``Offering.choices``."""
    read = _LISTS.get(name)
    if read is None:
        raise ConfigurationInvalid(f"HubSpot has no list {name!r}.", code="unknown_type")
    return tuple(read(client))


def feature(client: HubSpotClient, kind: ObjectType) -> Feature:
    """See ``Probing.feature``."""
    answer = client.probe(kind.slug)
    if answer.ok:
        return Feature(True)
    problem = problem_of(answer)
    if answer.status not in ABSENT:
        raise judge(problem, writing=False)
    name = kind.slug.replace("_", " ")
    if problem.scopes:
        scopes = ", ".join(problem.scopes)
        return Feature(
            False,
            f"The app may not read {name} in HubSpot. Add one of these scopes to the app and "
            f"reconnect: {scopes}.",
        )
    return Feature(False, f"This HubSpot account has no {name}; they are left out.")


def _owners(client: HubSpotClient) -> Iterator[Choice]:
    for told in _pages(lambda after: client.owners(after=after)):
        names = (text(told.get("firstName")), text(told.get("lastName")))
        label = " ".join(name for name in names if name) or text(told.get("email"))
        yield Choice(text(told.get("id")), label or text(told.get("id")))


def _pipelines(client: HubSpotClient) -> Iterator[Choice]:
    for told in _deal_pipelines(client):
        yield Choice(text(told.get("id")), text(told.get("label")))


def _stages(client: HubSpotClient) -> Iterator[Choice]:
    for told in _deal_pipelines(client):
        for stage in sorted(map(mapping, items(told.get("stages"))), key=_place):
            if stage.get("archived") is not True:
                label = text(stage.get("label"))
                yield Choice(text(stage.get("id")), label, text(told.get("label")))


def _deal_pipelines(client: HubSpotClient) -> list[Mapping[str, Json]]:
    told = items(mapping(client.pipelines("deals").json).get("results"))
    living = [one for one in map(mapping, told) if one.get("archived") is not True]
    return sorted(living, key=_place)


def _place(told: Mapping[str, Json]) -> int:
    place = told.get("displayOrder")
    return place if isinstance(place, int) else 0


def _currencies(client: HubSpotClient) -> Iterator[Choice]:
    own = text(mapping(client.company_currency().json).get("currencyCode"))
    told = items(mapping(client.exchange_rates().json).get("results"))
    codes = [own, *(text(mapping(one).get("fromCurrencyCode")) for one in told)]
    for code in dict.fromkeys(one for one in codes if one):
        yield Choice(code, code)


def _tax_rates(client: HubSpotClient) -> Iterator[Choice]:
    for told in _pages(lambda after: client.tax_rates(after=after)):
        if told.get("active") is not False:
            name = text(told.get("label")) or text(told.get("name"))
            yield Choice(text(told.get("id")), f"{name} ({text(told.get('percentageRate'))} %)")


def _pages(ask: Callable[[str], Answer]) -> Iterator[Mapping[str, Json]]:
    after = ""
    for _ in range(MAX_PAGES):
        answer = ask(after)
        for told in map(mapping, items(mapping(answer.json).get("results"))):
            if told.get("archived") is not True and text(told.get("id")):
                yield told
        after = next_after(answer)
        if not after:
            return
    raise TryLater("A list of HubSpot's does not end.", code="temporary")


_LISTS: Mapping[str, Callable[[HubSpotClient], Iterator[Choice]]] = {
    "owners": _owners,
    "deal_pipelines": _pipelines,
    "deal_stages": _stages,
    "currencies": _currencies,
    "tax_rates": _tax_rates,
}
