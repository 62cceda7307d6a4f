# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The habits of Graph: permissions, windows, pages, batches, writes and refusals."""

import threading
import time
from datetime import datetime, timedelta, timezone

import pytest

from ..sandbox import Fault, Habits, SandboxApp, build_tenant
from ..sandbox.registration import APPOINTMENT, MANAGE, READ, WRITE
from .sandbox_common import ATELIER, NOW, RANGE, Client, business_path, small_client

BUSINESSES = "/solutions/bookingBusinesses"
INFORMATION = "#microsoft.graph.bookingCustomerInformation"


@pytest.fixture
def client():
    return small_client()


def error_of(answer):
    """(status, code) of a refusal, whose shape is checked on the way."""
    error = answer.json()["error"]
    assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
    return answer.status_code, error["code"]


# -- permissions ----------------------------------------------------------------------------------

OPERATIONS = {
    "list businesses": ("GET", BUSINESSES, {READ, WRITE, MANAGE}),
    "get business": ("GET", business_path(), {READ, APPOINTMENT, WRITE, MANAGE}),
    "update business": ("PATCH", business_path(), {WRITE, MANAGE}),
    "publish": ("POST", business_path("publish"), {MANAGE}),
    "appointments": ("GET", business_path("appointments"), {READ, APPOINTMENT, WRITE, MANAGE}),
    "appointment": ("PATCH", business_path("appointments", "x"), {APPOINTMENT, WRITE, MANAGE}),
    "calendarView": ("GET", business_path("calendarView"), {READ, APPOINTMENT, WRITE, MANAGE}),
    "cancel": ("POST", business_path("appointments", "x", "cancel"), {WRITE, MANAGE}),
    "customers": ("GET", business_path("customers"), {READ, APPOINTMENT, WRITE, MANAGE}),
    "new customer": ("POST", business_path("customers"), {APPOINTMENT, WRITE, MANAGE}),
    "services": ("GET", business_path("services"), {READ, APPOINTMENT, WRITE, MANAGE}),
    "new service": ("POST", business_path("services"), {WRITE, MANAGE}),
    "staff": ("GET", business_path("staffMembers"), {READ, APPOINTMENT, WRITE, MANAGE}),
    "new staff": ("POST", business_path("staffMembers"), {WRITE, MANAGE}),
    "questions": ("GET", business_path("customQuestions"), {READ, WRITE, MANAGE}),
    "new question": ("POST", business_path("customQuestions"), {WRITE, MANAGE}),
    "currencies": ("GET", "/solutions/bookingCurrencies", set()),
    "new business": ("POST", BUSINESSES, set()),
    "delete business": ("DELETE", business_path(), set()),
}


@pytest.mark.parametrize("role", [READ, APPOINTMENT, WRITE, MANAGE])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_asks_for_its_role(client, operation, role):
    method, path, roles = OPERATIONS[operation]
    client.tenant.revoke()
    client.tenant.grant(role)
    answer = client.sign_in().call(method, path, json={} if method != "GET" else None)
    assert (answer.status_code == 403) == (role not in roles)


# -- businesses -----------------------------------------------------------------------------------


def test_the_list_of_businesses_names_them_and_stops_at_500(client):
    listed = client.get(BUSINESSES, params={"$top": 1}).json()["value"]
    assert [set(item) for item in listed] == [{"id", "displayName"}] * 2
    found = client.get(BUSINESSES, params={"query": "rive"}).json()["value"]
    assert [item["displayName"] for item in found] == ["Salon Rive Gauche"]
    for number in range(600):
        client.tenant.add_business(f"b{number}@contoso.example", f"Filiale {number}")
    body = client.get(BUSINESSES).json()
    assert len(body["value"]) == 500
    assert "@odata.nextLink" not in body


def test_a_business_is_found_whatever_the_case_of_its_address(client):
    assert client.get(business_path(business_id=ATELIER.upper())).json()["id"] == ATELIER


@pytest.mark.parametrize("code", ["ErrorItemNotFound", "ResourceNotFound"])
def test_an_unknown_business(code):
    client = small_client(Habits(business_not_found=code))
    for path in ((), ("calendarView",), ("appointments", "x")):
        answer = client.get(business_path(*path, business_id="nobody@contoso.example"))
        assert error_of(answer) == (404, code)


