# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules and currencies that change after invoicing are none of an invoiced booking's business."""

from odoo.tests import tagged

from .common import BUSINESS
from .test_adversary_sums import SumsCommon
from .test_changes import ChangesCommon
from .test_pricelists import PricelistsCommon


@tagged("post_install", "-at_install")
class TestClassPrice(ChangesCommon):
    """A class keeps the rule by which it was invoiced."""

    def setUp(self):
        super().setUp()
        self.course = self.tenant.add_service(
            BUSINESS, "Course", price="50", price_type="fixedPrice", attendees=3
        )
        self.cara = self.tenant.add_customer(BUSINESS, "Cara", email="cara@example.com")

    def invoice_class(self, *, post=True):
        """A class of two on an invoice each."""
        return self.invoiced(self.course, customers=[self.ana, self.bob], post=post)

    def assertAsInvoiced(self, bookings):
        self.assertEqual(bookings.mapped("changes_text"), [False] * len(bookings))
        self.assertFalse(any(bookings.mapped("changed_after_invoicing")))

    def test_of_each_attendee_and_then_of_the_appointment(self):
        both, graph_id = self.invoice_class(post=False)
        self.settings.class_price = "appointment"
        both.invoice_id.action_post()
        self.assertAsInvoiced(both)
        self.tenant.join(graph_id, self.cara)
        self.sync()
        self.assertAsInvoiced(both)
        new = self.bookings(graph_id) - both
        self.assertEqual(new.amount, 16.66)
        # What does change is due by the rule of then, and stays settled by it.
        self.tenant.reprice(graph_id, "60")
        self.sync()
        self.assertNotIn("Attendees", "".join(both.mapped("changes_text")))
        self.assertEqual(both.mapped("due_amount"), [60.0] * 2)
        self.assertEqual(both.mapped("proposal"), ["complement"] * 2)
        self.settle(both)
        self.assertEqual(both.mapped("billed_amount"), [60.0] * 2)

    def test_of_the_appointment_and_then_of_each_attendee(self):
        self.settings.class_price = "appointment"
        both, graph_id = self.invoice_class()
        self.assertEqual(both.mapped("amount"), [25.0] * 2)
        self.settings.class_price = "attendee"
        for move in both.invoice_id:
            self._register_payment(move)
        self.assertAsInvoiced(both)
        self.tenant.leave(graph_id, self.bob)
        self.sync()
        ana = both.filtered(lambda booking: not booking.gone_at)
        self.assertEqual((ana.due_amount, ana.proposal), (50.0, "complement"))
        self.assertIn("Attendees: 2 → 1", ana.changes_text)

    def test_a_draft_made_anew_follows_the_rule_of_today(self):
        both, graph_id = self.invoice_class(post=False)
        self.settings.class_price = "appointment"
        self.tenant.reprice(graph_id, "60")
        self.sync()
        self.assertEqual(both.mapped("due_amount"), [30.0] * 2)
        self.settle(both)
        self.assertEqual(both.mapped("billed_amount"), [30.0] * 2)
        self.tenant.join(graph_id, self.cara)
        self.sync()
        self.assertEqual(both.mapped("due_amount"), [20.0] * 2)
        both.invoice_id.unlink()
        self.settings.class_price = "attendee"
        both._create_invoices()
        self.settings.class_price = "appointment"
        both.invoice_id.action_post()
        self.assertAsInvoiced(both)

    def test_what_was_kept_without_the_attendees_goes_by_the_rule_of_today(self):
        both, graph_id = self.invoice_class()
        for booking in both:
            facts = dict(booking.invoiced_facts)
            del facts["attendees"]
            booking.sudo().invoiced_facts = facts
        self.settings.class_price = "appointment"
        self.tenant.reprice(graph_id, "60")
        self.sync()
        self.assertEqual(both.mapped("due_amount"), [30.0] * 2)


