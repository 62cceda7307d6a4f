# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    booking_count = fields.Integer(
        compute="_compute_booking_count", groups="account.group_account_invoice"
    )

    def _compute_booking_count(self):
        counts = dict(
            self.env["microsoft.booking"]._read_group(
                [("service_id.product_id", "in", self.product_variant_ids.ids)],
                ["service_id"],
                ["__count"],
            )
        )
        for template in self:
            template.booking_count = sum(
                count
                for service, count in counts.items()
                if service.product_id in template.product_variant_ids
            )

    def action_view_bookings(self):
        """Open the bookings whose service is invoiced with these products.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action"
        )
        domain = [("service_id.product_id", "in", self.product_variant_ids.ids)]
        return action | {"domain": domain, "context": {}}
