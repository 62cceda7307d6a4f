# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Drafts whose amounts are foreseen are those that Odoo makes of the same values by itself, to the last column."""

from odoo.fields import Command
from odoo.tests import tagged

from .test_adversary_sums import SumsCommon

# What differs between any two invoices.
OWN = frozenset(("id", "move_id", "move_name", "create_date", "write_date"))


@tagged("post_install", "-at_install")
class TestDraftAmounts(SumsCommon):
    def setUp(self):
        super().setUp()
        self.written = written = []
        Line = self.registry["account.move.line"]
        write = Line.write

        def note_and_write(lines, vals):
            if "balance" in vals:
                written.extend(lines.filtered(lambda line: line.display_type == "product").ids)
            return write(lines, vals)

        # How often Odoo writes what a line comes to after it was made.
        self.patch(Line, "write", note_and_write)

    def plain_moves(self, bookings):
        """The drafts that Odoo makes by itself of what the add-on prepares for these bookings."""
        values = [group._prepare_invoice() for group in bookings._group_for_invoices({})]
        for vals in values:
            for _command, _id, line in vals["invoice_line_ids"]:
                del line["booking_ids"]
        return self.env["account.move"].create(values)

    def journal_items(self, moves):
        """All that is stored of the journal items of these drafts."""
        self.env.flush_all()
        lines = moves.line_ids.sorted("id")
        names = [
            name
            for name, field in lines._fields.items()
            if field.store and name not in OWN and not name.startswith("booking_")
        ]
        return [
            {name: line._fields[name].convert_to_write(line[name], line) for name in names}
            for line in lines
        ]

    def assertAsOdooMakesThem(self, bookings, *, foreseen=True):
        """The drafts of these bookings are those of Odoo, and are deleted.

        :param foreseen: whether their lines need not be written again
        """
        plain = self.plain_moves(bookings)
        expected = self.journal_items(plain)
        plain.unlink()
        self.written.clear()
        moves = bookings._create_invoices()["invoices"]
        written = len(self.written)
        self.assertEqual(self.journal_items(moves), expected)
        self.assertEqual(written == 0, foreseen)
        moves.unlink()

    def with_tags(self, tax):
        """Let a tax put a tag on its base and another on its amount, as those of real charts do."""
        country = self.env.company.account_fiscal_country_id
        for repartition in tax.invoice_repartition_line_ids:
            repartition.tag_ids = self.env["account.account.tag"].create(
                {
                    "name": f"{tax.name} {repartition.repartition_type}",
                    "applicability": "taxes",
                    "country_id": country.id,
                }
            )
        return tax

    def test_taxes_of_every_kind(self):
        bookings = self.awkward_bookings()
        parts = self.tax(5) + self.tax(2)
        transition = self.company_data["default_account_tax_sale"].copy({"reconcile": True})
        kinds = {
            "excluded": self.tax(8.1),
            "included": self.tax(8.1, included=True),
            "two": self.tax(8.1) + self.tax(2.6),
            "one on top of the other": self.tax(10, include_base_amount=True, sequence=1)
            + self.tax(5, sequence=2),
            "a fixed amount": self.tax(0.35, amount_type="fixed"),
            "a group": self.tax(0, amount_type="group", children_tax_ids=[Command.set(parts.ids)]),
            "exempt": self.with_tags(self.tax(0)),
            "with tags": self.with_tags(self.tax(8.1)),
            "due when paid": self.tax(
                8.1,
                tax_exigibility="on_payment",
                cash_basis_transition_account_id=transition.id,
            ),
        }
        for rounding in ("round_per_line", "round_globally"):
            self.env.company.tax_calculation_rounding_method = rounding
            for kind, taxes in kinds.items():
                with self.subTest(rounding=rounding, kind=kind):
                    self.with_taxes(taxes)
                    self.assertAsOdooMakesThem(bookings)

    def test_some_lines_without_tax(self):
        bookings = self.awkward_bookings()
        self.with_taxes(self.env["account.tax"])
        bookings.service_id.product_id[0].taxes_id = self.tax(8.1)
        self.assertAsOdooMakesThem(bookings)

    def test_no_tax_at_all_is_left_to_odoo(self):
        bookings = self.awkward_bookings()
        self.with_taxes(self.env["account.tax"])
        self.assertAsOdooMakesThem(bookings, foreseen=False)

    def test_another_currency_than_the_company(self):
        self.use_currency("EUR", rate=7.0)
        bookings = self.awkward_bookings()
        self.with_taxes(self.tax(8.1))
        for rounding in ("round_per_line", "round_globally"):
            with self.subTest(rounding=rounding):
                self.env.company.tax_calculation_rounding_method = rounding
                self.assertAsOdooMakesThem(bookings)

    def test_a_fiscal_position_that_maps_the_tax(self):
        bookings = self.awkward_bookings()
        home, position = (
            self.tax(8.1),
            self.env["account.fiscal.position"].create({"name": "Export"}),
        )
        self.with_tags(
            self.tax(
                0,
                fiscal_position_ids=[Command.set(position.ids)],
                original_tax_ids=[Command.set(home.ids)],
            )
        )
        self.with_taxes(home)
        bookings.payer_id.property_account_position_id = position
        self.assertAsOdooMakesThem(bookings)

    def test_an_early_payment_discount(self):
        bookings = self.awkward_bookings()
        self.with_taxes(self.tax(8.1))
        for computation in ("included", "excluded", "mixed"):
            with self.subTest(computation=computation):
                bookings.payer_id.property_payment_term_id = self.env[
                    "account.payment.term"
                ].create(
                    {
                        "name": f"Early: {computation}",
                        "early_discount": True,
                        "discount_percentage": 2,
                        "discount_days": 7,
                        "early_pay_discount_computation": computation,
                        "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
                    }
                )
                self.assertAsOdooMakesThem(bookings)

    def test_what_is_foreseen_wrongly_is_put_right_by_odoo(self):
        bookings = self.awkward_bookings()
        self.with_taxes(self.with_tags(self.tax(8.1)))
        Line = self.registry["account.move.line"]
        foresee = Line._foresee_amounts

        def foresee_wrongly(lines, vals_list):
            foresee(lines, vals_list)
            for vals in vals_list:
                vals.update(amount_currency=-1.0, balance=-2.0, tax_tag_ids=[Command.clear()])

        self.patch(Line, "_foresee_amounts", foresee_wrongly)
        self.assertAsOdooMakesThem(bookings, foreseen=False)

    def test_an_invoice_that_somebody_makes_by_hand_is_none_of_ours(self):
        bookings = self.awkward_bookings()
        self.with_taxes(self.tax(8.1))
        self.plain_moves(bookings)
        self.assertTrue(self.written)
