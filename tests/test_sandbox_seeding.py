# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tenants that are built: the same each time, and the demo's numbers to the last booking."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from ..sandbox import SandboxApp, build_tenant
from ..sandbox.oracle import amount, normalise, places, reason
from .sandbox_common import ATELIER, NOW, RANGE, SALON, Client, business_path

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("appointments", "services", "staffMembers", "customers", "customQuestions")


def everything(tenant):
    """All that the tenant answers, as one text."""
    client = Client(SandboxApp(tenant, clock=lambda: NOW)).sign_in()
    bodies = [client.get("/solutions/bookingBusinesses").text]
    for business_id in tenant.businesses:
        bodies.append(client.get(business_path(business_id=business_id)).text)
        for kind in KINDS:
            for item in client.items(business_path(kind, business_id=business_id)):
                path = business_path(kind, item["id"], business_id=business_id)
                bodies += [json.dumps(item), client.get(path).text]
        path = business_path("calendarView", business_id=business_id)
        bodies += [json.dumps(body) for body in client.pages(path, params=RANGE)]
    return "\n".join(bodies)


@pytest.mark.parametrize(("profile", "size"), [("small", None), ("demo", None), ("load", 150)])
def test_the_same_arguments_give_the_same_bytes(profile, size):
    first, second = (everything(build_tenant(profile, now=NOW, size=size)) for _ in range(2))
    assert first == second
    assert first != everything(build_tenant(profile, now=NOW, size=size, seed=2))


def test_another_process_builds_the_same():
    program = (
        "import hashlib, json; from datetime import datetime, timezone;"
        "from sandbox import build_tenant;"
        "t = build_tenant('demo', now=datetime(2026, 4, 2, 8, tzinfo=timezone.utc));"
        "rows = [[a.id, a.start.isoformat(), a.service_name, [c.email for c in a.attendees]]"
        " for b in t.businesses.values() for a in b.appointments.values()];"
        "print(hashlib.sha256(json.dumps(rows).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2)
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == hashlib.sha256().digest_size * 2


def test_ids_do_not_depend_on_the_day():
    today, later = (build_tenant("small", now=NOW + timedelta(days=d)) for d in (0, 40))
    assert list(today.business(ATELIER).appointments) == list(later.business(ATELIER).appointments)
    assert today.client_secret == later.client_secret


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2026, 1, 1, tzinfo=timezone.utc),
        datetime(2026, 3, 1, 22, 59, tzinfo=timezone.utc),
        datetime(2026, 11, 22, 13, 30, tzinfo=timezone.utc),
        datetime(2028, 2, 29, 23, 30, tzinfo=timezone.utc),
    ],
)
@pytest.mark.parametrize("seed", [1, 7])
def test_the_demo_has_400_held_bookings_of_60_customers_and_12_to_check(now, seed):
    tenant = build_tenant("demo", now=now, seed=seed)
    atelier, salon = tenant.summary(now).values()
    assert (atelier.held, atelier.ready, atelier.free, atelier.upcoming) == (310, 301, 0, 31)
    assert (salon.held, salon.ready, salon.free, salon.upcoming) == (90, 87, 0, 9)
    assert atelier.to_check == {"no_customer": 2, "no_email": 2, "price": 4, "shared_email": 1}
    assert salon.to_check == {"no_customer": 1, "price": 2}
    assert (atelier.customers, salon.customers) == (46, 14)
    assert (atelier.services, salon.services) == (11, 9)
    assert (atelier.currency, salon.currency) == ("CHF", "EUR")
    assert tenant.shared_emails(ATELIER) == {
        "famille.favre@romandie.example": ["Anne Favre", "Luc Favre"]
    }
    assert not tenant.shared_emails(SALON)


def test_the_demo_is_what_its_businesses_are_said_to_be():
    tenant = build_tenant("demo", now=NOW)
    atelier, salon = tenant.business(ATELIER), tenant.business(SALON)
    assert (atelier.display_name, atelier.time_zone) == ("Atelier du Lac", "Europe/Zurich")
    assert (salon.display_name, salon.time_zone) == ("Salon Rive Gauche", "Europe/Paris")
    assert atelier.properties["languageTag"] == "fr-CH"
    assert salon.properties["languageTag"] == "fr-FR"


