# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An example of an add-on that changes how bookings are invoiced, by the hooks that README.rst names.

In an add-on of your own this is ``models/microsoft_booking.py``, without the line ``_module = None``: that one keeps
the example out of every database but that of its test.
"""

from odoo import models


class MicrosoftBooking(models.Model):
    _module = None
    _name = "microsoft.booking"
    _inherit = ["microsoft.booking"]

    def _get_uninvoiced_domain(self):
        """What is invoiced by another department is none of ours."""
        return [*super()._get_uninvoiced_domain(), ("service_id.name", "!=", "Lesson")]

    def _get_invoice_grouping_keys(self, options=None):
        """A draft per customer of Bookings, also where one payer pays for several."""
        return [*super()._get_invoice_grouping_keys(options), "customer_id"]

    def _get_line_placeholders(self):
        """The text of a line can name the customer's number too."""
        return (*super()._get_line_placeholders(), "customer_number")

    def _prepare_line_placeholders(self):
        return super()._prepare_line_placeholders() | {"customer_number": self.partner_id.ref}

    def _prepare_invoice(self, options=None):
        """Who attended is told at the foot of the invoice."""
        vals = super()._prepare_invoice(options)
        names = ", ".join(sorted(set(self.mapped("customer_name"))))
        return vals | {"narration": f"Attended: {names}"}

    def _prepare_invoice_line(self, options=None, partner=None):
        """Regular customers get a discount, which the line shows."""
        vals = super()._prepare_invoice_line(options, partner)
        return vals | {"discount": 10.0}
