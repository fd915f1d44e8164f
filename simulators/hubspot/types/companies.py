"""Companies (0-2)."""

from __future__ import annotations

from simulators.hubspot.schema import (
    Group,
    ObjectType,
    in_group,
    number,
    one_of,
    system_properties,
    text,
)
from simulators.hubspot.types.common import LIFECYCLE_STAGES, trimmed_lower

_INDUSTRIES = (
    "ACCOUNTING", "ARCHITECTURE_PLANNING", "COMPUTER_SOFTWARE", "CONSTRUCTION", "DESIGN",
    "ENVIRONMENTAL_SERVICES", "FINANCIAL_SERVICES", "FOOD_PRODUCTION", "LAW_PRACTICE",
    "LOGISTICS_AND_SUPPLY_CHAIN", "MEDICAL_PRACTICE", "PRINTING", "REAL_ESTATE", "RETAIL",
)  # fmt: skip

COMPANIES = ObjectType(
    type_id="0-2",
    slug="companies",
    singular="company",
    plural_label="companies",
    created="createdate",
    groups=(Group("companyinformation", "Company information"),),
    properties=in_group(
        "companyinformation",
        *system_properties("createdate", "hs_lastmodifieddate"),
        text("name", "Company name"),
        # Called a unique identifier in the documentation, yet not one for the API (measured by a
        # third party): two companies may share a domain and it is no idProperty.
        text("domain", "Company Domain Name"),
        text("phone", "Phone Number", field_type="phonenumber"),
        text("website", "Website URL"),
        text("address", "Street Address"),
        text("address2", "Street Address 2"),
        text("city", "City"),
        text("state", "State/Region"),
        text("zip", "Postal Code"),
        text("country", "Country/Region"),
        one_of(
            "industry", "Industry", [(i, i.replace("_", " ").capitalize()) for i in _INDUSTRIES]
        ),
        text("description", "Description", field_type="textarea"),
        text("hs_additional_domains", "Additional Domains", field_type="textarea"),
        number("numberofemployees", "Number of Employees"),
        number("annualrevenue", "Annual Revenue", number_hint="currency"),
        one_of("lifecyclestage", "Lifecycle Stage", LIFECYCLE_STAGES),
    ),
    defaults=("name", "domain", "createdate", "hs_lastmodifieddate"),
    searched=("website", "phone", "name", "domain"),
    read_scopes=("crm.objects.companies.read",),
    write_scopes=("crm.objects.companies.write",),
    schema_read_scopes=("crm.schemas.companies.read", "crm.objects.companies.read"),
    schema_write_scopes=("crm.schemas.companies.write",),
    required=(("name", "domain"),),
    normalise={"domain": trimmed_lower},
    merges=True,
    first_id=5001,
    columns=("domain", "phone", "city"),
    form=("name", "domain", "phone", "website", "address", "address2", "city", "state", "zip",
          "country", "industry", "description"),
    name_properties=("name",),
)  # fmt: skip
