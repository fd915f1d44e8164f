"""HubSpot's own client, unmodified but for the base URL: all verbs of all objects."""

from __future__ import annotations

import hubspot
import pytest
from hubspot import webhooks
from hubspot.crm import (
    associations,
    companies,
    contacts,
    deals,
    line_items,
    objects,
    products,
    properties,
)
from hubspot.crm import pipelines as _pipelines
from hubspot.crm.associations import v4
from hubspot.crm.commerce import invoices
from hubspot.crm.objects import notes, taxes

from simulators.hubspot.api_webhooks import DEVELOPER_KEY
from simulators.hubspot.oauth import PRESET_APP
from simulators.hubspot.registry import OBJECT_TYPES
from tests.simulators.hubspot.conftest import TOKEN, make_app
from tests.simulators.hubspot.test_oauth import KEYS, REDIRECT, decide
from tests.simulators.hubspot.test_process import served

MOMENT = "2026-01-05T10:00:00Z"
#: what a create needs, a property to change, and two values for it
SAMPLES = {
    "contacts": ({"firstname": "A"}, "city"),
    "companies": ({"name": "A"}, "city"),
    "deals": ({"dealname": "A", "dealstage": "closedwon"}, "description"),
    "products": ({"name": "A"}, "description"),
    "line_items": ({"name": "A", "price": "2"}, "description"),
    "notes": ({"hs_timestamp": MOMENT}, "hs_note_body"),
    "invoices": ({"hs_currency": "USD"}, "hs_title"),
    "discounts": ({"hs_value": "1"}, "hs_label"),
    "fees": ({"hs_value": "1"}, "hs_label"),
    "taxes": ({"hs_value": "1"}, "hs_label"),
    "commerce_payments": (
        {"hs_initial_amount": "1", "hs_initiated_date": MOMENT},
        "hs_reference_number",
    ),
}


@pytest.fixture(scope="module")
def client():
    with served(make_app()) as base:
        yield hubspot.HubSpot(access_token=TOKEN, host=base)


def typed(client):
    """The clients made for one object type each: (module, discovery)."""
    crm = client.crm
    return {
        "contacts": (contacts, crm.contacts),
        "companies": (companies, crm.companies),
        "deals": (deals, crm.deals),
        "products": (products, crm.products),
        "line_items": (line_items, crm.line_items),
        "invoices": (invoices, crm.commerce.invoices),
        "notes": (notes, crm.objects.notes),
        "taxes": (taxes, crm.objects.taxes),
    }


def test_the_samples_cover_every_type():
    assert set(SAMPLES) == {kind.slug for kind in OBJECT_TYPES}


