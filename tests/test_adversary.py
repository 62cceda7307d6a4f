# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens in Bookings and in Odoo that could bill somebody twice, or somebody else."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..sandbox.world import Attendee
from .common import BUSINESS, BookingCommon


class AdversaryCommon(BookingCommon):
    """Ways to ask who is billed, and how often."""

    def uninvoiced(self):
        """The bookings of the list that this add-on is for."""
        Booking = self.env["microsoft.booking"]
        return Booking.search(
            [("settings_id", "=", self.settings.id), *Booking._get_uninvoiced_domain()]
        )

    def invoice_all(self):
        """Invoice whatever can be, and return the result."""
        return self.uninvoiced()._create_invoices()

    def invoiced_booking(self, **kw):
        """A held booking of Ana's on a posted invoice, and the id of its appointment."""
        graph_id = self.book(**kw)
        self.sync()
        booking = self.bookings(graph_id)
        booking._create_invoices()["invoices"].action_post()
        return booking, graph_id

    def assertBilledOnce(self, booking, *, changed=None):
        """After a synchronisation the booking is the only one, invoiced as before, and nothing is ready.

        :param changed: whether it must be flagged as changed; ``None``: either way
        """
        line = booking.invoice_line_id
        self.sync()
        self.assertEqual(self.bookings(), booking)
        self.assertEqual(booking.invoice_line_id, line)
        self.assertEqual(booking.billing_state, "invoiced")
        if changed is not None:
            self.assertEqual(booking.changed_after_invoicing, changed)
        self.assertFalse(self.invoice_all()["invoices"])


@tagged("post_install", "-at_install")
class TestRekeyed(AdversaryCommon):
    """A place on an appointment that Bookings names otherwise is still the same place."""

    def attendee(self, graph_id, position=0):
        return self.tenant.touch(graph_id).attendees[position]

    def test_customer_id_appears_later(self):
        person = Attendee(name="Ana Müller", email="ana@example.com")
        booking, graph_id = self.invoiced_booking(customers=[person])
        self.attendee(graph_id).customer_id = self.ana
        self.assertBilledOnce(booking)

    def test_same_person_under_another_customer_id(self):
        booking, graph_id = self.invoiced_booking()
        self.attendee(graph_id).customer_id = self.tenant.add_customer(
            BUSINESS, "Ana Müller", email="ana@example.com"
        )
        self.assertBilledOnce(booking)

    def test_email_spelled_otherwise(self):
        person = Attendee(name="Ana Müller", email="ana@example.com")
        booking, graph_id = self.invoiced_booking(customers=[person])
        self.attendee(graph_id).email = "ANA@Example.COM"
        self.assertBilledOnce(booking)

    def test_email_corrected(self):
        person = Attendee(name="Ana Müller", email="ana@exmaple.com")
        booking, graph_id = self.invoiced_booking(customers=[person])
        self.attendee(graph_id).email = "ana@example.com"
        self.assertBilledOnce(booking)

    def test_name_corrected(self):
        person = Attendee(name="Eva Muler", email="eva@example.com")
        booking, graph_id = self.invoiced_booking(customers=[person])
        self.attendee(graph_id).name = "Eva Müller-Meier"
        self.assertBilledOnce(booking)

    def test_email_is_lost(self):
        person = Attendee(name="Ana Müller", email="ana@example.com")
        booking, graph_id = self.invoiced_booking(customers=[person])
        self.attendee(graph_id).email = None
        self.assertBilledOnce(booking)

    def test_nobody_becomes_somebody(self):
        graph_id = self.book(customers=[])
        self.sync()
        booking = self.bookings(graph_id)
        booking.payer_id = self.partner_a
        booking._create_invoices()["invoices"].action_post()
        self.tenant.touch(graph_id).attendees.append(
            self.tenant.attendee(self.tenant.business(BUSINESS), self.bob)
        )
        self.sync()
        self.assertEqual(self.bookings(), booking)
        self.assertTrue(booking.changed_after_invoicing)
        self.assertEqual(booking.payer_id, self.partner_a)
        self.assertFalse(self.invoice_all()["invoices"])

    def test_two_children_under_one_address_stay_two(self):
        course = self.tenant.add_service(
            BUSINESS, "Class", price="20", price_type="fixedPrice", attendees=5
        )
        people = [Attendee(name=name, email="home@example.com") for name in ("Tim", "Tom")]
        graph_id = self.book(course, customers=people)
        self.sync()
        self.assertEqual(len(self.bookings(graph_id)), 2)
        ids = [
            self.tenant.add_customer(BUSINESS, name, email="home@example.com")
            for name in ("Tim", "Tom")
        ]
        before = {booking.customer_name: booking for booking in self.bookings(graph_id)}
        # They come back with ids, and in the other order.
        appointment = self.tenant.touch(graph_id)
        for person, customer_id in zip(appointment.attendees, ids, strict=True):
            person.customer_id = customer_id
        appointment.attendees.reverse()
        self.sync()
        after = {booking.customer_name: booking for booking in self.bookings(graph_id)}
        self.assertEqual(after, before)

    def test_another_customer_is_another_booking_and_the_invoice_is_flagged(self):
        booking, graph_id = self.invoiced_booking()
        self.tenant.touch(graph_id).attendees[:] = [
            self.tenant.attendee(self.tenant.business(BUSINESS), self.bob)
        ]
        self.sync()
        other = self.bookings() - booking
        self.assertEqual(other.customer_name, "Bob")
        self.assertTrue(booking.changed_after_invoicing)
        self.assertEqual(booking.payer_id.email, "ana@example.com")
        self.assertEqual(other.payer_id.email, "bob@example.com")


