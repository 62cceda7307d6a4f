# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import ValidationError

from ..graph.addresses import business_id_from
from ..graph.auth import Credentials
from ..graph.errors import GraphError
from .graph_messages import explain

# What is pasted here has neither spaces nor line ends at its sides.
PASTED_FIELDS = ("tenant_id", "client_id", "authority_url", "graph_url")
# Stands for what is not filled in yet, which is no mistake before the connection is tested.
ANY_ID = "00000000-0000-0000-0000-000000000000"


class MicrosoftBookingSettings(models.Model):
    """What is typed into the connection: cleaned where that is safe, else refused with what to type instead."""

    _inherit = "microsoft.booking.settings"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_input(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_input(vals))

    @api.model
    def _clean_input(self, vals):
        """The values as they are kept: without margins, and the address instead of the booking page's link.

        :raise ValidationError: for what is no address of a business, in words
        """
        vals = dict(vals)
        for name in PASTED_FIELDS:
            if vals.get(name):
                vals[name] = vals[name].strip()
        if (vals.get("business_id") or "").strip():
            try:
                vals["business_id"] = business_id_from(vals["business_id"])
            except GraphError as error:
                raise ValidationError(explain(self.env, error)["text"]) from error
        return vals

    @api.constrains("cloud", "tenant_id", "client_id")
    def _check_ids(self):
        for settings in self.filtered(lambda settings: settings.cloud != "sandbox"):
            try:
                Credentials(
                    settings.tenant_id or ANY_ID, settings.client_id or ANY_ID, ANY_ID
                ).check()
            except GraphError as error:
                raise ValidationError(explain(self.env, error)["text"]) from error
