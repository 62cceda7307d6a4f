# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ways to bill twice, too much or nothing at all by what is done after a first invoice, or beside it."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import BUSINESS
from .test_adversary_sums import SumsCommon
from .test_changes import ChangesCommon


@tagged("post_install", "-at_install")
class TestCorrectionsTakenApart(ChangesCommon):
    """An invoice and what corrects it are pulled apart: the booking is never billed beside what is left of them."""

    def supplemented(self):
        """A lesson of 80.00 on a posted invoice, and its posted supplement of 40.00."""
        booking, graph_id = self.invoiced(self.lesson)
        self.longer(graph_id, 30)
        supplement = self.settle(booking)["supplements"]
        supplement.action_post()
        return booking, graph_id, supplement

    def assertBilled(self, booking, amount):
        """Invoicing again and posting everything, the payer is billed this sum and no more."""
        booking._create_invoices()
        moves = self.env["account.move"].search(
            [("partner_id", "=", booking.payer_id.id), ("state", "!=", "cancel")]
        )
        signed = sum(
            -m.amount_untaxed if m.move_type == "out_refund" else m.amount_untaxed for m in moves
        )
        self.assertEqual(signed, amount)

    def test_cancelled_beside_its_supplement(self):
        booking, _graph_id, supplement = self.supplemented()
        move = booking.invoice_id
        move.button_draft()
        for take in (move.button_cancel, move.unlink, booking.invoice_line_id.unlink):
            with self.subTest(take.__name__), self.assertRaises(UserError):
                take()
        self.assertBilled(booking, 120.0)
        supplement.button_draft()
        supplement.button_cancel()
        move.button_cancel()
        self.assertBilled(booking, 120.0)

    def test_cancelled_beside_its_credit_note(self):
        booking, graph_id = self.invoiced(self.lesson)
        self.longer(graph_id, -30)
        refund = self.settle(booking)["credit_notes"]
        move = booking.invoice_id
        move.button_draft()
        with self.assertRaises(UserError):
            move.button_cancel()
        refund.unlink()
        move.button_cancel()
        self.assertBilled(booking, 40.0)

    def test_supplement_revived_after_billing_again(self):
        booking, _graph_id, supplement = self.supplemented()
        supplement.button_draft()
        supplement.button_cancel()
        move = booking.invoice_id
        move.button_draft()
        move.button_cancel()
        booking._create_invoices()
        with self.assertRaises(UserError):
            supplement.button_draft()
        self.assertBilled(booking, 120.0)

    def test_two_credit_notes_of_one_booking(self):
        booking, graph_id = self.invoiced()
        payer = booking.payer_id
        self.tenant.touch(graph_id).attendees[0].customer_id = self.bob
        appointment = self.tenant.touch(graph_id)
        appointment.service_id, appointment.price = self.audit, "0"
        appointment.price_type = "priceVaries"
        self.sync()
        first = self.settle(booking)["credit_notes"]
        first.button_cancel()
        self.assertTrue(booking.changed_after_invoicing)
        second = self.settle(booking)["credit_notes"]
        self.assertTrue(second)
        with self.assertRaises(UserError):
            first.button_draft()
        second.unlink()
        first.button_draft()
        self.assertEqual(booking.billing_state, "to_check")
        self.assertEqual(first.partner_id, payer)

    def reversal(self, move):
        return (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )

    def test_credit_note_reversed_after_billing_again(self):
        booking, _graph_id = self.invoiced()
        wizard = self.reversal(booking.invoice_id)
        wizard.refund_moves()
        refund = wizard.new_move_ids
        refund.action_post()
        booking.action_bill_again()
        booking._create_invoices()
        for name in ("refund_moves", "modify_moves"):
            with self.subTest(name), self.assertRaises(UserError):
                getattr(self.reversal(refund), name)()
        self.assertBilled(booking, 50.0)

    def test_releasing_credit_note_reversed_after_billing_again(self):
        booking, graph_id = self.invoiced()
        appointment = self.tenant.touch(graph_id)
        appointment.service_id, appointment.price = self.lesson, "80"
        appointment.price_type = "hourly"
        self.sync()
        refund = self.settle(booking)["credit_notes"]
        refund.action_post()
        booking._create_invoices()
        with self.assertRaises(UserError):
            self.reversal(refund).refund_moves()
        self.assertBilled(booking, 80.0)


