# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo does with invoices it does with ours: e-invoices, QR-bills, lock dates, numbers, terms, sending."""

from datetime import timedelta
from unittest import SkipTest

from lxml import etree

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import get_db_name

from .common import BookingCommon


def require(module):
    """Skip what needs a module that this database was made without, such as another country's.

    :raise SkipTest: when it is not installed
    """
    if module not in Registry(get_db_name())._init_modules:
        raise SkipTest(f"{module} is not installed")


class OdoosOwnCommon(BookingCommon):
    street = {"street": "Rue du Lac 11", "zip": "1003", "city": "Lausanne"}

    def setUp(self):
        super().setUp()
        self.book(self.lesson, duration=timedelta(minutes=90))
        self.book(self.haircut, days=3)
        self.sync()
        self.payer = self.bookings().payer_id
        self.country = self.env.company.account_fiscal_country_id
        for partner in (self.payer, self.env.company.partner_id):
            partner.write({**self.street, "country_id": self.country.id})

    def invoice(self):
        """The draft of all that is ready."""
        result = self.bookings()._create_invoices()
        self.assertFalse(result["skipped"])
        return result["invoices"]


@tagged("post_install", "-at_install")
class TestQrBill(OdoosOwnCommon):
    """A Swiss QR-bill, with a QR reference that the bank reads back."""

    country_code = "CH"

    @classmethod
    def setUpClass(cls):
        require("l10n_ch")
        super().setUpClass()

    def test_a_posted_draft_has_one(self):
        company = self.env.company
        self.assertEqual(company.currency_id.name, "CHF")
        company.qr_code = True
        bank = self.env["res.partner.bank"].create(
            {
                "acc_number": "CH21 3080 8001 2345 6782 7",
                "partner_id": company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        move = self.invoice()
        move.action_post()
        self.assertEqual(move.partner_bank_id, bank)
        self.assertEqual(len(move.payment_reference), 27, "a QR reference")
        self.assertTrue(move.l10n_ch_is_qr_valid)
        values = bank._get_qr_vals(
            "ch_qr", move.amount_residual, move.currency_id, self.payer, "", move.payment_reference
        )
        self.assertIn(f"{move.amount_total:.2f}", values)
        self.assertIn("CHF", values)
        self.assertIn(move.payment_reference, values)
        self.assertIn(self.payer.name, values)
        # The picture itself is reportlab's; that nothing is missing for it, Odoo says.
        self.assertFalse(
            bank._check_for_qr_code_errors(
                "ch_qr",
                move.amount_residual,
                move.currency_id,
                self.payer,
                "",
                move.payment_reference,
            )
        )


@tagged("post_install", "-at_install")
class TestElectronicInvoices(OdoosOwnCommon):
    """Factur-X for France, Peppol BIS for whoever wants that: the XML says what our lines say."""

    country_code = "FR"

    @classmethod
    def setUpClass(cls):
        require("l10n_fr_account")
        require("account_edi_ubl_cii")
        super().setUpClass()

    def setUp(self):
        super().setUp()
        company = self.env.company
        company.write(
            {"vat": "FR23334175221", "phone": "+33 1 23 45 67 89", "email": "us@studio.example"}
        )
        self.env["res.partner.bank"].create(
            {
                "acc_number": "FR15001559627230",
                "partner_id": company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        self.env.company.company_registry = "33417522101010"
        self.payer.write({"is_company": True, "vat": "FR05677404089", "ref": "C 1"})
        self.payer.booking_reference = "PO 4711"
        tax = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(self.env.company),
                ("type_tax_use", "=", "sale"),
                ("amount", "=", 20),
                ("price_include", "=", False),
            ],
            limit=1,
        )
        self.bookings().service_id.product_id.taxes_id = tax
        self.move = self.invoice()
        self.move.action_post()
        self.assertEqual((self.move.amount_untaxed, self.move.amount_total), (170.0, 204.0))

    def values(self, xml, *names):
        """The texts of the elements with these names, whatever their namespace."""
        root = etree.fromstring(xml)
        return {name: [node.text for node in root.iterfind(f".//{{*}}{name}")] for name in names}

    def test_factur_x(self):
        xml, errors = self.env["account.edi.xml.cii"]._export_invoice(self.move)
        self.assertFalse(errors)
        found = self.values(
            xml, "GrandTotalAmount", "LineTotalAmount", "TypeCode", "RateApplicablePercent"
        )
        self.assertEqual(found["GrandTotalAmount"], ["204.00"])
        self.assertEqual(sorted(found["LineTotalAmount"]), ["120.00", "170.00", "50.00"])
        self.assertIn("20.0", found["RateApplicablePercent"])
        text = xml.decode()
        for word in (self.move.name, "PO 4711", "Haircut", "Lesson"):
            self.assertIn(word, text)

    def test_sent_by_mail_with_the_peppol_file(self):
        self.payer.invoice_edi_format = "ubl_bis3"
        send = self.env["account.move.send"]
        # As the send button does; nobody was written to before.
        self.assertFalse(self.move.is_move_sent)
        send._generate_and_send_invoices(
            self.move,
            sending_methods=["email"],
            mail_partner_ids=self.payer.ids,
            mail_template=self.env.ref("account.email_template_edi_invoice"),
        )
        self.assertTrue(self.move.is_move_sent)
        mail = self.move.message_ids.filtered(lambda message: self.payer in message.partner_ids)
        self.assertEqual(len(mail), 1)
        files = {name.rpartition(".")[2] for name in mail.attachment_ids.mapped("name")}
        self.assertEqual(files, {"pdf", "xml"})
        xml = self.move.ubl_cii_xml_id.raw
        found = self.values(xml, "PayableAmount", "InvoicedQuantity")
        self.assertEqual(list(map(float, found["PayableAmount"])), [204.0])
        self.assertEqual(sorted(map(float, found["InvoicedQuantity"])), [1.0, 1.5])


@tagged("post_install", "-at_install")
class TestOdoosRules(OdoosOwnCommon):
    def test_numbers_are_given_when_posting_and_in_sequence(self):
        self.book(customers=[self.bob])
        self.sync()
        moves = self.invoice()
        self.assertEqual(set(moves.mapped("name")), {False})
        moves.action_post()
        prefix, numbers = {move.sequence_prefix for move in moves}, moves.mapped("sequence_number")
        self.assertEqual((len(prefix), sorted(numbers)), (1, [1, 2]))

    def test_a_locked_period_moves_the_date_or_refuses_as_odoo_does(self):
        today = fields.Date.today()
        self.env.company.fiscalyear_lock_date = today - timedelta(days=1)
        result = self.bookings()._create_invoices({"invoice_date": today - timedelta(days=2)})
        move = result["invoices"]
        self.assertEqual(move.state, "draft")
        move.action_post()
        # Odoo dates what was made for a closed period into the open one.
        self.assertGreater(move.date, self.env.company.fiscalyear_lock_date)
        self.assertEqual(move.invoice_date, today - timedelta(days=2))
        with self.assertRaises(UserError):
            move.write({"date": today - timedelta(days=5)})

    def test_payment_terms_make_the_instalments(self):
        self.payer.property_payment_term_id = self.env.ref("account.account_payment_term_30days")
        move = self.invoice()
        move.action_post()
        self.assertEqual(move.invoice_date_due, move.invoice_date + timedelta(days=30))

    def test_followers_are_those_of_every_invoice_and_nobody_is_told(self):
        user = self.env.user
        self.settings.salesperson_id = user
        move = self.invoice()
        plain = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.payer.id,
                "invoice_user_id": user.id,
                "invoice_line_ids": [Command.create({"name": "Plain", "price_unit": 1.0})],
            }
        )
        for _state in ("draft", "posted"):
            self.assertEqual(move.message_partner_ids, plain.message_partner_ids)
            (move | plain).filtered(lambda one: one.state == "draft").action_post()
        mails = [("model", "=", "account.move"), ("res_id", "=", move.id)]
        self.assertFalse(self.env["mail.mail"].search(mails))

    def test_analytic_distribution_reaches_the_analytic_account(self):
        plan = self.env["account.analytic.plan"].create({"name": "Studios"})
        account = self.env["account.analytic.account"].create(
            {"name": "Studio", "plan_id": plan.id}
        )
        self.settings.analytic_distribution = {str(account.id): 100}
        move = self.invoice()
        move.action_post()
        lines = self.env["account.analytic.line"].search([("auto_account_id", "=", account.id)])
        self.assertEqual(sum(lines.mapped("amount")), 170.0)

    def test_odoos_own_analytic_models_fill_in_where_nothing_is_set(self):
        plan = self.env["account.analytic.plan"].create({"name": "Studios"})
        account = self.env["account.analytic.account"].create(
            {"name": "Studio", "plan_id": plan.id}
        )
        self.env["account.analytic.distribution.model"].create(
            {"partner_id": self.payer.id, "analytic_distribution": {str(account.id): 100}}
        )
        lines = self.invoice().invoice_line_ids
        self.assertEqual(lines.mapped("analytic_distribution"), [{str(account.id): 100}] * 2)

    def test_the_fiscal_position_maps_the_taxes(self):
        tax = self.env["account.tax"].create({"name": "Ours", "amount": 8.0})
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        theirs = self.env["account.tax"].create(
            {
                "name": "Theirs",
                "amount": 0.0,
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(tax.id)],
            }
        )
        self.bookings().service_id.product_id.taxes_id = tax
        self.payer.property_account_position_id = position
        move = self.invoice()
        self.assertEqual(move.fiscal_position_id, position)
        self.assertEqual(move.invoice_line_ids.tax_ids, theirs)
        self.assertEqual(move.amount_total, 170.0)
