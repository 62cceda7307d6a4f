# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A connection at a glance, and how to get rid of a trial."""

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestOverview(BookingCommon):
    def test_what_there_is_still_to_do(self):
        self.assertTrue(self.settings.needs_first_sync)
        self.settings.create_contacts = False
        self.book(self.haircut)
        self.book(self.audit, customers=[])
        self.sync()
        self.settings.invalidate_recordset()
        self.assertFalse(self.settings.needs_first_sync)
        self.assertEqual(self.settings.to_check_count, 2)
        customers = self.env["microsoft.booking.customer"]
        action = self.settings.action_view_unmatched_customers()
        self.assertEqual(self.settings.unmatched_customer_count, 2)
        self.assertEqual(customers.search_count(action["domain"]), 2)
        service = self.env["microsoft.booking.service"].search([("name", "=", "Audit")])
        service.product_id = False
        self.settings.invalidate_recordset()
        self.assertEqual(self.settings.unlinked_service_count, 1)
        self.assertIn(
            service, service.search(self.settings.action_view_unlinked_services()["domain"])
        )
        to_check = self.settings.action_view_to_check()
        self.assertTrue(to_check["context"]["search_default_to_check"])

    def test_the_last_synchronisations_as_bars(self):
        self.assertFalse(self.settings.runs_html)
        self.book(self.haircut)
        first = self.sync()
        second = self.sync()
        second.sudo().state = "problems"
        self.settings.invalidate_recordset()
        bars = html.fromstring(self.settings.runs_html).xpath("//a")
        self.assertEqual(
            [bar.get("href") for bar in bars],
            [f"/odoo/booking-runs/{run.id}" for run in (first, second)],
        )
        self.assertIn("bg-success", bars[0].get("class"))
        self.assertIn("bg-warning", bars[1].get("class"))
        self.assertIn("height: 100%", bars[0].get("style"))
        self.assertIn("height: 20%", bars[1].get("style"))
        self.assertIn("Changed: 1.", bars[0].get("title"))

    def test_a_new_form_opens(self):
        form = Form(self.env["microsoft.booking.settings"])
        self.assertFalse(form.needs_first_sync)
        self.assertFalse(form.runs_html)


@tagged("post_install", "-at_install")
class TestHistory(BookingCommon):
    def history(self, booking, lang="en_US"):
        """What the form tells, as texts and the addresses that they lead to."""
        booking.invalidate_recordset(["history_html"])
        items = html.fromstring(booking.with_context(lang=lang).history_html).xpath("//li")
        texts = [" ".join(item.text_content().split()) for item in items]
        return texts, [link.get("href") for item in items for link in item.xpath("a")]

    def test_what_happened_by_whom_and_in_which_run(self):
        self.book(self.haircut)
        self.sync()
        booking = self.bookings()
        texts, links = self.history(booking)
        self.assertEqual((len(texts), links), (2, []))
        self.assertTrue(texts[0].endswith("First read from Bookings"), texts)
        booking.unit_price = 45.0
        booking.action_exclude(self.env["microsoft.booking.exclusion.reason"].search([])[1].id)
        texts, _links = self.history(booking)
        reason, user = booking.exclusion_reason_id.name, self.env.user.name
        self.assertTrue(any(text.endswith(f"Not invoiced: {reason} · {user}") for text in texts))
        self.assertEqual(texts[-1], f"Price typed by hand · {user}")
        booking.action_undo_exclude()
        run = booking._create_invoices()["runs"]
        booking.invoice_id.action_post()
        texts, links = self.history(booking)
        self.assertFalse(any("Not invoiced" in text for text in texts))
        self.assertIn(f"/odoo/booking-runs/{run.id}", links)
        self.assertTrue(any(link.endswith(f"/{booking.invoice_id.id}") for link in links))
        self.assertTrue(any(booking.invoice_id.name in text for text in texts))

    def test_the_explanation_stays_true_while_somebody_types(self):
        self.book(self.haircut)
        self.sync()
        with Form(self.bookings()) as form:
            before = form.explanation
            form.unit_price = 12.0
            self.assertEqual(form.explanation, before)
        self.assertNotEqual(self.bookings().explanation, before)

    def test_in_the_language_of_the_reader(self):
        self.book(self.haircut)
        self.sync()
        texts, _links = self.history(self.bookings(), self.speak())
        self.assertTrue(texts[0].endswith("Première lecture dans Bookings"), texts)

    def test_a_booking_that_is_not_stored_has_none(self):
        self.assertFalse(self.env["microsoft.booking"].new({}).history_html)


@tagged("post_install", "-at_install")
class TestTrial(BookingCommon):
    def setUp(self):
        super().setUp()
        self.book(self.haircut)
        self.book(self.lesson, customers=[self.bob])
        self.sync()

    def left(self):
        """What is left of the connection: the names of the models that still have something."""
        models = self.env["ir.model"].search([("model", "=like", "microsoft.booking%")])
        return [
            name
            for name in models.mapped("model")
            if not self.env[name]._transient
            and not self.env[name]._abstract
            and "settings_id" in self.env[name]._fields
            and self.env[name].sudo().with_context(active_test=False).search_count([])
        ]

    def test_a_trial_is_removed_with_its_drafts_and_nothing_else(self):
        before = self.env["account.move"].search([])
        partner = self.bookings()[0].partner_id
        moves = self.bookings()._create_invoices()["invoices"]
        cron = self.settings.cron_id
        self.settings.action_remove_trial()
        self.assertFalse(self.settings.exists() or cron.exists())
        self.assertFalse(moves.exists())
        self.assertEqual(self.env["account.move"].search([]), before)
        self.assertTrue(partner.exists())
        self.assertEqual(self.left(), [])

    def test_posted_invoices_and_foreign_lines_stop_it(self):
        moves = self.bookings()._create_invoices()["invoices"]
        moves[0].write({"invoice_line_ids": [(0, 0, {"name": "Tip", "price_unit": 5.0})]})
        with self.assertRaisesRegex(UserError, "bill something else"):
            self.settings.action_remove_trial()
        moves[0].invoice_line_ids.filtered(lambda line: line.name == "Tip").unlink()
        moves[1].action_post()
        with self.assertRaisesRegex(UserError, "posted"):
            self.settings.action_remove_trial()
        self.assertEqual(len(self.bookings()), 2)
        moves[1].button_draft()
        with self.assertRaisesRegex(UserError, "posted"):
            self.settings.action_remove_trial()
        moves[1].button_cancel()
        self.settings.action_remove_trial()
        self.assertTrue(moves[1].exists())

    def test_posted_invoices_that_are_credited_stop_it(self):
        moves = self.bookings()._create_invoices()["invoices"]
        moves.action_post()
        moves._reverse_moves([{"date": move.date} for move in moves], cancel=True)
        with self.assertRaisesRegex(UserError, "posted"):
            self.settings.action_remove_trial()
        self.assertEqual(len(self.bookings()), 2)

    def test_a_real_business_is_never_removed(self):
        self.settings.cloud = "global"
        with self.assertRaisesRegex(UserError, "Archive"):
            self.settings.action_remove_trial()

    def test_a_real_business_is_never_turned_into_sample_data(self):
        self.settings.cloud = "global"
        with self.assertRaisesRegex(UserError, "has bookings already"):
            self.settings.cloud = "sandbox"
        self.assertEqual(self.settings.cloud, "global")

    def test_only_who_administers_may(self):
        user = new_test_user(
            self.env,
            login="trial_user",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.env.company.id,
        )
        with self.assertRaises(AccessError):
            self.settings.with_user(user).action_remove_trial()
        self.assertEqual(len(self.bookings()), 2)
