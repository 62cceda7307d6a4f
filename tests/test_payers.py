# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who pays: by service, absence and employer; when a fee is invoiced; and under which reference of the customer."""

from dataclasses import replace
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BUSINESS, BookingCommon


class PayersCommon(BookingCommon):
    def setUp(self):
        super().setUp()
        Partner = self.env["res.partner"]
        self.acme = Partner.create(
            {"name": "ACME SA", "is_company": True, "email": "office@acme.example"}
        )
        self.billing = Partner.create(
            {"name": "Accounts", "type": "invoice", "parent_id": self.acme.id}
        )
        # Nobody's employer, as two companies have such addresses.
        for name in ("North", "South"):
            Partner.create(
                {"name": name, "is_company": True, "email": f"{name}@example.com".lower()}
            )
        self.ana_contact = Partner.create(
            {"name": "Ana Müller", "email": "ana@example.com", "parent_id": self.acme.id}
        )

    def service_of(self, graph_id):
        return self.env["microsoft.booking.service"].search([("graph_id", "=", graph_id)])

    def skipped(self, bookings, **options):
        """The machine words of why these bookings are left out."""
        return [reason for _b, reason, _t in bookings._create_invoices(options)["skipped"]]


@tagged("post_install", "-at_install")
class TestPayerByService(PayersCommon):
    def test_a_private_service_stays_the_attendees(self):
        cut, lesson = self.book(), self.book(self.lesson)
        self.sync()
        self.assertEqual(self.bookings().payer_id, self.acme)
        self.service_of(self.haircut).paid_by_attendee = True
        self.assertEqual(self.bookings(cut).payer_id, self.ana_contact)
        self.assertEqual(self.bookings(lesson).payer_id, self.acme)
        moves = self.bookings()._create_invoices()["invoices"].sorted("amount_untaxed")
        # What is private is not sent to the company's accounts department.
        self.assertEqual(moves.partner_id, self.ana_contact | self.billing)
        self.assertEqual(moves[0].partner_id, self.ana_contact)
        self.assertIn("who attends", self.bookings(cut).explanation)

    def test_it_is_stronger_than_who_always_pays(self):
        cut = self.book()
        self.sync()
        self.bookings(cut).customer_id.payer_id = self.acme
        self.service_of(self.haircut).paid_by_attendee = True
        self.assertEqual(self.bookings(cut).payer_id, self.ana_contact)
        self.bookings(cut).payer_id = self.acme
        self.service_of(self.haircut).paid_by_attendee = False
        self.service_of(self.haircut).paid_by_attendee = True
        self.assertEqual(self.bookings(cut).payer_id, self.acme, "typed on the booking: it stays")

    def test_what_is_invoiced_keeps_its_payer(self):
        cut = self.book()
        self.sync()
        self.bookings(cut)._create_invoices()
        self.service_of(self.haircut).paid_by_attendee = True
        self.assertEqual(self.bookings(cut).payer_id, self.acme)

    def test_without_a_contact_nobody_is_guessed(self):
        self.settings.create_contacts = False
        cut = self.book(customers=[self.bob])
        self.sync()
        self.bookings(cut).customer_id.payer_id = self.acme
        self.assertEqual(self.bookings(cut).billing_state, "to_invoice")
        self.service_of(self.haircut).product_id = self.product_a
        self.service_of(self.haircut).paid_by_attendee = True
        self.assertEqual(self.bookings(cut).issue, "no_contact")


