# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever comes in, only a RecordError comes out; and what is understood is understood right.

``BOOKINGS_EXAMPLES`` sets how many payloads are tried (20000 for the long form).
"""

import json
import os
import unittest
from datetime import timezone
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from ..graph.times import find_zone, parse_duration, parse_moment
from .graph_strategies import anything, mutated, plausible

EXAMPLES = int(os.environ.get("BOOKINGS_EXAMPLES") or 1000)

tried = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
tried_less = settings(tried, max_examples=max(EXAMPLES // 10, 50))


def as_graph(record):
    """The JSON of v1.0 that tells the same facts as an appointment."""

    def moment(value):
        return {"dateTime": f"{value:%Y-%m-%dT%H:%M:%S.%f}0Z", "timeZone": "UTC"}

    def timestamp(value):
        return value and f"{value:%Y-%m-%dT%H:%M:%S.%f}0Z"

    data = {
        "id": record.id,
        "selfServiceAppointmentId": record.self_service_id,
        "serviceId": record.service_id,
        "serviceName": record.service_name,
        "staffMemberIds": list(record.staff_member_ids),
        "startDateTime": moment(record.start),
        "endDateTime": moment(record.end),
        # A double, as Graph sends it, unless it takes more digits than one has.
        "price": float(record.price)
        if Decimal(str(float(record.price))) == record.price
        else str(record.price),
        "priceType": record.price_type,
        "customerName": record.customer_name,
        "customerEmailAddress": record.customer_email,
        "customerPhone": record.customer_phone,
        "customerNotes": record.customer_notes,
        "customerTimeZone": record.customer_time_zone,
        "filledAttendeesCount": record.filled_attendees,
        "maximumAttendeesCount": record.maximum_attendees,
        "appointmentLabel": record.label,
        "serviceLocation": {"displayName": record.location_name},
        "isLocationOnline": record.is_online,
        "serviceNotes": record.service_notes,
        "createdDateTime": timestamp(record.created),
        "lastUpdatedDateTime": timestamp(record.last_updated),
        "joinWebUrl": record.join_url,
    }
    data["customers"] = [
        {
            "customerId": place.customer_id,
            "name": place.name,
            "emailAddress": place.email,
            "phone": place.phone,
            "notes": place.notes,
            "timeZone": place.time_zone,
            "customQuestionAnswers": [
                {"questionId": item.question_id, "question": item.question, "answer": item.text}
                for item in place.answers
            ],
        }
        for place in record.attendees
    ]
    return data


def facts(record):
    """What an appointment says, as text that can be stored; Graph's own wording left out."""
    values = {**record.__dict__, "price_type_text": None}
    return repr(values).encode("utf-8")


class TestTotality(unittest.TestCase):
    def check(self, data):
        try:
            record = Appointment.parse(data, has_details=True)
        except RecordError as error:
            self.assertTrue(error.message)
            error.graph_id.encode("utf-8")
            return None
        self.assertIs(record.start.tzinfo, timezone.utc)
        self.assertLessEqual(record.start, record.end)
        self.assertTrue(record.price.is_finite())
        self.assertIn(record.price_type, PRICE_TYPES)
        self.assertNotIn(b"\x00", facts(record))
        again = Appointment.parse(json.loads(json.dumps(as_graph(record))), has_details=True)
        self.assertEqual(facts(again), facts(record))
        self.assertEqual(len(record.fingerprint()), 32)
        return record

    @tried
    @given(plausible())
    def test_plausible_ones_are_all_understood(self, data):
        record = self.check(data)
        self.assertIsNotNone(record)
        self.assertEqual(record.id, data["id"])
        # The list form of the same appointment has the same fingerprint.
        listed = {**data, "customers": [], "customerName": None, "customerEmailAddress": None}
        self.assertEqual(Appointment.parse(listed).fingerprint(), record.fingerprint())

    @tried
    @given(mutated())
    def test_mutated_ones_do_no_harm(self, data):
        self.check(data)

    @tried_less
    @given(anything)
    def test_neither_does_anything_else(self, data):
        self.check(data)

    @tried_less
    @given(
        st.sampled_from([Business, Service, StaffMember, Customer, CustomQuestion]),
        st.dictionaries(
            st.sampled_from(
                [
                    "defaultCurrencyIso",
                    "bookingPageSettings",
                    "defaultDuration",
                    "defaultPrice",
                    "defaultPriceType",
                    "maximumAttendeesCount",
                    "staffMemberIds",
                    "membershipStatus",
                    "role",
                    "phones",
                    "addresses",
                    "answerInputType",
                    "answerOptions",
                    "lastUpdatedDateTime",
                ]
            ),
            anything,
        ),
    )
    def test_nor_do_the_records_of_the_business(self, record, data):
        parsed = record.parse({"id": "x", **data})
        self.assertEqual(parsed.id, "x")
        self.assertEqual(parsed, record.parse({**data, "id": "x"}))
        repr(parsed).encode("utf-8")

    @tried_less
    @given(st.text() | st.from_regex(r"-?P[0-9]*D?T[0-9]*H?[0-9]*M[0-9.]*S?"), st.text())
    def test_nor_do_texts(self, text, zone):
        find_zone(zone)
        for parse in (parse_duration, lambda value: parse_moment(value, zone)):
            try:
                parse(text)
            except ValueError as error:
                self.assertTrue(str(error))
