# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Bookings verbs: what is asked, what becomes of 404 and 403, and what is written."""

import json
import unittest
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from ..graph.addresses import business_id_from
from ..graph.bookings import BookingsApi
from ..graph.errors import AccessError, ConfigurationError, GraphError, NotFoundError
from ..graph.permissions import OPERATIONS, missing_permissions
from ..graph.records import Appointment, Customer
from .graph_common import Reply, Tokens, an_appointment, graph_error, make_client

BUSINESS = "salon@contoso.example"
BASE = "/v1.0/solutions/bookingBusinesses"
B = f"{BASE}/salon%40contoso.example"
GONE = Reply(404, graph_error("ErrorItemNotFound"))
DENIED = Reply(403, graph_error("ErrorAccessDenied"))


def make_api(script, roles=()):
    client, adapter, _clock = make_client(script, tokens=Tokens(roles))
    return BookingsApi(client), adapter


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


class TestLists(unittest.TestCase):
    def test_each_asks_its_own_path(self):
        cases = {
            "services": "services",
            "staff_members": "staffMembers",
            "customers": "customers",
            "custom_questions": "customQuestions",
        }
        for method, path in cases.items():
            api, adapter = make_api([{"value": [{"id": "a"}, {"displayName": "no id"}, 5]}])
            listing = getattr(api, method)(BUSINESS)
            self.assertEqual(adapter.requests[0].path_url, f"{B}/{path}")
            self.assertEqual([record.id for record in listing.records], ["a"])
            self.assertEqual(
                [problem.message for problem in listing.problems],
                ["The record has no id.", "This is no record."],
            )
            self.assertEqual(listing.problems[0].kind, type(listing.records[0]).__name__)

    def test_businesses(self):
        page = {"value": [{"id": BUSINESS, "displayName": "Salon"}, {"id": None}]}
        api, adapter = make_api([page, page, {"id": BUSINESS, "defaultCurrencyIso": "CHF"}])
        self.assertEqual([business.id for business in api.businesses()], [BUSINESS])
        api.businesses(" sal on ")
        self.assertEqual(parse_qs(urlsplit(adapter.requests[1].url).query), {"query": ["sal on"]})
        self.assertEqual(api.business(f" {BUSINESS} ").currency, "CHF")
        self.assertEqual([request.path_url for request in adapter.requests][::2], [BASE, B])

    def test_calendar_view(self):
        api, adapter = make_api([{"value": [an_appointment(), an_appointment(price=5)]}])
        zone = timezone(timedelta(hours=2))
        listing = api.calendar_view(
            BUSINESS, utc(2026, 3, 1), datetime(2026, 4, 1, 2, 0, 0, 1, tzinfo=zone)
        )
        query = parse_qs(urlsplit(adapter.requests[0].url).query)
        self.assertEqual(
            query, {"start": ["2026-03-01T00:00:00Z"], "end": ["2026-04-01T00:00:01Z"]}
        )
        # One that is on two pages is one; the later counts.
        self.assertEqual([record.price for record in listing.records], [5])
        self.assertFalse(listing.records[0].has_details)

    def test_calendar_view_wants_a_period(self):
        api, adapter = make_api([])
        moment = utc(2026, 3, 1)
        for start, end in ((moment, moment), (moment.replace(tzinfo=None), moment)):
            with self.assertRaises(ValueError):
                api.calendar_view(BUSINESS, start, end)
        self.assertEqual(adapter.requests, [])

    def test_all_appointments(self):
        api, adapter = make_api([{"value": [an_appointment()]}])
        self.assertEqual(len(api.appointments(BUSINESS).records), 1)
        self.assertEqual(adapter.requests[0].path_url, f"{B}/appointments")

    def test_a_calendar_view_that_is_refused(self):
        items = [an_appointment(id=str(number), customers=[]) for number in (1, 2)]
        api, adapter = make_api([DENIED, {"value": [*items, 5]}])
        moment = utc(2026, 3, 3, 9, 0)
        hour = timedelta(hours=1)
        first = api.appointments_between(BUSINESS, moment - hour, moment + hour)
        self.assertTrue(api.is_view_refused)
        self.assertEqual([record.id for record in first.records], ["1", "2"])
        self.assertEqual(len(first.problems), 1)
        known = {first.records[0].digest}
        again = api.appointments_between(BUSINESS, moment - hour, moment + hour, known)
        self.assertEqual(([record.id for record in again.records], again.problems), (["2"], ()))
        self.assertEqual(again.unchanged, ("1",))
        before = api.appointments_between(BUSINESS, moment - 2 * hour, moment)
        self.assertEqual((before.records, before.unchanged), ((), ()))
        self.assertEqual(
            [request.path_url.partition("?")[0] for request in adapter.requests],
            [f"{B}/calendarView", f"{B}/appointments"],
        )

    def test_no_business(self):
        api, _adapter = make_api([])
        for business_id in ("", None, "  "):
            with self.assertRaises(ConfigurationError) as caught:
                api.services(business_id)
            self.assertEqual(caught.exception.code, "business_missing")