@tagged("post_install", "-at_install")
class TestMoved(AdversaryCommon):
    """An appointment that moves, or gets another id, or both, is still the same appointment."""

    def test_id_changed_while_invoiced(self):
        booking, graph_id = self.invoiced_booking()
        new_id = self.tenant.change_id(graph_id)
        self.assertBilledOnce(booking)
        self.assertEqual(booking.graph_id, new_id)

    def test_moved_to_another_window_while_invoiced(self):
        booking, graph_id = self.invoiced_booking(days=3)
        self.tenant.move(graph_id, self.ago(days=50))
        self.assertBilledOnce(booking, changed=True)
        self.tenant.move(graph_id, self.ago(days=-20))
        self.assertBilledOnce(booking, changed=True)

    def test_moved_out_of_everything_that_is_read(self):
        booking, graph_id = self.invoiced_booking(days=3)
        self.tenant.move(graph_id, self.ago(days=-300))
        self.assertBilledOnce(booking, changed=True)
        self.assertFalse(booking.gone_at)

    def test_id_changed_and_moved_to_another_window(self):
        for days in (50, -20):
            with self.subTest(days=days):
                booking, graph_id = self.invoiced_booking(days=10, self_service_id=f"page-{days}")
                self.tenant.move(graph_id, self.ago(days=days))
                new_id = self.tenant.change_id(graph_id)
                self.sync()
                self.assertEqual(self.bookings(new_id), booking)
                self.assertFalse(booking.gone_at)
                self.assertFalse(self.invoice_all()["invoices"])

    def test_id_changed_over_two_synchronisations(self):
        booking, graph_id = self.invoiced_booking()
        appointment = self.tenant.appointment(graph_id)
        self.tenant.cancel(graph_id)
        self.sync()
        self.assertTrue(booking.gone_at)
        # Exchange shows the moved item only now.
        new_id = self.tenant.book(
            BUSINESS, self.haircut, appointment.start, customers=[self.ana], staff=[self.zoe]
        )
        self.assertBilledOnce(booking)
        self.assertEqual(booking.graph_id, new_id)
        self.assertFalse(booking.gone_at)

    def test_moved_to_another_month_before_it_is_invoiced(self):
        graph_id = self.book(days=2)
        self.sync()
        self.tenant.move(graph_id, self.ago(days=40))
        self.sync()
        self.assertEqual(len(self.bookings()), 1)
        day = self.ago(days=40).date()
        self.assertLessEqual(abs(self.bookings().service_date - day), timedelta(days=1))
        self.assertEqual(len(self.invoice_all()["bookings"]), 1)


