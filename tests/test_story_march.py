# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: the accountant closes March on 2 April: 400 bookings of 60 payers, 12 of them to look at first."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo.exceptions import UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import BUSINESS, BookingCommon

NOW = "2026-04-02 06:05:00"
ZURICH = ZoneInfo("Europe/Zurich")
PAYERS = 60
MARCH = [("service_date", ">=", "2026-03-01"), ("service_date", "<", "2026-04-01")]


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestMarch(BookingCommon):
    country_code = "CH"

    def setUp(self):
        super().setUp()
        tenant = self.tenant
        self.cut = tenant.add_service(BUSINESS, "Coupe", price="90", price_type="fixedPrice")
        self.advice = tenant.add_service(BUSINESS, "Conseil", price="80", price_type="hourly")
        self.open = tenant.add_service(BUSINESS, "Expertise", price="0", price_type="priceVaries")
        self.people = [
            tenant.add_customer(BUSINESS, f"Client {n:02}", email=f"client{n}@march.example")
            for n in range(PAYERS)
        ]
        self.env["res.partner"].create(
            [{"name": f"Client {n:02}", "email": f"client{n}@march.example"} for n in range(PAYERS)]
            + [{"name": f"Twin {n}", "email": "twins@march.example"} for n in range(2)]
        )
        unknown = [
            tenant.add_customer(BUSINESS, "Nobody", email=None),
            tenant.add_customer(BUSINESS, "Twin", email="twins@march.example"),
            *(
                tenant.add_customer(BUSINESS, f"New {n}", email=f"new{n}@new{n}.example")
                for n in range(3)
            ),
        ]
        self.placed = 0
        for service, people, minutes in (
            (self.cut, [*unknown, *(self.people[n % PAYERS] for n in range(113))], 45),
            (self.advice, [self.people[n % PAYERS] for n in range(275)], 75),
            (self.open, self.people[:7], 285),
        ):
            for person in people:
                self.hold(service, person, minutes)
        self.settings.write({"create_contacts": False, "invoice_date_mode": "month_end"})
        self.assertEqual(self.sync().state, "done")
        self.settings.service_ids.filtered(lambda s: not s.product_id)._create_products()
        self.clerk = new_test_user(
            self.env,
            "march clerk",
            groups="account.group_account_invoice",
            company_ids=[(6, 0, self.env.company.ids)],
            company_id=self.env.company.id,
        )
        self.Booking = self.env["microsoft.booking"].with_user(self.clerk)
        self.mails = self.env["mail.mail"].search_count([])

    def hold(self, service, person, minutes, start=None):
        """An appointment somewhere in March, from its first minutes to its last day."""
        if start is None:
            # The very first begins in March there and in February in UTC.
            first = datetime(2026, 3, 1, 0, 15, tzinfo=ZURICH)
            start = first + timedelta(days=self.placed % 31, minutes=15 * (self.placed % 40))
            self.placed += 1
        return self.tenant.book(
            BUSINESS,
            service,
            start.astimezone(timezone.utc),
            customers=[person],
            staff=[self.zoe],
            duration=timedelta(minutes=minutes),
        )

    def listed(self, *extra):
        """Number, hours and amount as the foot of the list of uninvoiced bookings shows them."""
        (row,) = self.Booking.formatted_read_group(
            [*self.Booking._get_uninvoiced_domain(), *extra],
            [],
            ["__count", "duration:sum", "amount:sum"],
        )
        return row["__count"], round(row["duration:sum"], 2), round(row["amount:sum"] or 0.0, 2)

    def wizard(self):
        """The wizard of *Invoice All*."""
        Wizard = self.env["microsoft.booking.invoice"].with_user(self.clerk)
        context = {"default_all_uninvoiced": True, "tz": "Europe/Zurich"}
        return Wizard.with_context(**context).create({})

    def test_the_month_is_closed(self):
        self.assertEqual(self.env.company.currency_id.name, "CHF")
        self.assertEqual(self.listed(), (400, 465.50, 38120.00))
        self.assertEqual(self.listed(*MARCH), self.listed())
        self.assertEqual(self.settings.last_success, datetime.fromisoformat(NOW))
        to_check = self.Booking.search([("issue", "!=", False)])
        self.assertEqual(len(to_check), 12)
        self.assertTrue(all(to_check.mapped("issue_text")))
        self.assertEqual(
            set(to_check.mapped("issue")),
            {"price_to_confirm", "no_email", "several_contacts", "no_contact"},
        )

        wizard = self.wizard()
        self.assertEqual(
            (wizard.draft_count, wizard.ready_count, wizard.skipped_count), (60, 388, 12)
        )
        self.assertIn("8:05", wizard.data_as_of)
        wizard.action_create_invoices()
        drafts = self.Booking.search([("billing_state", "=", "draft")]).invoice_id
        self.assertEqual(len(drafts), 60)
        self.assertEqual(set(drafts.mapped("state")), {"draft"})
        self.assertEqual({str(date) for date in drafts.mapped("invoice_date")}, {"2026-03-31"})
        self.assertEqual(len(drafts.invoice_line_ids), 388)
        for line in drafts.invoice_line_ids:
            self.assertTrue(line.tax_ids)
            self.assertEqual(line.tax_ids, line.product_id.taxes_id)
        count, _hours, amount = self.listed()
        self.assertEqual((count, amount), (12, 450.0))
        self.assertEqual(sum(drafts.mapped("amount_untaxed")) + amount, 38120.00)
        self.assertEqual(self.env["mail.mail"].search_count([]), self.mails)

        with self.assertRaises(UserError) as nothing:
            self.wizard().action_create_invoices()
        self.assertIn("7 × Bookings has no fixed price", str(nothing.exception))

        # The twelve are mended in the list, and the rest is invoiced.
        unpriced = to_check.filtered(lambda b: b.issue == "price_to_confirm")
        unpriced.unit_price = 100.0
        payer = self.env["res.partner"].create({"name": "Whoever pays"})
        (to_check - unpriced).payer_id = payer
        wizard = self.wizard()
        self.assertEqual((wizard.draft_count, wizard.skipped_count), (8, 0))
        wizard.action_create_invoices()
        self.assertEqual(self.listed()[0], 0)
        total = sum(self.Booking.search([]).invoice_id.mapped("amount_untaxed"))
        self.assertEqual(total, 38120.00 + 700.00)

        self.come_late()

    def come_late(self):
        """On 3 April three bookings arrive for 31 March, and one of April itself."""
        with freeze_time("2026-04-03 09:00:00"):
            last = datetime(2026, 3, 31, 9, tzinfo=ZURICH)
            late = [
                self.hold(self.cut, self.people[n], 45, last + timedelta(hours=n)) for n in range(3)
            ]
            april = self.hold(self.cut, self.people[0], 45, datetime(2026, 4, 2, 9, tzinfo=ZURICH))
            self.assertEqual(self.sync().state, "done")
            arrived = self.Booking.search(
                [*self.Booking._get_uninvoiced_domain(), ("is_late_arrival", "=", True)]
            )
            self.assertEqual(set(arrived.mapped("graph_id")), set(late))
            self.assertFalse(self.bookings(april).is_late_arrival)
            run = arrived.after_run_id
            self.assertEqual((run.kind, len(run)), ("invoice", 1))
            self.assertEqual(arrived[0].action_view_after_run()["res_id"], run.id)
            # A run that was undone has invoiced nothing of its period.
            run.action_undo()
            self.assertFalse(any(arrived.mapped("is_late_arrival")))
