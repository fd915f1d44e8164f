"""Contacts (0-1)."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.hubspot.schema import (
    Group,
    ObjectType,
    Values,
    in_group,
    number,
    one_of,
    system_properties,
    text,
)
from simulators.hubspot.types.common import LIFECYCLE_STAGES, trimmed_lower

_STAGES = [value for value, _ in LIFECYCLE_STAGES]


def lifecycle_moves_forward(before: Values, changes: Values) -> Mapping[str, tuple[str, str]]:
    """``lifecyclestage`` moves forward only; to move back it is cleared first."""
    old, new = before.get("lifecyclestage", ""), changes.get("lifecyclestage", "")
    if old in _STAGES and new in _STAGES and _STAGES.index(new) < _STAGES.index(old):
        # Code and text UNCONFIRMED.
        return {"lifecyclestage": ("INVALID_LIFECYCLE_STAGE", f"{new} comes before {old}.")}
    return {}


CONTACTS = ObjectType(
    type_id="0-1",
    slug="contacts",
    singular="contact",
    plural_label="contacts",
    created="createdate",
    modified="lastmodifieddate",
    groups=(Group("contactinformation", "Contact information"),),
    properties=in_group(
        "contactinformation",
        *system_properties("createdate", "lastmodifieddate"),
        text("email", "Email"),
        text("firstname", "First Name"),
        text("lastname", "Last Name"),
        text("phone", "Phone Number", field_type="phonenumber"),
        text("mobilephone", "Mobile Phone Number", field_type="phonenumber"),
        text("fax", "Fax Number"),
        text("company", "Company Name"),
        text("jobtitle", "Job Title"),
        text("salutation", "Salutation"),
        text("website", "Website URL"),
        text("address", "Street Address"),
        text("city", "City"),
        text("state", "State/Region"),
        text("zip", "Postal Code"),
        text("country", "Country/Region"),
        text("message", "Message", field_type="textarea"),
        one_of("lifecyclestage", "Lifecycle Stage", LIFECYCLE_STAGES),
        one_of(
            "hs_lead_status",
            "Lead Status",
            (("NEW", "New"), ("OPEN", "Open"), ("IN_PROGRESS", "In Progress"),
             ("CONNECTED", "Connected"), ("UNQUALIFIED", "Unqualified")),
        ),
        text("hs_additional_emails", "Additional email addresses", field_type="textarea"),
        # Writable only by association, UNCONFIRMED.
        number(
            "associatedcompanyid", "Primary Associated Company ID", read_only=True,
            referenced="COMPANY",
        ),
        text("hs_email_domain", "Email Domain", read_only=True),
    ),
    defaults=("firstname", "lastname", "email", "createdate", "lastmodifieddate"),
    searched=("firstname", "lastname", "email", "phone", "hs_additional_emails", "fax",
              "mobilephone", "company"),
    read_scopes=("crm.objects.contacts.read",),
    write_scopes=("crm.objects.contacts.write",),
    schema_read_scopes=("crm.schemas.contacts.read", "crm.objects.contacts.read"),
    schema_write_scopes=("crm.schemas.contacts.write",),
    emails=("email", "hs_additional_emails"),
    normalise={"email": trimmed_lower, "hs_additional_emails": trimmed_lower},
    checks=(lifecycle_moves_forward,),
    merges=True,
    first_id=101,
    columns=("email", "phone", "company"),
    form=("firstname", "lastname", "email", "phone", "mobilephone", "company", "jobtitle",
          "website", "address", "city", "state", "zip", "country", "lifecyclestage",
          "hs_additional_emails"),
    name_properties=("firstname", "lastname"),
)  # fmt: skip