def tour(module, api, first, slug, unique):
    """Every verb; ``first`` are the arguments before the verb's own."""
    needed, name = SAMPLES[slug]
    basic, batch = api.basic_api, api.batch_api
    made = basic.create(
        *first, module.SimplePublicObjectInputForCreate(properties=needed, associations=[])
    )
    read = basic.get_by_id(*first, made.id, properties=[name], properties_with_history=[name])
    assert (read.id, read.properties[name], read.archived) == (made.id, None, False)
    changed = basic.update(*first, made.id, module.SimplePublicObjectInput(properties={name: "x"}))
    assert changed.properties[name] == "x"
    page = basic.get_page(*first, limit=100, properties=[name])
    assert made.id in {one.id for one in page.results}

    many = batch.create(
        *first,
        module.BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[
                module.SimplePublicObjectBatchInputForCreate(
                    properties={**needed, name: f"{slug} {number}"},
                    associations=[],
                    object_write_trace_id=str(number),
                )
                for number in range(3)
            ]
        ),
    )
    assert (many.status, len(many.results)) == ("COMPLETE", 3)
    ids = [one.id for one in many.results]
    got = batch.read(
        *first,
        module.BatchReadInputSimplePublicObjectId(
            inputs=[module.SimplePublicObjectId(id=one) for one in ids],
            properties=[name],
            properties_with_history=[],
        ),
    )
    assert {one.properties[name] for one in got.results} == {f"{slug} {n}" for n in range(3)}
    updated = batch.update(
        *first,
        module.BatchInputSimplePublicObjectBatchInput(
            inputs=[
                module.SimplePublicObjectBatchInput(id=one, properties={name: f"found {slug}"})
                for one in ids
            ]
        ),
    )
    assert len(updated.results) == 3
    for is_new in (True, False):
        upserted = batch.upsert(
            *first,
            module.BatchInputSimplePublicObjectBatchInputUpsert(
                inputs=[
                    module.SimplePublicObjectBatchInputUpsert(
                        id=unique, id_property="tour_id", properties=needed
                    )
                ]
            ),
        )
        assert [one.new for one in upserted.results] == [is_new]
    found = api.search_api.do_search(
        *first,
        module.PublicObjectSearchRequest(
            filter_groups=[
                module.FilterGroup(
                    filters=[
                        module.Filter(property_name=name, operator="EQ", value=f"found {slug}")
                    ]
                )
            ],
            sorts=["hs_object_id"],
            properties=[name],
            limit=10,
        ),
    )
    assert [one.id for one in found.results] == sorted(ids, key=int)
    batch.archive(
        *first,
        module.BatchInputSimplePublicObjectId(
            inputs=[module.SimplePublicObjectId(id=one) for one in ids]
        ),
    )
    basic.archive(*first, made.id)
    with pytest.raises(module.ApiException) as gone:
        basic.get_by_id(*first, made.id)
    assert gone.value.status == 404
    bin_ids = {one.id for one in basic.get_page(*first, archived=True, limit=100).results}
    assert {made.id, *ids} <= bin_ids


@pytest.fixture
def unique(client, request):
    """A unique property on the type under test."""
    slug = request.getfixturevalue("slug")
    group = client.crm.properties.groups_api.get_all(slug).results[0].name
    known = {one.name for one in client.crm.properties.core_api.get_all(slug).results}
    if "tour_id" not in known:
        client.crm.properties.core_api.create(
            slug,
            properties.PropertyCreate(
                name="tour_id", label="Tour", type="string", field_type="text",
                group_name=group, has_unique_value=True,
            ),
        )  # fmt: skip
    return f"{slug}-{request.node.name}"


@pytest.mark.parametrize("slug", list(SAMPLES))
def test_all_verbs_of_every_object_through_the_generic_client(client, slug, unique):
    tour(objects, client.crm.objects, (slug,), slug, unique)


@pytest.mark.parametrize(
    "slug",
    ["contacts", "companies", "deals", "products", "line_items", "invoices", "notes", "taxes"],
)
def test_all_verbs_through_the_clients_of_single_types(client, slug, unique):
    module, api = typed(client)[slug]
    tour(module, api, (), slug, unique)


@pytest.mark.parametrize("slug", ["contacts", "companies", "deals"])
def test_merges_and_privacy_deletion(client, slug):
    module, api = typed(client)[slug]
    needed = SAMPLES[slug][0]
    one, other = (
        api.basic_api.create(
            module.SimplePublicObjectInputForCreate(properties=needed, associations=[])
        ).id
        for _ in range(2)
    )
    merged = api.basic_api.merge(
        module.PublicMergeInput(primary_object_id=one, object_id_to_merge=other)
    )
    assert merged.id not in (one, other)
    assert api.basic_api.get_by_id(other).id == merged.id
    if slug == "contacts":
        api.basic_api.purge(module.PublicGdprDeleteInput(object_id=merged.id))
        with pytest.raises(module.ApiException):
            api.basic_api.get_by_id(merged.id)


