# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    booking_count = fields.Integer(
        compute="_compute_booking_count",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def _compute_booking_count(self):
        for template in self:
            template.booking_count = sum(template.product_variant_ids.mapped("booking_count"))

    def action_view_bookings(self):
        """Open the bookings whose service is invoiced with these products.

        :return: a window action
        """
        return self.product_variant_ids.action_view_bookings()


class ProductProduct(models.Model):
    _inherit = "product.product"

    booking_count = fields.Integer(
        compute="_compute_booking_count",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def _compute_booking_count(self):
        rows = self.env["microsoft.booking"]._read_group(
            [("service_id.product_id", "in", self.ids)], ["service_id"], ["__count"]
        )
        for product in self:
            product.booking_count = sum(
                count for service, count in rows if service.product_id == product
            )

    def action_view_bookings(self):
        """Open the bookings whose service is invoiced with these variants.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action"
        )
        domain = [("service_id.product_id", "in", self.ids)]
        return action | {"domain": domain, "context": {}}
