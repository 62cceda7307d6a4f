# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is not invoiced, why, by whom and since when; and what became of a booking, as people say."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import BookingCommon


class ExclusionsCommon(BookingCommon):
    def setUp(self):
        super().setUp()
        self.settings.write(
            {
                "no_show_fee": "percent",
                "no_show_fee_value": 50,
                "late_cancellation_fee": "percent",
                "late_cancellation_fee_value": 100,
                "late_notice_hours": 24,
            }
        )
        for days in range(1, 6):
            self.book(days=days)
        self.sync()
        self.clerk = new_test_user(
            self.env,
            "clerk",
            groups="account.group_account_invoice",
            company_ids=[(6, 0, self.env.company.ids)],
            company_id=self.env.company.id,
        )
        self.five = self.bookings().with_user(self.clerk)

    def reason(self, name):
        return self.env.ref(f"microsoft_bookings.exclusion_reason_{name}")

    def amounts(self, bookings):
        return bookings.mapped("amount")


@tagged("post_install", "-at_install")
class TestOutcomes(ExclusionsCommon):
    def test_no_outcome_named(self):
        with self.assertRaisesRegex(UserError, "no_show"):
            self.five.action_set_outcome()
        with self.assertRaisesRegex(UserError, "no_show"):
            self.five.action_set_outcome("maybe")
        self.assertEqual(set(self.five.mapped("outcome")), {"attended"})
        self.five.action_set_outcome("no_show")
        self.assertEqual(set(self.five.mapped("outcome")), {"no_show"})

    def test_no_show_in_bulk_with_who_and_when(self):
        self.five.with_context(booking_outcome="no_show").action_set_outcome()
        self.assertEqual(self.amounts(self.five), [25.0] * 5)
        self.assertEqual(self.five.outcome_by_id, self.clerk)
        self.assertTrue(all(self.five.mapped("outcome_at")))
        self.sync()
        self.assertEqual(set(self.five.mapped("outcome")), {"no_show"})
        self.assertEqual(self.five.outcome_by_id, self.clerk)

    def test_the_synchronisation_is_nobody(self):
        upcoming = self.tenant.book(
            "studio@contoso.example",
            self.haircut,
            self.now + timedelta(hours=5),
            customers=[self.ana],
        )
        self.sync()
        self.tenant.cancel(upcoming)
        self.sync()
        booking = self.bookings(upcoming)
        self.assertEqual(booking.outcome, "late_cancelled")
        self.assertFalse(booking.outcome_by_id)

    def test_cancelled_late_or_in_time_by_the_notice_given(self):
        Wizard = self.env["microsoft.booking.outcome"].with_user(self.clerk)
        form = Form(Wizard.with_context(active_ids=self.five[:2].ids))
        form.notice_hours = 3.0
        self.assertEqual((form.late_count, form.in_time_count), (2, 0))
        form.save().action_apply()
        self.assertEqual(set(self.five[:2].mapped("outcome")), {"late_cancelled"})
        self.assertEqual(set(self.five[:2].mapped("billing_state")), {"to_invoice"})
        self.assertEqual(self.amounts(self.five[:2]), [50.0] * 2)
        self.assertEqual(self.five[0].cancellation_notice, 3.0)
        form = Form(Wizard.with_context(active_ids=self.five[2].ids))
        form.notice_hours = 48.0
        self.assertEqual((form.late_count, form.in_time_count), (0, 1))
        form.save().action_apply()
        self.assertEqual(self.five[2].billing_state, "cancelled")

    def test_what_is_invoiced_keeps_its_outcome(self):
        self.five[0]._create_invoices()
        with self.assertRaises(UserError):
            self.five.with_context(booking_outcome="no_show").action_set_outcome()
        with self.assertRaises(UserError):
            self.five.action_cancelled_with_notice(1.0)
        self.assertEqual(set(self.five.mapped("outcome")), {"attended"})

    def test_a_fee_is_waived_with_a_reason_and_back(self):
        self.five[:2].with_context(booking_outcome="no_show").action_set_outcome()
        action = self.five.action_waive()
        self.assertEqual(action["context"]["default_booking_ids"], self.five[:2].ids)
        Wizard = self.env["microsoft.booking.exclude"].with_user(self.clerk)
        form = Form(Wizard.with_context(**action["context"]))
        self.assertEqual(form.reason_id, self.reason("waived"))
        form.note = "Was ill"
        form.save().action_exclude()
        waived = self.five[:2]
        self.assertEqual(set(waived.mapped("billing_state")), {"excluded"})
        self.assertEqual(waived.mapped("exclusion_note"), ["Was ill"] * 2)
        waived.action_undo_exclude()
        self.assertEqual(self.amounts(waived), [25.0] * 2)
        self.assertEqual(set(waived.mapped("billing_state")), {"to_invoice"})
        with self.assertRaises(UserError):
            self.five[2:].action_waive()


