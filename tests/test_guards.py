# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Over RPC and by imports every field can be tried: what Bookings says and Odoo concludes, nobody writes by hand."""

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BUSINESS, BookingCommon

# What people decide about a booking.
DECIDED = {"outcome", "partner_id", "payer_id", "unit_price", "quantity"} | {
    "exclusion_reason_id",
    "exclusion_note",
}


class GuardCommon(BookingCommon):
    def setUp(self):
        super().setUp()
        self.clerk = self.make_user("account.group_account_invoice")
        self.book()
        self.book(self.lesson, days=1)
        self.sync()
        self.first, self.second = (
            booking.with_user(self.clerk).with_company(self.env.company)
            for booking in self.bookings()
        )
        self.reason = self.env.ref("microsoft_bookings.exclusion_reason_internal")

    def invoice(self, bookings):
        """Post the invoice of these bookings: its lines are returned."""
        bookings._create_invoices()["invoices"].action_post()
        return bookings.invoice_line_id


@tagged("post_install", "-at_install")
class TestBookingFields(GuardCommon):
    def test_what_is_read_only_is_written_by_nobody(self):
        for context in ({}, {"booking_sync": True}):
            booking = self.first.with_context(**context)
            for name, field in booking._fields.items():
                # What is written on the other side is refused there.
                if not field.store or field.type == "one2many" or name in models.MAGIC_COLUMNS:
                    continue
                if name in DECIDED:
                    continue
                with self.subTest(name, **context), mute_logger("odoo.models", "odoo.orm.models"):
                    self.assertTrue(field.readonly)
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        booking.write({name: field.convert_to_write(booking[name], booking)})

    def test_who_tries_learns_why(self):
        with self.assertRaisesRegex(AccessError, "Correct it there"):
            self.first.price = 1.0
        with self.assertRaisesRegex(AccessError, "invoiced_facts.*kept by Odoo itself"):
            self.first.invoiced_facts = {}

    def test_a_file_does_not_set_it_either(self):
        row = [str(self.first.id), "paid"]
        with mute_logger("odoo.models", "odoo.orm.models"):
            result = self.first.browse().load([".id", "billing_state"], [row])
        self.assertFalse(result["ids"])
        self.assertIn("billing_state", result["messages"][0]["message"])
        self.assertEqual(self.first.billing_state, "to_invoice")

    def test_what_people_decide_is_stamped_by_odoo(self):
        both = self.first | self.second
        both.web_save({"unit_price": 30.0, "payer_id": self.partner_a.id}, {"amount": {}})
        both.web_save({"quantity": 2.0}, {"amount": {}})
        for booking in both:
            self.assertEqual((booking.amount, booking.payer_id), (60.0, self.partner_a))
            self.assertTrue(booking.price_decided and booking.payer_decided)
            self.assertEqual(booking.price_decided_by_id, self.clerk)
        both.action_use_bookings_price()
        self.assertEqual((both.mapped("amount")), [50.0, 80.0])
        both.web_save(
            {"exclusion_reason_id": self.reason.id, "exclusion_note": "Ours"}, {"amount": {}}
        )
        self.assertEqual(self.first.excluded_by_id, self.clerk)
        self.assertEqual(self.first.exclusion_note, "Ours")
        both.action_undo_exclude()
        self.assertFalse(self.first.excluded_by_id or self.first.exclusion_note)
        both.action_cancelled_with_notice(100)
        self.assertEqual(self.first.outcome_by_id, self.clerk)
        self.assertTrue(self.first.outcome_decided)
        self.assertEqual(self.first.cancellation_notice, 100)


