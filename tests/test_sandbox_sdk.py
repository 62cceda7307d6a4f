# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft's own client, pointed at the sandbox, lists, pages and reads everything in it.

The small tenant it is, since that client takes some 40 ms for each object it reads.
"""

import asyncio
from datetime import timedelta

import httpx
import pytest
from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.booking_appointment import BookingAppointment
from msgraph.generated.models.booking_customer import BookingCustomer
from msgraph.generated.models.booking_customer_information import BookingCustomerInformation
from msgraph.generated.models.booking_price_type import BookingPriceType
from msgraph.generated.models.booking_staff_member import BookingStaffMember
from msgraph.generated.solutions.booking_businesses.item.calendar_view.calendar_view_request_builder import (  # noqa: E501
    CalendarViewRequestBuilder,
)
from msgraph_core import GraphClientFactory

from ..sandbox import Fault, Habits, SandboxApp, build_tenant, serve
from .sandbox_common import ATELIER, NOW, RANGE, Client

Parameters = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters
Configuration = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetRequestConfiguration


class Provider(AccessTokenProvider):
    """Gives the SDK a token that was taken before."""

    def __init__(self, token):
        self.token = token

    async def get_authorization_token(self, uri, additional_authentication_context=None):
        """The token, for whatever address."""
        return self.token

    def get_allowed_hosts_validator(self):
        """No host is refused here."""
        return AllowedHostsValidator([])


class Sdk:
    """The SDK's client for one served sandbox, while its event loop lasts."""

    def __init__(self, client, ca_path):
        token = client.token_request().json()["access_token"]
        self.root = f"{client.app.base_url}/v1.0"
        inner = httpx.AsyncClient(verify=ca_path, trust_env=False, base_url=self.root)
        self.http = GraphClientFactory.create_with_default_middleware(client=inner)
        provider = BaseBearerTokenAuthenticationProvider(Provider(token))
        adapter = GraphRequestAdapter(provider, self.http)
        adapter.base_url = self.root
        self.graph = GraphServiceClient(request_adapter=adapter)
        self.businesses = self.graph.solutions.booking_businesses

    async def items(self, builder, configuration=None):
        """All items of a list, page by page."""
        page = await builder.get(request_configuration=configuration)
        found = list(page.value)
        while page.odata_next_link:
            page = await builder.with_url(page.odata_next_link).get()
            found += page.value
        return found


@pytest.fixture
def sandbox(tmp_path):
    """(tenant, app, function that runs a coroutine function with the SDK)."""
    app = SandboxApp(build_tenant("small", now=NOW), habits=Habits(page_size=17))
    with serve(app, certificate_dir=tmp_path) as served:

        def run(work):
            async def whole():
                sdk = Sdk(Client(app, served.ca_path), served.ca_path)
                async with sdk.http:
                    return await work(sdk)

            return asyncio.run(whole())

        yield app.tenant, app, run


def by_id(records):
    return {record.id: record for record in records}


def test_everything_is_listed_paged_and_read(sandbox):
    tenant, app, run = sandbox

    async def read_all(sdk):
        listed = await sdk.items(sdk.businesses)
        assert {b.id: b.display_name for b in listed} == {
            key: b.display_name for key, b in tenant.businesses.items()
        }
        for business_id, business in tenant.businesses.items():
            await read_business(sdk, business_id, business)

    run(read_all)
    assert not [row for row in app.requests if row[2] >= 400]
    pages = [row for row in app.requests if row[1].endswith("/appointments")]
    assert len(pages) > len(tenant.businesses)


async def read_business(sdk, business_id, business):
    """Lists and reads all of one business, and compares it with what the tenant holds."""
    builder = sdk.businesses.by_booking_business_id(business_id)
    whole = await builder.get()
    assert whole.default_currency_iso == business.currency
    assert whole.booking_page_settings.business_time_zone == business.time_zone

    services = by_id(await sdk.items(builder.services))
    assert services.keys() == business.services.keys()
    for service_id, record in business.services.items():
        read = await builder.services.by_booking_service_id(service_id).get()
        assert read.default_price == float(record["defaultPrice"])
        assert read.default_price_type == BookingPriceType(record["defaultPriceType"])
        assert read.default_duration > timedelta(0)

    staff = by_id(await sdk.items(builder.staff_members))
    assert staff.keys() == business.staff.keys()
    assert all(isinstance(member, BookingStaffMember) for member in staff.values())

    customers = by_id(await sdk.items(builder.customers))
    assert {key: c.email_address for key, c in customers.items()} == {
        key: record["emailAddress"] for key, record in business.customers.items()
    }
    assert all(isinstance(customer, BookingCustomer) for customer in customers.values())

    questions = by_id(await sdk.items(builder.custom_questions))
    assert questions.keys() == business.questions.keys()
    await read_appointments(sdk, builder, business)


async def read_appointments(sdk, builder, business):
    """Lists, calendar view, and each appointment by id."""
    listed = by_id(await sdk.items(builder.appointments))
    assert listed.keys() == business.appointments.keys()
    window = Parameters(start=RANGE["start"], end=RANGE["end"])
    seen = await sdk.items(builder.calendar_view, Configuration(query_parameters=window))
    assert by_id(seen).keys() == listed.keys()
    for appointment_id, item in business.appointments.items():
        read = await builder.appointments.by_booking_appointment_id(appointment_id).get()
        assert isinstance(read, BookingAppointment)
        assert read.price == float(item.price)
        assert read.price_type == BookingPriceType(item.price_type)
        assert read.duration == item.duration
        assert read.start_date_time.date_time.startswith(f"{item.start:%Y-%m-%dT%H:%M:%S}.0000000")
        assert read.last_updated_date_time == item.last_updated
        expected = [] if item.flat_only else [a.email for a in item.attendees]
        assert [c.email_address for c in read.customers] == expected
        assert all(isinstance(c, BookingCustomerInformation) for c in read.customers)


def test_errors_are_those_that_the_sdk_knows(sandbox):
    _, app, run = sandbox

    async def read(sdk):
        builder = sdk.businesses.by_booking_business_id(ATELIER).appointments
        with pytest.raises(APIError) as caught:
            await builder.by_booking_appointment_id("nothing").get()
        return caught.value

    error = run(read)
    assert error.response_status_code == 404
    assert error.error.code == "ErrorItemNotFound"
    assert error.error.inner_error.request_id

    # A throttled request is repeated by the SDK itself, after the time it was told.
    app.faults.append(Fault("429", path="appointments/", times=1, retry_after=0))
    error = run(read)
    assert error.response_status_code == 404
    assert app.faults[0].fired == 1
