# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Graph takes, what it answers, and how it refuses: writes and batches."""

import pytest

from ..sandbox import Habits
from .sandbox_common import ATELIER, business_path, error_of, small_client

INFORMATION = "#microsoft.graph.bookingCustomerInformation"


@pytest.fixture
def client():
    return small_client()


# -- writes ---------------------------------------------------------------------------------------


def new_appointment(client, **members):
    """The body of an appointment that breaks no rule, but for what is given."""
    atelier = client.tenant.business(ATELIER)
    service = next(s for s in atelier.services.values() if s["displayName"] == "Stage découverte")
    return {
        "startDateTime": {"dateTime": "2026-05-04T10:00:00.0000000Z", "timeZone": "UTC"},
        "endDateTime": {"dateTime": "2026-05-04T13:00:00.0000000Z", "timeZone": "UTC"},
        "serviceId": service["id"],
        "staffMemberIds": [next(iter(atelier.staff))],
        "customers": [{"@odata.type": INFORMATION, "customerId": next(iter(atelier.customers))}],
    } | members


def post(client, **members):
    return client.call(
        "POST", business_path("appointments"), json=new_appointment(client, **members)
    )


def test_an_appointment_is_made(client):
    made = post(client).json()
    assert (made["price"], made["priceType"]) == (148.5, "fixedPrice")
    assert len(made["customers"]) == 1
    again = post(client)
    assert error_of(again) == (500, "UnknownError")
    assert again.json()["error"]["message"] == ""


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"staffMemberIds": []}, (400, "BadRequest")),
        ({"serviceId": "nothing"}, (500, "UnknownError")),
        ({"staffMemberIds": ["nobody"]}, (500, "UnknownError")),
        ({"startDateTime": None}, (400, "BadRequest")),
        (
            {"customers": [{"@odata.type": INFORMATION, "name": str(n)} for n in range(5)]},
            (500, "UnknownError"),
        ),
        (
            {"endDateTime": {"dateTime": "2026-05-04T11:00:00Z", "timeZone": "UTC"}},
            (500, "UnknownError"),
        ),
        ({"invoiceId": "INV/1"}, (400, "BadRequest")),
        ({"price": "12"}, (400, "BadRequest")),
        ({"priceType": "cheap"}, (400, "BadRequest")),
    ],
)
def test_rules_for_an_application_that_books(client, members, expected):
    before = len(client.tenant.business(ATELIER).appointments)
    assert error_of(post(client, **members)) == expected
    assert len(client.tenant.business(ATELIER).appointments) == before


def test_customers_that_get_lost_and_one_that_is_made(client):
    entry = {"@odata.type": INFORMATION, "customerId": "nobody"}
    lost = post(client, customers=[entry, {"name": "No type"}]).json()
    assert lost["customers"] == []
    client.tenant.cancel(lost["id"])
    entry = {"@odata.type": INFORMATION, "name": "Neue Kundin", "emailAddress": "neue@lac.example"}
    made = post(client, customers=[entry]).json()["customers"][0]
    assert made["name"] == "Neue Kundin"
    customer = client.get(business_path("customers", made["customerId"])).json()
    assert customer["emailAddress"] == "neue@lac.example"


def test_an_appointment_is_changed(client):
    path = business_path("appointments", post(client).json()["id"])
    change = {
        "startDateTime": {"dateTime": "2026-05-05T10:00:00.0000000+00:00", "timeZone": "UTC"},
        "price": 99.95,
        "priceType": "startingAt",
        "serviceNotes": "Facturé",
        "appointmentLabel": "Venu",
        "customers": [],
        "duration": "PT9H",
    }
    answer = client.call("PATCH", path, json=change)
    assert (answer.status_code, answer.content) == (204, b"")
    body = client.get(path).json()
    assert body["startDateTime"]["dateTime"].startswith("2026-05-05T10:00:00.0000000")
    assert body["duration"] == "PT3H"
    assert (body["price"], body["priceType"]) == (99.95, "startingAt")
    assert (body["serviceNotes"], body["appointmentLabel"]) == ("Facturé", "Venu")
    assert body["customers"] == []


@pytest.mark.parametrize(
    ("habit", "status", "read_back"),
    [("kept", 204, "INV/2026/00012"), ("ignored", 204, None), ("refused", 400, None)],
)
def test_invoice_members_of_beta(habit, status, read_back):
    client = small_client(Habits(invoice_members=habit))
    path = business_path("appointments", client.items(business_path("appointments"))[0]["id"])
    date = {"dateTime": "2026-04-02T00:00:00.0000000+00:00", "timeZone": "UTC"}
    invoice = {"invoiceId": "INV/2026/00012", "invoiceStatus": "open", "invoiceAmount": 120.0}
    invoice |= {"invoiceDate": date, "invoiceUrl": "https://odoo.example.com/my/invoices/12"}
    assert client.call("PATCH", path, json=invoice).status_code == 400
    answer = client.call("PATCH", path, "beta", json=invoice)
    assert answer.status_code == status
    body = client.get(path, "beta").json()
    assert body["invoiceId"] == read_back
    if read_back:
        assert {name: body[name] for name in invoice} == invoice
    assert "invoiceId" not in client.get(path).json()


