# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who has the say over a value: by a table, and for every short history that two sides can have."""

from itertools import product

from odoo.tests import BaseCase

from ..models.booking_merge import settle, to_send, to_take

VALUES = ("", "a", "b")


def bring_together(odoo, bookings, settled, *, both=True):
    """What a synchronisation makes of one value on both sides."""
    mine, theirs = {"x": odoo}, {"x": bookings}
    if taken := to_take(mine, theirs, settled):
        mine = dict(theirs)
    settled = settled | settle(mine, theirs, taken)
    if both and (sent := to_send(mine, theirs, settled)):
        theirs = dict(mine)
        settled = settled | settle(mine, theirs, sent)
    return mine["x"], theirs["x"], settled


class TestMerge(BaseCase):
    def test_table(self):
        # What both agreed on (None: never), what Odoo and Bookings say; what is taken, what would be sent.
        for before, odoo, bookings, taken, sent in (
            (None, "a", "a", False, False),
            (None, "a", "", False, True),
            (None, "", "b", True, False),
            (None, "a", "b", False, True),
            ("a", "a", "b", True, False),
            ("a", "b", "a", False, True),
            ("a", "b", "c", False, True),
            ("a", "", "a", False, True),
            ("a", "", "b", True, False),
            ("a", "a", "", False, False),
            ("", "", "b", True, False),
            ("", "a", "", False, True),
        ):
            with self.subTest(before=before, odoo=odoo, bookings=bookings):
                mine, theirs = {"x": odoo}, {"x": bookings}
                settled = {} if before is None else settle({"x": before}, {"x": before})
                self.assertEqual(bool(to_take(mine, theirs, settled)), taken)
                self.assertEqual(bool(to_send(mine, theirs, settled)), sent)

    def test_every_history_comes_to_rest_and_loses_nothing(self):
        for both in (True, False):
            for start in product(VALUES, VALUES):
                state = bring_together(*start, {}, both=both)
                for changes in product((None, *VALUES), (None, *VALUES)):
                    with self.subTest(both=both, start=start, changes=changes):
                        self.check(state, changes, both)

    def check(self, state, changes, both):
        odoo, bookings = (
            old if new is None else new for old, new in zip(state, changes, strict=False)
        )
        mine, theirs, settled = bring_together(odoo, bookings, state[2], both=both)
        # A second time there is nothing left to do.
        self.assertEqual(bring_together(mine, theirs, settled, both=both), (mine, theirs, settled))
        # Odoo has the say over what it changed, and over nothing that Bookings alone has.
        if odoo and odoo != state[0]:
            self.assertEqual(mine, odoo)
            if both:
                self.assertEqual(theirs, odoo)
        if not odoo and bookings and bookings != state[1]:
            self.assertEqual((mine, theirs), (bookings, bookings))
        if odoo:
            self.assertTrue(mine)
        if not both:
            self.assertEqual(theirs, bookings)
