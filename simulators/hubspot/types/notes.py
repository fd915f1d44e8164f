"""Notes (0-46)."""

from __future__ import annotations

from simulators.hubspot.schema import (
    Group,
    ObjectType,
    date_time,
    in_group,
    system_properties,
    text,
)

NOTES = ObjectType(
    type_id="0-46",
    slug="notes",
    singular="note",
    plural_label="notes",
    groups=(Group("engagement", "Engagement"),),
    properties=in_group(
        "engagement",
        *system_properties("hs_createdate", "hs_lastmodifieddate"),
        date_time("hs_timestamp", "Activity date"),
        text("hs_note_body", "Note body", field_type="html"),
        text("hs_attachment_ids", "Attached file IDs"),
    ),
    defaults=("hs_createdate", "hs_lastmodifieddate"),
    searched=("hs_note_body",),
    read_scopes=("crm.objects.contacts.read",),
    write_scopes=("crm.objects.contacts.write",),
    schema_read_scopes=("crm.objects.contacts.read",),
    schema_write_scopes=("crm.objects.contacts.write",),
    required=(("hs_timestamp",),),
    first_id=60001,
    columns=("hs_timestamp",),
    form=("hs_note_body", "hs_timestamp"),
    name_properties=("hs_note_body",),
)
