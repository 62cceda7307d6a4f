# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Many drafts at once are made in the background: as who asked for them, chunk by chunk, each exactly once."""

from psycopg2 import OperationalError

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..models.booking_invoicing import CHUNK
from ..wizards.booking_invoice import MAX_DRAFTS
from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestInvoiceBackground(BookingCommon):
    def setUp(self):
        super().setUp()
        self.clerk = new_test_user(
            self.env,
            login="clerk",
            groups="base.group_user,account.group_account_invoice",
            company_ids=[Command.set(self.env.company.ids)],
            company_id=self.env.company.id,
        )

    def work(self):
        """The scheduled action runs until nothing is left."""
        with self.enter_registry_test_mode():
            self.env.ref("microsoft_bookings.ir_cron_invoice_runs").method_direct_trigger()
        self.env.invalidate_all()

    def test_the_same_drafts_as_in_the_request(self):
        self.book(days=2)
        self.book(self.lesson, days=3, customers=[self.bob])
        self.book(self.audit, days=4)
        self.sync()
        bookings = self.bookings().with_user(self.clerk)
        run = bookings._queue_invoices({"invoice_date": self.now.date()})
        self.assertEqual((run.state, run.invoice_count), ("queued", 0))
        self.work()
        self.assertRecordValues(
            run, [{"state": "done", "progress": 100.0, "booking_count": 2, "invoice_count": 2}]
        )
        self.assertEqual(run.invoice_ids.create_uid, self.clerk)
        self.assertEqual(set(run.invoice_ids.mapped("invoice_date")), {self.now.date()})
        self.assertEqual(
            sorted((move.partner_id.name, move.amount_untaxed) for move in run.invoice_ids),
            [("Ana Müller", 50.0), ("Bob", 80.0)],
        )
        self.work()
        self.assertEqual(len(self.bookings().invoice_id), 2)

    def test_what_became_of_one_run_stays_whatever_becomes_of_the_next(self):
        self.book(days=2)
        self.book(days=3, customers=[self.bob])
        self.sync()
        model = self.registry["microsoft.booking"]
        prepare_invoice = model._prepare_invoice

        def prepare_invoice_of_a_busy_row(bookings, *args, **kw):
            if "Bob" in bookings.mapped("customer_name"):
                raise OperationalError
            return prepare_invoice(bookings, *args, **kw)

        self.patch(model, "_prepare_invoice", prepare_invoice_of_a_busy_row)
        bookings = self.bookings().with_user(self.clerk).sorted("customer_name")
        runs = bookings[0]._queue_invoices() | bookings[1]._queue_invoices()
        self.work()
        self.assertEqual(
            {run.id: run.state for run in runs}, {runs[0].id: "done", runs[1].id: "queued"}
        )

    def test_what_was_invoiced_meanwhile_is_left_out_and_told(self):
        self.book(days=2)
        self.book(days=3, customers=[self.bob])
        self.sync()
        run = self.bookings().with_user(self.clerk)._queue_invoices()
        first = self.bookings()[:1]
        first.action_create_draft_invoices()
        move = first.invoice_id
        self.work()
        self.assertEqual((run.state, run.booking_count, run.invoice_count), ("problems", 1, 1))
        self.assertEqual(run.problem_ids.booking_id, first)
        self.assertEqual(first.invoice_id, move)

    def test_undone_before_it_began(self):
        self.book()
        self.sync()
        run = self.bookings()._queue_invoices()
        run.action_undo()
        self.work()
        self.assertEqual(run.state, "undone")
        self.assertFalse(self.bookings().invoice_id)

    def test_undone_while_another_one_is_made(self):
        self.book()
        self.sync()
        run = self.bookings()._queue_invoices()
        run.action_undo()
        # The scheduled action had listed it before: it comes to its turn all the same.
        self.assertTrue(run.sudo()._make_planned_invoices())
        self.assertEqual(run.state, "undone")
        self.assertFalse(self.bookings().invoice_id)

    def test_an_auditor_undoes_nothing(self):
        auditor = new_test_user(
            self.env, login="auditor", groups="base.group_user,account.group_account_readonly"
        )
        self.book()
        self.sync()
        run = self.bookings()._queue_invoices()
        with self.assertRaises(AccessError):
            run.with_user(auditor).action_undo()
        self.assertEqual(run.state, "queued")

    def test_rights_that_were_taken_away(self):
        self.book()
        self.sync()
        run = self.bookings().with_user(self.clerk)._queue_invoices()
        run = run.sudo()
        self.clerk.group_ids -= self.env.ref("account.group_account_invoice")
        self.work()
        self.assertEqual(run.state, "failed")
        self.assertTrue(run.problem_ids.message)
        self.assertFalse(self.bookings().invoice_id)
        with self.assertRaises(AccessError):
            self.bookings().with_user(self.clerk)._queue_invoices()

    def test_too_many_for_a_request(self):
        number = MAX_DRAFTS + CHUNK + 1
        for minutes in range(number):
            self.tenant.book(
                "studio@contoso.example",
                self.haircut,
                self.ago(days=3, minutes=minutes),
                customers=[self.ana],
                staff=[self.zoe],
            )
        self.sync()
        wizard = Form(
            self.env["microsoft.booking.invoice"]
            .with_user(self.clerk)
            .with_context(active_ids=self.bookings().ids)
        )
        wizard.grouping = "booking"
        wizard = wizard.save()
        self.assertEqual(wizard.draft_count, number)
        self.assertIn(str(number), wizard.preview)
        action = wizard.action_create_invoices()
        run = self.env[action["res_model"]].browse(action["res_id"])
        self.work()
        self.assertEqual((run.state, run.invoice_count), ("done", number))
        self.assertEqual(len(self.bookings().invoice_line_id), number)

    def book_many(self, number):
        """As many bookings as drafts."""
        self.settings.invoice_grouping = "booking"
        for minutes in range(number):
            self.tenant.book(
                "studio@contoso.example",
                self.haircut,
                self.ago(days=3, minutes=minutes),
                customers=[self.ana],
                staff=[self.zoe],
            )
        self.book(self.audit, days=4)
        self.sync()

    def test_a_server_action_in_the_scheduler_commits_chunk_by_chunk(self):
        number = CHUNK + 1
        self.book_many(number)
        code = f"""
bookings = model.search([("settings_id", "=", {self.settings.id})])
result = bookings.action_create_draft_invoices()
log("%s" % sorted(result.items()))
"""
        cron = self.env["ir.cron"].create(
            {
                "name": "Drafts of the month",
                "model_id": self.env["ir.model"]._get_id("microsoft.booking"),
                "state": "code",
                "code": code,
            }
        )
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        run = self.env["microsoft.booking.run"].search([("kind", "=", "invoice")])
        self.assertRecordValues(run, [{"state": "done", "invoice_count": number}])
        # Two chunks, each with its commit.
        progress = self.env["ir.cron.progress"].search([("cron_id", "=", cron.id)], limit=1)
        self.assertEqual((progress.done, progress.remaining), (2, 0))

    def test_many_over_rpc_become_a_run_unless_told_otherwise(self):
        number = MAX_DRAFTS + 1
        self.book_many(number)
        bookings = self.bookings().with_user(self.clerk)
        result = bookings.action_create_draft_invoices()
        run = self.env["microsoft.booking.run"].browse(result["run_ids"])
        self.assertEqual((run.state, run.kind, run.started_by), ("queued", "invoice", self.clerk))
        self.assertEqual(
            (result["invoice_ids"], result["invoiced_count"], result["skipped_by_reason"]),
            ([], 0, {"price_to_confirm": 1}),
        )
        run.action_undo()
        result = bookings.action_create_draft_invoices(at_once=True)
        self.assertEqual((result["invoiced_count"], result["skipped_count"]), (number, 1))
        self.assertEqual(len(result["invoice_ids"]), number)
