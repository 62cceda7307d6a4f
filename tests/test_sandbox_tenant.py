# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens in the tenant shows in Graph's answers, and nothing else does."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from ..sandbox import Attendee, Habits
from ..sandbox.oracle import summarise
from .sandbox_common import ATELIER, NOW, RANGE, SALON, business_path, small_client


@pytest.fixture
def client():
    return small_client()


@pytest.fixture
def booked(client):
    """(tenant, id of a new appointment of the Atelier with its first customer)."""
    tenant = client.tenant
    atelier = tenant.business(ATELIER)
    service = next(s for s in atelier.services.values() if s["displayName"] == "Cours de poterie")
    customer = next(iter(atelier.customers))
    start = datetime(2026, 3, 30, 9, tzinfo=timezone.utc)
    return tenant, tenant.book(ATELIER, service["id"], start, customers=[customer])


def read(client, appointment_id, version="v1.0"):
    return client.get(business_path("appointments", appointment_id), version)


def test_book_move_reprice_relabel_and_cancel(client, booked):
    tenant, appointment_id = booked
    before = read(client, appointment_id).json()
    assert before["startDateTime"]["dateTime"].startswith("2026-03-30T09:00:00.0000000")
    assert (before["price"], before["priceType"]) == (65.0, "fixedPrice")
    tenant.move(appointment_id, datetime(2026, 3, 31, 7, tzinfo=timezone.utc))
    tenant.reprice(appointment_id, "70.05", "hourly")
    tenant.relabel(appointment_id, "No-show")
    after = read(client, appointment_id).json()
    assert after["endDateTime"]["dateTime"].startswith("2026-03-31T09:00:00.0000000")
    assert (after["price"], after["priceType"]) == (70.05, "hourly")
    assert after["appointmentLabel"] == "No-show"
    assert after["lastUpdatedDateTime"] > before["lastUpdatedDateTime"]
    tenant.cancel(appointment_id)
    gone = read(client, appointment_id)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "ErrorItemNotFound")
    assert appointment_id not in {i["id"] for i in client.items(business_path("appointments"))}


def test_join_and_leave(client, booked):
    tenant, appointment_id = booked
    second = tenant.add_customer(ATELIER, "Nadia Rey", "nadia@lac.example", "079 1")
    tenant.join(appointment_id, second)
    tenant.join(appointment_id, Attendee(name="Ohne Konto"))
    body = read(client, appointment_id).json()
    assert [c["name"] for c in body["customers"]][1:] == ["Nadia Rey", "Ohne Konto"]
    assert body["filledAttendeesCount"] == 3
    assert body["customerName"] is None
    tenant.leave(appointment_id, second)
    assert len(read(client, appointment_id).json()["customers"]) == 2
    with pytest.raises(ValueError):
        tenant.leave(appointment_id, second)


def test_nobody_joins_a_full_appointment(client, booked):
    tenant, _ = booked
    full = next(a for a in tenant.business(SALON).appointments.values() if a.attendees)
    full.maximum_attendees = len(full.attendees)
    with pytest.raises(ValueError):
        tenant.join(full.id, Attendee(name="Zu spät"))


def test_a_moved_item_has_another_id_and_the_old_one_is_gone(client, booked):
    tenant, appointment_id = booked
    new_id = tenant.change_id(appointment_id)
    assert new_id != appointment_id
    assert read(client, appointment_id).status_code == 404
    assert read(client, new_id).json()["startDateTime"]
    assert tenant.change_id(new_id) not in (appointment_id, new_id)


def test_a_deleted_service_leaves_its_appointments_dangling(client, booked):
    tenant, appointment_id = booked
    service_id = tenant.appointment(appointment_id).service_id
    tenant.rename_service(service_id, "Cours de céramique")
    service = client.get(business_path("services", service_id)).json()
    assert service["displayName"] == "Cours de céramique"
    assert read(client, appointment_id).json()["serviceName"] == "Cours de poterie"
    tenant.delete_service(service_id)
    assert client.get(business_path("services", service_id)).status_code == 404
    assert read(client, appointment_id).json()["serviceId"] == service_id