@pytest.mark.parametrize(
    ("kind", "named", "status"),
    [
        ("customers", None, 400),
        ("customers", "#microsoft.graph.bookingCustomerBase", 400),
        ("customers", "#microsoft.graph.bookingCustomer", 201),
        ("staffMembers", None, 400),
        ("services", None, 201),
        ("services", "#microsoft.graph.bookingCustomer", 400),
    ],
)
def test_a_body_names_its_type_where_the_declared_one_is_abstract(client, kind, named, status):
    body = {"displayName": "Neu"} | ({"@odata.type": named} if named else {})
    answer = client.call("POST", business_path(kind), json=body)
    assert answer.status_code == status
    if status == 201:
        path = business_path(kind, answer.json()["id"])
        # A change has to say so as well, and customers alone answer it with what they became.
        assert client.call("PATCH", path, json=body).status_code == (
            200 if kind == "customers" else 204
        )


def test_a_change_replaces_numbers_and_addresses_whole(client):
    body = {
        "@odata.type": "#microsoft.graph.bookingCustomer",
        "displayName": "Neu",
        "phones": [{"number": "1", "type": "mobile"}, {"number": "2", "type": "business"}],
    }
    made = client.call("POST", business_path("customers"), json=body).json()
    change = {"@odata.type": body["@odata.type"], "phones": [{"number": "3", "type": "mobile"}]}
    path = business_path("customers", made["id"])
    changed = client.call("PATCH", path, json=change).json()
    assert [phone["number"] for phone in changed["phones"]] == ["3"]
    assert changed["displayName"] == "Neu"


def test_bodies_that_are_no_json(client):
    path = business_path("customers")
    for data in (b"", b"{", b"[]", b'"text"'):
        assert error_of(client.call("POST", path, data=data)) == (400, "BadRequest")
    assert error_of(client.call("POST", path, json={"emailAddress": "a@b"})) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/solutions/nothing", 400),
        ("GET", "/bookingBusinesses", 400),
        ("GET", business_path("appointments", "a", "b", "c"), 400),
        ("PUT", business_path(), 405),
        ("POST", business_path("calendarView"), 405),
        ("GET", business_path("publish"), 405),
    ],
)
def test_addresses_and_methods_that_are_not_there(client, method, path, status):
    assert client.call(method, path).status_code == status


# -- batches --------------------------------------------------------------------------------------


def batch(client, requests):
    return client.call("POST", "/$batch", json={"requests": requests})


def test_a_batch_answers_in_some_order_and_each_part_for_itself(client):
    ids = [i["id"] for i in client.items(business_path("appointments"))][:18]
    requests = [
        {"id": str(n), "method": "GET", "url": business_path("appointments", i)}
        for n, i in enumerate(ids)
    ]
    requests.append({"id": "gone", "method": "GET", "url": business_path("appointments", "x")})
    requests.append({"id": "odd", "method": "GET", "url": "/solutions/nothing"})
    answer = batch(client, requests)
    assert answer.status_code == 200
    responses = answer.json()["responses"]
    assert [r["id"] for r in responses] != [r["id"] for r in requests]
    found = {r["id"]: r for r in responses}
    assert found["gone"]["status"] == 404
    assert found["gone"]["body"]["error"]["code"] == "ErrorItemNotFound"
    assert found["odd"]["status"] == 400
    for number, appointment_id in enumerate(ids):
        assert found[str(number)]["status"] == 200
        assert found[str(number)]["body"]["id"] == appointment_id
        assert found[str(number)]["headers"]["Content-Type"].startswith("application/json")
    assert len(client.app.parts) == 20
    assert ("GET", f"/v1.0{business_path('appointments', 'x')}".replace("%40", "@"), 404) in (
        client.app.parts
    )


def test_writes_in_a_batch_and_one_that_depends_on_another(client):
    json_header = {"Content-Type": "application/json"}
    customers = business_path("customers")
    requests = [
        {
            "id": "1",
            "method": "POST",
            "url": customers,
            "headers": json_header,
            "body": {"@odata.type": "#microsoft.graph.bookingCustomer", "displayName": "Neu"},
        },
        {"id": "2", "method": "DELETE", "url": f"{customers}/none"},
        {"id": "3", "method": "GET", "url": customers, "dependsOn": ["2"]},
        {"id": "4", "method": "GET", "url": customers, "dependsOn": ["1"]},
    ]
    found = {r["id"]: r for r in batch(client, requests).json()["responses"]}
    assert {i: r["status"] for i, r in found.items()} == {"1": 201, "2": 404, "3": 424, "4": 200}


def part(**members):
    return {"id": "1", "method": "GET", "url": business_path()} | members


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [part(id=str(n)) for n in range(21)],
        [part(), part()],
        [part(id=7)],
        [part(url="https://graph.sandbox.invalid/v1.0/solutions/bookingBusinesses")],
        [part(url="/$batch", method="POST")],
        [part(method="LOOK")],
        [part(method="POST", body={"displayName": "x"})],
        "everything",
    ],
)
def test_batches_that_are_refused_as_a_whole(client, requests):
    assert error_of(batch(client, requests)) == (400, "BadRequest")


def test_parts_have_no_other_token_than_their_batch(client):
    client.session.headers.pop("Authorization")
    assert batch(client, [part()]).status_code == 401
