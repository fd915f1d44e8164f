"""Deals (0-3)."""

from __future__ import annotations

from simulators.hubspot.schema import (
    Group,
    ObjectType,
    Property,
    boolean,
    date_time,
    in_group,
    number,
    one_of,
    system_properties,
    text,
)
from simulators.hubspot.types.common import CURRENCIES

#: the stages of the default pipeline: (id, label, probability, closed)
DEFAULT_STAGES: tuple[tuple[str, str, str, str], ...] = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2", "false"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4", "false"),
    ("presentationscheduled", "Presentation Scheduled", "0.6", "false"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8", "false"),
    ("contractsent", "Contract Sent", "0.9", "false"),
    ("closedwon", "Closed Won", "1.0", "true"),
    ("closedlost", "Closed Lost", "0.0", "true"),
)

DEALS = ObjectType(
    type_id="0-3",
    slug="deals",
    singular="deal",
    plural_label="deals",
    created="createdate",
    groups=(Group("dealinformation", "Deal information"),),
    properties=in_group(
        "dealinformation",
        *system_properties("createdate", "hs_lastmodifieddate"),
        text("dealname", "Deal Name"),
        number("amount", "Amount", number_hint="currency", currency_property="deal_currency_code"),
        one_of("dealstage", "Deal Stage", [(s[0], s[1]) for s in DEFAULT_STAGES]),
        one_of("pipeline", "Pipeline", (("default", "Sales Pipeline"),)),
        date_time("closedate", "Close Date"),
        one_of(
            "dealtype", "Deal Type",
            (("newbusiness", "New Business"), ("existingbusiness", "Existing Business")),
        ),
        one_of("deal_currency_code", "Currency", CURRENCIES),
        text("description", "Deal Description", field_type="textarea"),
        boolean("hs_is_closed", "Is closed", calculated=True),
        boolean("hs_is_closed_won", "Is closed won", calculated=True),
        number("hs_deal_stage_probability", "Deal probability", calculated=True),
        Property("hs_pinned_engagement_id", "Pinned Engagement ID", "number", "number",
                 hubspot_defined=True),
    ),
    defaults=("dealname", "amount", "closedate", "pipeline", "dealstage", "createdate",
              "hs_lastmodifieddate"),
    searched=("dealname", "pipeline", "dealstage", "description", "dealtype"),
    read_scopes=("crm.objects.deals.read",),
    write_scopes=("crm.objects.deals.write",),
    schema_read_scopes=("crm.schemas.deals.read", "crm.objects.deals.read"),
    schema_write_scopes=("crm.schemas.deals.write",),
    required=(("dealname",), ("dealstage",)),
    initial={"pipeline": "default"},
    currencies=("deal_currency_code",),
    merges=True,
    first_id=7001,
    columns=("amount", "dealstage", "closedate"),
    form=("dealname", "amount", "dealstage", "closedate", "dealtype", "description"),
    name_properties=("dealname",),
)  # fmt: skip