def test_the_demo_bookings_can_be_invoiced_as_the_contract_says():
    tenant = build_tenant("demo", now=NOW)
    people, doubtful = {}, Counter()
    for business_id, business in tenant.businesses.items():
        shared = tenant.shared_emails(business_id)
        ready_of = set()
        for appointment, attendee in tenant.held(business_id, NOW):
            assert NOW - timedelta(days=59) < appointment.start < appointment.end <= NOW
            verdict = reason(appointment, attendee, shared)
            if verdict == "ready":
                email = normalise(attendee.email)
                people.setdefault(email, set()).add(attendee.name)
                ready_of.add(email)
                assert amount(appointment) > 0
                # Swiss francs end in 0.05; hours come in quarters.
                step = Decimal("0.05") if business.currency == "CHF" else Decimal("0.01")
                assert amount(appointment) % step == 0
                if appointment.price_type == "hourly":
                    assert appointment.duration % timedelta(minutes=15) == timedelta(0)
            elif verdict == "price":
                doubtful[appointment.price_type] += 1
        # Everybody with an address of their own gets at least one line.
        assert len(ready_of) == tenant.summary(NOW)[business_id].customers
    assert len(people) == 60
    assert all(len(names) == 1 for names in people.values())
    assert len(set.union(*people.values())) == 60
    assert doubtful == {"startingAt": 2, "priceVaries": 2, "callUs": 1, "notSet": 1}


def test_the_net_of_the_demo():
    atelier, salon = build_tenant("demo", now=NOW).summary(NOW).values()
    assert (atelier.net, salon.net) == (Decimal("26248.90"), Decimal("4063.00"))


def test_nobody_is_booked_twice_at_a_time():
    for business in build_tenant("demo", now=NOW).businesses.values():
        by_staff = {}
        for appointment in business.appointments.values():
            for staff_id in appointment.staff_ids:
                by_staff.setdefault(staff_id, []).append(appointment)
        for appointments in by_staff.values():
            appointments.sort(key=lambda a: a.start)
            for before, after in zip(appointments, appointments[1:], strict=False):
                assert before.end <= after.start


def test_the_small_tenant_has_each_oddity():
    tenant = build_tenant("small", now=NOW)
    atelier = tenant.business(ATELIER)
    appointments = list(atelier.appointments.values())
    assert {a.price_type for a in appointments} == {
        "undefined",
        "fixedPrice",
        "startingAt",
        "hourly",
        "free",
        "priceVaries",
        "callUs",
        "notSet",
    }
    assert any(a.service_id not in atelier.services for a in appointments)
    assert any(set(a.staff_ids) - set(atelier.staff) for a in appointments)
    assert any(len(a.staff_ids) != len(set(a.staff_ids)) for a in appointments)
    assert any(not a.attendees for a in appointments)
    assert any(len(a.attendees) > 1 for a in appointments)
    assert any(a.flat_only for a in appointments)
    attendees = [attendee for a in appointments for _, attendee in places(a) if attendee]
    assert any(a.customer_id is None for a in attendees)
    assert any(a.customer_id and a.customer_id not in atelier.customers for a in attendees)
    assert any(not a.email for a in attendees)
    assert any(not a.name for a in attendees)
    assert tenant.shared_emails(ATELIER)
    ids = [a.id for a in appointments]
    assert len({i.lower() for i in ids}) == len(ids) - 1
    assert all(any(sign in i for i in ids) for sign in "/+=-_")
    assert 40 <= len(tenant.business(SALON).appointments) + len(ids) <= 50


def test_load_has_its_size_and_more_businesses_when_asked():
    tenant = build_tenant("load", now=NOW, size=300, businesses=3)
    assert [len(b.appointments) for b in tenant.businesses.values()] == [300] * 3
    assert all(b.customers for b in tenant.businesses.values())
    starts = [a.start for a in tenant.business("load-1@contoso.example").appointments.values()]
    assert min(starts) >= NOW - timedelta(days=61)
    assert max(starts) < NOW + timedelta(days=30)


@pytest.mark.parametrize(
    "arguments",
    [
        {"profile": "huge", "now": NOW},
        {"profile": "small", "now": NOW.replace(tzinfo=None)},
        {"profile": "demo", "now": NOW, "size": 3},
        {"profile": "small", "now": NOW, "businesses": 3},
    ],
)
def test_a_tenant_that_cannot_be_built(arguments):
    with pytest.raises(ValueError):
        build_tenant(**arguments)
