"""The pages of a person."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest


class Labels(HTMLParser):
    """Collects labelled controls: label text by the id it is for, and ids of controls."""

    def __init__(self, text):
        super().__init__()
        self.labels, self.controls, self._for = {}, [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "label":
            self._for = values["for"]
        elif tag in ("input", "select", "textarea") and values.get("type") != "hidden":
            self.controls.append(values["id"])

    def handle_data(self, text):
        if self._for:
            self.labels[self._for] = text
            self._for = None


@pytest.fixture
def person(filled):
    return filled.client


def test_lists_can_be_searched_and_paged(person):
    page = person.get("/contacts")
    assert page.status_code == 200
    assert "60 contacts" in page.text
    assert ">Next</a>" in page.text
    assert person.get("/contacts?from=50").text.count("<tr>") == 11
    assert "1 contacts" in person.get("/contacts?q=nathan+pemberton").text
    assert person.get("/").headers["Location"] == "/contacts"
    for path in ("/companies", "/deals", "/products", "/invoices", "/apps", "/notes"):
        assert person.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/contacts", "/contacts/new", "/contacts/101", "/companies/5001"])
def test_every_control_has_a_label(person, path):
    found = Labels(person.get(path).text)
    assert found.controls
    assert set(found.controls) <= set(found.labels)


def test_a_person_creates_edits_and_archives(filled, person):
    made = person.post("/contacts/new", data={"firstname": "Ann", "email": "ann@b.co"})
    assert made.status_code == 303
    one = made.headers["Location"].split("/")[2].split("?")[0]
    page = person.get(made.headers["Location"]).text
    assert 'value="ann@b.co"' in page
    person.post(f"/contacts/{one}", data={"firstname": "Anna", "email": "ann@b.co"})
    person.post(f"/contacts/{one}", data={"firstname": "Anna"})
    person.post(f"/contacts/{one}/archive")
    entries = filled.ledger(writes_by="person")
    assert [(e["action"], e["type"], e["id"]) for e in entries] == [
        ("create", "contacts", one),
        ("update", "contacts", one),
        ("archive", "contacts", one),
    ]
    assert entries[1]["after"] == {"firstname": "Anna"}
    assert "recycle bin" in person.get(f"/contacts/{one}").text
    assert "Anna" in person.get("/contacts?archived=1").text
    person.post(f"/contacts/{one}/restore")
    assert filled.values("contacts", one, "firstname") == {"firstname": "Anna"}


def test_a_refused_edit_says_why_and_keeps_nothing(filled, person):
    taken = filled.values("contacts", "101", "email")["email"]
    answer = person.post("/contacts/new", data={"email": taken})
    assert answer.status_code == 400
    assert "Contact already exists. Existing ID: 101" in answer.text
    assert 'role="alert"' in answer.text
    answer = person.post("/contacts/102", data={"email": "no address"})
    assert "Email address no address is invalid" in answer.text
    assert filled.ledger() == []


def test_merge_and_companies(filled, person):
    moved = person.post("/contacts/101/merge", data={"other": "102"})
    new = moved.headers["Location"].split("/")[2].split("?")[0]
    assert filled.get("/crm/v3/objects/contacts/102").json["id"] == new
    assert person.post(f"/contacts/{new}/merge", data={"other": "9"}).status_code == 400
    assert person.get("/contacts/101").headers["Location"].startswith(f"/contacts/{new}")
    person.post(f"/contacts/{new}/companies", data={"company": "5009", "action": "add"})
    person.post(f"/contacts/{new}/companies", data={"company": "5009", "action": "primary"})
    assert filled.values("contacts", new, "associatedcompanyid") == {"associatedcompanyid": "5009"}
    person.post(f"/contacts/{new}/companies", data={"company": "5009", "action": "remove"})
    assert filled.values("contacts", new, "associatedcompanyid") == {"associatedcompanyid": None}
    bad = person.post(f"/contacts/{new}/companies", data={"company": "1", "action": "add"})
    assert bad.status_code == 400


def test_missing_records_and_the_address_hubspot_gives(person):
    assert person.get("/contacts/9999").status_code == 404
    moved = person.get("/contacts/24680135/record/0-2/5001")
    assert moved.headers["Location"] == "/companies/5001"


def test_text_is_escaped(filled, person):
    one = filled.make("contacts", firstname="<script>x</script>")
    for path in ("/contacts", f"/contacts/{one}", "/contacts?q=<b>"):
        text = person.get(path).text
        assert "<script>x" not in text
        assert "<b>" not in text
