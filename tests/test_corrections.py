# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What changed after posting: credit notes, supplements, acceptance, one by one and all of a period."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import BUSINESS
from .test_changes import ChangesCommon


@tagged("post_install", "-at_install")
class TestCorrections(ChangesCommon):
    """A posted invoice stands: credit notes and supplements make up the difference."""

    def assertBilled(self, booking, amount):
        """The booking is billed this much net of credit notes, which is what it comes to."""
        self.assertEqual((booking.billed_amount, booking.amount), (amount, amount))

    def test_supplement_and_its_deletion(self):
        booking, graph_id = self.invoiced(self.lesson)
        line, move = booking.invoice_line_id, booking.invoice_id
        self.longer(graph_id, 30)
        self.assertEqual((booking.proposal, booking.amount_difference), ("complement", 40.0))
        # As the wizard calls it, whose defaults must not reach the lines that are made.
        booking = booking.with_context(**booking.action_review_changes()["context"])
        supplement = self.settle(booking)["supplements"]
        self.assertEqual((supplement.state, supplement.amount_untaxed), ("draft", 40.0))
        self.assertEqual(supplement.invoice_line_ids.quantity, 0.5)
        self.assertEqual(supplement.invoice_line_ids.tax_ids, line.tax_ids)
        self.assertEqual(supplement.partner_id, move.partner_id)
        self.assertIn(move.name, supplement.invoice_line_ids.name)
        self.assertEqual(booking.invoice_line_id, line)
        self.assertBilled(booking, 120.0)
        self.assertEqual(booking._get_correction_moves(), supplement)
        self.assertEqual(supplement.booking_count, 1)
        self.assertEqual(
            self.env["microsoft.booking"].search(supplement.action_view_bookings()["domain"]),
            booking,
        )
        supplement.unlink()
        self.assertTrue(booking.changed_after_invoicing)
        self.assertEqual((booking.billed_amount, booking.amount_difference), (80.0, 40.0))
        supplement = self.settle(booking)["supplements"]
        supplement.action_post()
        supplement.button_cancel()
        self.assertTrue(booking.changed_after_invoicing)

    def test_shorter_is_credited_in_part(self):
        booking, graph_id = self.invoiced(self.lesson)
        move = booking.invoice_id
        self.longer(graph_id, -30)
        self.assertEqual((booking.proposal, booking.amount_difference), ("credit", -40.0))
        refund = self.settle(booking)["credit_notes"]
        self.assertEqual((refund.move_type, refund.state), ("out_refund", "draft"))
        self.assertEqual((refund.amount_untaxed, refund.reversed_entry_id), (40.0, move))
        self.assertBilled(booking, 40.0)
        refund.action_post()
        self.assertEqual((booking.billing_state, booking.credited_amount), ("invoiced", 40.0))
        self.assertEqual(move.payment_state, "partial")
        # And longer again: the supplement makes up for both.
        self.longer(graph_id, 60)
        self.assertEqual(booking.amount_difference, 80.0)
        self.settle(booking)
        self.assertBilled(booking, 120.0)

    def test_another_price(self):
        booking, graph_id = self.invoiced()
        self.tenant.touch(graph_id).price = "65"
        self.sync()
        supplement = self.settle(booking)["supplements"]
        self.assertEqual(supplement.amount_untaxed, 15.0)
        self.assertBilled(booking, 65.0)

    def test_a_price_typed_on_the_invoice_stays(self):
        booking, graph_id = self.invoiced(self.lesson, post=False)
        booking.invoice_line_id.price_unit = 70.0
        booking.invoice_id.action_post()
        self.longer(graph_id, 30)
        supplement = self.settle(booking)["supplements"]
        self.assertEqual(supplement.amount_untaxed, 35.0)
        self.assertEqual(booking.billed_amount, 105.0)

    def test_gone_is_credited_in_full(self):
        booking, graph_id = self.invoiced()
        name = booking.invoice_line_id.name
        self.tenant.cancel(graph_id)
        self.sync()
        refund = self.settle(booking)["credit_notes"]
        self.assertEqual((refund.amount_untaxed, refund.invoice_line_ids.name), (50.0, name))
        self.assertBilled(booking, 0.0)
        self.assertEqual(booking.billing_state, "invoiced")
        refund.action_post()
        self.assertEqual((booking.billing_state, booking.issue), ("cancelled", False))
        self.assertFalse(booking._create_invoices()["invoices"])

    def test_deleting_the_credit_note_of_what_is_gone_brings_the_flag_back(self):
        booking, graph_id = self.invoiced()
        self.tenant.cancel(graph_id)
        self.sync()
        refund = self.settle(booking)["credit_notes"]
        refund.unlink()
        self.assertTrue(booking.changed_after_invoicing)
        self.assertEqual(booking.amount_difference, -50.0)
        self.assertIn("no longer there", booking.changes_text)
        self.settle(booking)
        self.assertBilled(booking, 0.0)

    def test_one_of_a_merged_line(self):
        self.settings.line_mode = "merged"
        ids = [self.book(self.lesson, days=days) for days in (2, 3, 4)]
        self.sync()
        bookings = self.bookings()
        bookings._create_invoices()["invoices"].action_post()
        self.tenant.cancel(ids[1])
        self.longer(ids[2], 30)
        result = self.settle(self.bookings(ids[1]) | self.bookings(ids[2]))
        self.assertEqual(result["credit_notes"].amount_untaxed, 80.0)
        self.assertEqual(result["supplements"].amount_untaxed, 40.0)
        billed = [self.bookings(graph_id).billed_amount for graph_id in ids]
        self.assertEqual(billed, [80.0, 0.0, 120.0])

    def test_prices_that_include_tax(self):
        self.settings.price_include_tax = True
        booking, graph_id = self.invoiced(self.lesson)
        self.longer(graph_id, 30)
        supplement = self.settle(booking)["supplements"]
        self.assertEqual(supplement.amount_total, 40.0)
        self.assertBilled(booking, 120.0)
        self.tenant.touch(graph_id).price = "60"
        self.sync()
        refund = self.settle(booking)["credit_notes"]
        self.assertEqual(refund.amount_total, 30.0)
        self.assertBilled(booking, 90.0)

    def test_same_money_is_accepted_with_a_reason(self):
        booking, graph_id = self.invoiced(days=20)
        move = booking.invoice_id
        self.tenant.move(graph_id, self.ago(days=10))
        self.sync()
        self.assertEqual((booking.proposal, booking.amount_difference), ("accept", 0.0))
        result = booking.action_settle_changes()
        self.assertEqual([skip["reason"] for skip in result["skipped"]], ["no_reason"])
        self.assertTrue(booking.changed_after_invoicing)
        self.settle(booking, reason="Moved with the customer")
        self.assertEqual(booking.accepted_by_id, self.env.user)
        self.assertTrue(booking.accepted_at)
        self.assertIn("Moved with the customer", move.message_ids[0].body)
        self.assertFalse(booking._create_invoices()["invoices"])
        self.sync()
        self.assertFalse(booking.changed_after_invoicing)
        self.tenant.move(graph_id, self.ago(days=9))
        self.sync()
        self.assertTrue(booking.changed_after_invoicing)

    def test_rules_changed_since_are_none_of_its_business(self):
        booking, graph_id = self.invoiced(self.lesson, duration=timedelta(minutes=50))
        amount = booking.amount
        self.settings.write({"duration_rounding": "up", "rounding_minutes": 60})
        self.tenant.move(graph_id, self.ago(days=10))
        self.sync()
        self.assertEqual((booking.due_amount, booking.proposal), (amount, "accept"))

    def another_customer(self, booking, graph_id):
        """Bookings' customer of this booking turns out to be somebody else's contact."""
        bob = self.tenant.add_customer(BUSINESS, "Ana Müller", email="ana@acme.example")
        self.tenant.touch(graph_id).attendees[0].customer_id = bob
        self.sync()
        self.assertTrue(booking.changed_after_invoicing)

    def test_another_payer(self):
        booking, graph_id = self.invoiced()
        first, old_payer = booking.invoice_line_id, booking.payer_id
        self.another_customer(booking, graph_id)
        self.assertEqual(booking.proposal, "replace")
        refund = self.settle(booking)["credit_notes"]
        self.assertEqual((refund.partner_id, refund.amount_untaxed), (old_payer, 50.0))
        self.assertEqual(booking.billing_state, "to_invoice")
        self.assertEqual(booking.payer_id.email, "ana@acme.example")
        second = booking._create_invoices()["invoices"]
        self.assertEqual(second.partner_id, booking.payer_id)
        self.assertTrue(first.booking_superseded)
        self.assertFalse(booking._create_invoices()["invoices"])
        # The credit note is what makes it right that it stands on two invoices.
        for take_back in (refund.unlink, refund.button_cancel, refund.invoice_line_ids.unlink):
            with self.subTest(take_back=take_back.__name__), self.assertRaises(UserError):
                take_back()
        with self.assertRaises(UserError):
            first.move_id.button_draft()
        # Without the second invoice it may go: the first one is right again, and flagged again.
        second.unlink()
        self.assertEqual(booking.billing_state, "to_invoice")
        refund.unlink()
        self.assertEqual((booking.invoice_line_id, booking.billing_state), (first, "invoiced"))
        self.assertTrue(booking.changed_after_invoicing)
        self.assertFalse(first.booking_superseded)

    def test_another_payer_of_a_draft(self):
        booking, graph_id = self.invoiced(post=False)
        move = booking.invoice_id
        self.another_customer(booking, graph_id)
        self.assertEqual(booking.proposal, "remove")
        self.settle(booking)
        self.assertFalse(move.exists())
        self.assertEqual(booking.billing_state, "to_invoice")

    def test_the_same_person_under_another_id_is_no_change(self):
        booking, graph_id = self.invoiced()
        self.tenant.touch(graph_id).attendees[0].customer_id = self.tenant.add_customer(
            BUSINESS, "Ana Müller", email="ana@example.com"
        )
        self.sync()
        self.assertFalse(booking.changed_after_invoicing)

    def test_another_service(self):
        booking, graph_id = self.invoiced()
        appointment = self.tenant.touch(graph_id)
        appointment.service_id, appointment.price = self.audit, "0"
        appointment.price_type = "priceVaries"
        self.sync()
        self.assertEqual(booking.proposal, "replace")
        self.settle(booking)
        self.assertEqual((booking.billing_state, booking.issue), ("to_check", "price_to_confirm"))