# -- windows and pages ----------------------------------------------------------------------------


def test_calendar_view_has_what_occurs_in_the_window(client):
    tenant = client.tenant
    service = next(iter(tenant.business(ATELIER).services))
    start = datetime(2027, 1, 10, 22, tzinfo=timezone.utc)
    night = tenant.book(ATELIER, service, start, duration=timedelta(hours=10))
    point = tenant.book(ATELIER, service, start + timedelta(days=1), duration=timedelta(0))

    def view(begin, end):
        window = {"start": f"2027-01-{begin}:00Z", "end": f"2027-01-{end}:00Z"}
        return {i["id"] for i in client.items(business_path("calendarView"), params=window)}

    assert view("10T00:00", "10T22:00") == set()
    assert view("10T00:00", "10T22:01") == {night}
    assert view("11T07:59", "11T12:00") == {night}
    assert view("11T08:00", "11T12:00") == set()
    assert view("11T22:00", "11T23:00") == {point}
    assert view("11T21:00", "11T22:00") == set()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?start=2026-01-01T00:00:00Z",
        "?start=2026-01-01T00:00:00Z&end=tomorrow",
        "?start=2026-01-01T00:00:00+01:00&end=2026-02-01T00:00:00Z",
        "?start=2026-02-01T00:00:00Z&end=2026-01-01T00:00:00Z",
    ],
)
def test_calendar_view_wants_a_window(client, query):
    answer = client.get(business_path("calendarView") + query)
    assert error_of(answer) == (400, "ErrorInvalidRequest")


def test_offsets_are_understood_when_they_are_encoded(client):
    path = business_path("calendarView")
    window = "?start=2026-03-01T00:00:00%2B01:00&end=2026-03-31T00:00:00.0000000-05:30"
    assert client.get(path + window).status_code == 200


def test_calendar_view_refused_altogether():
    client = small_client(Habits(calendar_view=False))
    answer = client.get(business_path("calendarView"), params=RANGE)
    assert error_of(answer) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize("kind", ["appointments", "calendarView", "services", "customers"])
def test_pages_give_each_item_once(kind):
    whole = small_client(Habits(page_size=1000))
    paged = small_client(Habits(page_size=4))
    path, params = business_path(kind), RANGE if kind == "calendarView" else None
    bodies = list(paged.pages(path, params=params))
    assert all(len(body["value"]) == 4 for body in bodies[:-1])
    assert [i["id"] for body in bodies for i in body["value"]] == [
        i["id"] for i in whole.items(path, params=params)
    ]
    link = bodies[0]["@odata.nextLink"]
    assert link.startswith(paged.app.graph_url)
    assert link.count("skiptoken") == 1


def test_pages_neither_repeat_nor_lose_what_stays_while_others_come_and_go():
    client = small_client(Habits(page_size=10))
    path = business_path("appointments")
    first = client.get(path).json()
    client.tenant.cancel(first["value"][0]["id"])
    rest = client.session.get(first["@odata.nextLink"]).json()["value"]
    everything = {i["id"] for i in client.items(path)}
    assert {i["id"] for i in first["value"][1:] + rest} <= everything
    assert not {i["id"] for i in first["value"]} & {i["id"] for i in rest}


def test_the_order_of_a_list_is_not_that_of_the_calendar(client):
    starts = [i["startDateTime"]["dateTime"] for i in client.items(business_path("appointments"))]
    assert starts != sorted(starts)


def test_a_skip_token_of_somebody_else(client):
    answer = client.get(business_path("services") + "?%24skiptoken=abc")
    assert error_of(answer) == (400, "BadRequest")


def test_query_options(client):
    answer = client.get(business_path("appointments"), params={"$filter": "price gt 3"})
    assert error_of(answer) == (400, "BadRequest")
    plain = client.get(business_path("services")).json()
    odd = client.get(business_path("services"), params={"$top": 1, "$count": "true"}).json()
    assert odd["value"] == plain["value"]
    assert odd["@odata.count"] == len(plain["value"])


# -- ids and headers ------------------------------------------------------------------------------


