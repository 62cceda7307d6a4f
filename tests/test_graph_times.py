# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Moments, durations and time zones as Graph writes them."""

import unittest
from datetime import datetime, timedelta, timezone

from ..graph.times import (
    find_zone,
    format_duration,
    format_moment,
    parse_duration,
    parse_moment,
)

SUMMER = datetime(2026, 7, 1, 12)
WINTER = datetime(2026, 1, 1, 12)


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


class TestMoments(unittest.TestCase):
    def test_forms(self):
        noon = utc(2018, 5, 5, 12)
        cases = (
            ("2018-05-05T12:00:00.0000000Z", "UTC", noon),
            ("2018-05-05T12:00:00.0000000", "UTC", noon),
            ("2018-05-05T12:00:00.0000000", None, noon),
            ("2018-05-05T12:00:00.0000000", "", noon),
            ("2018-05-05T12:00:00.0000000", "tzone://Microsoft/Utc", noon),
            ("2018-05-05T12:00", None, noon),
            ("2018-05-05 12:00:00z", None, noon),
            (" 2018-05-05T14:00:00.0000000+02:00 ", "UTC", noon),
            ("2018-05-05T07:30:00-0430", "Pacific Standard Time", noon),
            ("2018-05-05T12:00:00Z", "Pacific Standard Time", noon),
            ("2018-05-05T14:00:00.0000000", "Europe/Zurich", noon),
            ("2018-05-05T14:00:00.0000000", "europe/zurich", noon),
            ("2018-05-05T14:00:00.0000000", "W. Europe Standard Time", noon),
            ("2018-05-05T05:00:00", "Pacific Standard Time", noon),
            ("2018-05-05T05:00:00", "(UTC-08:00) Pacific Time (US & Canada)", noon),
            ("2024-08-13T09:12:44.1234567Z", None, utc(2024, 8, 13, 9, 12, 44, 123456)),
            ("2024-08-13T09:12:44.5Z", None, utc(2024, 8, 13, 9, 12, 44, 500000)),
            ("2024-08-13T09:12:44." + "9" * 40 + "Z", None, utc(2024, 8, 13, 9, 12, 44, 999999)),
        )
        for text, zone, expected in cases:
            with self.subTest(text, zone=zone):
                self.assertEqual(parse_moment(text, zone), expected)
                self.assertIs(parse_moment(text, zone).tzinfo, timezone.utc)

    def test_what_is_none(self):
        cases = (
            "",
            "now",
            "2018-05-05",
            "2018-13-05T12:00:00Z",
            "2018-02-30T12:00:00Z",
            "2018-05-05T24:00:00Z",
            "2018-05-05T12:00:61Z",
            "2018-05-05T12:00:00+99:00",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "٢٠١٨-05-05T12:00:00Z",
            "2018-05-05T12:00:00Z\x00",
        )
        for text in cases:
            with self.subTest(text), self.assertRaises(ValueError):
                parse_moment(text)

    def test_a_zone_nobody_knows(self):
        with self.assertRaises(ValueError):
            parse_moment("2018-05-05T12:00:00", "Middle-earth Standard Time")

    def test_a_query_takes_utc(self):
        moment = datetime(2026, 3, 1, 9, 30, 15, 999, tzinfo=find_zone("Europe/Zurich"))
        self.assertEqual(format_moment(moment), "2026-03-01T08:30:15Z")
        with self.assertRaises(ValueError):
            format_moment(SUMMER)


class TestDurations(unittest.TestCase):
    CASES = {
        "PT30M": timedelta(minutes=30),
        "PT1H30M": timedelta(hours=1, minutes=30),
        "P1D": timedelta(days=1),
        "P365D": timedelta(days=365),
        "PT0S": timedelta(0),
        "P1DT2H3M4.5S": timedelta(days=1, hours=2, minutes=3, seconds=4.5),
        "-PT15M": -timedelta(minutes=15),
        "PT1.1234567S": timedelta(seconds=1, microseconds=123456),
    }

    def test_forms(self):
        for text, expected in self.CASES.items():
            self.assertEqual(parse_duration(text), expected)

    def test_what_is_none(self):
        for text in ("", "P", "PT", "-P", "30", "P1W", "P1M", "P1Y", "PT-1M", "P999999999DT999H"):
            with self.subTest(text), self.assertRaises(ValueError):
                parse_duration(text)

    def test_what_is_written_is_read(self):
        for length in (timedelta(0), timedelta(minutes=90), timedelta(days=2)):
            self.assertEqual(parse_duration(format_duration(length)), length)


class TestZones(unittest.TestCase):
    def test_names(self):
        cases = (
            ("Pacific Standard Time", -8, -7),
            ("(UTC-08:00) Pacific Time (US & Canada)", -8, -7),
            ("(UTC-05:00) Eastern Time (US & Canada)", -5, -4),
            ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", 1, 2),
            ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", 0, 1),
            ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", 5.5, 5.5),
            ("(UTC+10:00) Canberra, Melbourne, Sydney", 11, 10),
            ("(UTC-03:00) Brasilia", -3, -3),
            ("(UTC+04:00) Nowhere that anybody knows", 4, 4),
            ("(UTC) Coordinated Universal Time", 0, 0),
            ("Romance Standard Time", 1, 2),
            ("America/Chicago", -6, -5),
            ("UTC", 0, 0),
            ("", 0, 0),
        )
        for name, winter, summer in cases:
            with self.subTest(name):
                zone = find_zone(name)
                self.assertEqual(zone.utcoffset(WINTER), timedelta(hours=winter))
                self.assertEqual(zone.utcoffset(SUMMER), timedelta(hours=summer))

    def test_what_is_none(self):
        for name in (
            "Nowhere",
            "Europe",
            "../etc/passwd",
            "/etc/localtime",
            "x" * 5000,
            "\ud800",
            "a\x00b",
            "(UTC+99:00) X",
        ):
            with self.subTest(name[:20]):
                self.assertIsNone(find_zone(name))
