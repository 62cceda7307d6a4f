# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records out of Graph's JSON: every form that was seen, and every one that was not."""

import copy
import dataclasses
import json
import unittest
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from ..graph.records import (
    PRICE_TYPES,
    Appointment,
    Business,
    Customer,
    CustomQuestion,
    RecordError,
    Service,
    StaffMember,
)
from .graph_common import an_appointment

#: what the US Government's older model has not
GOVERNMENT_LACKS = (
    "appointmentLabel",
    "createdDateTime",
    "lastUpdatedDateTime",
    "customerName",
    "customerEmailAddress",
    "customerPhone",
    "customerNotes",
    "isCustomerAllowedToManageBooking",
)


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


def at(text, zone="UTC"):
    return {"dateTime": text, "timeZone": zone}


class TestAppointment(unittest.TestCase):
    def test_details(self):
        record = Appointment.parse(an_appointment(), has_details=True)
        self.assertEqual(record.id, "AAMkAD-1=")
        self.assertEqual(record.self_service_id, "")
        self.assertEqual(record.staff_member_ids, ("staff-1", "staff-2"))
        self.assertEqual(record.start, utc(2026, 3, 3, 9))
        self.assertEqual(record.end, utc(2026, 3, 3, 10, 30))
        self.assertEqual(record.duration, timedelta(minutes=90))
        self.assertEqual((record.price, record.price_type), (Decimal("49.9"), "fixedPrice"))
        self.assertEqual(record.location_name, "Lausanne")
        self.assertEqual(record.last_updated, utc(2026, 3, 1, 9, 12, 44, 123456))
        (attendee,) = record.attendees
        self.assertEqual((attendee.customer_id, attendee.name), ("customer-1", "Ana Müller"))
        self.assertEqual(attendee.answers[0].text, "S, M")
        self.assertTrue(record.has_details)
        with self.assertRaises(dataclasses.FrozenInstanceError):
            record.price = Decimal(0)

    def test_both_spellings(self):
        data = an_appointment()
        docs = {**data, "start": data["startDateTime"], "end": data["endDateTime"]}
        del docs["startDateTime"], docs["endDateTime"]
        self.assertEqual(Appointment.parse(docs), Appointment.parse(data))
        nulls = {**docs, "startDateTime": None, "endDateTime": {"dateTime": None}}
        self.assertEqual(Appointment.parse(nulls), Appointment.parse(data))

    def test_length_across_a_change_of_the_clocks(self):
        data = an_appointment(
            startDateTime=at("2026-03-29T00:30:00.0000000", "Europe/Zurich"),
            endDateTime=at("2026-03-29T04:30:00.0000000", "W. Europe Standard Time"),
        )
        self.assertEqual(Appointment.parse(data).duration, timedelta(hours=3))

    def test_an_end_out_of_the_duration(self):
        data = an_appointment(endDateTime=None, duration="PT45M")
        self.assertEqual(Appointment.parse(data).end, utc(2026, 3, 3, 9, 45))

    def test_every_price_type(self):
        for name in PRICE_TYPES:
            record = Appointment.parse(an_appointment(priceType=name, price=0))
            self.assertEqual((record.price_type, record.price_type_text), (name, name))
        for value, expected in (
            ("FIXEDPRICE", "fixedPrice"),
            ("perHead", "unknownFutureValue"),
            (None, "undefined"),
            ("", "undefined"),
            (3, "unknownFutureValue"),
            ({}, "unknownFutureValue"),
        ):
            self.assertEqual(
                Appointment.parse(an_appointment(priceType=value)).price_type, expected
            )
        record = Appointment.parse(an_appointment(priceType="perHead"))
        self.assertEqual(record.price_type_text, "perHead")

    def test_prices(self):
        for value, expected in (
            (49.9, "49.9"),
            (50.0, "50"),
            (50, "50"),
            (0.1, "0.1"),
            (1e3, "1000"),
            (-0.0, "0"),
            ("49.90", "49.9"),
            (0.1 + 0.2, "0.30000000000000004"),
        ):
            record = Appointment.parse(an_appointment(price=value))
            self.assertEqual(str(record.price), expected)
            self.assertEqual(record.price_type, "fixedPrice")

    def test_no_usable_price_never_becomes_nothing_in_silence(self):
        for value in (None, "free", True, [], float("nan"), float("inf"), 1e300, 10**400, "1_0"):
            for kind in ("fixedPrice", "hourly", "startingAt"):
                record = Appointment.parse(an_appointment(price=value, priceType=kind))
                self.assertEqual((record.price, record.price_type), (0, "undefined"))
                self.assertEqual(record.price_type_text, kind)
            record = Appointment.parse(an_appointment(price=value, priceType="free"))
            self.assertEqual(record.price_type, "free")

    def test_nulls_and_missing_members(self):
        bare = {"id": "a", "startDateTime": at("2026-01-01T10:00:00"), "duration": "PT1H"}
        record = Appointment.parse(bare)
        nulls = {name: None for name in an_appointment()}
        self.assertEqual(Appointment.parse({**nulls, **bare}), record)
        self.assertEqual(Appointment.parse({**nulls, **bare}).fingerprint(), record.fingerprint())
        self.assertEqual((record.price_type, record.maximum_attendees), ("undefined", 1))
        self.assertEqual((record.attendees, record.staff_member_ids), ((), ()))

    def test_the_older_government_model(self):
        data = an_appointment()
        for name in GOVERNMENT_LACKS:
            data.pop(name, None)
        record = Appointment.parse(data, has_details=True)
        self.assertIsNone(record.last_updated)
        self.assertEqual(record.attendees[0].email, "ana@example.com")

    def test_beta(self):
        data = an_appointment(onlineMeetingUrl="https://teams.example/1", invoiceId="INV1")
        self.assertEqual(Appointment.parse(data).join_url, "https://teams.example/1")

    def test_booked_online_or_by_staff(self):
        zero = "00000000-0000-0000-0000-000000000000"
        for value, expected in ((zero, ""), (None, ""), ("", ""), ("f8a1", "f8a1")):
            record = Appointment.parse(an_appointment(selfServiceAppointmentId=value))
            self.assertEqual(record.self_service_id, expected)

    def test_ids_are_kept_as_they_are(self):
        for graph_id in ("aB/+=-_" * 143, "x" * 1000, " spaced "):
            self.assertEqual(Appointment.parse(an_appointment(id=graph_id)).id, graph_id)

    def test_every_place_of_a_class_is_an_attendee(self):
        one = an_appointment()["customers"][0]
        record = Appointment.parse(an_appointment(customers=[one, {}, None, 5, one]))
        self.assertEqual(
            [place.customer_id for place in record.attendees], ["customer-1", "", "customer-1"]
        )

    def test_what_cannot_be_stored_is_removed(self):
        record = Appointment.parse(an_appointment(serviceName=" a\x00b\ud800c "))
        self.assertEqual(record.service_name, "abc")

    def test_what_cannot_be_understood(self):
        cases = (
            (5, "", "no record"),
            ({}, "", "no id"),
            (an_appointment(id=None), "", "no id"),
            (an_appointment(id="  "), "", "no id"),
            (an_appointment(id=7), "", "no id"),
            (an_appointment(id="a\x00"), "a", "unusable id"),
            (an_appointment(id=".."), "..", "unusable id"),
            (an_appointment(startDateTime=None), "AAMkAD-1=", "no start"),
            (an_appointment(startDateTime=at("soon")), "AAMkAD-1=", "no date"),
            (an_appointment(startDateTime=at("2026-01-01T00:00:00", "X")), "AAMkAD-1=", "zone"),
            (an_appointment(endDateTime=None), "AAMkAD-1=", "no end"),
            (an_appointment(endDateTime=at("2020-01-01T00:00:00Z")), "AAMkAD-1=", "ends before"),
        )
        for data, graph_id, words in cases:
            with self.subTest(words), self.assertRaises(RecordError) as caught:
                Appointment.parse(data)
            self.assertEqual(caught.exception.graph_id, graph_id)
            self.assertIn(words, caught.exception.message)


