# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import email_normalize

# Members of Graph's bookingStaffRole; what it may have besides is not known here, and stays empty.
ROLES = [
    ("administrator", "Administrator"),
    ("scheduler", "Scheduler"),
    ("teamMember", "Team member"),
    ("viewer", "Viewer"),
    ("guest", "Guest"),
    ("externalGuest", "External guest"),
]


class MicrosoftBookingStaff(models.Model):
    """A staff member of a Bookings business: the salesperson and the analytic account of what they render."""

    _name = "microsoft.booking.staff"
    _description = "Bookings Staff Member"
    _inherit = ["microsoft.booking.mirror", "microsoft.booking.choice", "analytic.mixin"]
    _order = "name, id"
    _choice_fields = ("user_id", "analytic_distribution")

    user_id = fields.Many2one(
        "res.users",
        check_company=True,
        index="btree_not_null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="The salesperson of the invoices for what they alone have rendered.",
    )
    suggested_user_id = fields.Many2one(
        "res.users",
        compute="_compute_suggested_user_id",
        help="The user with the same e-mail address, if there is exactly one. It is used only when you confirm it.",
    )
    email = fields.Char(readonly=True)
    role = fields.Selection(ROLES, readonly=True)

    _graph_id_uniq = models.Constraint(
        "UNIQUE(settings_id, graph_id)",
        "A staff member of Bookings is listed once in its settings.",
    )

    @api.depends("email", "user_id", "settings_id", "company_id")
    def _compute_suggested_user_id(self):
        """Propose the user of the same address; not for an address that two staff members share."""
        unlinked = self.filtered(lambda staff: not staff.user_id and email_normalize(staff.email))
        (self - unlinked).suggested_user_id = False
        shared = self.search([("settings_id", "in", unlinked.settings_id.ids)]).grouped(
            lambda staff: (staff.settings_id, email_normalize(staff.email))
        )
        for company, staff_members in unlinked.grouped("company_id").items():
            emails = {email_normalize(staff.email) for staff in staff_members}
            users = self.env["res.users"].search(
                [
                    ("share", "=", False),
                    ("company_ids", "in", company.id),
                    ("partner_id.email_normalized", "in", list(emails)),
                ]
            )
            by_email = users.grouped(lambda user: user.partner_id.email_normalized)
            for staff in staff_members:
                email = email_normalize(staff.email)
                found = by_email.get(email, users.browse())
                others = shared.get((staff.settings_id, email), self.browse()) - staff
                staff.suggested_user_id = found if len(found) == 1 and not others else False

    def action_use_suggested_user(self):
        """Take the user of the same address, as the person confirms by pressing the button."""
        for staff in self.filtered("suggested_user_id"):
            staff.user_id = staff.suggested_user_id
        return True

    def _get_common_distribution(self):
        """The analytic distribution that those of these staff members who have one agree on; ``False`` for none."""
        distributions = [
            staff.analytic_distribution for staff in self if staff.analytic_distribution
        ]
        first = distributions[0] if distributions else False
        return first if all(distribution == first for distribution in distributions) else False

    @api.model
    def _prepare_mirror_vals(self, settings, record):
        return super()._prepare_mirror_vals(settings, record) | {
            "email": record.email or False,
            "role": record.role if record.role in dict(ROLES) else False,
        }