@tagged("post_install", "-at_install")
class TestWhoPays(AdversaryCommon):
    """Nobody is billed for somebody else's booking on a guess."""

    def test_one_person_under_two_ids_gets_one_draft(self):
        twin = self.tenant.add_customer(BUSINESS, "ana  MULLER", email="Ana@example.com")
        self.book(customers=[self.ana])
        self.book(customers=[twin], days=3)
        self.sync()
        self.assertEqual(len(self.bookings().partner_id), 1)
        self.assertEqual(len(self.invoice_all()["invoices"]), 1)

    def test_shared_address_is_asked_about(self):
        tim = self.tenant.add_customer(BUSINESS, "Tim", email="home@example.com")
        tom = self.tenant.add_customer(BUSINESS, "Tom", email="home@example.com")
        self.env["res.partner"].create({"name": "Tim", "email": "home@example.com"})
        self.book(customers=[tim])
        self.book(customers=[tom], days=3)
        self.sync()
        self.assertEqual(set(self.bookings().mapped("issue")), {"shared_email"})
        self.assertFalse(self.invoice_all()["invoices"])

    def test_blank_addresses_match_nobody(self):
        self.env["res.partner"].create(
            [{"name": "Blank", "email": False}, {"name": "Dot", "email": " "}]
        )
        people = [
            Attendee(name="Blank", email=email) for email in (None, "", " ", "not an address")
        ]
        for days, person in enumerate(people, start=1):
            self.book(customers=[person], days=days)
        self.sync()
        self.assertEqual(len(self.bookings()), 4)
        self.assertFalse(self.bookings().partner_id)
        self.assertEqual(set(self.bookings().mapped("billing_state")), {"to_check"})

    def test_merged_contacts(self):
        invoiced, _graph_id = self.invoiced_booking()
        self.book(days=5)
        self.sync()
        double = self.env["res.partner"].create({"name": "Ana M.", "email": "am@example.com"})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((invoiced.partner_id | double).ids, double)
        self.sync()
        self.assertEqual(self.bookings().partner_id, double)
        self.assertEqual(self.bookings().payer_id, double)
        result = self.invoice_all()
        self.assertEqual(result["invoices"].partner_id, double)
        self.assertEqual(len(result["bookings"]), 1)

    def test_payer_of_another_company_is_not_taken(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.env["res.partner"].create({"name": "Stranger", "company_id": other.id})
        shared = self.env["res.partner"].create(
            {"name": "Ana Müller", "email": "ana@example.com", "company_id": False}
        )
        shared.booking_payer_id = stranger
        self.book()
        self.book(customers=[self.bob], days=3)
        run = self.sync()
        self.assertEqual(run.state, "done", run.problem_ids.mapped("message"))
        self.assertEqual(len(self.bookings()), 2)
        self.assertNotIn(stranger, self.bookings().payer_id)
        self.assertEqual(shared.commercial_partner_id, shared)


@tagged("post_install", "-at_install")
class TestInvoiceLives(AdversaryCommon):
    """Whatever happens to an invoice, its bookings are on one live line at most."""

    def test_duplicated_draft_takes_no_booking_along(self):
        self.book()
        self.sync()
        move = self.invoice_all()["invoices"]
        copy = move.copy()
        self.assertFalse(copy.booking_ids)
        self.assertFalse(copy.invoice_line_ids.booking_ids)
        self.assertEqual(self.bookings().invoice_id, move)
        copy.unlink()
        self.assertEqual(self.bookings().billing_state, "draft")

    def test_line_deleted_and_typed_again(self):
        self.book()
        self.book(days=3)
        self.sync()
        move = self.invoice_all()["invoices"]
        freed = move.invoice_line_ids[0].booking_ids
        with Form(move) as form:
            form.invoice_line_ids.remove(0)
            with form.invoice_line_ids.new() as line:
                line.product_id = freed.service_id.product_id
        self.assertEqual(freed.billing_state, "to_invoice")
        self.assertFalse(move.invoice_line_ids[-1].booking_ids)
        self.assertEqual(self.invoice_all()["bookings"], freed)

    def test_cancelled_and_revived(self):
        self.book()
        self.sync()
        booking = self.bookings()
        move = self.invoice_all()["invoices"]
        move.button_cancel()
        self.assertEqual(booking.billing_state, "to_invoice")
        move.button_draft()
        self.assertEqual(booking.billing_state, "draft")
        self.assertFalse(self.invoice_all()["invoices"])

    def test_cancelled_and_billed_again_stays_cancelled(self):
        self.book()
        self.sync()
        first = self.invoice_all()["invoices"]
        first.button_cancel()
        second = self.invoice_all()["invoices"]
        self.assertTrue(second)
        with self.assertRaises(UserError):
            first.button_draft()
        second.unlink()
        with self.assertRaises(UserError):
            first.button_draft()
        self.assertEqual(self.bookings().billing_state, "to_invoice")

    def reverse(self, move, **values):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        wizard.refund_moves()
        refund = wizard.new_move_ids
        if values:
            refund.invoice_line_ids.write(values)
        refund.action_post()
        return refund

    def test_credited_in_part_is_still_billed(self):
        booking, _graph_id = self.invoiced_booking()
        self.reverse(booking.invoice_id, price_unit=10.0)
        self.assertEqual(booking.billing_state, "invoiced")
        self.assertFalse(self.invoice_all()["invoices"])

    def test_credit_note_of_a_rebilled_booking_cannot_be_taken_back(self):
        booking, _graph_id = self.invoiced_booking()
        refund = self.reverse(booking.invoice_id)
        self.assertEqual(booking.issue, "credited")
        booking.action_bill_again()
        self.assertTrue(self.invoice_all()["invoices"])
        with self.assertRaises(UserError):
            refund.button_draft()
        with self.assertRaises(UserError):
            refund.button_cancel()

    def test_credit_note_reset_before_billing_again_cannot_be_taken_back_after(self):
        booking, _graph_id = self.invoiced_booking()
        refund = self.reverse(booking.invoice_id)
        refund.button_draft()
        self.assertEqual(booking.issue, "credited")
        booking.action_bill_again()
        for take_back in (refund.button_cancel, refund.unlink):
            with self.subTest(take_back=take_back.__name__), self.assertRaises(UserError):
                take_back()
        refund.action_post()

    def test_credit_note_taken_back_before_billing_again(self):
        booking, _graph_id = self.invoiced_booking()
        refund = self.reverse(booking.invoice_id)
        refund.button_cancel()
        self.assertEqual(booking.billing_state, "invoiced")
        self.assertFalse(self.invoice_all()["invoices"])

    def test_product_and_rules_changed_after_invoicing(self):
        booking, _graph_id = self.invoiced_booking(
            service=self.lesson, duration=timedelta(minutes=50)
        )
        before = booking.read(["quantity", "unit_price", "amount"])
        product = booking.service_id.product_id
        booking.service_id.product_id = product.copy({"name": "Other"})
        self.settings.write(
            {
                "duration_rounding": "up",
                "rounding_minutes": 60,
                "no_show_fee": "percent",
                "no_show_fee_value": 50,
            }
        )
        with self.assertRaises(UserError):
            booking.outcome = "no_show"
        self.sync()
        self.assertEqual(booking.read(["quantity", "unit_price", "amount"]), before)
        self.assertEqual(booking.invoice_line_id.product_id, product)
        self.assertFalse(self.invoice_all()["invoices"])

    def test_business_and_company_cannot_be_exchanged_under_the_bookings(self):
        self.book()
        self.sync()
        with self.assertRaises(UserError):
            self.settings.business_id = "another@contoso.example"
        with self.assertRaises(UserError):
            self.settings.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.settings.business_id = BUSINESS.upper()
