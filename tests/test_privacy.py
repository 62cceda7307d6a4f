# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Privacy: what is not asked for is not stored, and who is erased stays erased, while what is due stays due."""

import json
from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from ..sandbox.world import Attendee
from .common import BUSINESS
from .test_runs import RunsCommon


@tagged("post_install", "-at_install")
class TestNotes(RunsCommon):
    def setUp(self):
        super().setUp()
        person = self.tenant.attendee(self.tenant.business(BUSINESS), self.ana)
        person.notes = "Knee operated"
        person.answers = (("PO number?", "4711"),)
        self.graph_id = self.book(customers=[person], customer_notes="Flat note")
        self.tenant.annotate(self.graph_id, "Allergic")
        self.notes = ("Knee operated", "Allergic", "Flat note")

    def stored(self):
        """Everything that the database has of the booking."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(b) FROM microsoft_booking b WHERE settings_id = %s", [self.settings.id]
        )
        return json.dumps(self.env.cr.fetchall())

    def test_nothing_is_stored_unless_it_is_switched_on(self):
        self.sync()
        for text in (*self.notes, "4711"):
            self.assertNotIn(text, self.stored())

    def test_what_is_switched_on_is_read_of_what_is_there_too(self):
        self.sync()
        self.settings.action_store_notes()
        self.assertTrue(self.settings.full_sync_due)
        self.let_details_age()
        self.sync()
        booking = self.bookings(self.graph_id)
        self.assertEqual(
            (booking.customer_notes, booking.service_notes, booking.custom_answers),
            ("Knee operated", "Allergic", False),
        )
        self.settings.action_store_answers()
        self.let_details_age()
        self.sync()
        self.assertEqual(booking.custom_answers, "PO number?: 4711")

    def test_the_notes_of_one_are_not_on_the_booking_of_another(self):
        self.settings.store_notes = True
        lesson = self.book(days=3, customers=[self.ana, self.bob], customer_notes="Flat note")
        self.sync()
        self.assertEqual(len(self.bookings(lesson)), 2)
        self.assertFalse(any(self.bookings(lesson).mapped("customer_notes")))

    def test_switching_off_erases_what_was_kept(self):
        self.settings.write({"store_notes": True, "store_answers": True})
        self.sync()
        self.settings.action_erase_answers()
        self.assertNotIn("4711", self.stored())
        self.assertIn("Allergic", self.stored())
        self.settings.write({"store_notes": False})
        for text in self.notes:
            self.assertNotIn(text, self.stored())
        self.sync(full=True)
        for text in self.notes:
            self.assertNotIn(text, self.stored())


@tagged("post_install", "-at_install")
class TestErasure(RunsCommon):
    def setUp(self):
        super().setUp()
        self.settings.write({"store_notes": True, "history_start": self.now.date() - timedelta(90)})
        self.tenant.change_customer(self.ana, phones=[{"number": "+41 79 000", "type": "mobile"}])
        self.invoiced = self.book(days=4)
        self.excluded = self.book(days=3, customer_notes="Knee operated")
        self.bobs = self.book(days=2, customers=[self.bob])
        self.sync()
        self.move = self.bookings(self.invoiced)._create_invoices()["invoices"]
        self.reason = self.env.ref("microsoft_bookings.exclusion_reason_goodwill")
        self.bookings(self.excluded).action_exclude(self.reason.id)
        self.partner = self.bookings(self.excluded).partner_id
        self.personal = ("ana@", "müller", "muller", "+41 79 000", "knee", self.ana)

    def test_many_are_anonymised_in_sets(self):
        for _number in range(60):
            self.book(days=5)
        self.sync()
        bookings = self.bookings() - self.bookings(self.invoiced)

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._anonymise()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        # The first time asks for the key of the digests too.
        few = queries(bookings[:10])
        self.assertLessEqual(queries(bookings[10:60]), few)

    def everything(self):
        """All text that our tables have, in lower case."""
        self.env.flush_all()
        text = []
        for name in self.env:
            model = self.env[name]
            if (
                name.startswith("microsoft.booking")
                and not model._abstract
                and model._auto
                and not model._transient
            ):
                self.env.cr.execute(
                    SQL("SELECT to_jsonb(t) FROM %s t", SQL.identifier(model._table))
                )
                # What our columns are called is nobody's name.
                text += [
                    json.dumps([*row.values()], ensure_ascii=False)
                    for (row,) in self.env.cr.fetchall()
                ]
        return "\n".join(text).lower()

    def assert_nobody(self):
        everything = self.everything()
        for text in self.personal:
            self.assertNotIn(text.lower(), everything)
        self.assertIn("bob@example.com", everything)

    def assert_same_bookings(self, before):
        """No synchronisation brings the person back, and none makes another booking of it."""
        for full in (False, True, True):
            self.let_details_age()
            run = self.sync(full=full)
            self.assertEqual(run.state, "done", run.problem_ids.mapped("message"))
            self.assertEqual((run.new_count, run.cancelled_count), (0, 0))
            self.assertEqual(self.bookings(), before)
            self.assert_nobody()

    def test_whoever_is_erased_stays_erased_and_invoices_stay(self):
        before = self.bookings()
        line = self.bookings(self.invoiced).invoice_line_id
        action = self.partner.action_anonymise_bookings()
        self.assertIn("2 bookings", action["params"]["message"])
        self.assert_nobody()
        self.assert_same_bookings(before)
        booking = self.bookings(self.invoiced)
        self.assertEqual((booking.invoice_line_id, booking.billing_state), (line, "draft"))
        self.assertFalse(booking.changed_after_invoicing)
        self.assertEqual(self.move.partner_id, self.partner)
        self.assertEqual(self.bookings(self.excluded).exclusion_reason_id, self.reason)
        self.assertFalse(
            self.env["microsoft.booking.customer"].search([("graph_id", "=", self.ana)])
        )
        self.tenant.reprice(self.excluded, "70")
        self.sync()
        self.assertEqual(self.bookings(self.excluded).price, 70.0)
        self.assert_nobody()

    def test_grouped_by_anything_offered_the_erased_are_together(self):
        self.partner.action_anonymise_bookings()
        Booking = self.env["microsoft.booking"]
        erased = [("anonymised_at", "!=", False)]
        self.assertEqual(Booking.search_count(erased), 2)
        offered = [
            name
            for name, field in Booking.fields_get(attributes=["type", "groupable"]).items()
            if field["type"] == "char" and field["groupable"]
        ]
        self.assertIn("customer_name", offered)
        for name in offered:
            # Of an appointment there is one of each, by what it is.
            if name != "graph_id":
                self.assertEqual(len(Booking._read_group(erased, [name])), 1, name)
        names = ("attendee_key", "fingerprint", "list_digest")
        for name, field in Booking.fields_get(names, ["groupable", "searchable"]).items():
            self.assertEqual(field, {"groupable": False, "searchable": False}, name)

    def test_the_list_of_the_erased_is_by_day(self):
        self.partner.action_anonymise_bookings()
        Erasure = self.env["microsoft.booking.erasure"]
        action = self.env.ref("microsoft_bookings.microsoft_booking_erasure_action")
        search = etree.fromstring(Erasure.get_view(view_type="search")["arch"])
        (chosen,) = (name.removeprefix("search_default_") for name in safe_eval(action.context))
        (grouping,) = search.xpath(f"//filter[@name='{chosen}']/@context")
        groups = Erasure.formatted_read_group([], [safe_eval(grouping)["group_by"]], ["__count"])
        self.assertEqual(len(groups), 1)
        for random in Erasure.search([]).mapped("batch"):
            self.assertNotIn(random, str(groups))

    def test_an_id_that_changes_brings_nobody_back(self):
        before = self.bookings()
        self.partner.action_anonymise_bookings()
        self.tenant.change_id(self.invoiced)
        self.assert_same_bookings(before)

    def test_another_way_of_naming_brings_nobody_back(self):
        before = self.bookings()
        self.partner.action_anonymise_bookings()
        place = self.tenant.touch(self.excluded).attendees[0]
        place.customer_id = None
        self.assert_same_bookings(before)

    def test_what_is_due_keeps_its_name_until_it_is_settled(self):
        due = self.book(days=1)
        self.sync()
        before = self.bookings()
        action = self.partner.action_anonymise_bookings()
        self.assertIn("after it was invoiced or excluded: 1 booking.", action["params"]["message"])
        booking = self.bookings(due)
        self.assertEqual((booking.billing_state, booking.payer_id), ("to_invoice", self.partner))
        self.assertFalse(self.bookings(self.excluded).customer_name)
        run = self.sync(full=True)
        self.assertEqual((run.new_count, booking.customer_name), (0, "Ana Müller"))
        self.housekeep()
        self.assertTrue(booking.customer_name)
        booking._create_invoices()
        self.housekeep()
        self.assert_nobody()
        self.assert_same_bookings(before)

    def test_a_contact_that_is_deleted_is_gone_from_the_bookings(self):
        self.move.unlink()
        self.bookings(self.invoiced).action_exclude(self.reason.id)
        before = self.bookings()
        self.partner.unlink()
        self.assert_nobody()
        self.assert_same_bookings(before)
        self.assertFalse(self.env["res.partner"].search([("email", "=", "ana@example.com")]))

    def test_a_duplicate_that_is_deleted_erases_nobody(self):
        self.move.unlink()
        self.bookings(self.invoiced).action_exclude(self.reason.id)
        self.env["res.partner"].create({"name": "Ana M.", "email": "ANA@example.com"})
        self.partner.unlink()
        self.assertEqual(self.bookings(self.excluded).customer_name, "Ana Müller")

    def test_somebody_who_books_again_is_to_check_until_lifted(self):
        self.partner.action_anonymise_bookings()
        again = self.book(days=1)
        self.sync()
        booking = self.bookings(again)
        self.assertEqual((booking.billing_state, booking.issue), ("to_check", "anonymised"))
        self.assertIn("anonymised", booking.issue_text)
        self.assert_nobody()
        before = self.bookings()
        self.env["microsoft.booking.erasure"].search([])[:1].action_lift()
        self.let_details_age()
        run = self.sync()
        self.assertTrue(run.full)
        self.assertEqual(self.bookings(), before, "named again, and not made again")
        self.assertEqual((run.new_count, run.cancelled_count), (0, 0))
        self.assertEqual(
            self.bookings().filtered(lambda b: b.graph_id != self.bobs).mapped("customer_name"),
            ["Ana Müller"] * 3,
        )
        self.assertFalse(self.bookings().filtered("anonymised_at"))
        self.assertFalse(self.bookings(self.invoiced).gone_at)

    def test_one_of_a_class_goes_and_the_others_stay(self):
        course = self.tenant.add_service(
            BUSINESS, "Class", price="20", price_type="fixedPrice", attendees=5
        )
        nameless = Attendee(name="Ana Müller", email="ana@example.com")
        graph_id = self.book(course, customers=[self.bob, nameless], days=6)
        self.sync()
        self.bookings(graph_id).action_exclude(self.reason.id)
        before = self.bookings()
        self.partner.action_anonymise_bookings()
        self.assert_nobody()
        self.assert_same_bookings(before)
        self.assertEqual(set(self.bookings(graph_id).mapped("customer_name")), {"Bob", False})

    def test_old_ones_that_were_never_invoiced_lose_their_names(self):
        old = [self.book(days=80, customers=[self.bob]) for _number in range(2)]
        self.sync(full=True)
        self.bookings(old[0]).action_exclude(self.reason.id)
        before = self.bookings()
        self.housekeep()
        self.assertEqual(self.bookings(old[0]).customer_name, "Bob", "off by default")
        self.settings.retention_months = 2
        self.housekeep()
        self.assertFalse(self.bookings(old[0]).customer_name)
        self.assertEqual(self.bookings(old[1]).customer_name, "Bob", "it is still to be invoiced")
        self.assertEqual(self.bookings(self.bobs).customer_name, "Bob", "it is young")
        self.let_details_age()
        self.sync(full=True)
        self.assertEqual(self.bookings(), before)
        self.assertFalse(self.bookings(old[0]).customer_name)
        self.assertEqual(self.bookings(old[1]).customer_name, "Bob")

    def test_who_may(self):
        user = new_test_user(
            self.env,
            "privacy_clerk",
            "base.group_user,account.group_account_invoice",
            company_id=self.env.company.id,
            company_ids=[(6, 0, self.env.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.partner.with_user(user).action_anonymise_bookings()
        self.assertEqual(self.bookings(self.excluded).customer_name, "Ana Müller")

    def test_the_digest_cannot_be_tried_out(self):
        other = self.connect(self.app, business_id="other@contoso.example", name="Other")
        self.assertNotEqual(self.settings._get_digest("id:1"), other._get_digest("id:1"))
        self.assertEqual(self.settings._get_digest("id:1"), self.settings._get_digest("id:1"))
        self.assertFalse(self.settings.copy().sudo().erasure_key)
        clerk = new_test_user(self.env, "privacy_manager", "account.group_account_manager")
        self.assertNotIn("erasure_key", self.settings.with_user(clerk).fields_get())
