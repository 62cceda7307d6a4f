# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The digest of a list item: what it must not overlook, and what must not change it."""

import unittest
from datetime import datetime, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from ..graph.bookings import BookingsApi
from ..graph.records import Appointment, RecordError, digest_of
from .graph_common import an_appointment, make_client
from .graph_strategies import anything, mutated

BUSINESS = "salon@contoso.example"
WINDOW = (datetime(2026, 3, 1, tzinfo=timezone.utc), datetime(2026, 4, 1, tzinfo=timezone.utc))
# What lists show in one answer and not in the next, or what only a GET by id fills.
VOLATILE = ("customerName", "customerEmailAddress", "customerTimeZone", "customers")
tried = settings(max_examples=500, deadline=None, database=None)


def what_counts(data):
    """What decides whether details have to be read, as the comparison of parsed records sees it."""
    try:
        record = Appointment.parse(data)
    except RecordError:
        return None
    return record.facts(), record.last_updated


class TestDigest(unittest.TestCase):
    @tried
    @given(st.data())
    def test_another_fact_is_another_digest(self, data):
        item = an_appointment()
        name = data.draw(st.sampled_from(sorted({*item, "start", "end", "duration"})))
        other = {**item, name: data.draw(anything)}
        if data.draw(st.booleans()):
            del other[name]
        if what_counts(other) != what_counts(item):
            self.assertNotEqual(digest_of(other), digest_of(item))

    @tried
    @given(mutated(), mutated())
    def test_one_digest_is_one_set_of_facts(self, one, other):
        if digest_of(one) and digest_of(one) == digest_of(other):
            self.assertEqual(what_counts(one), what_counts(other))

    def test_ids_are_told_apart_by_case(self):
        self.assertNotEqual(digest_of(an_appointment(id="A=")), digest_of(an_appointment(id="a=")))

    def test_what_is_no_fact_changes_nothing(self):
        item = an_appointment()
        plain = {name: value for name, value in item.items() if name not in VOLATILE}
        later = {**plain, "joinWebUrl": "https://teams.example/1", "aMemberOfTomorrow": 5}
        self.assertEqual({digest_of(plain), digest_of(later)}, {digest_of(item)})

    def test_what_has_no_digest(self):
        deep = []
        for _level in range(3000):
            deep = [deep]
        for data in (None, 5, [], "x", an_appointment(serviceLocation=deep)):
            self.assertEqual(digest_of(data), "")

    def test_details_have_none(self):
        self.assertTrue(Appointment.parse(an_appointment()).digest)
        self.assertEqual(Appointment.parse(an_appointment(), has_details=True).digest, "")


class TestKnownItems(unittest.TestCase):
    def listing(self, *pages, known):
        client, _adapter, _clock = make_client([{"value": list(page)} for page in pages])
        return BookingsApi(client).calendar_view(BUSINESS, *WINDOW, known=known)

    def test_they_are_not_among_the_records(self):
        same, changed, new = (an_appointment(id=graph_id) for graph_id in ("same", "chg", "new"))
        known = {digest_of(same), digest_of(changed)}
        listing = self.listing([same, {**changed, "price": 5}, new, {"id": ""}], known=known)
        self.assertEqual(listing.unchanged, ("same",))
        self.assertEqual([record.id for record in listing.records], ["chg", "new"])
        self.assertEqual(len(listing.problems), 1)

    def test_of_one_that_is_listed_twice_the_later_counts(self):
        before, after = an_appointment(), an_appointment(price=5)
        known = {digest_of(before)}
        listing = self.listing([before, after], known=known)
        self.assertEqual(([r.price for r in listing.records], listing.unchanged), ([5], ()))
        listing = self.listing([after, before], known=known)
        self.assertEqual((listing.records, listing.unchanged), ((), (before["id"],)))