@tagged("post_install", "-at_install")
class TestRefreshedDrafts(ChangesCommon):
    """A refreshed draft keeps its bookings, unless they really belong elsewhere."""

    def test_a_minimum_amount_takes_nothing_off_a_draft(self):
        booking, graph_id = self.invoiced(self.lesson, post=False)
        self.settings.minimum_amount = 500.0
        self.longer(graph_id, 30)
        self.assertEqual(booking.proposal, "refresh")
        self.settle(booking)
        self.assertEqual(
            (booking.billing_state, booking.invoice_id.amount_untaxed), ("draft", 120.0)
        )

    def test_an_erased_person_stays_on_the_draft(self):
        booking, graph_id = self.invoiced(self.lesson, post=False)
        payer = booking.payer_id
        booking._anonymise()
        self.longer(graph_id, 30)
        self.assertEqual(booking.proposal, "refresh")
        self.settle(booking)
        self.assertEqual((booking.billing_state, booking.invoice_id.partner_id), ("draft", payer))
        self.assertEqual((booking.payer_id, booking.invoice_id.amount_untaxed), (payer, 120.0))

    def test_who_pays_from_now_on_is_none_of_the_drafts_business(self):
        booking, graph_id = self.invoiced(self.lesson, post=False)
        payer = booking.payer_id
        booking.partner_id.booking_payer_id = self.partner_a
        self.longer(graph_id, 30)
        self.assertEqual(booking.proposal, "refresh")
        self.settle(booking)
        self.assertEqual((booking.payer_id, booking.invoice_id.partner_id), (payer, payer))


@tagged("post_install", "-at_install")
class TestSumsOfOptions(SumsCommon):
    """Whatever the options, the drafts come to what the preview shows."""

    def test_every_mix(self):
        bookings = self.awkward_bookings()
        self.book(customers=[self.bob], days=6, price="19.99")
        self.book(customers=[self.bob], days=7, price="19.99")
        self.sync()
        bookings = self.bookings()
        acme = self.env["res.partner"].create({"name": "ACME SA", "is_company": True})
        bookings.payer_id = acme
        self.with_taxes(self.tax(8.1))
        for included in (False, True):
            self.settings.price_include_tax = included
            for grouping in ("payer", "month", "service", "staff", "booking"):
                for line_mode in ("booking", "merged"):
                    for sections in (False, True):
                        options = {
                            "grouping": grouping,
                            "line_mode": line_mode,
                            "sections": sections,
                        }
                        with self.subTest(included=included, **options):
                            moves = self.assertPreviewIsDraft(bookings, options)
                            self.assertEqual(moves.booking_ids, bookings)
                            field = "amount_total" if included else "amount_untaxed"
                            self.assertAlmostEqual(
                                sum(moves.mapped(field)), sum(bookings.mapped("amount"))
                            )
                            moves.unlink()

    def test_a_minimum_before_tax(self):
        self.book(price="108.10")
        self.sync()
        self.with_taxes(self.tax(8.1))
        self.settings.write({"price_include_tax": True, "minimum_amount": 105.0})
        result = self.bookings()._create_invoices()
        self.assertEqual([why for _b, why, _t in result["skipped"]], ["below_minimum"])
        self.settings.minimum_amount = 100.0
        self.assertEqual(self.bookings()._create_invoices()["invoices"].amount_untaxed, 100.0)

    def test_a_class_that_is_listed_in_another_order(self):
        self.settings.class_price = "appointment"
        course = self.tenant.add_service(
            BUSINESS, "Class", price="100", price_type="fixedPrice", attendees=3
        )
        cleo = self.tenant.add_customer(BUSINESS, "Cléo", email="cleo@example.com")
        graph_id = self.book(course, customers=[self.ana, self.bob, cleo])
        self.sync()
        bookings = self.bookings(graph_id)
        first = bookings.filtered(lambda booking: booking.amount == 33.34)
        first._create_invoices()
        self.tenant.touch(graph_id).attendees.reverse()
        self.sync()
        (bookings - first)._create_invoices()
        self.assertAlmostEqual(sum(bookings.invoice_id.mapped("amount_untaxed")), 100.0)