class TestErrors(unittest.TestCase):
    def test_404_of_a_list_is_the_business(self):
        api, _adapter = make_api([GONE, GONE])
        for ask in (api.services, api.business):
            with self.assertRaises(NotFoundError) as caught:
                ask(BUSINESS)
            error = caught.exception
            self.assertEqual((error.code, error.request_id), ("business_not_found", "ms-request"))

    def test_404_of_a_mailbox(self):
        api, _adapter = make_api([Reply(404, graph_error("MailboxNotEnabledForRESTAPI"))])
        with self.assertRaises(NotFoundError) as caught:
            api.services(BUSINESS)
        self.assertEqual(caught.exception.code, "mailbox_unavailable")

    def test_the_missing_permission_is_named(self):
        cases = (
            ([], "permission_missing", "Bookings.Read.All"),
            (["BookingsAppointment.ReadWrite.All"], "permission_missing", "Bookings.Read.All"),
            (["Bookings.Read.All"], "access_denied", None),
        )
        for roles, code, permission in cases:
            api, _adapter = make_api([DENIED], roles)
            with self.assertRaises(AccessError) as caught:
                api.businesses()
            error = caught.exception
            self.assertEqual((error.code, error.details.get("permission")), (code, permission))
            self.assertEqual(error.details["operation_code"], "list_businesses")
            if permission:
                self.assertIn("list the Bookings businesses", error.message)

    def test_permissions_for_options(self):
        missing = missing_permissions(["Bookings.Read.All"], OPERATIONS)
        self.assertEqual(
            missing,
            (
                ("BookingsAppointment.ReadWrite.All", "write_appointments"),
                ("BookingsAppointment.ReadWrite.All", "write_customers"),
                ("Bookings.ReadWrite.All", "write_services"),
            ),
        )
        self.assertEqual(missing_permissions(["Bookings.Manage.All"], OPERATIONS), ())


