# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Staff members: their user by a proposal, and who rendered a booking on the invoice."""

from odoo.tests import new_test_user, tagged

from .common import BUSINESS, BookingCommon


@tagged("post_install", "-at_install")
class TestStaff(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plan = cls.env["account.analytic.plan"].create({"name": "Shops"})
        names = ("Zoé", "Lea", "Haircut", "Default")
        cls.accounts = {
            account.name: account
            for account in cls.env["account.analytic.account"].create(
                [{"name": name, "plan_id": plan.id} for name in names]
            )
        }

    def distribution(self, name):
        return {str(self.accounts[name].id): 100}

    def make_colleague(self, login, email, **values):
        return new_test_user(self.env, login, email=email, **values)

    def staff(self, graph_id):
        return self.env["microsoft.booking.staff"].search(
            [("settings_id", "=", self.settings.id), ("graph_id", "=", graph_id)]
        )

    def test_the_user_of_the_same_address_is_proposed_and_taken_when_confirmed(self):
        user = self.make_colleague("zoe", "Zoe@Contoso.example")
        self.sync()
        staff = self.staff(self.zoe)
        self.assertEqual((staff.suggested_user_id, staff.user_id), (user, self.env["res.users"]))
        staff.action_use_suggested_user()
        self.assertEqual(staff.user_id, user)
        self.assertEqual(staff.decided_by_id, self.env.user)
        self.assertFalse(staff.suggested_user_id)
        self.sync()
        self.assertEqual(staff.user_id, user)

    def test_the_role_is_shown_in_words_and_an_unknown_one_is_no_problem(self):
        lea = self.tenant.add_staff(BUSINESS, "Lea", email="lea@contoso.example", role="guest")
        # What Graph may have besides.
        max_ = self.tenant.add_staff(
            BUSINESS, "Max", email="max@contoso.example", role="unknownFutureValue"
        )
        self.assertEqual(self.sync().state, "done")
        self.speak()
        field = self.env["microsoft.booking.staff"]._fields["role"]
        words = dict(field._description_selection(self.env(context={"lang": "fr_FR"})))
        self.assertEqual(words[self.staff(lea).role], "Invité")
        self.assertFalse(self.staff(max_).role)

    def test_nobody_is_guessed(self):
        other = self.env["res.company"].create({"name": "Other"})
        lea = self.tenant.add_staff(BUSINESS, "Lea", email="lea@contoso.example")
        twins = [
            self.tenant.add_staff(BUSINESS, name, email="twin@contoso.example") for name in "AB"
        ]
        max_ = self.tenant.add_staff(BUSINESS, "Max", email="max@contoso.example")
        none = self.tenant.add_staff(BUSINESS, "None", email=None)
        self.make_colleague("lea1", "lea@contoso.example")
        self.make_colleague("lea2", "lea@contoso.example")
        self.make_colleague("twin", "twin@contoso.example")
        self.make_colleague(
            "max", "max@contoso.example", company_ids=[(6, 0, other.ids)], company_id=other.id
        )
        self.make_colleague("zoe-portal", "zoe@contoso.example", groups="base.group_portal")
        self.sync()
        for graph_id in (lea, *twins, max_, none, self.zoe):
            with self.subTest(self.staff(graph_id).name):
                self.assertFalse(self.staff(graph_id).suggested_user_id)

    def test_the_analytic_distribution_of_staff_then_service_then_settings(self):
        first = self.book()
        second = self.book(days=3, staff=[])
        third = self.book(self.lesson, days=4, staff=[])
        self.sync()
        bookings = [self.bookings(graph_id) for graph_id in (first, second, third)]
        self.assertFalse(any(booking._get_invoice_distribution() for booking in bookings))
        self.staff(self.zoe).analytic_distribution = self.distribution("Zoé")
        bookings[0].service_id.analytic_distribution = self.distribution("Haircut")
        self.settings.analytic_distribution = self.distribution("Default")
        moves = self.bookings()._create_invoices()["invoices"]
        names = ("Zoé", "Haircut", "Default")
        for booking, name in zip(bookings, names, strict=True):
            self.assertEqual(booking.invoice_line_id.analytic_distribution, self.distribution(name))
        moves.action_post()
        amounts = {
            account.name: account.balance for account in self.accounts.values() if account.balance
        }
        self.assertEqual(amounts, {"Zoé": 50.0, "Haircut": 50.0, "Default": 80.0})

    def test_staff_who_do_not_agree_have_none(self):
        lea = self.tenant.add_staff(BUSINESS, "Lea", email="lea@contoso.example")
        graph_id = self.book(staff=[self.zoe, lea])
        self.sync()
        booking = self.bookings(graph_id)
        self.staff(self.zoe).analytic_distribution = self.distribution("Zoé")
        self.assertEqual(booking._get_invoice_distribution(), self.distribution("Zoé"))
        self.staff(lea).analytic_distribution = self.distribution("Lea")
        booking.service_id.analytic_distribution = self.distribution("Haircut")
        self.assertEqual(booking._get_invoice_distribution(), self.distribution("Haircut"))

    def test_merged_lines_keep_analytic_accounts_apart(self):
        lea = self.tenant.add_staff(BUSINESS, "Lea", email="lea@contoso.example")
        for days, staff in ((2, self.zoe), (3, self.zoe), (4, lea)):
            self.book(days=days, staff=[staff])
        self.sync()
        self.settings.line_mode = "merged"
        self.staff(self.zoe).analytic_distribution = self.distribution("Zoé")
        self.staff(lea).analytic_distribution = self.distribution("Lea")
        move = self.bookings()._create_invoices()["invoices"]
        lines = {
            line.quantity: line.analytic_distribution
            for line in move.invoice_line_ids.sorted("quantity")
        }
        self.assertEqual(lines, {1.0: self.distribution("Lea"), 2.0: self.distribution("Zoé")})

    def test_without_any_odoos_own_models_have_the_say(self):
        self.env["account.analytic.distribution.model"].create(
            {"analytic_distribution": self.distribution("Default")}
        )
        self.book()
        self.sync()
        move = self.bookings()._create_invoices()["invoices"]
        self.assertEqual(move.invoice_line_ids.analytic_distribution, self.distribution("Default"))

    def test_the_salesperson_who_rendered_all_of_it(self):
        user, seller = (
            self.make_colleague(name, f"{name}@contoso.example") for name in ("zoe", "boss")
        )
        self.book()
        self.book(days=3)
        self.sync()
        self.staff(self.zoe).user_id = user
        move = self.bookings()._create_invoices()["invoices"]
        self.assertEqual(move.invoice_user_id, user)
        move.unlink()
        # Somebody else rendered some of it: nobody in particular has, unless the settings say who.
        lea = self.tenant.add_staff(BUSINESS, "Lea", email="lea@contoso.example")
        self.book(days=4, staff=[lea])
        self.sync()
        default = self.bookings()._create_invoices()["invoices"]
        self.assertEqual(default.invoice_user_id, self.env.user)
        default.unlink()
        self.settings.salesperson_id = seller
        move = self.bookings()._create_invoices()["invoices"]
        self.assertEqual(move.invoice_user_id, seller)
