"""All entities by name and by path. A new one is added to the tuple below and nowhere else."""

from __future__ import annotations

from simulators.quickbooks.entities import company, lists, names, transactions
from simulators.quickbooks.entities.fields import Entity

ENTITIES: tuple[Entity, ...] = (
    names.CUSTOMER,
    names.VENDOR,
    names.EMPLOYEE,
    lists.ITEM,
    lists.ACCOUNT,
    lists.TERM,
    lists.PAYMENT_METHOD,
    lists.CLASS,
    lists.DEPARTMENT,
    lists.CUSTOMER_TYPE,
    lists.TAX_CODE,
    lists.TAX_RATE,
    lists.COMPANY_CURRENCY,
    lists.EXCHANGE_RATE,
    lists.ATTACHABLE,
    transactions.INVOICE,
    transactions.PAYMENT,
    transactions.CREDIT_MEMO,
    transactions.SALES_RECEIPT,
    transactions.REFUND_RECEIPT,
    transactions.ESTIMATE,
    transactions.DEPOSIT,
    company.COMPANY_INFO,
    company.PREFERENCES,
)

BY_NAME: dict[str, Entity] = {entity.name: entity for entity in ENTITIES}
BY_RESOURCE: dict[str, Entity] = {entity.resource: entity for entity in ENTITIES}
BY_LOWER_NAME: dict[str, Entity] = {entity.name.lower(): entity for entity in ENTITIES}

# The three whose display names must differ from each other's.
NAME_HOLDERS: tuple[str, ...] = ("Customer", "Vendor", "Employee")