class TestDetails(unittest.TestCase):
    def test_one(self):
        api, adapter = make_api([an_appointment()])
        record = api.appointment(BUSINESS, "A/B=")
        self.assertTrue(record.has_details)
        self.assertEqual(adapter.requests[0].path_url, f"{B}/appointments/A%2FB%3D")

    def test_one_that_is_gone(self):
        cases = (([GONE, {"id": BUSINESS}], "not_found"), ([GONE, GONE], "business_not_found"))
        for script, code in cases:
            api, _adapter = make_api(script)
            with self.assertRaises(NotFoundError) as caught:
                api.appointment(BUSINESS, "a")
            self.assertEqual(caught.exception.code, code)

    def batch_api(self, answers, business=None):
        """An API whose batches answer by appointment id; others are answered whole."""
        batches = []

        def script(request):
            if request.method == "GET":
                return business
            parts = json.loads(request.body)["requests"]
            batches.append(parts)
            return {
                "responses": [
                    {"id": part["id"], **answers[part["url"].rpartition("/")[2]]} for part in parts
                ]
            }

        client, adapter, _clock = make_client(script, max_retries=1)
        return BookingsApi(client), adapter, batches

    ANSWERS = {
        "here": {"status": 200, "body": an_appointment(id="here")},
        "gone": {"status": 404, "body": graph_error("ErrorItemNotFound")},
        "lost": {"status": 404, "body": graph_error("ErrorItemNotFound")},
        "page": {"status": 404, "body": "<html>"},
        "odd": {"status": 200, "body": {"id": "odd"}},
        "denied": {"status": 403, "body": graph_error("ErrorAccessDenied")},
        "mailbox": {"status": 404, "body": graph_error("MailboxNotEnabledForRESTAPI")},
        "A%2FB%3D": {"status": 200, "body": an_appointment(id="A/B=")},
    }

    def test_many(self):
        api, adapter, batches = self.batch_api(self.ANSWERS, {"id": BUSINESS})
        ids = ["here", "gone", "lost", "page", "odd", "denied", "mailbox", "A/B=", "here"]
        results = api.appointments_by_id(BUSINESS, ids)
        self.assertEqual(set(results), set(ids))
        self.assertIsInstance(results["here"], Appointment)
        self.assertTrue(results["A/B="].has_details)
        self.assertIsNone(results["gone"])
        self.assertIsNone(results["lost"])
        codes = {key: value.code for key, value in results.items() if isinstance(value, GraphError)}
        self.assertEqual(
            codes,
            {
                "page": "not_json",
                "odd": "record_unreadable",
                "denied": "permission_missing",
                "mailbox": "mailbox_unavailable",
            },
        )
        # The business was asked for once, whatever the number of those that are gone.
        self.assertEqual([r.path_url for r in adapter.requests if r.method == "GET"], [B])
        self.assertEqual(batches[0][0]["headers"]["Prefer"], "include-unknown-enum-members")

    def test_gone_with_the_business_is_not_gone(self):
        for business, code in (
            (GONE, "business_not_found"),
            (DENIED, "permission_missing"),
            (Reply(503), "unavailable"),
        ):
            api, _adapter, _batches = self.batch_api(self.ANSWERS, business)
            results = api.appointments_by_id(BUSINESS, ["gone", "here"])
            self.assertEqual(results["gone"].code, code)
            self.assertIsInstance(results["here"], Appointment)

    def test_none_asked_for(self):
        api, adapter = make_api([])
        self.assertEqual(api.appointments_by_id(BUSINESS, []), {})
        self.assertEqual(adapter.requests, [])


