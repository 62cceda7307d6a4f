# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tours that guide a newcomer work: each of their steps finds what it points at, also when a person goes them."""

import json

from odoo.tests import new_test_user, tagged

from .test_screens import ConnectScreens, ScreensCommon

# A person who goes where the pointer points. From the first dialog on the early Odoo 19.0 shows none
# (odoo/odoo#252019, odoo/odoo#281670), and it is guessed where it would point.
FOLLOW = """
(() => {
    const name = %(name)s;
    const {queryFirst} = odoo.loader.modules.get("@odoo/hoot-dom");
    const {registry} = odoo.loader.modules.get("@web/core/registry");
    const {steps} = registry.category("web_tour.tours").get(name);
    const all = steps();
    // What Odoo's robot waits for, a person sees.
    const isThere = (step) => !step?.isActive?.includes("auto") || queryFirst(step.trigger);
    let done = -1;
    let guess = false;
    const follow = () => {
        const index = Number(localStorage.getItem("current_tour.index"));
        // What was clicked is drawn anew and gone: the tour goes back, and a person with it.
        done = index < done ? index - 1 : done;
        const found = index > done && isThere(all[index - 1]) && queryFirst(all[index].trigger, {visible: true});
        guess ||= Boolean(queryFirst(".modal"));
        if (found && (guess || queryFirst(".o_tour_pointer", {visible: true}))) {
            done = index;
            found.click();
        }
        setTimeout(follow, 100);
    };
    odoo.startTour(name, {mode: "manual", redirect: false});
    follow();
})();
"""


class FollowedTour:
    def follow(self, name, user):
        """Go a tour as somebody goes it who is guided by it, and not as Odoo's robot."""
        self.browser_js(
            "/odoo",
            FOLLOW % {"name": json.dumps(name)},
            "odoo.isReady === true",
            login=user.login,
            success_signal="tour succeeded",
        )


@tagged("post_install", "-at_install")
class TestGuidedTourOfTheFirstConnection(FollowedTour, ConnectScreens):
    def test_connect(self):
        self.start_tour("/odoo", "microsoft_bookings_connect_tour", login=self.admin.login)
        self.assert_connected()

    def test_connect_as_a_person(self):
        self.follow("microsoft_bookings_connect_tour", self.admin)
        self.assert_connected()

    def assert_connected(self):
        settings = self.env["microsoft.booking.settings"].search(
            [("create_uid", "=", self.admin.id)]
        )
        self.assertRecordValues(settings, [{"state": "connected", "cloud": "sandbox"}])
        self.assertEqual(settings.run_ids.mapped("state"), ["queued"])


@tagged("post_install", "-at_install")
class TestGuidedTourOfTheFirstInvoice(FollowedTour, ScreensCommon):
    lang = "fr_FR"

    def test_invoice(self):
        self.sync()
        self.start_tour("/odoo", "microsoft_bookings_invoice_tour", login=self.user.login)
        self.assert_drafts([("Ana Müller", 50.0)])

    def test_invoice_as_a_person(self):
        self.sync()
        self.follow("microsoft_bookings_invoice_tour", self.user)
        self.assert_drafts([("Ana Müller", 50.0)])


@tagged("post_install", "-at_install")
class TestWhoIsOfferedWhichTour(ScreensCommon):
    lang = "fr_FR"

    def setUp(self):
        super().setUp()
        self.env["microsoft.booking.settings"].search([]).active = False
        self.administrator = new_test_user(
            self.env,
            login="bookings_guided",
            groups="base.group_user,account.group_account_manager",
            company_id=self.env.company.id,
            company_ids=[(6, 0, self.env.company.ids)],
            lang=self.lang,
        )

    def offered(self, user):
        """The tour that Odoo offers to somebody who has gone all tours but ours, ``None`` when there is none."""
        user.tour_enabled = True
        mine = self.env.ref("microsoft_bookings.web_tour_connect")
        mine |= self.env.ref("microsoft_bookings.web_tour_invoice")
        Tour = self.env["web_tour.tour"].with_user(user).with_context(lang=self.lang)
        (self.env["web_tour.tour"].search([]) - mine).user_consumed_ids += user
        tour = Tour.get_current_tour()
        return (tour or {}).get("name")

    def test_who_may_connect_is_guided_until_something_is_connected(self):
        self.assertEqual(self.offered(self.administrator), "microsoft_bookings_connect_tour")
        # Nobody else could go that tour to its end.
        self.assertIsNone(self.offered(self.user))
        self.assertIsNone(self.offered(self.make_user("account.group_account_readonly")))
        self.settings.active = True
        self.assertIsNone(self.offered(self.administrator))

    def test_who_may_invoice_is_guided_when_there_is_something_to_invoice(self):
        self.settings.active = True
        self.sync()
        for user in (self.administrator, self.user):
            self.assertEqual(self.offered(user), "microsoft_bookings_invoice_tour")
        self.assertIsNone(self.offered(self.make_user("account.group_account_readonly")))
        self.bookings()._create_invoices()
        self.assertIsNone(self.offered(self.user))

    def test_one_tour_follows_the_other(self):
        self.assertEqual(self.offered(self.administrator), "microsoft_bookings_connect_tour")
        self.settings.active = True
        self.sync()
        Tour = self.env["web_tour.tour"].with_user(self.administrator)
        Tour = Tour.with_context(lang=self.lang)
        following = Tour.consume("microsoft_bookings_connect_tour")
        self.assertEqual(following["name"], "microsoft_bookings_invoice_tour")
        self.assertIn("brouillon", following["rainbowManMessage"])

    def test_other_tours_are_offered_as_before(self):
        self.administrator.tour_enabled = True
        Tour = self.env["web_tour.tour"].with_user(self.administrator)
        first = Tour.search([("custom", "=", False)], limit=1)
        self.assertEqual(Tour.get_current_tour()["name"], first.name)
        self.administrator.tour_enabled = False
        self.assertFalse(Tour.get_current_tour())