def test_ids_are_found_encoded_and_case_sensitive(client):
    ids = {i["id"] for i in client.items(business_path("appointments"))}
    assert any("/" in i for i in ids)
    for appointment_id in ids:
        path = business_path("appointments", appointment_id)
        assert client.get(path).json()["id"] == appointment_id
        assert "/" not in path.rpartition("appointments/")[2]
    twins = sorted(i for i in ids if i.swapcase()[8:] and i.lower() in _doubled(ids))
    assert len(twins) == 2
    first, second = (client.get(business_path("appointments", i)).json() for i in twins)
    assert first["serviceId"] != second["serviceId"]
    assert client.get(business_path("appointments", twins[0].lower())).status_code == 404


def _doubled(ids):
    lowered = [i.lower() for i in ids]
    return {i for i in lowered if lowered.count(i) > 1}


def test_an_appointment_of_another_business_is_not_here(client):
    salon = "salon@contoso.example"
    other = client.items(business_path("appointments", business_id=salon))[0]
    answer = client.get(business_path("appointments", other["id"]))
    assert error_of(answer) == (404, "ErrorItemNotFound")


def test_every_answer_has_ids_and_a_date(client):
    first, second = (
        client.get(BUSINESSES, headers={"client-request-id": "mine"}) for _ in range(2)
    )
    assert first.headers["client-request-id"] == "mine"
    assert first.headers["request-id"] != second.headers["request-id"]
    assert first.headers["Date"].endswith("GMT")
    refused = client.get(business_path("nothing"), headers={"client-request-id": "mine"})
    assert refused.json()["error"]["innerError"]["client-request-id"] == "mine"
    assert refused.headers["request-id"] == refused.json()["error"]["innerError"]["request-id"]


def test_later_enum_members_are_shown_to_who_asks(client):
    path = business_path("staffMembers")
    plain = {i["role"] for i in client.items(path)}
    client.session.headers["Prefer"] = "include-unknown-enum-members"
    answer = client.get(path)
    asked = {i["role"] for i in answer.json()["value"]}
    assert plain == {"administrator", "unknownFutureValue", "externalGuest"}
    assert asked == {"administrator", "teamMember", "scheduler", "externalGuest"}
    assert answer.headers["Preference-Applied"] == "include-unknown-enum-members"


def test_four_requests_at_a_time_and_no_more():
    app = SandboxApp(build_tenant("small", now=NOW), habits=Habits(concurrency=4))
    client = Client(app).sign_in()
    path = business_path()
    with app._lock:
        # As if four requests for the mailbox were being worked on.
        app._in_flight[ATELIER] = 4
    answer = client.get(path)
    assert error_of(answer) == (429, "ApplicationThrottled")
    assert answer.headers["Retry-After"] == "1"
    app._in_flight[ATELIER] = 3
    assert client.get(path).status_code == 200
    assert app._in_flight[ATELIER] == 3


def test_requests_at_once_do_not_disturb_one_another():
    app = SandboxApp(build_tenant("small", now=NOW), habits=Habits(concurrency=None))
    clients = [Client(app).sign_in() for _ in range(4)]
    expected = len(clients[0].items(business_path("appointments")))
    counts = []

    def read(client):
        for _ in range(5):
            counts.append(len(client.items(business_path("appointments"))))

    threads = [threading.Thread(target=read, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [expected] * 20
    assert not +app._in_flight


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
            "body": {"displayName": "Neu"},
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


# -- speed ----------------------------------------------------------------------------------------


def test_reading_by_id_does_not_go_through_the_whole_tenant():
    """Compares two sizes, so that the speed of the machine does not matter."""
    spent = []
    for size in (200, 20_000):
        tenant = build_tenant("load", now=NOW, size=size)
        client = Client(SandboxApp(tenant)).sign_in()
        business_id, business = next(iter(tenant.businesses.items()))
        ids = list(business.appointments)[:: size // 100]
        paths = [business_path("appointments", i, business_id=business_id) for i in ids]
        began = time.perf_counter()
        for path in paths:
            assert client.get(path).status_code == 200
        spent.append(time.perf_counter() - began)
    assert spent[1] < spent[0] * 10


def test_a_fault_rule_is_part_of_the_app_from_the_start():
    client = small_client(faults=[Fault("503", path="calendarView")])
    assert client.get(business_path("calendarView"), params=RANGE).status_code == 503