@tagged("post_install", "-at_install")
class TestAbsences(PayersCommon):
    def setUp(self):
        super().setUp()
        self.settings.write({"no_show_fee": "percent", "no_show_fee_value": 50})
        self.absent = self.book()
        self.sync()
        self.fee = self.bookings(self.absent)
        self.fee.outcome = "no_show"

    def test_a_company_that_pays_no_absences(self):
        self.assertEqual(self.fee.payer_id, self.acme)
        self.acme.booking_absences_unpaid = True
        self.assertEqual(self.fee.payer_id, self.ana_contact)
        self.assertIn("does not pay absences", self.fee.explanation)
        self.assertEqual(self.fee._create_invoices()["invoices"].partner_id, self.ana_contact)
        self.fee.invoice_id.unlink()
        self.fee.outcome = "attended"
        self.assertEqual(self.fee.payer_id, self.acme)

    def test_whoever_pays_for_the_contact_may_pay_no_absences(self):
        other = self.env["res.partner"].create({"name": "Fund", "booking_absences_unpaid": True})
        self.ana_contact.booking_payer_id = other
        self.assertEqual(self.fee.payer_id, self.ana_contact)
        self.ana_contact.booking_payer_id = False
        self.acme.booking_payer_id = other
        self.assertEqual(self.fee.payer_id, self.ana_contact)
        other.booking_absences_unpaid = False
        self.assertEqual(self.fee.payer_id, other)

    def test_without_a_contact_the_fee_is_to_check(self):
        self.settings.create_contacts = False
        absent = self.book(
            customers=[self.tenant.add_customer(BUSINESS, "Eve", email="e@e.example")]
        )
        self.sync()
        fee = self.bookings(absent)
        fee.customer_id.payer_id = self.acme
        fee.outcome = "no_show"
        self.acme.booking_absences_unpaid = True
        self.assertEqual((fee.payer_id.id, fee.issue), (False, "no_contact"))

    def test_the_fee_waits_for_the_next_invoice_of_its_payer(self):
        self.settings.fee_with_next = True
        self.assertEqual(self.skipped(self.fee), ["fee_waits"])
        other = self.book(customers=[self.bob])
        self.sync()
        both = self.fee | self.bookings(other)
        self.assertEqual(self.skipped(both), ["fee_waits"], "that is another payer's")
        held = self.book(self.lesson, days=1)
        self.sync()
        together = self.fee | self.bookings(held)
        move = together._create_invoices()["invoices"]
        self.assertEqual(sorted(move.invoice_line_ids.mapped("price_subtotal")), [25.0, 80.0])

    def test_a_person_may_send_it_alone(self):
        self.settings.fee_with_next = True
        Wizard = self.env["microsoft.booking.invoice"].with_context(active_ids=self.fee.ids)
        wizard = Wizard.create({})
        self.assertTrue(wizard.has_waiting_fees)
        self.assertEqual((wizard.ready_count, wizard.skipped_count), (0, 1))
        self.assertIn("waits for the next invoice", wizard.preview)
        wizard.lone_fees = True
        self.assertEqual(wizard.draft_count, 1)
        wizard.action_create_invoices()
        self.assertEqual(self.fee.billing_state, "draft")

    def test_a_fee_that_is_not_the_companys_does_not_wait_for_what_the_company_pays(self):
        self.settings.fee_with_next = True
        self.acme.booking_absences_unpaid = True
        self.assertEqual(self.fee.payer_id, self.ana_contact)
        self.assertEqual(self.fee._create_invoices()["bookings"], self.fee)

    def queue_apart(self):
        """Queue this fee and what it goes with on drafts of their own.

        :return: the run and the booking that was held
        """
        self.settings.write({"fee_with_next": True, "invoice_grouping": "booking"})
        held = self.book(self.lesson, days=1)
        self.sync()
        return self.bookings()._queue_invoices().sudo(), self.bookings(held)

    def test_in_the_background_it_goes_with_what_is_in_another_portion(self):
        run, held = self.queue_apart()
        for portion in run.plan["todo"]:
            run._make_chunk([portion])
        self.assertFalse(run.problem_ids)
        self.assertEqual((held | self.fee).mapped("billing_state"), ["draft", "draft"])

    def test_in_the_background_it_does_not_go_before_what_it_goes_with(self):
        self.book(days=2, customers=[self.bob], duration=timedelta(hours=2))
        run, held = self.queue_apart()
        first, *rest = run.plan["todo"]
        run._make_chunk([first])
        # Meanwhile somebody takes it off the list.
        held.action_exclude(self.env.ref("microsoft_bookings.exclusion_reason_waived").id)
        for portion in rest:
            run._make_chunk([portion])
        self.assertEqual(self.fee.billing_state, "to_invoice")
        self.assertIn("waits for the next invoice", str(run.problem_ids.mapped("message")))

    def test_in_the_background_what_could_not_be_made_is_no_company(self):
        run, held = self.queue_apart()
        held.service_id.product_id.active = False
        run._make_chunk([held.ids])
        run._make_chunk([self.fee.ids])
        self.assertEqual(self.fee.billing_state, "to_invoice")

    def test_in_the_background_it_waits_when_what_it_would_go_with_is_gone_by_then(self):
        self.settings.fee_with_next = True
        held = self.book(self.lesson, days=1)
        self.sync()
        run = self.bookings()._queue_invoices()
        self.bookings(held).outcome = "cancelled"
        run.sudo()._make_chunk(run.plan["todo"])
        self.assertEqual(self.fee.billing_state, "to_invoice")
        self.assertIn("waits for the next invoice", str(run.problem_ids.mapped("message")))