@tagged("post_install", "-at_install")
class TestInvoiceLines(GuardCommon):
    """Nobody frees a booking, hides it on a line or has it billed twice by what RPC lets one write."""

    def setUp(self):
        super().setUp()
        self.line = self.invoice(self.first)
        self.move = self.line.move_id
        # An invoice of the same accountant, which bills no booking.
        self.other = self.move.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner_a.id,
                "invoice_line_ids": [Command.create({"name": "Soap", "price_unit": 5.0})],
            }
        )
        self.soap = self.other.invoice_line_ids

    def assert_refused(self, attempts):
        """Each attempt is refused, or changes nothing that bookings are billed by."""
        for name, attempt in attempts.items():
            with self.subTest(name), mute_logger("odoo.models", "odoo.orm.models"):
                try:
                    with self.env.cr.savepoint():
                        attempt()
                        self.env.flush_all()
                        self.env.invalidate_all()
                        self.assert_billed_once()
                        raise Undo
                except (UserError, Undo):
                    self.env.invalidate_all()
                self.assert_billed_once()

    def assert_billed_once(self):
        self.assertEqual(self.first.invoice_line_id, self.line)
        self.assertEqual(self.line.booking_ids, self.first)
        self.assertEqual(self.first.billing_state, "invoiced")
        self.assertEqual((self.first.billed_amount, self.first.is_credited), (50.0, False))
        self.assertFalse(self.line.booking_adjustment_ids)
        self.assertFalse(self.second.invoice_line_id)
        self.assertEqual(self.second.billing_state, "to_invoice")
        self.assertFalse(self.first._create_invoices()["invoices"])

    def test_on_the_booking(self):
        first, second = self.first, self.second
        self.assert_refused(
            {
                "free": lambda: first.write({"invoice_line_id": False}),
                "move": lambda: first.write({"invoice_line_id": self.soap.id}),
                "hide": lambda: second.write({"invoice_line_id": self.soap.id}),
                "invoice": lambda: first.write({"invoice_id": False}),
                "corrections": lambda: first.write(
                    {"adjustment_line_ids": [Command.link(self.soap.id)]}
                ),
                "elsewhere": lambda: second.write({"elsewhere_invoice_id": self.other.id}),
            }
        )

    def test_on_the_line(self):
        line, soap = self.line, self.soap
        ids = self.first.ids
        values = {
            "clear": (line, {"booking_ids": [Command.clear()]}),
            "set": (line, {"booking_ids": [Command.set([])]}),
            "unlink": (line, {"booking_ids": [Command.unlink(ids[0])]}),
            "delete": (line, {"booking_ids": [Command.delete(ids[0])]}),
            "update": (line, {"booking_ids": [Command.update(ids[0], {"invoice_line_id": False})]}),
            "link": (soap, {"booking_ids": [Command.link(ids[0])]}),
            "take": (soap, {"booking_ids": [Command.set(ids)]}),
            "hide": (soap, {"booking_ids": [Command.link(self.second.id)]}),
            "origin": (soap, {"booking_origin_line_id": line.id}),
            "adjustment": (line, {"booking_adjustment_ids": [Command.link(soap.id)]}),
            "booking": (soap, {"booking_id": ids[0]}),
        }
        self.assert_refused(
            {
                name: lambda record=record, vals=vals: record.write(vals)
                for name, (record, vals) in values.items()
            }
        )

    def test_on_the_invoice(self):
        values = {
            "link": (self.other, {"booking_ids": [Command.link(self.first.id)]}),
            "clear": (self.move, {"booking_ids": [Command.clear()]}),
            "elsewhere": (self.other, {"elsewhere_booking_ids": [Command.link(self.second.id)]}),
            "line": (
                self.other,
                {
                    "invoice_line_ids": [
                        Command.update(
                            self.soap.id, {"booking_ids": [Command.link(self.second.id)]}
                        )
                    ]
                },
            ),
        }
        self.assert_refused(
            {
                name: lambda record=record, vals=vals: record.write(vals)
                for name, (record, vals) in values.items()
            }
        )

    def test_on_what_is_new(self):
        ties = {
            "link": {"booking_ids": [Command.link(self.first.id)]},
            "hide": {"booking_ids": [Command.set(self.second.ids)]},
            "origin": {"booking_origin_line_id": self.line.id},
            "adjustment": {"booking_adjustment_ids": [Command.link(self.line.id)]},
            "release": {
                "booking_id": self.first.id,
                "booking_role": "release",
                "booking_origin_line_id": self.line.id,
            },
        }

        def create(line_vals, move_type, **context):
            move = self.move.with_context(**context).create(
                {
                    "move_type": move_type,
                    "partner_id": self.partner_a.id,
                    "invoice_line_ids": [
                        Command.create({"name": "Soap", "price_unit": 50.0, **line_vals})
                    ],
                }
            )
            move.action_post()

        for move_type in ("out_invoice", "out_refund"):
            self.assert_refused(
                {
                    f"{move_type} {name}": lambda vals=vals, kind=move_type: create(vals, kind)
                    for name, vals in ties.items()
                }
            )
            # What is no value may be a default.
            self.assert_refused(
                {
                    f"{move_type} default {name}": lambda vals=vals, kind=move_type: create(
                        {}, kind, **{f"default_{key}": value for key, value in vals.items()}
                    )
                    for name, vals in ties.items()
                }
            )

    def test_by_duplicating(self):
        for context in ({}, {"include_business_fields": True}):
            with self.subTest(**context):
                copy = self.move.with_context(**context).copy()
                copy.action_post()
                self.assertFalse(copy.booking_ids)
                self.assert_billed_once()

    def test_by_a_file(self):
        columns = ["move_type", "partner_id/.id", "invoice_line_ids/name"]
        row = ["out_refund", str(self.partner_a.id), "Soap"]
        for name, value in (
            ("booking_ids/.id", self.first.id),
            ("booking_ids/.id", self.second.id),
            ("booking_origin_line_id/.id", self.line.id),
        ):
            with self.subTest(name, value=value), mute_logger("odoo.models", "odoo.orm.models"):
                result = self.move.browse().load(
                    [*columns, f"invoice_line_ids/{name}"], [[*row, str(value)]]
                )
                self.assertFalse(result["ids"])
                self.assert_billed_once()

    def test_what_was_billed_again_stays_superseded(self):
        self.move.button_draft()
        self.move.button_cancel()
        again = self.invoice(self.first)
        self.assertNotEqual(again, self.line)
        self.assertTrue(self.line.booking_superseded)
        with self.assertRaises(AccessError), mute_logger("odoo.models", "odoo.orm.models"):
            self.line.booking_superseded = False
        with self.assertRaises(UserError):
            self.move.button_draft()

    def test_a_release_is_not_taken_back_by_writing(self):
        # Bookings' customer turns out to be somebody else: who is invoiced anew.
        other = self.tenant.add_customer(BUSINESS, "Ana Müller", email="ana@acme.example")
        self.tenant.touch(self.first.graph_id).attendees[0].customer_id = other
        self.sync()
        credit = self.first._settle_changes({self.first: "propose"})["credit_notes"]
        self.assertEqual(credit.invoice_line_ids.booking_role, "release")
        again = self.invoice(self.first)
        for values in ({"booking_role": False}, {"booking_id": False}, {"booking_former": False}):
            with (
                self.subTest(values),
                self.assertRaises(AccessError),
                mute_logger("odoo.models", "odoo.orm.models"),
            ):
                credit.invoice_line_ids.write(values)
        self.assertEqual(self.first.invoice_line_id, again)


class Undo(Exception):
    """Take back what an attempt did that was not refused."""
