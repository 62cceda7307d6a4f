# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: no-shows and late cancellations: a no-show costs half, cancelling within 24 hours all, before that nothing."""

from datetime import timedelta

from odoo.tests import Form, tagged

from .common import BUSINESS, BookingCommon


@tagged("post_install", "-at_install")
class TestAbsencesStory(BookingCommon):
    def setUp(self):
        super().setUp()
        self.fee_tax = self.env["account.tax"].create({"name": "Fees", "amount": 2.6})
        self.fee_product = self.env["product.product"].create(
            {"name": "Absence", "type": "service", "taxes_id": [(6, 0, self.fee_tax.ids)]}
        )
        self.settings.write(
            {
                "no_show_fee": "percent",
                "no_show_fee_value": 50,
                "late_cancellation_fee": "percent",
                "late_cancellation_fee_value": 100,
                "late_notice_hours": 24,
                "fee_product_id": self.fee_product.id,
            }
        )

    def test_five_no_shows_at_once(self):
        ids = [self.book(days=days) for days in range(1, 6)]
        self.sync()
        five = self.bookings()
        self.assertEqual(five.mapped("amount"), [50.0] * 5)
        five.with_context(booking_outcome="no_show").action_set_outcome()
        self.assertEqual(five.mapped("amount"), [25.0] * 5, "seen before anything is invoiced")
        for _n in range(3):
            self.tenant.touch(ids[0])
            self.sync()
        self.assertEqual(set(five.mapped("outcome")), {"no_show"})
        move = five._create_invoices()["invoices"]
        self.assertEqual(move.invoice_line_ids.product_id, self.fee_product)
        self.assertEqual(move.invoice_line_ids.tax_ids, self.fee_tax)
        self.assertEqual((move.amount_untaxed, move.amount_total), (125.0, 128.25))
        self.assertTrue(all("No-show" in line.name for line in move.invoice_line_ids))

    def test_what_disappears_is_late_or_cancelled_and_never_lost(self):
        soon = self.book(days=0)
        self.tenant.move(soon, self.now + timedelta(hours=3))
        later = self.book(days=-5)
        self.sync()
        for graph_id in (soon, later):
            self.tenant.cancel(graph_id)
        self.sync()
        late, cancelled = self.bookings(soon), self.bookings(later)
        self.assertEqual((late.outcome, late.billing_state), ("late_cancelled", "to_check"))
        self.assertEqual(late.issue, "late_cancellation")
        self.assertEqual(cancelled.billing_state, "cancelled")
        # A person confirms it, and it is charged in full once its time is over.
        late.outcome = "late_cancelled"
        self.assertEqual((late.billing_state, late.amount), ("to_invoice", 50.0))

    def test_waived_with_a_reason_and_back(self):
        self.book()
        self.sync()
        booking = self.bookings()
        booking.outcome = "no_show"
        context = booking.action_waive()["context"]
        form = Form(self.env["microsoft.booking.exclude"].with_context(**context))
        form.note = "Snow"
        form.save().action_exclude()
        waived = self.env.ref("microsoft_bookings.exclusion_reason_waived")
        report = self.env["microsoft.booking"]._read_group(
            [("settings_id", "=", self.settings.id), ("exclusion_reason_id", "!=", False)],
            ["exclusion_reason_id"],
            ["__count", "amount:sum"],
        )
        self.assertEqual(report, [(waived, 1, 25.0)])
        booking.action_undo_exclude()
        self.assertEqual((booking.billing_state, booking.amount), ("to_invoice", 25.0))

    def test_with_the_next_invoice(self):
        self.settings.write(
            {
                "fee_with_next": True,
                "draft_schedule": "daily",
                "draft_checked": self.settings._get_today() - timedelta(days=1),
            }
        )
        absent = self.book()
        self.sync()
        fee = self.bookings(absent)
        fee.outcome = "no_show"
        self.make_scheduled()
        self.assertEqual(fee.billing_state, "to_invoice", "it waits")
        self.book(self.lesson, days=1, duration=timedelta(hours=1))
        self.sync()
        self.settings.draft_checked -= timedelta(days=1)
        self.make_scheduled()
        self.assertEqual(fee.billing_state, "draft")
        self.assertEqual(fee.invoice_id.amount_untaxed, 105.0)

    def make_scheduled(self):
        """Let the scheduled actions make the drafts that are due."""
        with self.enter_registry_test_mode():
            for name in ("ir_cron_scheduled_drafts", "ir_cron_invoice_runs"):
                self.env.ref(f"microsoft_bookings.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def test_a_company_that_pays_no_absences(self):
        Partner = self.env["res.partner"]
        acme = Partner.create(
            {"name": "ACME SA", "is_company": True, "booking_absences_unpaid": True}
        )
        eva = self.tenant.add_customer(BUSINESS, "Eva", email="eva@firm.example")
        contact = Partner.create({"name": "Eva", "email": "eva@firm.example", "parent_id": acme.id})
        absent, held = self.book(customers=[eva]), self.book(self.lesson, customers=[eva])
        self.sync()
        self.bookings(absent).outcome = "no_show"
        self.assertEqual(self.bookings(absent).payer_id, contact)
        self.assertEqual(self.bookings(held).payer_id, acme)
        moves = self.bookings()._create_invoices()["invoices"]
        self.assertEqual(
            {(move.partner_id, move.amount_untaxed) for move in moves},
            {(contact, 25.0), (acme, 80.0)},
        )
