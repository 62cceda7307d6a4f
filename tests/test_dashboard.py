# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo's accounting dashboard says of bookings: on whose card, how much, and what it costs."""

import json
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import tagged

from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestDashboard(BookingCommon):
    def setUp(self):
        super().setUp()
        self.journal = self.company_data["default_journal_sale"]
        self.book(self.haircut, days=47)
        self.book(self.lesson, days=3, customers=[self.bob], duration=timedelta(minutes=90))
        self.book(self.audit, days=2)
        self.book(self.haircut, days=-2)

    def card(self, journal=None, user=None):
        """What the card of the journal says of bookings, ``None`` when it says nothing."""
        journal = (journal or self.journal).with_user(user or self.env.user)
        journal.invalidate_recordset(["kanban_dashboard"])
        return json.loads(journal.kanban_dashboard).get("bookings")

    def counted(self, journal=None, **context):
        """The bookings that a click on the card leads to."""
        journal = (journal or self.journal).with_context(**context)
        action = journal.action_view_uninvoiced_bookings()
        return self.env["microsoft.booking"].search(action["domain"])

    def test_the_card_says_how_many_how_much_and_since_when(self):
        self.assertIsNone(self.card())
        self.sync()
        card = self.card(user=self.make_user("account.group_account_invoice"))
        self.assertEqual((card["count"], card["to_check"]), (3, 1))
        self.assertEqual(card["label"], "3 Bookings to Invoice")
        # A cut of 50 and an hour and a half at 80.
        self.assertEqual(card["amount"], self.env.company.currency_id.format(170.0))
        # By the days of the business, whatever its clock did meanwhile.
        oldest = min(self.counted().mapped("service_date"))
        days = (fields.Date.context_today(self.journal) - oldest).days
        self.assertGreater(days, 45)
        self.assertIn(str(days), card["oldest"])
        self.assertFalse(card["is_stale"])
        self.assertEqual(card["data_as_of"], self.settings._get_data_as_of_text())
        self.assertEqual(len(self.counted()), 3)
        action = self.journal.with_context(booking_to_check=1).action_view_uninvoiced_bookings()
        self.assertTrue(action["context"]["search_default_to_check"])
        self.settings.last_success = self.ago(days=3).replace(tzinfo=None)
        self.assertTrue(self.card()["is_stale"])
        # What is on a draft is no longer on the card.
        self.counted()._create_invoices()
        self.assertEqual(self.card()["label"], "1 Booking to Invoice")

    def test_it_is_on_the_card_of_the_journal_that_the_drafts_will_be_in(self):
        self.sync()
        other = self.journal.copy({"name": "Salon", "code": "SALON"})
        self.assertIsNone(self.card(other))
        self.settings.journal_id = other
        self.assertIsNone(self.card())
        self.assertEqual(self.card(other)["count"], 3)
        self.assertFalse(self.counted())
        self.assertEqual(self.counted(other), self.bookings()[:3])
        self.assertEqual(self.counted(other)._create_invoices()["invoices"].journal_id, other)

    def test_amounts_of_two_currencies_stand_beside_each_other(self):
        euro = self.setup_other_currency("EUR")
        self.sync()
        bob = self.bookings().filtered(lambda booking: booking.customer_name == "Bob")
        bob.sudo().currency_id = euro
        own = self.env.company.currency_id
        self.assertEqual(
            set(self.card()["amount"].split(" + ")), {own.format(50.0), euro.format(120.0)}
        )
        # Odoo puts an invoice in euros into the journal of euros, where there is one.
        journal = self.journal.copy({"name": "Euros", "code": "ZEURO", "currency_id": euro.id})
        self.assertEqual(self.card(journal)["amount"], euro.format(120.0))
        self.assertEqual(self.card()["amount"], own.format(50.0))
        self.assertEqual(self.counted(journal), bob)
        self.assertEqual(bob._create_invoices()["invoices"].journal_id, journal)
        self.assertEqual(self.counted()._create_invoices()["invoices"].journal_id, self.journal)

    def test_each_company_has_its_own(self):
        self.sync()
        there = self.setup_other_company(name="Elsewhere")
        here, elsewhere = self.env.company, there["company"]
        self.env.user.company_ids |= elsewhere
        journals = self.journal | there["default_journal_sale"]
        journals = journals.with_context(allowed_company_ids=(here | elsewhere).ids)
        data = journals._get_journal_dashboard_data_batched()
        self.assertEqual(data[self.journal.id]["bookings"]["count"], 3)
        self.assertNotIn("bookings", data[there["default_journal_sale"].id])
        alone = journals[1].with_context(allowed_company_ids=elsewhere.ids)
        self.assertFalse(alone._get_uninvoiced_bookings_by_journal())

    def test_only_those_who_may_see_bookings_see_them_there(self):
        self.sync()
        auditor = self.make_user("account.group_account_readonly")
        self.assertEqual(self.card(user=auditor)["count"], 3)
        colleague = self.make_user("base.group_user")
        self.assertFalse(self.journal.with_user(colleague)._get_uninvoiced_bookings_by_journal())

    def cost(self, journals):
        """The queries that bookings add to the data of these journals, and the data."""
        data = journals._get_journal_dashboard_data_batched()
        self.env.flush_all()
        self.settings.invalidate_recordset()
        start = self.env.cr.sql_log_count
        journals._fill_booking_dashboard_data(data)
        return self.env.cr.sql_log_count - start, data

    def test_it_costs_one_query_when_there_is_nothing_and_no_more_for_more_bookings(self):
        journals = self.env["account.journal"].search([])
        # Once for what Odoo caches of rights and rules.
        self.cost(journals)
        self.assertEqual(self.cost(journals)[0], 1)
        self.sync()
        few, _data = self.cost(journals)
        for days in range(4, 24):
            self.book(self.haircut, days=days)
        self.sync()
        many, data = self.cost(journals)
        self.assertEqual(data[self.journal.id]["bookings"]["count"], 23)
        self.assertLessEqual(many, few)

    def test_the_card_is_drawn_for_everybody(self):
        self.sync()
        for group in ("account.group_account_invoice", "account.group_account_readonly"):
            arch = (
                self.env["account.journal"]
                .with_user(self.make_user(group))
                .get_view(self.env.ref("account.account_journal_dashboard_kanban_view").id)["arch"]
            )
            templates = etree.fromstring(arch).find("templates")
            calls = templates.xpath("//t[@t-call='JournalBookings']")
            # On the card of sales, and there also while it is empty; never on the bank's.
            bodies = [call.xpath("ancestor::t[@t-name]/@t-name")[0] for call in calls]
            self.assertEqual(bodies, ["JournalBodySalePurchase"] * 2)
            self.assertTrue(
                templates.xpath(
                    "t[@t-name='JournalBookings']//a[@name='action_view_uninvoiced_bookings']"
                )
            )
