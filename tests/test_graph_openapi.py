# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every request of the Graph package, and every answer it gets, is one that Microsoft describes."""

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from ..graph.auth import Credentials, TokenProvider
from ..graph.bookings import BookingsApi
from ..graph.client import GraphClient
from ..graph.clouds import get_cloud
from ..sandbox import SandboxApp, WsgiAdapter, build_tenant
from . import sandbox_openapi as openapi

pytestmark = pytest.mark.skipif(
    not openapi.documents_present(),
    reason=(
        "NOT CHECKED AGAINST MICROSOFT'S DESCRIPTION: bookings-v1.0.yaml and bookings-beta.yaml "
        "are not in shared/reference/openapi beside the repository"
    ),
)

NOW = datetime(2026, 4, 2, 8, tzinfo=timezone.utc)
BUSINESS = "atelier@contoso.example"
B = "/solutions/bookingBusinesses/{bookingBusiness-id}"
# What the package can ask for.
OPERATIONS = {
    ("v1.0", "GET /solutions/bookingBusinesses"),
    ("v1.0", f"GET {B}"),
    ("v1.0", f"GET {B}/services"),
    ("v1.0", f"POST {B}/services"),
    ("v1.0", f"PATCH {B}/services/{{bookingService-id}}"),
    ("v1.0", f"GET {B}/staffMembers"),
    ("v1.0", f"GET {B}/customers"),
    ("v1.0", f"POST {B}/customers"),
    ("v1.0", f"PATCH {B}/customers/{{bookingCustomerBase-id}}"),
    ("v1.0", f"GET {B}/customQuestions"),
    ("v1.0", f"GET {B}/calendarView"),
    ("v1.0", f"GET {B}/appointments"),
    ("v1.0", f"GET {B}/appointments/{{bookingAppointment-id}}"),
    ("beta", f"PATCH {B}/appointments/{{bookingAppointment-id}}"),
}


class Wire:
    """A session that checks what passes over it."""

    def __init__(self, app):
        self.app = app
        self.seen = set()
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("https://", WsgiAdapter(app))
        self.session.hooks["response"].append(self.check)

    def check(self, response, *_args, **_kwargs):
        """Validate one request with its answer; of a batch, each part."""
        request = response.request
        if not request.url.startswith(self.app.graph_url):
            return  # a token: Entra's, not in the description
        version, path = openapi.raw_path(request.url, self.app.graph_url)
        sent = json.loads(request.body) if request.body else None
        body = response.json() if response.content else None
        if path != "/$batch":
            query = set(parse_qs(urlsplit(request.url).query))
            self.one(version, request.method, path, query, sent, response.status_code, body)
            return
        parts = {part["id"]: part for part in sent["requests"]}
        assert len(parts) <= 20
        for answer in body["responses"]:
            part = parts.pop(answer["id"])
            target = urlsplit(part["url"])
            path, query = target.path, set(parse_qs(target.query))
            status, inner = answer["status"], answer.get("body")
            self.one(version, part["method"], path, query, part.get("body"), status, inner)
        assert not parts

    def one(self, version, method, path, query, sent, status, body):
        """Validate one request and its answer."""
        operation = openapi.operation_of(version, method, path)
        assert operation, f"not in the description: {method} {openapi.decoded(path)}"
        openapi.validate_request(version, operation, query, sent)
        openapi.validate(version, operation, status, body)
        self.seen.add((version, operation))


def test_every_operation_is_asked_as_it_is_described():
    tenant = build_tenant("small", now=NOW)
    app = SandboxApp(tenant, clock=lambda: NOW)
    wire = Wire(app)
    cloud = get_cloud("sandbox", app.authority_url, app.graph_url)
    credentials = Credentials(tenant.tenant_id, tenant.client_id, secret=tenant.client_secret)
    tokens = TokenProvider(cloud, credentials, session_factory=lambda: wire.session)
    graph = BookingsApi(GraphClient(cloud, tokens, session=wire.session, clock=lambda: NOW))

    assert graph.businesses("atelier")
    graph.business(BUSINESS)
    services = graph.services(BUSINESS).records
    staff = graph.staff_members(BUSINESS).records
    customers = graph.customers(BUSINESS).records
    graph.custom_questions(BUSINESS)
    listed = graph.calendar_view(BUSINESS, NOW - timedelta(days=31), NOW).records
    graph.appointments(BUSINESS)
    graph.appointment(BUSINESS, listed[0].id)
    ids = [record.id for record in listed]
    assert graph.appointments_by_id(BUSINESS, [*ids, "AAMkNoSuch="])["AAMkNoSuch="] is None
    graph.create_customer(
        BUSINESS,
        display_name="Zoë",
        email="zoe@example.com",
        phone="+41 21 000 00 00",
        street="Rue du Lac 1",
        city="Lausanne",
        postal_code="1000",
        state="VD",
        country="CH",
    )
    graph.update_customer(BUSINESS, customers[0].id, email="new@example.com")
    graph.create_service(
        BUSINESS,
        display_name="Lesson",
        description="An hour",
        default_duration=timedelta(minutes=90),
        default_price=Decimal("80.50"),
        price_type="hourly",
        maximum_attendees=3,
        is_hidden=False,
        staff_member_ids=[staff[0].id],
    )
    graph.update_service(BUSINESS, services[0].id, default_price=Decimal("12.05"))
    graph.update_appointment_invoice(
        BUSINESS,
        ids[0],
        number="INV/2026/00001",
        status="open",
        amount=Decimal("120.00"),
        date=date(2026, 4, 2),
        url="https://odoo.example.com/my/invoices/1",
    )
    assert wire.seen == OPERATIONS