class TestFingerprint(unittest.TestCase):
    def list_form(self):
        """The same appointment as lists tell it."""
        data = an_appointment(customers=[], customerNotes=None, serviceNotes=None, reminders=[])
        for name in ("customerName", "customerEmailAddress"):
            del data[name]
        return data

    def test_list_and_details_agree(self):
        listed = Appointment.parse(self.list_form())
        detailed = Appointment.parse(an_appointment(serviceNotes="n"), has_details=True)
        self.assertEqual(listed.fingerprint(), detailed.fingerprint())
        self.assertLessEqual(len(listed.fingerprint()), 64)

    def test_form_makes_no_difference(self):
        data = an_appointment()
        first = Appointment.parse(data).fingerprint()
        turned = dict(reversed(list(data.items())))
        same = (
            turned,
            {**data, "lastUpdatedDateTime": "2027-01-01T00:00:00Z"},
            {**data, "appointmentLabel": None},
            {**data, "price": 49.90},
            {**data, "startDateTime": at("2026-03-03T10:00:00", "Europe/Zurich")},
        )
        for form in same:
            self.assertEqual(Appointment.parse(form).fingerprint(), first)

    def test_every_fact_makes_a_difference(self):
        changes = {
            "id": "AAMKAD-1=",
            "selfServiceAppointmentId": "x",
            "serviceId": "service-2",
            "serviceName": "Other",
            "staffMemberIds": ["staff-2"],
            "startDateTime": at("2026-03-03T08:00:00Z"),
            "endDateTime": at("2026-03-03T11:00:00Z"),
            "price": 50,
            "priceType": "hourly",
            "filledAttendeesCount": 2,
            "maximumAttendeesCount": 8,
            "appointmentLabel": "late",
            "serviceLocation": {"displayName": "Geneva"},
            "isLocationOnline": True,
        }
        prints = {Appointment.parse(an_appointment()).fingerprint()}
        for name, value in changes.items():
            prints.add(Appointment.parse(an_appointment(**{name: value})).fingerprint())
        self.assertEqual(len(prints), len(changes) + 1)

    def test_it_is_the_same_tomorrow(self):
        # Stored in databases: a change of it is a change of every booking there.
        self.assertEqual(
            Appointment.parse(an_appointment()).fingerprint(), "51fd3776584e43877cfb8f0bf88c0340"
        )