@tagged("post_install", "-at_install")
class TestEmployees(PayersCommon):
    def setUp(self):
        super().setUp()
        self.clerk = new_test_user(
            self.env,
            "employees clerk",
            groups="account.group_account_invoice,base.group_partner_manager",
            company_ids=[Command.set(self.env.company.ids)],
            company_id=self.env.company.id,
        )

    def newcomer(self, email, name="Zora"):
        """The booking of somebody whom Bookings lists with this address."""
        graph_id = self.book(customers=[self.tenant.add_customer(BUSINESS, name, email=email)])
        self.sync()
        return self.bookings(graph_id)

    def test_an_address_of_a_company_is_proposed_and_accepted_once(self):
        booking = self.newcomer("zora@acme.example").with_user(self.clerk)
        self.assertEqual((booking.billing_state, booking.issue), ("to_check", "employee"))
        self.assertFalse(booking.partner_id)
        self.assertIn("Employee of ACME SA?", booking.issue_text)
        self.assertIn("Employee of ACME SA?", booking.customer_id.match_text)
        self.sync()
        self.assertEqual(booking.issue, "employee", "never by itself")
        booking.action_accept_employee()
        self.assertEqual((booking.partner_id.parent_id, booking.payer_id), (self.acme, self.acme))
        self.assertEqual(booking.billing_state, "to_invoice")
        customer = booking.customer_id
        self.assertTrue(customer.partner_decided)
        self.assertEqual(customer.decided_by_id, self.clerk)
        again = self.book(customers=[customer.graph_id], days=1)
        self.sync()
        self.assertEqual(self.bookings(again).payer_id, self.acme)
        with self.assertRaises(UserError):
            customer.action_accept_employee()

    def test_on_their_own_all_the_same(self):
        booking = self.newcomer("zora@acme.example")
        booking.customer_id.action_create_contact()
        self.assertEqual(booking.partner_id.name, "Zora")
        self.assertFalse(booking.partner_id.parent_id)
        self.assertEqual(booking.payer_id, booking.partner_id)

    def test_by_the_addresses_of_employees(self):
        self.acme.email = False
        self.ana_contact.email = "ana@people.acme.example"
        self.assertEqual(self.newcomer("zora@people.acme.example").issue, "employee")

    def test_no_proposal_where_the_domain_says_nothing(self):
        Partner = self.env["res.partner"]
        Partner.create({"name": "One", "is_company": True, "email": "one@gmail.com"})
        Partner.create({"name": "Two", "is_company": True, "email": "two@shared.example"})
        Partner.create({"name": "Three", "is_company": True, "email": "three@shared.example"})
        Partner.create({"name": "Person", "email": "me@lone.example"})
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        Partner.create(
            {
                "name": "Four",
                "is_company": True,
                "email": "four@hidden.example",
                "company_id": elsewhere.id,
            }
        )
        owner = Partner.create({"name": "Five", "is_company": True, "company_id": elsewhere.id})
        Partner.create({"name": "Eve", "email": "eve@half.example", "parent_id": owner.id})
        domains = ("gmail.com", "shared.example", "lone.example", "hidden.example", "half.example")
        for domain in domains:
            with self.subTest(domain):
                booking = self.newcomer(f"zora@{domain}", name=domain)
                self.assertEqual(booking.billing_state, "to_invoice")
                self.assertFalse(booking.partner_id.parent_id)

    def test_a_template_contact_that_is_a_company_makes_a_person(self):
        self.settings.template_partner_id = self.env["res.partner"].create(
            {"name": "Template", "is_company": True, "email": "t@t.example"}
        )
        booking = self.newcomer("zora@acme.example")
        booking.action_accept_employee()
        self.assertFalse(booking.partner_id.is_company)
        self.assertEqual(booking.partner_id.commercial_partner_id, self.acme)


