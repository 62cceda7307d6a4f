# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Nothing of a list is cut off on a common screen, in French, which needs more room: no heading, date, amount or state.

Names and texts of any length may be: a tooltip says all of them.
"""

import json

from odoo.tests import tagged

from .test_screens_changes import ChangesScreens

# Dates are looked at as in January, when the year that has passed is said with each of them: the widest that there are.
LOOK = """
(async () => {
    const find = (selector) => document.querySelector(selector);
    const until = async (what) => {
        while (!what()) {
            await new Promise(requestAnimationFrame);
        }
    };
    const year = String(new Date().getFullYear());
    const dates = () => [...document.querySelectorAll(".o_data_cell")].filter(
        (cell) => cell.textContent.includes(year)
    );
    luxon.Settings.now = () => Date.now() + 366 * 24 * 3600 * 1000;
    for (const button of %(buttons)s) {
        await until(() => find(button));
        find(button).click();
    }
    await until(() => find(%(within)s + " .o_data_row") && (!%(dated)s || dates().length));
    await document.fonts.ready;
    const anyLength = ".o_list_char, .o_list_many2one, .o_list_text, .o_many2many_tags_cell";
    const looked = [...document.querySelectorAll(%(within)s + " .o_list_table :is(th .text-truncate, td)")].filter(
        (part) => part.offsetParent && !part.closest("tbody " + anyLength.split(", ").join(", tbody "))
    );
    const cut = looked.filter((part) => part.scrollWidth > part.clientWidth + 1);
    const table = find(%(within)s + " .o_list_renderer");
    if (table.scrollWidth > table.clientWidth + 1) {
        cut.push({textContent: "the last columns"});
    }
    if (!looked.length || cut.length) {
        console.error("Cut off: " + cut.map((part) => part.textContent.trim()).join(" | "));
    } else {
        console.log("all of it can be read");
    }
})();
"""
# A word that is broken in two has a box on each line.
BADGES = """
(() => {
    const boxes = (badge) => {
        const range = document.createRange();
        range.selectNodeContents(badge);
        return range.getClientRects().length;
    };
    const badges = [...document.querySelectorAll(".o_kanban_record .badge")];
    const broken = badges.filter((badge) => !badge.textContent.trim().includes(" ") && boxes(badge) > 1);
    if (!badges.length || broken.length) {
        console.error("Broken: " + broken.map((badge) => badge.textContent).join(" | "));
    } else {
        console.log("every state is whole");
    }
})();
"""
SEARCH = ".o_searchview_icon"
TAB = ".o_notebook .nav-link[name=%s]"


@tagged("post_install", "-at_install")
class TestWholeScreens(ChangesScreens):
    browser_size = "1400x900"
    lang = "fr_FR"

    def setUp(self):
        super().setUp()
        self.user.group_ids += self.env.ref("account.group_account_manager")

    def change_three(self):
        """With a price in thousands; one more is to invoice, and one to check."""
        three = super().change_three()
        dan = self.tenant.add_customer("studio@contoso.example", "Dan", email="dan@example.com")
        free = self.book(self.lesson, days=4, customers=[dan])
        for graph_id in (free, three[1].graph_id):
            self.tenant.touch(graph_id).price = "1148.50"
        self.book(self.audit, days=5, customers=[])
        self.sync()
        return three

    def look(self, url, *buttons, within=".o_action_manager", dated=True):
        """Open a screen, press what leads to the list, and look at all of it."""
        words = {"buttons": list(buttons), "within": within, "dated": dated}
        with self.subTest(url, within=within):
            self.browser_js(
                url,
                LOOK % {name: json.dumps(value) for name, value in words.items()},
                f"document.querySelector({json.dumps(buttons[0] if buttons else '.o_data_row')}) !== null",
                login=self.user.login,
                success_signal="all of it can be read",
            )

    def test_lists(self):
        self.change_three()
        free = self.bookings().filtered(lambda booking: booking.customer_name == "Dan")
        self.look("/odoo/uninvoiced-bookings?view_type=list", SEARCH)
        free.action_exclude(self.env["microsoft.booking.exclusion.reason"].search([])[0].id)
        self.settings.sudo().run_ids[:1].state = "waiting"
        self.look("/odoo/bookings?view_type=list", SEARCH)
        self.look("/odoo/changed-bookings?view_type=list", SEARCH)
        self.look("/odoo/bookings-not-invoiced?view_type=list", SEARCH)
        self.look("/odoo/bookings-analysis?view_type=list", SEARCH)
        self.look("/odoo/booking-runs?view_type=list", SEARCH)
        self.look("/odoo/booking-sync-settings?view_type=list", SEARCH)
        self.look("/odoo/bookings-services?view_type=list", dated=False)
        self.look("/odoo/bookings-staff?view_type=list", dated=False)
        customers = self.env["microsoft.booking.customer"].search([])
        customers.sudo().write({"partner_id": False, "match_state": "shared_email"})
        self.look("/odoo/bookings-customers?view_type=list", dated=False)

    def test_lists_within_forms(self):
        self.change_three()
        settings = f"/odoo/booking-sync-settings/{self.settings.id}"
        self.look(settings, TAB % "services", dated=False)
        self.look(settings, TAB % "runs", dated=False)
        changed = "/odoo/changed-bookings?view_type=list"
        self.look(changed, ".o_booking_settle_all", within=".modal", dated=False)
        self.look(
            changed,
            ".o_data_row .o_list_record_selector input",
            ".o_booking_settle",
            within=".modal",
            dated=False,
        )

    def test_the_state_on_a_card(self):
        service = self.tenant.add_service(
            "studio@contoso.example",
            "Restauration de céramiques de toutes les époques",
            price="50",
            price_type="fixedPrice",
        )
        self.book(service)
        self.sync()
        self.browser_js(
            "/odoo/uninvoiced-bookings?view_type=kanban",
            BADGES,
            "document.querySelector('.o_kanban_record .badge') !== null",
            login=self.user.login,
            success_signal="every state is whole",
        )
