# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

SETUP_STEPS = [
    ("app", "Application"),
    ("sign_in", "Sign-in"),
    ("business", "Business"),
    ("options", "Options"),
    ("preview", "First Look"),
    ("done", "Done"),
]
# What settings are called until their business is known.
DRAFT_NAME = "Microsoft Bookings"


class MicrosoftBookingSettings(models.Model):
    """How far the set-up is: it works on draft settings, so that each step can be left and resumed."""

    _inherit = "microsoft.booking.settings"

    setup_step = fields.Selection(
        SETUP_STEPS, string="Set-up", default="app", readonly=True, copy=False
    )

    def action_set_up(self):
        """Open the set-up wizard where these settings were left.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("write")
        if self.setup_step == "done":
            self.setup_step = "app"
        wizard = self.env["microsoft.booking.connect"].create({"settings_id": self.id})
        wizard._fill_step()
        return wizard._get_action()

    @api.model
    def action_connect_new(self):
        """Open the set-up wizard for a further business.

        A draft of the same user that says nothing of an application nor of a business yet is begun again: the trial
        of whoever only looked how it goes leaves no settings behind.

        :return: a window action
        """
        draft = self.search(
            [
                ("create_uid", "=", self.env.uid),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "draft"),
                ("name", "=", DRAFT_NAME),
                ("tenant_id", "=", False),
                ("business_id", "=", False),
            ],
            limit=1,
        )
        draft = draft or self.create({"name": DRAFT_NAME})
        draft.setup_step = "app"
        return draft.action_set_up()

    def _test_connection(self):
        res = super()._test_connection()
        self.filtered(lambda s: s.state != "draft").setup_step = "done"
        return res