def test_an_invoice_from_draft_to_paid(client):
    person = client.crm.contacts.basic_api.create(
        contacts.SimplePublicObjectInputForCreate(
            properties={"email": "pays@b.co"}, associations=[]
        )
    )

    def link(module, record_id, number):
        spec = module.AssociationSpec(
            association_category="HUBSPOT_DEFINED", association_type_id=number
        )
        return module.PublicAssociationsForObject(
            to=module.PublicObjectId(id=record_id), types=[spec]
        )

    api = client.crm.commerce.invoices.basic_api
    invoice = api.create(
        invoices.SimplePublicObjectInputForCreate(
            properties={"hs_currency": "USD"}, associations=[link(invoices, person.id, 177)]
        )
    )
    client.crm.line_items.basic_api.create(
        line_items.SimplePublicObjectInputForCreate(
            properties={"name": "Work", "price": "80", "quantity": "1.5"},
            associations=[link(line_items, invoice.id, 410)],
        )
    )
    opened = invoices.SimplePublicObjectInput(properties={"hs_invoice_status": "open"})
    api.update(invoice.id, opened)
    client.crm.objects.basic_api.create(
        "commerce_payments",
        objects.SimplePublicObjectInputForCreate(
            properties={
                "hs_initial_amount": "120",
                "hs_initiated_date": MOMENT,
                "hs_latest_status": "succeeded",
            },
            associations=[link(objects, invoice.id, 542)],
        ),
    )
    names = ["hs_invoice_status", "hs_number", "hs_balance_due"]
    read = api.get_by_id(
        invoice.id, properties=names, associations=["line_items", "commerce_payments"]
    )
    assert (read.properties["hs_invoice_status"], read.properties["hs_balance_due"]) == (
        "paid",
        "0.00",
    )
    assert set(read.associations) == {"line items", "commerce payments"}
    with pytest.raises(invoices.ApiException) as refused:
        api.archive(invoice.id)
    assert refused.value.status == 400


def test_associations_of_all_kinds(client):
    one = client.crm.contacts.basic_api.create(
        contacts.SimplePublicObjectInputForCreate(properties={"firstname": "A"}, associations=[])
    ).id
    first, second = (
        client.crm.companies.basic_api.create(
            companies.SimplePublicObjectInputForCreate(properties={"name": "C"}, associations=[])
        ).id
        for _ in range(2)
    )
    basic, batch = client.crm.associations.v4.basic_api, client.crm.associations.v4.batch_api
    primary = v4.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)
    basic.create("contacts", one, "companies", first, [primary])
    pair = (v4.PublicObjectId(id=one), v4.PublicObjectId(id=second))
    batch.create_default(
        "contacts",
        "companies",
        v4.BatchInputPublicDefaultAssociationMultiPost(
            inputs=[v4.PublicDefaultAssociationMultiPost(_from=pair[0], to=pair[1])]
        ),
    )
    labelled = v4.BatchInputPublicAssociationMultiPost(
        inputs=[v4.PublicAssociationMultiPost(_from=pair[0], to=pair[1], types=[primary])]
    )
    made = batch.create("contacts", "companies", labelled)
    assert made.results[0].labels == ["Primary"]
    batch.archive_labels("contacts", "companies", labelled)
    rows = basic.get_page("contacts", one, "companies").results
    assert {str(row.to_object_id) for row in rows} == {first, second}
    batch.archive(
        "contacts",
        "companies",
        v4.BatchInputPublicAssociationMultiArchive(
            inputs=[v4.PublicAssociationMultiArchive(_from=pair[0], to=[pair[1]])]
        ),
    )
    basic.archive("contacts", one, "companies", first)
    left = batch.get_page(
        "contacts",
        "companies",
        v4.BatchInputPublicFetchAssociationsBatchRequest(
            inputs=[v4.PublicFetchAssociationsBatchRequest(id=one)]
        ),
    )
    assert (left.results, left.num_errors) == ([], 1)
    labels = client.crm.associations.v4.schema.definitions_api.get_all("contacts", "companies")
    assert {row.type_id for row in labels.results} == {1, 279, 931}
    assert associations.__name__ == "hubspot.crm.associations"