@tagged("post_install", "-at_install")
class TestRunsBeside(ChangesCommon):
    """Runs in the background, of the same bookings, undone by somebody else, or started twice."""

    def work(self):
        with self.enter_registry_test_mode():
            self.env.ref("microsoft_bookings.ir_cron_invoice_runs").method_direct_trigger()
        self.env.invalidate_all()

    def test_two_runs_of_the_same_bookings(self):
        self.book()
        self.book(self.lesson, days=3)
        self.sync()
        one, two = (self.bookings()._queue_invoices() for _number in range(2))
        self.work()
        self.assertEqual((one.state, one.booking_count), ("done", 2))
        self.assertEqual((two.state, two.booking_count, len(two.problem_ids)), ("problems", 0, 2))
        self.assertEqual(self.bookings().invoice_id.amount_untaxed, 130.0)

    def test_undone_by_somebody_else_while_the_one_before_was_at_work(self):
        self.book()
        self.sync()
        run = self.bookings()._queue_invoices()
        # Found before, begun after: in between, another transaction has undone it.
        run.action_undo()
        self.env.flush_all()
        self.assertTrue(run.sudo()._make_planned_invoices())
        self.assertEqual(run.state, "undone")
        self.assertFalse(self.bookings().invoice_id)

    def test_undone_and_queued_again(self):
        self.book()
        self.sync()
        run = self.bookings()._queue_invoices()
        self.work()
        run.action_undo()
        self.work()
        self.assertEqual(self.bookings().billing_state, "to_invoice")
        again = self.bookings()._queue_invoices()
        self.work()
        self.assertEqual((run.state, again.state), ("undone", "done"))
        self.assertEqual(len(self.bookings().invoice_line_id), 1)

    def test_excluded_after_it_was_queued(self):
        self.book()
        self.sync()
        booking = self.bookings()
        booking._queue_invoices()
        booking.action_exclude(self.env.ref("microsoft_bookings.exclusion_reason_waived").id)
        self.work()
        self.assertFalse(booking.invoice_id)
        self.assertEqual(booking.billing_state, "excluded")


@tagged("post_install", "-at_install")
class TestSettledBefore(ChangesCommon):
    def test_forth_and_back(self):
        self.book(days=40)
        self.sync()
        booking = self.bookings()
        settled = self.env["microsoft.booking"]._get_settled_reason()
        later = self.settings._get_today()
        self.settings.settled_before = later
        self.assertEqual(booking.exclusion_reason_id, settled)
        self.settings.settled_before = False
        self.assertEqual(booking.billing_state, "to_invoice")
        # A person's own word stays.
        booking.action_exclude(self.env.ref("microsoft_bookings.exclusion_reason_waived").id)
        self.settings.settled_before = later
        self.settings.settled_before = False
        self.assertEqual(booking.billing_state, "excluded")

    def test_the_reason_of_the_date_is_not_a_persons(self):
        self.book(days=40)
        self.sync()
        settled = self.env["microsoft.booking"]._get_settled_reason()
        with self.assertRaises(UserError):
            self.bookings().action_exclude(settled.id)


@tagged("post_install", "-at_install")
class TestToldToBookings(ChangesCommon):
    def test_a_class_does_not_count_what_was_cancelled(self):
        self.settings.write_back = True
        course = self.tenant.add_service(
            BUSINESS, "Class", price="20", price_type="fixedPrice", attendees=3
        )
        graph_id = self.book(course, customers=[self.ana, self.bob])
        self.sync()
        moves = self.bookings(graph_id)._create_invoices()["invoices"]
        self.settings.price_include_tax = False
        moves.invoice_line_ids.tax_ids = [Command.clear()]
        moves.action_post()
        gone = moves[0]
        gone.button_draft()
        gone.button_cancel()
        facts = self.settings._get_invoice_facts([graph_id])[graph_id]
        self.assertEqual((facts["amount"], facts["number"]), (20.0, moves[1].name))
        self.assertEqual(facts["status"], "open")