@tagged("post_install", "-at_install")
class TestReferences(PayersCommon):
    def setUp(self):
        super().setUp()
        self.settings.reference_question = "PO number"

    def answered(self, number, days=2, **members):
        """An appointment of Ana, who gave this order number and wrote something else."""
        person = self.tenant.attendee(self.tenant.business(BUSINESS), self.ana)
        answers = (("PO Number:", number), ("How do you feel?", "My knee hurts"))
        person = replace(person, answers=answers, **members)
        return self.book(customers=[person], days=days)

    def test_the_answer_is_the_reference_and_two_of_them_two_drafts(self):
        self.acme.booking_reference = "Frame 1"
        first = self.answered("4711")
        second = self.answered(" 4712 ", days=3)
        same = self.answered("4711", days=4)
        without = self.answered("", days=5)
        self.sync()
        moves = self.bookings()._create_invoices()["invoices"]
        self.assertEqual(sorted(moves.mapped("ref")), ["4711", "4712", "Frame 1"])
        self.assertEqual(self.bookings(first).invoice_id, self.bookings(same).invoice_id)
        self.assertEqual(self.bookings(second).invoice_id.ref, "4712")
        self.assertEqual(self.bookings(without).invoice_id.ref, "Frame 1")

    def test_what_an_employee_pays_has_nothing_to_do_with_the_order_of_the_company(self):
        self.acme.booking_reference = "PO-4711"
        cut = self.book()
        self.sync()
        self.assertEqual(self.bookings(cut)._get_customer_reference(), "PO-4711")
        self.service_of(self.haircut).paid_by_attendee = True
        self.assertFalse(self.bookings(cut)._get_customer_reference())

    def test_an_employee_may_have_one_of_their_own(self):
        self.ana_contact.booking_reference = "Department 7"
        self.acme.booking_reference = "Frame 1"
        self.book()
        self.sync()
        self.assertEqual(self.bookings()._create_invoices()["invoices"].ref, "Department 7")

    def test_what_they_pay_for_themselves_is_not_on_their_companys_order(self):
        self.acme.booking_reference = "Frame 1"
        self.book()
        self.sync()
        self.service_of(self.haircut).paid_by_attendee = True
        move = self.bookings()._create_invoices()["invoices"]
        self.assertEqual((move.partner_id, move.ref), (self.ana_contact, False))

    def test_no_other_answer_is_kept_and_nothing_private_is_on_the_invoice(self):
        graph_id = self.answered("4711", notes="Slipped disc")
        self.tenant.annotate(graph_id, "Allergic to nuts")
        self.sync()
        booking = self.bookings(graph_id)
        self.assertEqual((booking.customer_reference, booking.custom_answers), ("4711", False))
        self.settings.write({"store_notes": True, "store_answers": True})
        self.sync(full=True)
        self.settings.line_template = (
            "{service} {date} {time} {end_time} {duration} {staff} {attendee} {business}"
        )
        move = booking._create_invoices()["invoices"]
        texts = str(move.read()) + str(move.line_ids.read()) + str(move.message_ids.mapped("body"))
        for private in ("Slipped disc", "Allergic to nuts", "knee"):
            self.assertNotIn(private, texts)
        self.assertIn("4711", texts)

    def test_the_question_is_asked_of_what_is_there_and_forgotten(self):
        self.settings.reference_question = False
        graph_id = self.answered("4711")
        self.sync()
        self.assertFalse(self.bookings(graph_id).customer_reference)
        self.settings.reference_question = "po number"
        self.assertTrue(self.settings.full_sync_due)
        # Details are read again once they are older than the full synchronisation that was asked for.
        self.bookings().sudo().details_read_at = self.ago(hours=1).replace(tzinfo=None)
        self.sync()
        self.assertEqual(self.bookings(graph_id).customer_reference, "4711")
        self.settings.reference_question = False
        self.assertFalse(self.bookings(graph_id).customer_reference)
