# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Work is done in sets: a batch asks the database no more than its drafts do, however many bookings it has."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import BookingCommon

FEW, MANY = 20, 100


@tagged("post_install", "-at_install")
class TestInvoicingQueries(BookingCommon):
    def book_ready(self, count, payers):
        """So many held bookings of so many payers, each with staff, service and contact."""
        partners = self.env["res.partner"].create([{"name": f"Payer {n}"} for n in range(payers)])
        Customer = self.env["microsoft.booking.customer"].sudo()
        serial = Customer.search_count([])
        customers = Customer.create(
            [
                {
                    "settings_id": self.settings.id,
                    "graph_id": f"payer-{serial + number}",
                    "name": partner.name,
                    "partner_id": partner.id,
                }
                for number, partner in enumerate(partners)
            ]
        )
        known = self.bookings()[:1]
        start = self.ago(days=5).replace(tzinfo=None)
        bookings = (
            self.env["microsoft.booking"]
            .sudo()
            .create(
                [
                    {
                        "settings_id": self.settings.id,
                        "graph_id": f"booking-{serial}-{number}",
                        "attendee_key": "",
                        "service_id": known.service_id.id,
                        "staff_ids": [Command.set(known.staff_ids.ids)],
                        "customer_id": customers[number % payers].id,
                        "customer_name": customers[number % payers].name,
                        "start": start,
                        "stop": start + timedelta(hours=1),
                        "duration": 1.0,
                        "price_type": "fixedPrice",
                        "price": 50.0,
                        "currency_id": self.settings.currency_id.id,
                    }
                    for number in range(count)
                ]
            )
        )
        self.assertEqual(set(bookings.mapped("billing_state")), {"to_invoice"})
        return bookings.sudo(False)

    def count(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def beyond(self, count, payers):
        """How many queries the drafts of such bookings take beyond the bare create of the same moves."""
        ours = self.count(self.book_ready(count, payers)._create_invoices)
        values = [
            group._prepare_invoice()
            for group in self.book_ready(count, payers)._group_for_invoices({})
        ]
        for vals in values:
            for _command, _id, line in vals["invoice_line_ids"]:
                del line["booking_ids"]
        Move = self.env["account.move"].with_context(mail_create_nolog=True)
        return ours - self.count(lambda: Move.create(values))

    def test_a_batch_asks_no_more_than_its_drafts_do(self):
        self.book()
        self.sync()
        self.beyond(FEW, FEW)
        for name, payers in (("of the same payers", (5, 5)), ("one each", (FEW, MANY))):
            with self.subTest(name):
                few, many = (
                    self.beyond(count, number)
                    for count, number in zip((FEW, MANY), payers, strict=True)
                )
                self.assertLessEqual(many, few + 2, "queries that grow with the bookings")