def test_properties_groups_pipelines_owners(client):
    crm = client.crm
    crm.properties.groups_api.create(
        "deals", properties.PropertyGroupCreate(name="tandem", label="Tandem")
    )
    assert crm.properties.groups_api.get_by_name("deals", "tandem").label == "Tandem"
    crm.properties.groups_api.update(
        "deals", "tandem", properties.PropertyGroupUpdate(label="Tandem sync")
    )
    batch = crm.properties.batch_api.create(
        "deals",
        properties.BatchInputPropertyCreate(
            inputs=[
                properties.PropertyCreate(
                    name=f"one_{number}", label="One", type="number", field_type="number",
                    group_name="tandem",
                )
                for number in range(2)
            ]
        ),
    )  # fmt: skip
    assert len(batch.results) == 2
    core = crm.properties.core_api
    core.update("deals", "one_0", properties.PropertyUpdate(label="Uno"))
    assert core.get_by_name("deals", "one_0").label == "Uno"
    names = [properties.PropertyName(name="one_0"), properties.PropertyName(name="one_1")]
    read = crm.properties.batch_api.read(
        "deals",
        properties.BatchReadInputPropertyName(archived=False, inputs=names),
    )
    assert {one.name for one in read.results} == {"one_0", "one_1"}
    core.archive("deals", "one_0")
    crm.properties.batch_api.archive("deals", properties.BatchInputPropertyName(inputs=[names[1]]))
    crm.properties.groups_api.archive("deals", "tandem")
    (pipeline,) = crm.pipelines.pipelines_api.get_all("deals").results
    assert crm.pipelines.pipelines_api.get_by_id("deals", pipeline.id).label == "Sales Pipeline"
    stages = crm.pipelines.pipeline_stages_api.get_all("deals", pipeline.id).results
    stage = crm.pipelines.pipeline_stages_api.get_by_id("deals", pipeline.id, stages[0].id)
    assert stage.label == "Appointment Scheduled"
    with pytest.raises(_pipelines.ApiException):
        crm.pipelines.pipeline_stages_api.get_by_id("deals", pipeline.id, "none")
    owner = crm.owners.owners_api.get_page(limit=1).results[0]
    assert crm.owners.owners_api.get_by_id(owner.id).email == owner.email


def test_webhooks_through_the_developer_key():
    app = make_app()
    with served(app) as base:
        client = hubspot.HubSpot(api_key=DEVELOPER_KEY, host=base)
        settings, subscriptions = (
            client.webhooks.settings_api,
            client.webhooks.subscriptions_api,
        )
        number = PRESET_APP.app_id
        settings.configure(
            number,
            webhooks.SettingsChangeRequest(
                target_url="https://example.com/hook",
                throttling=webhooks.ThrottlingSettings(max_concurrent_requests=10),
            ),
        )
        assert settings.get_all(number).target_url == "https://example.com/hook"
        made = subscriptions.create(
            number,
            webhooks.SubscriptionCreateRequest(
                event_type="contact.propertyChange", property_name="email", active=True
            ),
        )
        assert subscriptions.get_by_id(int(made.id), number).property_name == "email"
        subscriptions.update(int(made.id), number, webhooks.SubscriptionPatchRequest(active=False))
        subscriptions.update_batch(
            number,
            webhooks.BatchInputSubscriptionBatchUpdateRequest(
                inputs=[webhooks.SubscriptionBatchUpdateRequest(id=int(made.id), active=True)]
            ),
        )
        assert [one.active for one in subscriptions.get_all(number).results] == [True]
        subscriptions.archive(int(made.id), number)
        settings.clear(number)
        assert subscriptions.get_all(number).results == []


def test_oauth_through_the_client(hub):
    code = decide(hub)["code"]
    with served(hub.app) as base:
        client = hubspot.HubSpot(host=base)
        tokens = client.oauth.tokens_api.create(
            grant_type="authorization_code", code=code, redirect_uri=REDIRECT, **KEYS
        )
        again = client.oauth.tokens_api.create(
            grant_type="refresh_token", refresh_token=tokens.refresh_token, **KEYS
        )
        assert client.oauth.access_tokens_api.get(again.access_token).hub_id == hub.app.portal
        shown = client.oauth.refresh_tokens_api.get(tokens.refresh_token)
        assert shown.client_id == KEYS["client_id"]
        client.oauth.refresh_tokens_api.archive(tokens.refresh_token)
        with pytest.raises(Exception, match="BAD_REFRESH_TOKEN"):
            client.oauth.tokens_api.create(
                grant_type="refresh_token", refresh_token=tokens.refresh_token, **KEYS
            )
