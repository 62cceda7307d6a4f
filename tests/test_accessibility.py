# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Our screens can be used without a mouse and without good eyes: axe-core finds nothing serious on them."""

import json
import os
import unittest
from pathlib import Path

from odoo.tests import tagged

from .test_screens import ScreensCommon

# Set by the command that runs the tests: the script is a tool of developers, and no part of the add-on.
AXE = os.environ.get("AXE_CORE")
# The screen itself: the menus above it are Odoo's own.
ROOT = ".o_content"
EXAMINE = """
(async () => {
    const script = document.createElement("script");
    script.src = %(script)s;
    await new Promise((resolve) => {
        script.onload = resolve;
        document.head.append(script);
    });
    // What is still fading in has not its colours yet; what turns for ever is not waited for.
    const fading = document.getAnimations().filter(({ effect }) => isFinite(effect.getComputedTiming().endTime));
    await Promise.allSettled(fading.map(({ finished }) => finished));
    const found = await axe.run({ include: [%(root)s], exclude: %(odoo)s }, { resultTypes: ["violations"] });
    const bad = found.passes.length === 0 ? ["Nothing was examined."] : [];
    for (const { id, impact, nodes } of found.violations) {
        for (const node of nodes) {
            if (["serious", "critical"].includes(impact)) {
                bad.push([id, node.target.join(" "), node.html.slice(0, 200)].join(" | "));
            }
        }
    }
    if (bad.length) {
        console.error(bad.join("\\n"));
    } else {
        console.log("axe succeeded");
    }
})();
"""
# Odoo's own widgets, as they are on every screen of Odoo: nobody can mend them from here.
ODOO = [
    [selector]
    for selector in (
        ".o_list_record_selector",
        ".o_optional_columns_dropdown",
        ".o_list_actions_header",
        ".o_search_panel",
        ".o_search_panel_sidebar",
        ".o_tag",
        ".badge",
        ".o_select_menu_input",
        ".o_select_menu",
        ".o_notebook_headers",
        ".o-mail-Form-chatter",
        ".o_field_daterange i",
    )
]


@unittest.skipUnless(AXE, "axe-core is fetched by make test")
@tagged("post_install", "-at_install")
class TestAccessibility(ScreensCommon):
    def setUp(self):
        super().setUp()
        self.book(self.audit, days=4, customers=[])
        self.sync()
        ana = self.bookings().filtered(lambda booking: booking.customer_name == "Ana Müller")
        ana._create_invoices()
        self.run_id = self.settings.run_ids[:1]
        attachment = self.env["ir.attachment"].create(
            {
                "name": "axe.js",
                "raw": Path(AXE).read_bytes(),
                "mimetype": "application/javascript",
                "public": True,
            }
        )
        self.script = f"/web/content/{attachment.id}"
        self.user.group_ids += self.env.ref("account.group_account_manager")

    def examine(self, url, ready, root=ROOT):
        """Open a screen and let axe-core examine it; every serious finding fails the test."""
        words = {"script": self.script, "root": root, "odoo": ODOO}
        self.browser_js(
            url,
            EXAMINE % {name: json.dumps(value) for name, value in words.items()},
            f"document.querySelector({json.dumps(ready)}) !== null",
            login=self.user.login,
            success_signal="axe succeeded",
        )

    def test_screens(self):
        settings, booking = self.settings.id, self.bookings()[0].id
        action = "/odoo/action-microsoft_bookings"
        for url, ready in (
            ("/odoo/uninvoiced-bookings", ".o_data_row"),
            ("/odoo/uninvoiced-bookings?view_type=kanban", ".o_kanban_record, .o_data_row"),
            (f"/odoo/bookings/{booking}", ".o_form_view"),
            (f"/odoo/booking-sync-settings/{settings}", ".o_form_view"),
            ("/odoo/booking-sync-settings", ".o_data_row"),
            ("/odoo/bookings-services", ".o_data_row"),
            (f"{action}.microsoft_booking_action_excluded?view_type=list", ".o_view_nocontent"),
            ("/odoo/bookings-customers", ".o_list_view"),
            (f"/odoo/booking-runs/{self.run_id.id}", ".o_form_view"),
            (f"{action}.microsoft_booking_month_check_action", ".o_form_view"),
            ("/odoo/bookings-analysis", ".o_graph_view canvas"),
        ):
            with self.subTest(url):
                self.examine(url, ready)

    def test_the_card_on_the_dashboard(self):
        self.examine("/odoo/accounting", ".o_booking_card", ".o_booking_card")