@tagged("post_install", "-at_install")
class TestExclusions(ExclusionsCommon):
    def elsewhere(self, **values):
        """An invoice that was typed by hand."""
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.five[0].payer_id.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [(0, 0, {"name": "Haircuts", "price_unit": 100.0})],
                **values,
            }
        )

    def test_excluded_and_undone_with_who_and_when_and_reported(self):
        self.five[:2].action_exclude(self.reason("goodwill").id, note="Opening week")
        self.five[2].action_exclude(self.reason("free").id)
        excluded = self.five[:3]
        self.assertEqual(excluded.excluded_by_id, self.clerk)
        self.assertTrue(all(excluded.mapped("excluded_at")))
        self.five[1].action_undo_exclude()
        self.assertFalse(self.five[1].excluded_by_id or self.five[1].exclusion_note)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action_excluded"
        )
        self.assertEqual(action["view_mode"].split(",")[0], "pivot")
        rows = self.env["microsoft.booking"]._read_group(
            [("exclusion_reason_id", "!=", False), ("settings_id", "=", self.settings.id)],
            ["exclusion_reason_id", "excluded_by_id"],
            ["__count", "amount:sum"],
        )
        self.assertEqual(
            {(reason.name, user.login, count, amount) for reason, user, count, amount in rows},
            {("Goodwill", "clerk", 1, 50.0), ("Free of charge", "clerk", 1, 50.0)},
        )

    def test_invoiced_elsewhere_names_the_invoice(self):
        move = self.elsewhere()
        Wizard = self.env["microsoft.booking.exclude"].with_user(self.clerk)
        form = Form(Wizard.with_context(active_ids=self.five[:2].ids))
        form.reason_id = self.reason("elsewhere")
        with self.assertRaises(AssertionError):
            form.save()
        form.invoice_id = move
        form.save().action_exclude()
        pair = self.five[:2]
        self.assertEqual(set(pair.mapped("billing_state")), {"excluded"})
        self.assertEqual(pair.elsewhere_invoice_id, move)
        self.assertEqual(move.booking_count, 2)
        found = self.env["microsoft.booking"].search(move.action_view_bookings()["domain"])
        self.assertEqual(found, pair.with_env(found.env))
        self.assertFalse(pair._create_invoices()["invoices"])
        # Bookings made from it and bookings named for it are counted together, each once.
        self.five[2:]._create_invoices()
        drafted = self.five[2].invoice_id
        self.five[0].action_undo_exclude()
        self.assertFalse(self.five[0].elsewhere_invoice_id)
        self.five[0].action_exclude(self.reason("elsewhere").id, invoice_id=drafted.id)
        self.assertEqual((move.booking_count, drafted.booking_count), (1, 4))

    def test_an_invoice_that_no_longer_stands(self):
        void = ("to_check", "elsewhere_void")
        move = self.elsewhere()
        booking = self.five[0]
        booking.action_exclude(self.reason("elsewhere").id, invoice_id=move.id)
        move.button_cancel()
        self.assertEqual((booking.billing_state, booking.issue), void)
        self.assertFalse(booking._create_invoices()["invoices"])
        move.button_draft()
        self.assertEqual(booking.billing_state, "excluded")
        move.unlink()
        self.assertEqual((booking.billing_state, booking.issue), void)
        booking.action_undo_exclude()
        self.assertEqual(booking.billing_state, "to_invoice")

    def test_which_invoices_can_be_named(self):
        reason = self.reason("elsewhere").id
        bill = self.env["account.move"].create({"move_type": "in_invoice"})
        cancelled = self.elsewhere()
        cancelled.button_cancel()
        for invoice_id in (None, bill.id, cancelled.id):
            with self.subTest(invoice_id), self.assertRaises(UserError):
                self.five.action_exclude(reason, invoice_id=invoice_id)
        other = self.setup_other_company(name="Elsewhere")["company"]
        foreign = self.elsewhere(company_id=other.id, partner_id=other.partner_id.id)
        with self.assertRaises(UserError):
            self.bookings().action_exclude(reason, invoice_id=foreign.id)
        with self.assertRaises(UserError):
            self.five.action_exclude(self.reason("free").id, invoice_id=self.elsewhere().id)
        self.assertFalse(self.five.exclusion_reason_id)