def test_reassign_and_change_of_service(client, booked):
    tenant, appointment_id = booked
    atelier = tenant.business(ATELIER)
    staff = list(atelier.staff)[:2]
    tenant.reassign(appointment_id, staff)
    other = next(s for s in atelier.services.values() if s["defaultPriceType"] == "hourly")
    tenant.change_service(appointment_id, other["id"])
    body = read(client, appointment_id).json()
    assert body["staffMemberIds"] == staff
    assert (body["serviceName"], body["price"]) == (
        other["displayName"],
        float(other["defaultPrice"]),
    )


def test_a_changed_customer_and_a_repriced_service_show(client):
    atelier = client.tenant.business(ATELIER)
    customer, service = next(iter(atelier.customers)), next(iter(atelier.services))
    client.tenant.change_customer(customer, emailAddress="nouvelle@lac.example")
    client.tenant.reprice_service(service, "66.60", "startingAt")
    seen = client.get(business_path("customers", customer)).json()
    assert seen["emailAddress"] == "nouvelle@lac.example"
    seen = client.get(business_path("services", service)).json()
    assert (seen["defaultPrice"], seen["defaultPriceType"]) == (66.6, "startingAt")


def test_a_soft_deleted_mailbox_answers_for_all_below_it(client):
    client.tenant.soft_delete_business(ATELIER)
    for path in (business_path(), business_path("services"), business_path("appointments", "x")):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "MailboxNotEnabledForRESTAPI"
    assert ATELIER in {b["id"] for b in client.items("/solutions/bookingBusinesses")}
    client.tenant.restore_business(ATELIER)
    assert client.get(business_path()).status_code == 200


def test_held_counts_each_attendee_once_it_is_over(booked):
    tenant, appointment_id = booked
    end = tenant.appointment(appointment_id).end
    before = tenant.held(ATELIER, end - timedelta(seconds=1))
    after = tenant.held(ATELIER, end)
    assert len(after) == len(before) + 1
    tenant.leave(appointment_id, tenant.appointment(appointment_id).attendees[0].customer_id)
    assert (appointment_id, None) in {(a.id, who) for a, who in tenant.held(ATELIER, end)}


def test_the_summary_adds_up(booked):
    tenant, appointment_id = booked
    for business in tenant.businesses.values():
        summary = summarise(business, NOW)
        assert summary.held == len(tenant.held(business.id, NOW))
        assert summary.held == summary.ready + summary.free + sum(summary.to_check.values())
    net = tenant.summary(NOW)[ATELIER].net
    tenant.reprice(appointment_id, "165.00")
    assert tenant.summary(NOW)[ATELIER].net == net + Decimal("100.00")


def test_lists_hide_what_only_a_get_by_id_shows(client):
    listed = {i["id"]: i for i in client.items(business_path("appointments"))}
    details = {i: read(client, i).json() for i in listed}
    assert not any(i["customers"] or i.get("reminders") for i in listed.values())
    assert not any(i.get("serviceNotes") or i.get("customerNotes") for i in listed.values())
    assert any(d["customers"] for d in details.values())
    assert any(d.get("serviceNotes") for d in details.values())
    assert any(d.get("customerNotes") for d in details.values())
    assert any(d.get("reminders") for d in details.values())
    named = {i for i, item in listed.items() if item.get("customerName")}
    could = {i for i, d in details.items() if d.get("customerName")}
    assert named < could
    assert all(len(details[i]["customers"]) <= 1 for i in named)
    # Members that are null in one are not there at all in another.
    assert any("customerNotes" not in item for item in listed.values())
    assert any("customerNotes" in item for item in listed.values())


def test_the_customer_of_some_is_in_the_flat_members_alone(client):
    flat = next(a for a in client.tenant.business(ATELIER).appointments.values() if a.flat_only)
    body = read(client, flat.id).json()
    assert body["customers"] == []
    assert body["customerEmailAddress"] == "noel.corbaz@alpes.example"


@pytest.mark.parametrize(
    ("version", "spelling", "view", "listed"),
    [
        ("v1.0", "docs", "start", "startDateTime"),
        ("v1.0", "graph", "startDateTime", "startDateTime"),
        ("beta", "docs", "start", "start"),
    ],
)
def test_both_spellings_of_the_start(version, spelling, view, listed):
    client = small_client(Habits(spelling=spelling))
    for item in client.items(business_path("calendarView"), version, params=RANGE):
        assert view in item
        assert ("startDateTime" in item) == (view == "startDateTime")
    item = client.items(business_path("appointments"), version)[0]
    assert listed in item
    assert listed in read(client, item["id"], version).json()