class TestWrites(unittest.TestCase):
    def body(self, adapter):
        return json.loads(adapter.requests[0].body)

    def test_create_customer(self):
        api, adapter = make_api([Reply(201, {"id": "c", "displayName": "Ana"})])
        record = api.create_customer(
            BUSINESS, display_name="Ana", email="a@b.c", phone="1", city="Lausanne"
        )
        self.assertEqual(record.id, "c")
        self.assertEqual(
            (adapter.requests[0].method, adapter.requests[0].path_url), ("POST", f"{B}/customers")
        )
        empty = {"street": "", "postalCode": "", "state": "", "countryOrRegion": ""}
        self.assertEqual(
            self.body(adapter),
            {
                "@odata.type": "#microsoft.graph.bookingCustomer",
                "displayName": "Ana",
                "emailAddress": "a@b.c",
                "phones": [{"number": "1", "type": "other"}],
                "addresses": [{**empty, "city": "Lausanne"}],
            },
        )

    def test_update_customer_with_either_answer(self):
        for reply, expected in ((Reply(204), None), (Reply(200, {"id": "c"}), "c")):
            api, adapter = make_api([reply])
            record = api.update_customer(BUSINESS, "c/1", phone="")
            self.assertEqual(record and record.id, expected)
            self.assertEqual(adapter.requests[0].path_url, f"{B}/customers/c%2F1")
            self.assertEqual(
                self.body(adapter),
                {"@odata.type": "#microsoft.graph.bookingCustomer", "phones": []},
            )

    def test_update_customer_gives_back_what_it_does_not_change(self):
        known = Customer.parse(
            {
                "id": "c",
                "phones": [{"number": "1", "type": "mobile"}, {"number": "2", "type": "business"}],
                "addresses": [
                    {"city": ""},
                    {"city": "Bern", "street": "Gasse 1"},
                    {"city": "Biel"},
                ],
            }
        )
        cases = (
            ("3", [("3", "mobile"), ("2", "business")]),
            ("", [("2", "business")]),
        )
        for phone, expected in cases:
            api, adapter = make_api([Reply(204)])
            api.update_customer(BUSINESS, "c", phone=phone, street="Platz 2", known=known)
            body = self.body(adapter)
            self.assertEqual([(p["number"], p["type"]) for p in body["phones"]], expected)
            cities = [(a["street"], a["city"]) for a in body["addresses"]]
            self.assertEqual(cities, [("", ""), ("Platz 2", ""), ("", "Biel")])
        api, adapter = make_api([Reply(204)])
        api.update_customer(BUSINESS, "c", display_name="Ana", known=known)
        self.assertEqual(self.body(adapter).keys(), {"@odata.type", "displayName"})

    def test_one_customer(self):
        api, adapter = make_api([Reply(200, {"id": "c"})])
        self.assertEqual(api.customer(BUSINESS, "c").id, "c")
        self.assertEqual(adapter.requests[0].path_url, f"{B}/customers/c")
        api, _adapter = make_api([GONE, Reply(200, {"id": BUSINESS})])
        self.assertIsNone(api.customer(BUSINESS, "c"))
        api, _adapter = make_api([GONE, GONE])
        with self.assertRaises(NotFoundError):
            api.customer(BUSINESS, "c")

    def test_services(self):
        api, adapter = make_api([Reply(201, {"id": "s"}), Reply(204)])
        api.create_service(
            BUSINESS,
            display_name="Audit",
            default_duration=timedelta(minutes=90),
            default_price=Decimal("180.50"),
            price_type="hourly",
            staff_member_ids=("a",),
        )
        self.assertEqual(
            self.body(adapter),
            {
                "@odata.type": "#microsoft.graph.bookingService",
                "displayName": "Audit",
                "defaultDuration": "PT5400S",
                "defaultPrice": 180.5,
                "defaultPriceType": "hourly",
                "staffMemberIds": ["a"],
            },
        )
        self.assertIsNone(api.update_service(BUSINESS, "s", is_hidden=False))
        for price_type in ("unknownFutureValue", "cheap"):
            with self.assertRaises(ValueError):
                api.update_service(BUSINESS, "s", price_type=price_type)

    def test_invoice(self):
        api, adapter = make_api([Reply(204), Reply(204)])
        api.update_appointment_invoice(
            BUSINESS,
            "a",
            number="INV/1",
            status="open",
            amount=Decimal("120.10"),
            date=date(2026, 11, 22),
            url="https://odoo.example/1",
        )
        request = adapter.requests[0]
        self.assertEqual(
            (request.method, request.path_url),
            ("PATCH", f"{B}/appointments/a".replace("v1.0", "beta")),
        )
        body = self.body(adapter)
        self.assertEqual((body["invoiceId"], body["invoiceAmount"]), ("INV/1", 120.1))
        self.assertEqual(body["invoiceDate"]["dateTime"], "2026-11-22T00:00:00.0000000+00:00")
        nothing = dict.fromkeys(("number", "status", "amount", "date", "url"))
        api.update_appointment_invoice(BUSINESS, "a", **nothing)
        cleared = json.loads(adapter.requests[1].body)
        self.assertEqual((cleared["invoiceId"], cleared["invoiceAmount"]), (None, 0.0))
        with self.assertRaises(ValueError):
            api.update_appointment_invoice(BUSINESS, "a", **{**nothing, "status": "posted"})

    def test_a_refused_write_names_its_permission(self):
        api, _adapter = make_api([DENIED], ["Bookings.Read.All"])
        with self.assertRaises(AccessError) as caught:
            api.create_service(BUSINESS, display_name="x")
        self.assertEqual(caught.exception.details["permission"], "Bookings.ReadWrite.All")


class TestAddresses(unittest.TestCase):
    def test_what_is_pasted(self):
        for text in (
            f" {BUSINESS} ",
            "https://outlook.office365.com/owa/calendar/salon@contoso.example/bookings/",
            "https://outlook.office.com/book/salon%40contoso.example/?x=1",
        ):
            self.assertEqual(business_id_from(text), BUSINESS)

    def test_what_cannot_be(self):
        cases = {
            "": "business_missing",
            None: "business_missing",
            "Salon": "business_not_address",
            "a b@contoso.example": "business_not_address",
            "https://contoso.example/salon": "business_not_address",
            "https://[": "business_not_address",
            "https://outlook.office.com/bookwithme/user/x@contoso.example": "personal_page",
        }
        for text, code in cases.items():
            with self.subTest(text), self.assertRaises(ConfigurationError) as caught:
                business_id_from(text)
            self.assertEqual(caught.exception.code, code)