@tagged("post_install", "-at_install")
class TestPricesWithTax(SumsCommon, ChangesCommon):
    """Whether prices include tax is known of an invoiced booking as it was then."""

    def setUp(self):
        super().setUp()
        self.book()
        self.sync()
        self.with_taxes(self.tax(10))

    def test_what_is_billed_does_not_change(self):
        for included in (False, True):
            with self.subTest(included=included):
                self.settings.price_include_tax = included
                booking, _graph_id = self.invoiced(days=5 + included)
                self.assertEqual(booking.billed_amount, 50.0)
                self.settings.price_include_tax = not included
                booking.sudo()._compute_billed()
                self.assertEqual((booking.billed_amount, booking.amount), (50.0, 50.0))

    def test_corrections_are_as_the_invoice(self):
        booking, graph_id = self.invoiced(days=5)
        self.settings.price_include_tax = True
        self.tenant.reprice(graph_id, "60")
        self.sync()
        supplement = self.settle(booking)["supplements"]
        self.assertEqual(supplement.amount_untaxed, 10.0)
        self.assertEqual((booking.billed_amount, booking.amount), (60.0, 60.0))

    def test_a_draft_made_anew_follows_the_rule_of_today(self):
        booking, graph_id = self.invoiced(days=5, post=False)
        self.settings.price_include_tax = True
        self.tenant.reprice(graph_id, "55")
        self.sync()
        self.settle(booking)
        self.assertEqual(booking.invoice_id.amount_total, 55.0)
        self.assertEqual(booking.billed_amount, 55.0)
        booking.invoice_id.unlink()
        self.settings.price_include_tax = False
        booking._create_invoices()
        self.assertEqual((booking.invoice_id.amount_untaxed, booking.billed_amount), (55.0, 55.0))

    def test_of_a_merged_line_what_did_not_change_stays(self):
        self.settings.line_mode = "merged"
        ids = [self.book(days=days) for days in (3, 4)]
        self.sync()
        two = self.bookings(ids[0]) | self.bookings(ids[1])
        move = two._create_invoices()["invoices"]
        self.settings.price_include_tax = True
        self.tenant.move(ids[0], self.ago(days=6))
        self.sync()
        self.settle(self.bookings(ids[0]))
        self.assertEqual(len(move.invoice_line_ids), 2)
        self.assertEqual(two.mapped("billed_amount"), [50.0] * 2)
        self.assertEqual(self.bookings(ids[1]).invoice_line_id.price_subtotal, 50.0)
        self.assertEqual(self.bookings(ids[0]).invoice_line_id.price_total, 50.0)

    def test_what_was_kept_without_it_goes_by_the_rule_of_today(self):
        booking, _graph_id = self.invoiced(days=5)
        terms = dict(booking.invoiced_terms)
        del terms["price_include_tax"]
        booking.sudo().invoiced_terms = terms
        self.settings.price_include_tax = True
        booking.sudo()._compute_billed()
        self.assertEqual(booking.billed_amount, 55.0)


@tagged("post_install", "-at_install")
class TestListedPricesWithTax(PricelistsCommon, SumsCommon):
    def test_the_price_of_a_list_is_reckoned_as_it_was_then(self):
        self.use(self.fixed(self.haircut, 40.0))
        self.with_taxes(self.tax(10))
        cut = self.bookings(self.cut)
        cut._create_invoices()["invoices"].action_post()
        self.settings.price_include_tax = True
        self.tenant.move(self.cut, self.ago(days=5))
        self.sync()
        self.assertTrue(cut._is_price_concerned())
        self.assertEqual((cut.due_amount, cut.amount_difference), (40.0, 0.0))


