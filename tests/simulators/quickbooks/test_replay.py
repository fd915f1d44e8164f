"""Every recorded interaction of the sandbox, sent again.

Same method, path, parameters and body as in ``recorded/index.json``; the simulator holds the
objects as they were. Status, envelope, properties, their order, types and values must be the
recorded ones. Times may differ, ids where the request created something, and what REASONS names.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from simulators.quickbooks import jsontext
from tests.simulators.quickbooks.replaying import adopt, adopt_rows, differences, index, recorded

_CUSTOMERS, _VENDORS = "all__customers__2.response", "get__inactive_vendors__1.response"
_EMPLOYEES = "all__employees_including_active__2.response"

#: path in the answer (a pattern) -> why it may differ
REASONS = {
    r"error__validation__1 \.Fault\.Error\[0\]\.Detail": (
        "Bodies of later years name the holder (Id=812) where that of 2020 has null."
    ),
    r"error__400_json__1 \.Fault\.Error\[0\]\.Detail": (
        "The text lists the first of Intuit's own 83 Java properties; the simulator lists its own."
    ),
    r"error__401__1 \.fault\.error\[0\]\.detail": (
        "The recorder's token; and it was expired, while here it was never issued."
    ),
    r"error__500__1 \.Fault\.Error\[0\]\.Detail": (
        "The text quotes the address: the recorder took the company out of it."
    ),
    r"cdc__basic__1 .*\.totalCount: not recorded": (
        "The documentation and other bodies have totalCount in CDC answers."
    ),
    r"get__display_name__1 .*(Balance|BalanceWithJobs)": (
        "Recorded on another day than the customer list, after an invoice."
    ),
}


def _customer_of(name):
    return lambda books: adopt(books, "Customer", recorded(name)["Customer"])


def _one(entity, name):
    return lambda books: adopt(books, entity, recorded(name)[entity])


def _rows(entity, name):
    return lambda books: adopt_rows(books, entity, name)


def _before_invoice(books):
    adopt_rows(books, "Customer", _CUSTOMERS)
    books.app.ids.next("docnumber:sales", start=1042)


def _before_batch(books):
    rows = recorded("batch__basic__1.response")["BatchItemResponse"][3]["QueryResponse"]
    for row in rows["SalesReceipt"]:
        adopt(books, "SalesReceipt", row, by="Christian Pelczarski")


def _estimates(books):
    answer = recorded("cdc__basic__1.response")["CDCResponse"][0]["QueryResponse"][0]
    for row in answer["Estimate"]:
        adopt(books, "Estimate", row)


def _taken(books):
    books.create(DisplayName=recorded("error__validation__1.request")["DisplayName"])


def _nothing(_books):
    """The answer does not depend on what is stored."""


#: start of a recording's name -> what the company holds before
WORLDS = {
    "all__alt_select": _rows("Customer", _CUSTOMERS),
    "all__customers": _rows("Customer", _CUSTOMERS),
    "all__employees": _rows("Employee", _EMPLOYEES),
    "all__sales_receipts": _rows("SalesReceipt", "all__sales_receipts__1.response"),
    "all__vendors": _rows("Vendor", _VENDORS),
    "attachment": _nothing,
    "batch": _before_batch,
    "cdc": _estimates,
    "create__customer": _nothing,
    "create__invoice": _before_invoice,
    "deactivate__account": _one("Account", "deactivate__account__1.response"),
    "deactivate__employee": _one("Employee", "deactivate__employee__1.response"),
    "delete__invoice": _one("Invoice", "delete__invoice__1.response"),
    "error__400__1": _rows("Customer", "error__400__1.response"),
    "error__400__2": _nothing,
    "error__400_json": _nothing,
    "error__401": _nothing,
    "error__500": _nothing,
    "error__validation": _taken,
    "get__display_name": _rows("Customer", _CUSTOMERS),
    "get__id": _customer_of("get__id__1.response"),
    "get__inactive_vendors": _rows("Vendor", _VENDORS),
    "misc__ampersand": _rows("Vendor", _VENDORS),
    "update__customer": _customer_of("update__customer__1.response"),
    "update__sales_receipt": _one("SalesReceipt", "update__sales_receipt__1.response"),
    "void__invoice": _one("Invoice", "void__invoice__1.response"),
}
ENTRIES = {entry["response_file"].removesuffix(".response.json"): entry for entry in index()}


def send(books, entry):
    """Send the recorded request, with the company put back into the address."""
    parts = urlsplit(entry["uri"])
    path = re.sub(r"^/v3/(company/[^/]+/)?", "", parts.path)
    arguments = dict(parse_qsl(parts.query))
    token = "AB016" if entry["status"] == 401 else "tok-1"
    more = {}
    if "request_file" in entry:
        more["data"] = jsontext.dumps(recorded(entry["request_file"].removesuffix(".json")))
    elif "request_body_text" in entry:
        more["data"] = entry["request_body_text"]
    if more:
        kind = {"Content-Type": entry["request_content_type"]}
        return books.call(
            entry["method"], path, token, query_string=arguments, headers=kind, **more
        )
    return books.call(entry["method"], path, token, query_string=arguments)


def replayed(books, name):
    moment = parsedate_to_datetime(ENTRIES[name]["recorded_at"])
    books.clock.set(moment)
    next(world for start, world in WORLDS.items() if name.startswith(start))(books)
    entry = ENTRIES[name]
    response = send(books, entry)
    answer = jsontext.loads(response.get_data())
    creates = name.startswith(("create__", "batch__"))
    found = differences(answer, recorded(f"{name}.response"), ids=creates)
    return response, [f"{name} {one}" for one in found]


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_an_interaction_is_answered_as_recorded(books, name):
    response, found = replayed(books, name)
    entry = ENTRIES[name]
    headers = entry["response_headers"]
    assert response.status_code == entry["status"]
    assert response.headers["Content-Type"] == headers["Content-Type"]
    for header in ("Qbo-Version", "Service-Time", "Cache-Control", "Expires", "Www-Authenticate"):
        assert (header in response.headers) is (header in headers), header
    assert "intuit_tid" in response.headers
    unexplained = [one for one in found if not any(re.search(why, one) for why in REASONS)]
    assert unexplained == []


def test_every_reason_is_needed_and_there_are_few(make_books):
    found = [one for name in ENTRIES for one in replayed(make_books(), name)[1]]
    assert [why for why in REASONS if not any(re.search(why, one) for one in found)] == []
    assert len(REASONS) <= 10


def test_all_recordings_are_replayed():
    assert len(ENTRIES) == len(index()) == 45


def test_a_comparison_sees_what_differs():
    wanted = recorded("create__invoice__1.response")
    for spoil, path in [
        (lambda b: b["Invoice"].pop("DueDate"), ".Invoice.DueDate: missing"),
        (lambda b: b["Invoice"].update(New=1), ".Invoice.New: not recorded"),
        (lambda b: b["Invoice"].update(sparse=0), ".Invoice.sparse: 0 for False"),
        (lambda b: b["Invoice"]["Line"].pop(), ".Invoice.Line: 1 of 2"),
        (lambda b: b.update(time="today"), ".time: form"),
        (lambda b: b["Invoice"].update(Line=b["Invoice"].pop("Line")), ".Invoice: order"),
    ]:
        answer = recorded("create__invoice__1.response")
        spoil(answer)
        assert differences(answer, wanted) == [path]
