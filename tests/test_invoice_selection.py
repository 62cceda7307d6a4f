# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the wizard takes: all of the list and not the first ids of it; old data asked for anew; single rows left out."""

from datetime import timedelta

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestInvoiceSelection(BookingCommon):
    def setUp(self):
        super().setUp()
        self.clerk = self.make_user("account.group_account_invoice")
        for days in (2, 3, 4):
            self.book(days=days)
        self.book(self.lesson, days=5, customers=[self.bob])
        self.sync()
        self.Wizard = self.env["microsoft.booking.invoice"].with_user(self.clerk)

    def let_grow_old(self, settings=None):
        (settings or self.settings).last_success = self.now.replace(tzinfo=None) - timedelta(days=2)

    def select(self, bookings, **context):
        """The wizard as *Create Invoices* opens it on these ticked rows."""
        return self.Wizard.with_context(
            active_model="microsoft.booking", active_ids=bookings.ids, **context
        )

    # === ALL THAT IS SHOWN === #

    def test_invoice_all_takes_what_the_list_shows(self):
        shown = [["customer_name", "ilike", "bob"], ["stop", "<=", "now"]]
        Wizard = self.Wizard.with_context(
            default_all_uninvoiced=True,
            active_model="microsoft.booking",
            active_ids=[],
            active_domain=shown,
        )
        form = Form(Wizard)
        self.assertTrue(form.is_filtered)
        self.assertIn("bob", form.domain)
        self.assertIn("1 booking", form.selected_text)
        form.save().action_create_invoices()
        self.assertEqual(self.bookings().invoice_id.partner_id.name, "Bob")

    def test_invoice_all_of_everything_names_no_filter(self):
        uninvoiced = self.env["microsoft.booking"]._get_uninvoiced_domain()
        for shown in (None, [list(leaf) for leaf in uninvoiced]):
            with self.subTest(shown=shown):
                wizard = self.Wizard.with_context(
                    default_all_uninvoiced=True, active_domain=shown
                ).create({})
                self.assertFalse(wizard.is_filtered)
                self.assertEqual(wizard.ready_count, 4)

    def test_what_is_invoiced_already_is_not_taken_from_a_list_of_everything(self):
        self.bookings()[:1]._create_invoices()
        wizard = self.Wizard.with_context(default_all_uninvoiced=True, active_domain=[]).create({})
        self.assertEqual((wizard.ready_count, wizard.skipped_count), (3, 0))

    def test_a_selection_beyond_the_limit_of_ids_is_taken_by_its_domain(self):
        self.env["ir.config_parameter"].set_param("web.active_ids_limit", "2")
        shown = [["customer_name", "ilike", "ana"]]
        # What the web client sends when all of the list is selected.
        first = self.bookings().search(shown, limit=2)
        wizard = self.select(first, active_domain=shown).create({})
        self.assertEqual((wizard.draft_count, wizard.ready_count), (1, 3))
        wizard.action_create_invoices()
        self.assertEqual(len(self.bookings().invoice_id.booking_ids), 3)

    def test_rows_that_were_ticked_are_taken_by_themselves(self):
        wizard = self.select(self.bookings()[:2], active_domain=[]).create({})
        self.assertEqual(wizard.ready_count, 2)
        self.assertFalse(wizard.domain)

    # === LEFT OUT === #

    def test_a_single_booking_is_left_out(self):
        ana = self.bookings().filtered(lambda booking: booking.customer_name == "Ana Müller")
        form = Form(self.select(self.bookings()))
        form.grouping = "booking"
        self.assertEqual(form.draft_count, 4)
        form.left_out_booking_ids.add(ana[0])
        self.assertEqual(form.draft_count, 3)
        form.save().action_create_invoices()
        self.assertEqual(ana.filtered("invoice_id"), ana[1:])
        self.assertEqual(ana[0].billing_state, "to_invoice")

    # === OLD DATA === #

    def test_sync_now_brings_what_arrived_late_and_keeps_the_choices(self):
        self.let_grow_old()
        ticked = self.bookings().filtered(lambda booking: booking.customer_name == "Ana Müller")[:2]
        form = Form(self.select(ticked))
        self.assertIn("Studio", form.stale_warning)
        form.grouping = "booking"
        form.include_free = True
        form.left_out_booking_ids.add(ticked[0])
        wizard = form.save()
        self.assertEqual(wizard.draft_count, 1)
        self.book(days=1)
        self.book(days=1, customers=[self.bob], duration=timedelta(minutes=30))
        action = wizard.action_sync()
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))
        self.assertEqual(action["target"], "new")
        self.assertTrue(wizard.open_run_ids)
        with self.enter_registry_test_mode():
            self.settings.sudo().cron_id.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(wizard.open_run_ids)
        self.assertFalse(wizard.stale_warning)
        # Of the payer who was ticked, and not of the others.
        self.assertEqual(wizard.late_booking_ids.payer_id.name, "Ana Müller")
        self.assertEqual((wizard.draft_count, wizard.late_text), (2, "1 booking"))
        self.assertEqual((wizard.grouping, wizard.include_free), ("booking", True))
        wizard.action_create_invoices()
        self.assertEqual(
            self.bookings().filtered("invoice_id"), ticked[1] | wizard.late_booking_ids
        )

    def test_sync_now_of_all_that_is_shown(self):
        self.let_grow_old()
        wizard = self.Wizard.with_context(
            default_all_uninvoiced=True, active_domain=[["customer_name", "ilike", "bob"]]
        ).create({})
        self.book(days=1, customers=[self.bob])
        self.book(days=1)
        wizard.action_sync()
        with self.enter_registry_test_mode():
            self.settings.sudo().cron_id.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((wizard.ready_count, wizard.draft_count), (2, 1))
        self.assertEqual(wizard.payer_ids.name, "Bob")

    def test_a_paused_connection_says_why_it_is_not_read(self):
        self.let_grow_old()
        self.settings.state = "paused"
        wizard = self.select(self.bookings()).create({})
        self.assertTrue(wizard.stale_warning)
        with self.assertRaisesRegex(UserError, "paused"):
            wizard.action_sync()

    def test_old_data_ask_once_more_and_stop_nobody_else(self):
        arch = etree.fromstring(self.Wizard.get_view(view_type="form")["arch"])
        buttons = arch.findall(".//footer/button[@name='action_create_invoices']")
        asking = [node for node in buttons if node.get("confirm")]
        plain = [node for node in buttons if not node.get("confirm")]
        self.assertEqual((len(asking), len(plain)), (2, 2))
        for node in asking:
            self.assertTrue(node.get("invisible").startswith("not stale_warning or "))
        for node in plain:
            self.assertTrue(node.get("invisible").startswith("stale_warning or "))
        self.assertEqual({node.get("data-hotkey") for node in buttons}, {"q"})
        self.let_grow_old()
        result = self.bookings().with_user(self.clerk).action_create_draft_invoices()
        self.assertEqual(result["invoiced_count"], 4)
