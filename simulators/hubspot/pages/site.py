"""What the pages have in common: navigation, words for types, inputs for properties."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import html_response
from simulators.hubspot import account, errors, registry
from simulators.hubspot.access import Endpoint, rule
from simulators.hubspot.schema import ObjectType, Property

SLUGS = ",".join(f'"{kind.slug}"' for kind in registry.OBJECT_TYPES)
TYPES = f"/<any({SLUGS}):t>"
ONE = f"{TYPES}/<int:number>"
SITE = pages.Site(
    "HubSpot simulator",
    account.NAME,
    nav=(
        ("Contacts", "/contacts"),
        ("Companies", "/companies"),
        ("Deals", "/deals"),
        ("Products", "/products"),
        ("Invoices", "/invoices"),
        ("Payments", "/commerce_payments"),
        ("Connected apps", "/apps"),
        ("Faults", "/faults"),
    ),
    accent="#a8410f",
)


def page_rule(path: str, method: str, handler: Callable[..., Response]) -> Rule:
    """The route of a page: no token, counted apart."""
    return rule(path, method, Endpoint(handler, "page", "page", needs_token=False))


def respond(
    title: str,
    body: Markup,
    *,
    current: str = "",
    flash: str = "",
    bad: bool = False,
    status: int = 200,
) -> Response:
    """A page."""
    markup = pages.page(SITE, title, body, current=current, flash=flash, bad=bad)
    return html_response(markup, status)


def plural(kind: ObjectType) -> str:
    """``Line items``."""
    return kind.plural_label.capitalize()


def singular(kind: ObjectType) -> str:
    """``line item``."""
    return kind.singular.replace("_", " ")


def told(error: errors.ApiError) -> str:
    """An API error in a person's words."""
    flaws = error.body.get("errors") or []
    return " ".join(one["message"] for one in flaws) or str(error)


def property_input(prop: Property, value: str) -> Markup:
    """The field for one property."""
    if prop.type == "enumeration" and prop.options:
        options = [("", "")] + [(option.value, option.label) for option in prop.options]
        return pages.choice(prop.label, prop.name, options, value)
    kind = "textarea" if prop.field_type in ("textarea", "html") else "text"
    return pages.field(prop.label, prop.name, value, kind=kind)