@tagged("post_install", "-at_install")
class TestSettling(ChangesCommon):
    """All of a period at once, by people with the right to."""

    def setUp(self):
        super().setUp()
        self.clerk = new_test_user(
            self.env,
            "clerk",
            groups="account.group_account_invoice",
            company_ids=[(6, 0, self.env.company.ids)],
            company_id=self.env.company.id,
        )

    def test_all_of_a_period_in_one_screen(self):
        longer, longer_id = self.invoiced(self.lesson, days=3)
        shorter, shorter_id = self.invoiced(self.lesson, days=4, customers=[self.bob])
        moved, moved_id = self.invoiced(days=5)
        draft, draft_id = self.invoiced(self.lesson, days=6, post=False)
        old, old_id = self.invoiced(self.lesson, days=40)
        for graph_id, minutes in ((longer_id, 30), (draft_id, 30), (old_id, 30)):
            self.longer(graph_id, minutes)
        self.longer(shorter_id, -30)
        self.tenant.move(moved_id, self.ago(days=5, hours=3))
        self.sync()
        action = self.env.ref("microsoft_bookings.microsoft_booking_amend_all_action")
        self.assertIn("default_all_changed", action.context)
        Wizard = self.env["microsoft.booking.amend"].with_user(self.clerk)
        form = Form(Wizard.with_context(default_all_changed=True))
        self.assertEqual(len(form.line_ids), 5)
        form.period = "last_month"
        last = fields.Date.today().replace(day=1) - timedelta(days=1)
        self.assertEqual((form.date_from, form.date_to), (last.replace(day=1), last))
        form.period = "dates"
        form.date_from = self.ago(days=10).date()
        form.date_to = False
        self.assertEqual(len(form.line_ids), 4)
        form.reason = "Same day"
        wizard = form.save()
        self.assertEqual((wizard.settle_count, wizard.accept_count), (4, 1))
        wizard.reason = " "
        with self.assertRaises(UserError):
            wizard.action_settle()
        wizard.reason = "Same day"
        for line in wizard.line_ids:
            self.assertTrue(line.changes_text)
            self.assertIn(line.decision, line.choices)
        action = wizard.action_settle()
        self.assertEqual(action["tag"], "display_notification")
        settled = longer | shorter | moved | draft
        self.assertFalse(settled.filtered("changed_after_invoicing"))
        self.assertTrue(old.changed_after_invoicing)
        self.assertEqual(moved.accepted_by_id, self.clerk)
        self.assertEqual(settled.mapped("billed_amount"), [120.0, 40.0, 50.0, 120.0])

    def test_left_for_now_stays_flagged(self):
        booking, graph_id = self.invoiced(self.lesson)
        self.longer(graph_id, 30)
        wizard = self.env["microsoft.booking.amend"].create({"booking_ids": booking.ids})
        wizard.line_ids.decision = "leave"
        with self.assertRaises(UserError):
            wizard.action_settle()
        self.assertTrue(booking.changed_after_invoicing)

    def test_a_correction_is_not_forged(self):
        booking, _graph_id = self.invoiced()
        line = booking.invoice_line_id.with_user(self.clerk)
        for values in ({"booking_id": booking.id}, {"booking_role": "release"}):
            with self.subTest(values), self.assertRaises(AccessError):
                line.write(values)
        with self.assertRaises(AccessError):
            booking.with_user(self.clerk).write({"is_released": True})
        with self.assertRaises(AccessError):
            self.env["account.move"].with_user(self.clerk).create(
                {
                    "move_type": "out_refund",
                    "partner_id": booking.payer_id.id,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Forged", "booking_id": booking.id, "booking_role": "release"}
                        )
                    ],
                }
            )

    def test_auditors_look_and_do_nothing(self):
        booking, graph_id = self.invoiced(self.lesson)
        self.longer(graph_id, 30)
        auditor = new_test_user(self.env, "auditor", groups="account.group_account_readonly")
        auditor.company_ids = auditor.company_id = self.env.company
        self.assertTrue(booking.with_user(auditor).changes_text)
        with self.assertRaises(AccessError):
            booking.with_user(auditor).action_settle_changes()