@tagged("post_install", "-at_install")
class TestCurrencyOfBusiness(SumsCommon, ChangesCommon):
    """What is invoiced keeps its currency; what is freed has that of the business."""

    def test_what_is_invoiced_keeps_its_currency(self):
        booking, graph_id = self.invoiced()
        usd = booking.currency_id
        jpy = self.use_currency("JPY")
        self.sync(full=True)
        self.assertEqual((booking.currency_id, booking.billed_amount), (usd, 50.0))
        self.assertFalse(booking.changed_after_invoicing)
        # A price of today is one in the currency of today: nothing of it is billed in the other.
        self.tenant.reprice(graph_id, "6000")
        self.sync()
        self.assertEqual((booking.currency_id, booking.proposal), (usd, "replace"))
        self.assertEqual(booking.changes_text.count("¥"), 2, "price and amount")
        self.assertEqual((booking.due_amount, booking.amount_difference), (0.0, -50.0))
        refund = self.settle(booking)["credit_notes"]
        self.assertEqual((refund.currency_id, refund.amount_untaxed), (usd, 50.0))
        self.assertEqual((booking.currency_id, booking.amount), (jpy, 6000.0))
        again = booking._create_invoices()["invoices"]
        self.assertEqual((again.currency_id, again.amount_untaxed), (jpy, 6000.0))

    def test_what_is_freed_has_the_currency_of_the_business(self):
        for way in ("unlink", "button_cancel"):
            with self.subTest(way):
                usd = self.env.company.currency_id
                self.tenant.business(BUSINESS).properties["defaultCurrencyIso"] = usd.name
                self.sync()
                booking, _graph_id = self.invoiced(post=False, days=len(way))
                jpy = self.env.ref("base.JPY")
                jpy.active = True
                self.tenant.business(BUSINESS).properties["defaultCurrencyIso"] = "JPY"
                self.sync(full=True)
                self.assertEqual(booking.currency_id, usd)
                getattr(booking.invoice_id, way)()
                self.assertEqual(booking.currency_id, jpy)
                self.assertEqual(booking.billing_state, "to_invoice")

    def test_sums_are_of_one_currency_each(self):
        self.book()
        self.sync()
        jpy = self.use_currency("JPY")
        self.book(days=5, price="5000")
        self.sync()
        bookings = self.bookings()
        self.assertEqual(bookings.currency_id, jpy | self.env.company.currency_id)
        summary = bookings.get_uninvoiced_summary([("settings_id", "=", self.settings.id)])
        self.assertEqual(
            {(row["currency"], row["amount"], row["count"], row["ready"]) for row in summary},
            {("USD", 50.0, 1, 1), ("JPY", 5000.0, 1, 1)},
        )
        self.assertEqual({row["name"] for row in summary}, {"Studio"})
        # What has no currency yet is counted with those of the business, reason by reason.
        self.book(customers=[], days=6)
        self.book(customers=[], days=7)
        self.sync()
        bookings = self.bookings()
        first = bookings[:1].sudo()
        first.currency_id = False
        summary = bookings.get_uninvoiced_summary([("settings_id", "=", self.settings.id)])
        reasons = {row["currency"]: row["to_check_by_reason"] for row in summary}
        self.assertEqual(reasons, {"USD": {}, "JPY": {"no_customer": 2}})
        first.currency_id = jpy
        self.settings.write({"draft_schedule": "daily", "draft_checked": False})
        heads_up = self.settings._get_heads_up()
        self.assertEqual(heads_up["ready"], 2)
        self.assertIn("50.00", heads_up["amount"])
        self.assertIn("5,000", heads_up["amount"])
        self.assertNotIn("5,050", heads_up["amount"])

    def test_a_draft_in_another_currency_is_left(self):
        booking, graph_id = self.invoiced(post=False)
        move = booking.invoice_id
        jpy = self.use_currency("JPY")
        self.tenant.reprice(graph_id, "6000")
        self.sync(full=True)
        self.assertEqual(booking.proposal, "remove")
        self.settle(booking)
        self.assertFalse(move.exists())
        self.assertEqual((booking.currency_id, booking.amount), (jpy, 6000.0))
