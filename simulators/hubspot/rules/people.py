"""Contacts and companies: the e-mail's domain, and the mirror of the primary company."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.hubspot.registry import BY_SLUG
from simulators.hubspot.rules.base import Rules
from simulators.hubspot.writes import SYSTEM_SOURCE, Happening


class ContactRules(Rules):
    """``hs_email_domain`` and ``associatedcompanyid`` follow."""

    def derived(self, values: Mapping[str, str]) -> dict[str, str]:
        """The domain of the address."""
        return {"hs_email_domain": values.get("email", "").rpartition("@")[2]}

    def follow(self, happening: Happening) -> None:
        """The mirror follows associations."""
        if happening.other is not None and happening.other[0] == BY_SLUG["companies"].type_id:
            self.mirror(happening.record_id)

    def mirror(self, contact_id: str) -> None:
        """``associatedcompanyid`` of a contact mirrors its primary company."""
        kind = BY_SLUG["contacts"]
        record = self.crm.table(kind).records[contact_id]
        primary = self.crm.primary_company(kind, contact_id) or ""
        if record.values.get("associatedcompanyid", "") != primary:
            now = self.crm.clock.milliseconds()
            record.set({"associatedcompanyid": primary}, now, SYSTEM_SOURCE)
            self.crm.table(kind).touch(record, now)


class CompanyRules(Rules):
    """Contacts' mirrors follow their company into the recycle bin and back."""

    def follow(self, happening: Happening) -> None:
        """After an archive or restore."""
        rules = self.crm.rules["contacts"]
        if happening.action in ("archive", "restore") and isinstance(rules, ContactRules):
            contacts = self.crm.partner_records("companies", happening.record_id, "contacts")
            for contact in contacts:
                rules.mirror(contact.id)
