# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every answer of the sandbox is one that Microsoft's OpenAPI description allows."""

import re

import pytest

from ..sandbox import Habits
from . import sandbox_openapi as openapi
from .sandbox_common import ATELIER, RANGE, business_path, small_client

pytestmark = pytest.mark.skipif(
    not openapi.documents_present(),
    reason=(
        "NOT CHECKED AGAINST MICROSOFT'S DESCRIPTION: bookings-v1.0.yaml and bookings-beta.yaml "
        "are not in shared/reference/openapi beside the repository"
    ),
)

INFORMATION = "#microsoft.graph.bookingCustomerInformation"
TYPES = {
    "services": "bookingService",
    "staffMembers": "bookingStaffMember",
    "customers": "bookingCustomer",
    "customQuestions": "bookingCustomQuestion",
}
# In the description but not for applications, or not to be used: they answer with an error.
REFUSED = {
    "POST /solutions/bookingBusinesses",
    "DELETE /solutions/bookingBusinesses/{bookingBusiness-id}",
}
# In the description and answered with an error here, since the service's pages do not have them.
LEFT_OUT = re.compile(
    r"\$count|bookingCurrencies|getStaffAvailability|calendarView/\{|^POST .*/calendarView$"
)


class Walk:
    """Calls every operation once or more, and checks each answer on its way back."""

    def __init__(self, version, habits=None):
        self.client = small_client(habits)
        self.client.tenant.grant("Bookings.Manage.All")
        self.client.sign_in()
        self.version = version
        self.seen = {}
        self.client.session.hooks["response"].append(self.check)

    def check(self, response, *_args, **_kwargs):
        """Validate one answer."""
        url = response.request.url
        if not url.startswith(self.client.app.graph_url):
            return  # a token: Entra's, not in the description
        version, path = openapi.raw_path(url, self.client.app.graph_url)
        body = response.json() if response.content else None
        if path == "/$batch":
            for part in body["responses"]:
                method, url = self.batched[part["id"]]
                self.validate(version, method, url, part["status"], part.get("body"))
        else:
            self.validate(version, response.request.method, path, response.status_code, body)

    def validate(self, version, method, path, status, body):
        """Validate one body."""
        operation = openapi.operation_of(version, method, path)
        assert operation, f"not in the description: {method} {openapi.decoded(path)}"
        openapi.validate(version, operation, status, body)
        self.seen.setdefault(operation, set()).add(status)

    def call(self, method, *segments, **options):
        """A request below the Atelier."""
        return self.client.call(method, business_path(*segments), self.version, **options)

    def batch(self, requests):
        """A $batch of (method, path) pairs."""
        self.batched = {str(number): pair for number, pair in enumerate(requests)}
        parts = [{"id": key, "method": m, "url": u} for key, (m, u) in self.batched.items()]
        return self.client.call("POST", "/$batch", self.version, json={"requests": parts})

    # -- the way -------------------------------------------------------------------------------

    def reads(self):
        """All lists, and each of their items by id, one by one and in batches."""
        self.client.get("/solutions/bookingBusinesses", self.version)
        self.call("GET")
        self.call("GET", "calendarView")
        list(self.client.pages(business_path("calendarView"), self.version, params=RANGE))
        for kind in ("appointments", "services", "staffMembers", "customers", "customQuestions"):
            items = self.client.items(business_path(kind), self.version)
            assert items
            for item in items[:4]:
                self.call("GET", kind, item["id"])
            paths = [business_path(kind, item["id"]) for item in items]
            for first in range(0, len(paths), 20):
                self.batch([("GET", path) for path in paths[first : first + 20]])
            self.call("GET", kind, "no-such-id")

    def writes(self):
        """Makes, changes and takes away one of each."""
        self.call("PATCH", json={"webSiteUrl": "https://www.contoso.example"})
        self.call("POST", "publish")
        self.call("POST", "unpublish")
        customer = self.make("customers", {"emailAddress": "neu@lac.example"}, "emailAddress")
        staff = self.make("staffMembers", {"role": "guest"}, "role")
        service = self.make("services", {"defaultPrice": 12.5}, "defaultPrice")
        question = self.make("customQuestions", {"answerInputType": "text"}, "answerInputType")
        appointment = self.appointment(customer, service, staff)
        self.call("DELETE", "appointments", appointment)
        appointment = self.appointment(customer, service, staff)
        cancellation = {"cancellationMessage": "Nous sommes fermés."}
        self.call("POST", "appointments", appointment, "cancel", json=cancellation)
        self.call("POST", "appointments", appointment, "cancel", json=cancellation)
        pairs = {"customers": customer, "staffMembers": staff, "services": service}
        for kind, record_id in (pairs | {"customQuestions": question}).items():
            self.call("DELETE", kind, record_id)

    def make(self, kind, members, back):
        """One record, changed once. Returns its id."""
        named = {"@odata.type": f"#microsoft.graph.{TYPES[kind]}"}
        made = self.call("POST", kind, json=named | {"displayName": "Neu"} | members)
        assert made.status_code == 201
        assert made.json()[back] == members[back]
        record_id = made.json()["id"]
        changed = self.call("PATCH", kind, record_id, json=named | {"displayName": "Neuer"})
        assert changed.status_code == (200 if kind == "customers" else 204)
        assert self.call("GET", kind, record_id).json()["displayName"] == "Neuer"
        return record_id

    def appointment(self, customer, service, staff):
        """One appointment, changed once. Returns its id."""
        beta = self.version == "beta"
        start = "start" if beta else "startDateTime"
        when = {"dateTime": "2026-05-04T10:00:00.0000000+00:00", "timeZone": "UTC"}
        body = {
            "@odata.type": "#microsoft.graph.bookingAppointment",
            start: when,
            "serviceId": service,
            "staffMemberIds": [staff],
            "customers": [{"@odata.type": INFORMATION, "customerId": customer}],
        }
        made = self.call("POST", "appointments", json=body)
        assert made.status_code == 201
        assert [c["customerId"] for c in made.json()["customers"]] == [customer]
        change = {"invoiceId": "INV/1"} if beta else {"serviceNotes": "INV/1"}
        appointment_id = made.json()["id"]
        assert self.call("PATCH", "appointments", appointment_id, json=change).status_code == 204
        name, value = next(iter(change.items()))
        assert self.call("GET", "appointments", appointment_id).json()[name] == value
        return appointment_id

    def refusals(self):
        """What an application may not do, and what is not there."""
        self.client.call("POST", "/solutions/bookingBusinesses", self.version, json={})
        self.call("DELETE")
        self.client.get(business_path(business_id="nobody@contoso.example"), self.version)
        self.client.tenant.revoke()
        self.client.sign_in()
        assert self.call("GET").status_code == 403


