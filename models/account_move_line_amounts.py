# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import models
from odoo.fields import Command


class AccountMoveLine(models.Model):
    """The lines of our drafts come to their amounts when they are made, and are not written once more for them.

    Odoo makes the lines of an invoice at zero, has its tax engine compute the invoice, and then writes line by line
    what each comes to: more than a third of what an invoice costs. Here the same engine is asked first, about the
    taxes that Odoo has chosen. Odoo asks it again all the same and writes what differs: an amount that was foreseen
    wrongly costs time, and never a cent.
    """

    _inherit = "account.move.line"

    def _prepare_create_values(self, vals_list):
        vals_list = super()._prepare_create_values(vals_list)
        if self.env.context.get("booking_drafts"):
            self._foresee_amounts([vals for vals in vals_list if vals["display_type"] == "product"])
        return vals_list

    def _foresee_amounts(self, vals_list):
        """Put on lines that are about to be made what they will come to.

        Lines of an invoice without taxes are left to Odoo, which would take their amounts without asking its engine.

        :param vals_list: complete values of product lines, taxes included; they are changed
        """
        AccountTax = self.env["account.tax"]
        vals_of_moves = defaultdict(list)
        for vals in vals_list:
            vals_of_moves[vals["move_id"]].append(vals)
        for move in self.env["account.move"].browse(vals_of_moves):
            company = move.company_id
            base_lines = [
                self._prepare_foreseen_line(move, vals) for vals in vals_of_moves[move.id]
            ]
            if not any(base_line["tax_ids"] for base_line in base_lines):
                continue
            AccountTax._add_tax_details_in_base_lines(base_lines, company)
            AccountTax._round_base_lines_tax_details(base_lines, company)
            AccountTax._add_accounting_data_in_base_lines_tax_details(base_lines, company)
            results = AccountTax._prepare_tax_lines(base_lines, company)
            for base_line, amounts in results["base_lines_to_update"]:
                base_line["record"].update(amounts)

    def _prepare_foreseen_line(self, move, vals):
        """A line that is about to be made, as the tax engine takes it once it is there.

        :param vals: its values, which become the ``record`` of the base line
        """

        def browse(name):
            field = self._fields[name]
            value = vals.get(name)
            if field.type == "many2many":
                # As computed fields are written down.
                value = [
                    id_ for code, _id, ids in value or [] if code == Command.SET for id_ in ids
                ]
            return self.env[field.comodel_name].browse(value)

        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            vals,
            product_id=browse("product_id"),
            tax_ids=browse("tax_ids"),
            currency_id=browse("currency_id"),
            partner_id=browse("partner_id"),
            account_id=browse("account_id"),
            product_uom_id=browse("product_uom_id"),
            rate=move.invoice_currency_rate,
            sign=move.direction_sign,
        )
