# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The habits of Graph: permissions, windows, pages, batches, writes and refusals."""

import threading
import time
from datetime import datetime, timedelta, timezone

import pytest
from werkzeug.test import create_environ

from ..sandbox import Fault, Habits, SandboxApp, build_tenant
from ..sandbox.registration import APPOINTMENT, MANAGE, READ, WRITE
from .sandbox_common import ATELIER, NOW, RANGE, Client, business_path, error_of, small_client

BUSINESSES = "/solutions/bookingBusinesses"


@pytest.fixture
def client():
    return small_client()


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


def test_addresses_that_are_hardly_any():
    app = small_client().app
    app.base_url = "https://127.0.0.1:1"
    for target in ("*", "/", "//", "/v1.0", "/%"):
        environ = create_environ("/") | {"REQUEST_URI": target}
        status = []
        body = b"".join(app(environ, lambda *args, told=status: told.append(args[0])))
        assert status[0][:1] == "4" and body


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