class TestDirectory(unittest.TestCase):
    def test_business(self):
        record = Business.parse(
            {
                "id": "salon@contoso.example",
                "displayName": "Salon",
                "defaultCurrencyIso": "chf",
                "bookingPageSettings": {"businessTimeZone": "Europe/Zurich"},
                "isPublished": True,
            }
        )
        self.assertEqual((record.currency, record.time_zone), ("CHF", "Europe/Zurich"))
        listed = Business.parse({"id": "a@b.c", "displayName": "x", "defaultCurrencyIso": "??"})
        self.assertEqual(
            (listed.currency, listed.time_zone, listed.is_published), (None, None, False)
        )

    def test_service(self):
        record = Service.parse(
            {
                "id": "s",
                "displayName": "Audit",
                "defaultDuration": "PT1H30M",
                "defaultPrice": 180.0,
                "defaultPriceType": "hourly",
                "maximumAttendeesCount": 8,
                "isHiddenFromCustomers": True,
                "staffMemberIds": ["a", None, "", "a", "b"],
            }
        )
        self.assertEqual(record.default_duration, timedelta(minutes=90))
        self.assertEqual((record.default_price, record.price_type), (Decimal(180), "hourly"))
        self.assertEqual((record.maximum_attendees, record.is_hidden), (8, True))
        self.assertEqual(record.staff_member_ids, ("a", "b"))
        bare = Service.parse({"id": "s", "maximumAttendeesCount": -1, "defaultPriceType": 4})
        self.assertEqual((bare.default_duration, bare.default_price), (None, None))
        self.assertEqual((bare.maximum_attendees, bare.price_type_text), (1, "4"))

    def test_staff_member(self):
        for status, active in (("active", True), (None, True), ("rejectedByStaff", False)):
            record = StaffMember.parse({"id": "a", "membershipStatus": status, "role": "scheduler"})
            self.assertEqual((record.is_active, record.role), (active, "scheduler"))
        self.assertEqual(StaffMember.parse({"id": "a", "role": "king"}).role, "unknownFutureValue")
        self.assertEqual(StaffMember.parse({"id": "a"}).role, "")

    def test_customer(self):
        record = Customer.parse(
            {
                "id": "c",
                "displayName": "Ana",
                "emailAddress": " ana@example.com ",
                "phones": [{"number": ""}, None, {"number": "1"}, {"number": "2"}],
                "addresses": [
                    {"type": "home", "city": ""},
                    {"street": "Rue 1", "postalCode": "1000", "countryOrRegion": "Suisse"},
                ],
            }
        )
        self.assertEqual(
            (record.email, record.phone, record.phones), ("ana@example.com", "1", ("1", "2"))
        )
        self.assertEqual(
            (record.street, record.postal_code, record.country), ("Rue 1", "1000", "Suisse")
        )
        self.assertEqual(Customer.parse({"id": "c"}).phones, ())

    def test_custom_question(self):
        record = CustomQuestion.parse(
            {
                "id": "q",
                "displayName": "Size?",
                "answerInputType": "radioButton",
                "answerOptions": ["S"],
            }
        )
        self.assertEqual(
            (record.question, record.answer_type, record.options), ("Size?", "radioButton", ("S",))
        )

    def test_none_without_an_id(self):
        for record in (Business, Service, StaffMember, Customer, CustomQuestion):
            for data in (None, [], {}, {"id": None}, {"id": ""}):
                with self.assertRaises(RecordError):
                    record.parse(data)

    def test_parsing_changes_nothing(self):
        data = an_appointment()
        before = copy.deepcopy(data)
        Appointment.parse(data)
        self.assertEqual(json.dumps(data), json.dumps(before))