@pytest.mark.parametrize("version", openapi.VERSIONS)
@pytest.mark.parametrize(
    "habits",
    [Habits(), Habits(spelling="graph", page_size=3, sparse=False, flat_customers=False)],
    ids=["as it comes", "other habits"],
)
def test_every_operation_answers_as_described(version, habits):
    walk = Walk(version, habits)
    walk.reads()
    walk.writes()
    walk.refusals()
    described = {f"{method} {path}" for method, path, _ in openapi.operations(version)}
    left_out = {o for o in described if LEFT_OUT.search(o)}
    assert described - left_out == set(walk.seen)
    for operation, statuses in walk.seen.items():
        succeeded = any(status < 300 for status in statuses)
        assert succeeded != (operation in REFUSED), (operation, statuses)


@pytest.mark.parametrize("version", openapi.VERSIONS)
def test_the_government_model_is_described_too(version):
    walk = Walk(version, Habits(us_government=True))
    item = walk.client.items(business_path("appointments"), version)[0]
    detail = walk.call("GET", "appointments", item["id"]).json()
    assert "lastUpdatedDateTime" not in detail
    assert "customerName" not in detail
    assert "bookingPageSettings" not in walk.call("GET").json()
    assert walk.seen


def test_the_check_itself_refuses_what_is_wrong():
    client = small_client()
    body = client.get(business_path()).json()
    operation = openapi.operation_of("v1.0", "GET", business_path())
    openapi.validate("v1.0", operation, 200, body)
    for wrong in ({"displayName": 1}, {"colour": "red"}, {"createdDateTime": "yesterday"}):
        with pytest.raises(AssertionError):
            openapi.validate("v1.0", operation, 200, body | wrong)
    assert ATELIER == body["id"]
