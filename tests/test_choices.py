# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whom the matching ladder could not find: one click each, remembered with who and when, listed, and undone."""

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import BUSINESS, BookingCommon


@tagged("post_install", "-at_install")
class TestChoices(BookingCommon):
    def setUp(self):
        super().setUp()
        self.settings.create_contacts = False
        self.clerk = new_test_user(
            self.env,
            "clerk",
            groups="account.group_account_invoice,base.group_partner_manager",
            company_ids=[(6, 0, self.env.company.ids)],
            company_id=self.env.company.id,
        )

    def synced(self, **book):
        """A booking that was synchronised, and its customer as the clerk has it."""
        graph_id = self.book(**book)
        self.sync()
        booking = self.bookings(graph_id)
        return booking, booking.customer_id.with_user(self.clerk)

    def person(self, name, email, **values):
        return self.env["res.partner"].create({"name": name, "email": email, **values})

    def test_each_reason_has_words_of_its_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.person("B1", "bob@example.com")
        self.person("B2", "bob@example.com")
        self.person("C", "carl@example.com", active=False)
        self.person("D", "dora@example.com", company_id=other.id)
        people = {
            "no_contact": [("Eve", "eve@example.com")],
            "several_contacts": [("Bob", "bob@example.com")],
            "archived_contact": [("Carl", "carl@example.com")],
            "other_company": [("Dora", "dora@example.com")],
            "no_email": [("Nobody", None)],
            "shared_email": [("Mother", "home@example.com"), ("Child", "home@example.com")],
        }
        words = set()
        for state, entries in people.items():
            for name, email in entries:
                customer = self.tenant.add_customer(BUSINESS, name, email=email)
                graph_id = self.book(customers=[customer], days=1)
                self.sync()
                booking = self.bookings(graph_id)
            with self.subTest(state):
                self.assertEqual(booking.customer_id.match_state, state)
                self.assertEqual(booking.issue, state)
                words |= {booking.customer_id.match_text, booking.issue_text}
        self.assertEqual(len(words), 2 * len(people))
        self.assertFalse(words & {False, ""})

    def test_a_contact_is_chosen_for_nobody(self):
        ann = self.person("Ann", "ann@example.com").with_user(self.clerk)
        with self.assertRaisesRegex(UserError, "customer of Bookings"):
            ann.action_choose_for_booking_customer()
        _booking, customer = self.synced(customers=[self.bob])
        ann.action_choose_for_booking_customer(customer.id)
        self.assertEqual(customer.partner_id, ann)

    def test_one_click_links_one_of_several(self):
        bobs = self.person("B1", "bob@example.com") | self.person("B2", "Bob@example.com")
        old = self.person("B3", "bob@example.com", active=False)
        booking, customer = self.synced(customers=[self.bob])
        self.assertEqual(customer.candidate_ids, bobs | old)
        chosen = bobs[1].with_user(self.clerk).with_context(booking_customer_id=customer.id)
        chosen.action_choose_for_booking_customer()
        self.assertEqual(booking.payer_id, bobs[1])
        self.assertEqual(booking.billing_state, "to_invoice")
        self.assertEqual(customer.decided_by_id, self.clerk)
        self.assertTrue(customer.decided_at)
        # Remembered for whatever comes.
        later = self.book(customers=[self.bob], days=1)
        self.sync()
        self.assertEqual(self.bookings(later).payer_id, bobs[1])

    def test_one_click_restores_an_archived_contact(self):
        ana = self.person("Ana", "ana@example.com", active=False)
        booking, customer = self.synced()
        customer.action_restore_contact()
        self.assertTrue(ana.active)
        self.assertEqual(booking.payer_id, ana)
        self.assertEqual(booking.billing_state, "to_invoice")

    def test_of_several_archived_ones_none_is_restored(self):
        for name in ("A1", "A2"):
            self.person(name, "ana@example.com", active=False)
        _booking, customer = self.synced()
        with self.assertRaises(UserError):
            customer.action_restore_contact()
        self.assertFalse(customer.partner_id)

    def test_one_click_creates_from_the_template(self):
        self.settings.template_partner_id = self.person("Template", False, ref="T")
        nobody = [self.tenant.add_customer(BUSINESS, "Anna") for _twice in range(2)]
        booking, customer = self.synced()
        others = [self.bookings(self.book(customers=[key])) for key in nobody]
        self.sync()
        others = self.bookings().customer_id.filtered(lambda c: c.name == "Anna")
        (customer | others.with_user(self.clerk)).action_create_contact()
        self.assertEqual((booking.payer_id.name, booking.payer_id.ref), ("Ana Müller", "T"))
        self.assertEqual(booking.payer_id.email, "ana@example.com")
        # Without an address nobody knows whether two of one name are one.
        self.assertEqual(len(others.partner_id), 2)
        self.assertEqual(customer.decided_by_id, self.clerk)

    def test_always_bill_somebody_needs_no_contact(self):
        acme = self.person("ACME", "acme@example.com", is_company=True)
        booking, customer = self.synced()
        self.assertEqual(booking.issue, "no_contact")
        customer.payer_id = acme
        self.assertEqual((booking.payer_id, booking.issue), (acme, False))
        self.assertFalse(customer.match_text)
        self.assertEqual(customer.decided_by_id, self.clerk)
        later = self.book(days=1)
        self.sync()
        self.assertEqual(self.bookings(later).payer_id, acme)
        move = booking._create_invoices()["invoices"]
        self.assertEqual(move.partner_id, acme)
        # It holds over a contact that is found later, and not over one chosen on the booking itself.
        ana = self.person("Ana", "ana@example.com")
        self.sync()
        self.assertEqual(customer.partner_id, ana)
        self.assertEqual(self.bookings(later).payer_id, acme)
        self.bookings(later).partner_id = self.partner_a
        self.assertEqual(self.bookings(later).payer_id, self.partner_a)

    def test_choices_are_listed_and_undone(self):
        ana = self.person("Ana", "ana@example.com")
        booking, customer = self.synced()
        invoiced, _customer = self.synced(days=1)
        action = self.env.ref("microsoft_bookings.microsoft_booking_choice_action")
        listed = [("is_chosen", "=", True), ("settings_id", "=", self.settings.id)]
        self.assertIn("is_chosen", action.domain)
        self.assertFalse(customer.search(listed))
        customer.partner_id = self.partner_b
        customer.payer_id = self.partner_a
        self.assertEqual(customer.search(listed), customer)
        invoiced._create_invoices()
        customer.action_undo_choice()
        self.assertFalse(customer.search(listed))
        self.assertFalse(customer.decided_by_id or customer.decided_at or customer.payer_id)
        self.assertEqual((customer.partner_id, booking.payer_id), (ana, ana))
        self.assertEqual(invoiced.payer_id, self.partner_a)

    def test_undoing_who_is_billed_keeps_a_contact_that_was_found(self):
        ana = self.person("Ana", "ana@example.com")
        booking, customer = self.synced()
        customer.payer_id = self.partner_a
        customer.action_undo_choice()
        self.assertEqual((customer.partner_id, booking.payer_id), (ana, ana))

    def test_what_the_ladder_finds_is_nobodys_choice(self):
        self.person("Ana", "ana@example.com")
        _booking, customer = self.synced()
        self.assertTrue(customer.partner_id)
        self.assertFalse(customer.is_chosen or customer.decided_by_id)

    def test_an_auditor_changes_nothing(self):
        booking, customer = self.synced()
        auditor = new_test_user(
            self.env, "auditor", groups="base.group_user,account.group_account_readonly"
        )
        with self.assertRaises(Exception) as caught:
            customer.with_user(auditor).action_undo_choice()
        self.assertEqual(type(caught.exception).__name__, "AccessError")
        self.assertEqual(booking.issue, "no_contact")

    def test_the_payer_of_a_contact_is_told_in_its_history(self):
        ana = self.partner_b.with_env(self.env(context={}))
        ana.booking_payer_id = self.partner_a
        self.env.cr.flush()
        tracked = ana.message_ids.sudo().tracking_value_ids
        self.assertIn("booking_payer_id", tracked.field_id.mapped("name"))
