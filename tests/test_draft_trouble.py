# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Drafts that could not be made: somebody is told once, what was due stays due, and nothing is made twice."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import BUSINESS, BookingCommon


@tagged("post_install", "-at_install")
class TestDraftTrouble(BookingCommon):
    def setUp(self):
        super().setUp()
        self.person = self.make_user("account.group_account_invoice")
        self.settings.user_id = self.person
        for days in (40, 41):
            self.book(days=days)
        self.book(self.lesson, days=40, customers=[self.bob])
        self.sync()
        today = self.settings._get_today()
        self.settings.write(
            {
                "draft_schedule": "monthly",
                "draft_day": today.day,
                "draft_checked": today - timedelta(days=1),
            }
        )

    def take_away(self):
        self.person.group_ids -= self.env.ref("account.group_account_invoice")

    def give_back(self):
        self.person.group_ids += self.env.ref("account.group_account_invoice")

    def schedule(self):
        with self.enter_registry_test_mode():
            self.env.ref("microsoft_bookings.ir_cron_scheduled_drafts").method_direct_trigger()
        self.env.invalidate_all()

    def work(self):
        with self.enter_registry_test_mode():
            self.env.ref("microsoft_bookings.ir_cron_invoice_runs").method_direct_trigger()
        self.env.invalidate_all()

    def activities(self):
        """What somebody has to do, here on these settings."""
        return self.settings.activity_ids

    def runs(self):
        return self.env["microsoft.booking.run"].search([("kind", "=", "invoice")])

    def test_the_schedule_fails_before_there_is_a_run(self):
        checked = self.settings.draft_checked
        self.take_away()
        notes = self.settings.message_ids
        self.schedule()
        self.schedule()
        self.assertFalse(self.runs())
        self.assertEqual(self.settings.draft_checked, checked, "it stays due")
        self.assertEqual(self.activities().user_id, self.person)
        self.assertEqual(len(self.activities()), 1)
        said = (self.settings.message_ids - notes).filtered(
            lambda note: "scheduled draft invoices" in note.body
        )
        self.assertEqual(len(said), 1)
        self.give_back()
        self.schedule()
        self.work()
        self.assertFalse(self.activities())
        self.assertEqual(self.settings.draft_checked, self.settings._get_today())
        self.assertEqual(self.runs().booking_count, 3)

    def test_whoever_has_done_it_is_not_told_again(self):
        self.take_away()
        self.schedule()
        self.activities().action_feedback()
        self.schedule()
        self.assertFalse(self.activities())
        # The next trouble is another one.
        self.give_back()
        self.schedule()
        self.work()
        self.settings.draft_checked -= timedelta(days=1)
        self.bookings().invoice_id.unlink()
        self.take_away()
        self.schedule()
        self.assertEqual(len(self.activities()), 1)

    def test_a_scheduled_run_fails_in_the_background(self):
        checked = self.settings.draft_checked
        self.schedule()
        self.take_away()
        self.work()
        failed = self.runs()
        self.assertEqual(failed.state, "failed")
        self.assertEqual(self.activities().user_id, self.person)
        self.assertEqual(self.settings.draft_checked, checked, "it stays due")
        self.give_back()
        self.schedule()
        self.assertEqual(self.runs(), failed, "not again on the same day")
        self.settings.draft_retry = self.settings._get_today()
        self.schedule()
        self.work()
        again = self.runs() - failed
        self.assertEqual((again.state, again.booking_count), ("done", 3))
        self.assertEqual(len(self.bookings().invoice_id), 2)
        self.assertFalse(self.activities())

    def test_a_run_that_somebody_started_fails_in_the_background(self):
        run = self.bookings().with_user(self.person)._queue_invoices().sudo()
        checked = self.settings.draft_checked
        self.take_away()
        self.work()
        self.assertEqual(run.state, "failed")
        self.assertEqual(self.activities().user_id, self.person)
        self.assertIn(run.display_name, self.activities().summary)
        self.assertEqual(self.settings.draft_checked, checked)
        # Once more, as who is allowed to, and no booking twice.
        self.give_back()
        taken = self.bookings()[:1]
        taken._create_invoices()
        self.assertTrue(run.with_user(self.person).action_retry())
        self.assertEqual((run.state, run.problem_ids.ids), ("queued", []))
        self.assertFalse(self.activities())
        self.work()
        self.assertEqual((run.state, run.booking_count), ("done", 2))
        self.assertFalse(taken.invoice_id & run.invoice_ids)
        # Nothing is left.
        self.assertIs(run.action_retry(), True)
        self.assertEqual(run.state, "done")

    def test_what_one_payer_hindered_is_tried_again(self):
        run = self.bookings()._queue_invoices().sudo()
        bob = self.bookings().filtered(lambda booking: booking.customer_name == "Bob")
        account = bob.payer_id.property_account_receivable_id.copy()
        bob.payer_id.property_account_receivable_id = account
        account.active = False
        self.work()
        self.assertEqual((run.state, bob.issue), ("problems", "invoicing_failed"))
        account.active = True
        run.action_retry()
        self.work()
        self.assertEqual((run.state, run.booking_count), ("done", 3))
        self.assertEqual(bob.billing_state, "draft")

    # === UNDO === #

    def test_undo_leaves_what_somebody_has_edited(self):
        run = self.bookings()._create_invoices()["runs"]
        ana, bob = run.invoice_ids.sorted(lambda move: move.partner_id.name)
        ana.invoice_line_ids = [Command.create({"name": "Shampoo", "price_unit": 500.0})]
        params = run.action_undo()["params"]
        self.assertEqual(ana.exists(), ana)
        self.assertFalse(bob.exists())
        self.assertIn("Ana Müller", params["message"])
        self.assertEqual((params["type"], params["sticky"]), ("warning", True))
        self.assertEqual(run.state, "done", "what is left can still be undone")
        run.action_undo(delete_edited=True)
        self.assertFalse(ana.exists())
        self.assertEqual(run.state, "undone")
        self.assertEqual(set(self.bookings().mapped("billing_state")), {"to_invoice"})

    def test_what_counts_as_edited(self):
        for name, edit in (
            ("a price", lambda move: move.invoice_line_ids[:1].write({"price_unit": 1.0})),
            ("a reference", lambda move: move.write({"ref": "PO 4711"})),
            ("a message", lambda move: move.message_post(body="Wait", message_type="comment")),
        ):
            with self.subTest(name):
                run = self.bookings()._create_invoices()["runs"]
                self.flush_tracking()
                self.assertFalse(run.invoice_ids._filter_edited_drafts())
                edited = run.invoice_ids[:1]
                # The tests of Invoicing track nothing.
                edit(edited.with_context(tracking_disable=False, mail_notrack=False))
                self.flush_tracking()
                self.assertEqual(run.invoice_ids._filter_edited_drafts(), edited)
                run.action_undo(delete_edited=True)
                self.assertEqual(run.state, "undone")

    def flush_tracking(self):
        """What Odoo does at the end of a request."""
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_undo_of_many_asks_no_more_of_the_database(self):
        counts = []
        for number in (2, 8):
            for minutes in range(number):
                self.book(
                    days=3 + minutes,
                    customers=[
                        self.tenant.add_customer(
                            BUSINESS, f"P{number}{minutes}", email=f"p{number}{minutes}@example.com"
                        )
                    ],
                )
            self.sync()
            moves = self.bookings()._create_invoices()["invoices"]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertFalse(moves._filter_edited_drafts())
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
