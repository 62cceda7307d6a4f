# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each fault does what it says, to the requests it was meant for and to no others."""

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import pytest
import requests

from ..sandbox import Fault, Habits
from ..sandbox.faults import BODY_KINDS, KINDS, STATUS_KINDS, WIRE_KINDS, parse_fault
from .sandbox_common import ATELIER, RANGE, business_path, small_client

VIEW = business_path("calendarView")
NEW = {"@odata.type": "#microsoft.graph.bookingCustomer", "displayName": "Neue Kundin"}


@pytest.fixture
def client():
    return small_client(Habits(page_size=10))


def view(client, **options):
    return client.get(VIEW, params=RANGE, **options)


def strike(client, *arguments, **settings):
    """One rule, in force from now on."""
    client.app.faults[:] = [Fault(*arguments, **settings)]
    return client.app.faults[0]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("400", 400, "BadRequest"),
        ("401", 401, "InvalidAuthenticationToken"),
        ("403", 403, "ErrorAccessDenied"),
        ("404", 404, "ErrorItemNotFound"),
        ("mailbox", 404, "MailboxNotEnabledForRESTAPI"),
        ("429", 429, "ApplicationThrottled"),
        ("500", 500, "UnknownError"),
        ("503", 503, "ServiceUnavailable"),
    ],
)
def test_errors_of_the_service(client, kind, status, code):
    strike(client, kind)
    answer = view(client)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert (answer.json()["error"]["message"] == "") == (kind == "500")
    assert answer.headers.get("Retry-After") == ("1" if kind in ("429", "503") else None)
    assert client.app.requests[-1] == ("GET", f"/v1.0{VIEW}".replace("%40", "@"), status)


def test_other_words_for_an_error(client):
    strike(client, "500", code="", message="An error has occurred.")
    error = view(client).json()["error"]
    assert (error["code"], error["message"]) == ("", "An error has occurred.")


@pytest.mark.parametrize(("kind", "status"), [("502", 502), ("504", 504)])
def test_errors_of_a_gateway(client, kind, status):
    strike(client, kind)
    answer = view(client)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html")
    assert answer.text.startswith("<html>")


def test_retry_after_in_seconds_as_a_date_and_not_at_all(client):
    strike(client, "429", retry_after=7)
    assert view(client).headers["Retry-After"] == "7"
    strike(client, "503", retry_after=90, as_date=True)
    wait = parsedate_to_datetime(view(client).headers["Retry-After"]) - datetime.now(timezone.utc)
    assert timedelta(seconds=80) < wait <= timedelta(seconds=90)
    strike(client, "429", retry_after=None)
    assert "Retry-After" not in view(client).headers


def test_a_redirect_to_another_host(client):
    strike(client, "redirect", host="evil.invalid")
    answer = view(client, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("https://evil.invalid/")


def test_bodies_that_are_spoilt(client):
    whole = view(client)
    strike(client, "truncated")
    assert view(client).status_code == 200
    assert len(whole.content) // 2 == len(view(client).content)
    with pytest.raises(ValueError):
        view(client).json()
    strike(client, "html")
    assert (view(client).status_code, view(client).headers["Content-Type"]) == (200, "text/html")
    strike(client, "empty_body")
    assert (view(client).status_code, view(client).content) == (200, b"")
    strike(client, "huge", megabytes=2)
    assert len(view(client).content) > 2 * 2**20
    assert view(client).json()["value"] == whole.json()["value"]


def test_lists_that_are_not_whole(client):
    whole = view(client).json()
    strike(client, "partial")
    assert view(client).json()["value"] == whole["value"][::2]
    strike(client, "empty_list")
    assert view(client).json()["value"] == []
    assert "@odata.nextLink" not in view(client).json()
    business = client.get(business_path()).json()
    assert business["id"] == ATELIER


def test_next_links_that_lead_astray(client):
    strike(client, "foreign_next", host="evil.invalid")
    link = view(client).json()["@odata.nextLink"]
    assert link.startswith("https://evil.invalid/")
    with pytest.raises(requests.ConnectionError):
        client.session.get(link)
    assert client.adapter.foreign[-1] == ("GET", link, True)
    strike(client, "next_loop")
    answer = view(client)
    assert answer.json()["@odata.nextLink"] == answer.request.url


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("cut", requests.ConnectionError),
        ("refused", requests.ConnectionError),
        ("connect_timeout", requests.ConnectTimeout),
        ("slow", requests.ReadTimeout),
        ("tls", requests.exceptions.SSLError),
        ("cut_body", requests.exceptions.ChunkedEncodingError),
    ],
)
def test_faults_of_the_connection_in_process(client, kind, error):
    strike(client, kind, times=1, seconds=600)
    with pytest.raises(error):
        view(client, timeout=(10, 60))
    assert view(client, timeout=(10, 60)).status_code == 200


def test_a_slow_answer_comes_when_it_may(client):
    strike(client, "slow", seconds=50)
    assert view(client, timeout=(10, 60)).status_code == 200
    assert view(client).status_code == 200


# -- which requests are met -----------------------------------------------------------------------


