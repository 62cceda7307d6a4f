# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's own click-everywhere robot opens each of our menus, each view of them and each filter on it."""

import json

from odoo.tests import tagged

from .test_screens import ScreensCommon

ROBOT = "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader').startClickEverywhere"
# The robot says what it clicks on, and at the end that it is done: by then it has to have said all of our menus.
WATCH = """
const names = %(names)s;
const said = [];
const log = console.log.bind(console);
console.log = (...words) => {
    const text = words.join(" ");
    said.push(text);
    log(...words);
    if (text === "clickbot test succeeded") {
        const missing = names.filter((name) => !said.some((one) => one.includes(name)));
        if (missing.length) {
            console.error(`Not clicked: ${missing.join(", ")}`);
        } else {
            log("every menu was clicked");
        }
    }
};
"""


@tagged("post_install", "-at_install")
class TestClickEverywhere(ScreensCommon):
    """With something on every screen, by somebody who invoices and by somebody who administers.

    The robot takes an app as a whole, and Odoo's own menus are Odoo's own business: ours are gathered in an app.
    """

    allow_end_on_form = True

    def setUp(self):
        super().setUp()
        self.book(self.audit, days=4, customers=[])
        self.sync()
        first, *_others = self.bookings()
        first._create_invoices()
        self.settings._start_sync().sudo()._add_problem("A problem to look at.", graph_id="x")
        self.app = self.env["ir.ui.menu"].create({"name": "Our menus", "sequence": 0})
        menus = self.env["ir.ui.menu"].search([("action", "!=", False)], order="sequence, id")
        ours = menus.filtered(
            lambda menu: (menu.action.xml_id or "").startswith("microsoft_bookings.")
        )
        for menu in ours:
            menu.copy({"parent_id": self.app.id, "name": menu.name})
        self.env["ir.model.data"].create(
            {
                "module": "microsoft_bookings",
                "name": "menu_of_the_robot",
                "model": "ir.ui.menu",
                "res_id": self.app.id,
                "noupdate": True,
            }
        )

    def click_everywhere(self, user):
        """Let the robot loose, and make sure that it was at every menu of ours that the user has."""
        if "tour_enabled" in user._fields:
            user.tour_enabled = False
        Menu = self.env["ir.ui.menu"].with_user(user)
        visible = Menu.browse(Menu._visible_menu_ids()) & self.app.child_id
        self.browser_js(
            "/odoo",
            WATCH % {"names": json.dumps(visible.mapped("name"))}
            + f"{ROBOT}('microsoft_bookings.menu_of_the_robot');",
            "odoo.isReady === true",
            login=user.login,
            timeout=400,
            success_signal="every menu was clicked",
        )
        return visible

    def test_as_who_invoices(self):
        self.assertGreater(len(self.click_everywhere(self.user)), 8)

    def test_as_who_administers(self):
        self.user.group_ids += self.env.ref("base.group_system")
        self.user.group_ids += self.env.ref("account.group_account_manager")
        self.assertEqual(self.click_everywhere(self.user), self.app.child_id)