def test_rules_by_method_and_path(client):
    rule = strike(client, "503", method="get", path=r"calendarView$")
    assert client.get(business_path("services")).status_code == 200
    assert client.call("POST", business_path("customers"), json=NEW).status_code == 201
    assert view(client).status_code == 503
    assert (rule.seen, rule.fired) == (1, 1)


def test_rules_by_number_and_how_often(client):
    strike(client, "503", nth=(2, 4))
    assert [view(client).status_code for _ in range(5)] == [200, 503, 200, 503, 200]
    strike(client, "503", times=2)
    assert [view(client).status_code for _ in range(4)] == [503, 503, 200, 200]
    strike(client, "503", nth=3)
    assert [view(client).status_code for _ in range(4)] == [200, 200, 503, 200]


def test_rules_by_chance_are_the_same_each_time(client):
    def run(seed):
        strike(client, "503", probability=0.3, seed=seed)
        return [view(client).status_code for _ in range(40)]

    first = run(1)
    assert first == run(1) != run(2)
    assert 5 <= first.count(503) <= 20


def test_the_first_rule_that_meets_a_request_strikes(client):
    client.app.faults[:] = [Fault("503", times=1), Fault("404", path="calendarView")]
    assert [view(client).status_code for _ in range(2)] == [503, 404]
    assert client.get(business_path()).status_code == 200


def test_a_write_that_was_carried_out_although_its_answer_got_lost(client):
    customers = client.tenant.business(ATELIER).customers
    before = len(customers)
    strike(client, "cut", carried_out=True)
    with pytest.raises(requests.ConnectionError):
        client.call("POST", business_path("customers"), json=NEW)
    assert len(customers) == before + 1
    strike(client, "503", carried_out=True)
    assert client.call("POST", business_path("customers"), json=NEW).status_code == 503
    assert len(customers) == before + 2
    strike(client, "cut")
    with pytest.raises(requests.ConnectionError):
        client.call("POST", business_path("customers"), json=NEW)
    assert len(customers) == before + 2


# -- parts of batches, and Entra ------------------------------------------------------------------


def batch(client, count=6):
    ids = [i["id"] for i in client.items(business_path("appointments"))][:count]
    requests_ = [
        {"id": str(n), "method": "GET", "url": business_path("appointments", i)}
        for n, i in enumerate(ids)
    ]
    answer = client.call("POST", "/$batch", json={"requests": requests_})
    assert answer.status_code == 200
    return {r["id"]: r for r in answer.json()["responses"]}


@pytest.mark.parametrize("kind", [*STATUS_KINDS, "502", *BODY_KINDS])
def test_faults_of_parts(client, kind):
    whole = batch(client)
    rule = strike(client, kind, part=True, nth=(2, 5), retry_after=3, megabytes=1)
    found = batch(client)
    assert rule.fired == 2
    lists_only = kind in ("foreign_next", "next_loop", "partial", "empty_list")
    met = [i for i in found if found[i].get("body") != whole[i].get("body")]
    assert sorted(met) == ([] if lists_only else ["1", "4"])
    for number in met:
        throttled = kind in ("429", "503")
        assert found[number]["headers"].get("Retry-After") == ("3" if throttled else None)
    assert client.get(business_path()).status_code == 200


def test_a_rule_for_requests_does_not_meet_parts(client):
    strike(client, "503", path="appointments/")
    assert {r["status"] for r in batch(client).values()} == {200}
    strike(client, "503", path="batch")
    answer = client.call("POST", "/$batch", json={"requests": []})
    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("401", 401, 7000215), ("403", 400, 53003), ("429", 429, 90055), ("503", 503, 90033)],
)
def test_entra_has_its_own_words(client, kind, status, code):
    strike(client, kind, path="oauth2", retry_after=5)
    answer = client.token_request()
    assert (answer.status_code, answer.json()["error_codes"]) == (status, [code])
    assert answer.headers.get("Retry-After") == ("5" if kind in ("429", "503") else None)
    assert view(client).status_code == 200


# -- rules in words -------------------------------------------------------------------------------


def test_rules_from_a_command_line():
    rule = parse_fault("429:path=calendarView,times=3,retry_after=2,as_date=true")
    assert rule == Fault("429", path="calendarView", times=3, retry_after=2, as_date=True)
    assert parse_fault("cut") == Fault("cut")
    assert parse_fault("503:retry_after=null").retry_after is None
    assert parse_fault('{"kind": 500, "nth": [1, 3]}') == Fault("500", nth=(1, 3))


@pytest.mark.parametrize(
    "text",
    ["", "999", "429:times", "429:colour=red", "{", '{"path": "x"}', "404:path=(", "cut:part=true"],
)
def test_rules_that_make_no_sense(text):
    with pytest.raises(ValueError):
        parse_fault(text)


def test_every_kind_is_described():
    assert len(set(KINDS)) == len(KINDS)
    for kind in KINDS:
        assert f'"{kind}"' in Fault.__doc__
        described = Fault(kind, part=False).describe()
        assert (described["kind"], described["seen"], described["fired"]) == (kind, 0, 0)
    assert set(WIRE_KINDS) < set(KINDS)
