# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter, defaultdict

from odoo import api, models
from odoo.fields import Command
from odoo.tools import float_compare, format_date, format_duration, format_time
from odoo.tools.misc import get_lang

from ..billing.wording import PLACEHOLDERS, check_template, render_template


class MicrosoftBooking(models.Model):
    """The lines of a draft: product, quantity, price as the taxes want it, and the words."""

    _inherit = "microsoft.booking"

    def _group_for_lines(self, options):
        """The bookings of each line: one each, or those of the same service and price together.

        A booking whose amount was rounded keeps a line of its own: of the sum it would be rounded otherwise, and the
        draft would not come to what the list shows.
        """
        lines = defaultdict(list)
        for booking in self:
            merged = (options.get("line_mode") or booking.settings_id.line_mode) == "merged"
            merged = merged and not booking._is_amount_rounded()
            key = (
                (
                    booking._get_invoice_product(),
                    booking.service_id,
                    booking.unit_price,
                    booking.outcome,
                    booking._is_price_with_tax(),
                    str(booking._get_invoice_distribution()),
                )
                if merged
                else booking
            )
            lines[key].append(booking.id)
        return [self.browse(ids).with_prefetch(self._prefetch_ids) for ids in lines.values()]

    def _prepare_invoice_lines(self, options, partner):
        """The lines and sections of the draft of these bookings, as commands. Hook."""
        commands = []
        for name, bookings in self._group_for_sections(options):
            if name:
                commands.append(Command.create({"display_type": "line_section", "name": name}))
            commands += [
                Command.create(line._prepare_invoice_line(options, partner))
                for line in bookings._group_for_lines(options)
            ]
        return commands

    def _get_invoice_product(self):
        """The product of the line: the service's, or the fee's. Hook."""
        self.ensure_one()
        return (self.is_fee and self.settings_id.fee_product_id) or self.service_id.product_id

    def _prepare_invoice_line(self, options=None, partner=None):
        """The values of the line of these bookings, which share product and price. Hook.

        :param partner: the contact on the invoice, whose language the text is in
        :return: a dict for a line of ``account.move``
        """
        # Not by its index, which would read it without the others.
        first = next(iter(self))
        product = first._get_invoice_product()
        vals = {
            "product_id": product.id,
            "name": self._get_invoice_line_name(partner or first.payer_id),
            "quantity": sum(self.mapped("quantity")),
            "price_unit": first._get_invoice_price_unit(product, partner or first.payer_id),
            "booking_ids": [Command.link(booking.id) for booking in self],
        }
        # Without one, Odoo's own analytic distribution models have the say.
        if distribution := first._get_invoice_distribution():
            vals["analytic_distribution"] = distribution
        return vals

    def _get_invoice_distribution(self):
        """The analytic distribution of the line: of the staff, else of the service, else of the settings. Hook.

        Staff members who do not agree on one have none.

        :return: what ``analytic_distribution`` takes, or ``False``
        """
        self.ensure_one()
        return (
            self.staff_ids._get_common_distribution()
            or self.service_id.analytic_distribution
            or self.settings_id.analytic_distribution
        )

    def _get_invoice_price_unit(self, product, partner, price=None):
        """The price of a unit as the line's taxes want it: Bookings says whether its own prices include tax.

        Odoo's tax engine takes the product's taxes out of it, and puts in those of the payer that a price
        includes.

        :param price: another price of this booking than that of its unit
        """
        self.ensure_one()
        found = self._adapt_price(self.unit_price if price is None else price, product, partner)
        with_tax = self._is_price_with_tax()
        if price is not None or not (with_tax or self._has_included_taxes()):
            return found
        if self._is_amount_rounded() and not self._comes_to_amount(found, product, partner):
            # Net and tax of what was not rounded, each rounded, may be a cent off what the list shows.
            return self._adapt_price(self.amount / self.quantity, product, partner)
        return found

    def _is_amount_rounded(self):
        """Whether the amount is not exactly quantity times price."""
        exact = self.quantity * self.unit_price
        return bool(float_compare(exact, self.amount, precision_digits=6))

    def _comes_to_amount(self, price, product, partner):
        """Whether a line with this price of a unit comes to the amount of this booking, as its settings count it."""
        line = self._prepare_tax_base_line(price, self.quantity, product, partner)
        net, tax = self._get_tax_sums([line])
        total = net + tax if self._is_price_with_tax() else net
        return self.currency_id.compare_amounts(total, self.amount) == 0

    def _adapt_price(self, price, product, partner):
        """A price of Bookings as the line's taxes want it: see :meth:`_get_invoice_price_unit`."""
        if self._is_price_with_tax():
            price = self._get_product_taxes(product)._get_tax_details(
                price,
                1.0,
                rounding_method="round_globally",
                product=product,
                special_mode="total_included",
            )["total_excluded"]
        if not self._has_included_taxes():
            return price
        details = self._get_invoice_taxes(product, partner)._get_tax_details(
            price,
            1.0,
            rounding_method="round_globally",
            product=product,
            special_mode="total_excluded",
        )
        return price + sum(
            data["tax_amount"] for data in details["taxes_data"] if data["tax"].price_include
        )

    def _has_included_taxes(self):
        """Whether the company has taxes that prices include; most have none, and then no fiscal position is looked for.

        Asked once for a batch, which says so in the context.
        """
        known = self.env.context.get("booking_included_taxes")
        if known is None:
            AccountTax = self.env["account.tax"]
            domain = [
                *AccountTax._check_company_domain(self.company_id),
                ("price_include", "=", True),
            ]
            known = bool(AccountTax.search_count(domain, limit=1))
        return known

    def _get_invoice_taxes(self, product, partner):
        """The product's taxes in the booking's company, as the payer's fiscal position maps them.

        Found as ``account.move`` finds them for its lines.
        """
        # Looked for once for a batch, which brings along where to keep it.
        known = self.env.context.get("booking_positions", {})
        company = self.company_id
        position = known.get((company, partner))
        if position is None:
            position = known[company, partner] = (
                self.env["account.fiscal.position"]
                .with_company(company)
                ._get_fiscal_position(
                    partner,
                    delivery=partner.browse(partner.address_get(["delivery"])["delivery"]),
                )
            )
        taxes = self._get_product_taxes(product, position)
        return position.map_tax(taxes) if taxes else taxes

    def _get_product_taxes(self, product, position=None):
        """The product's taxes in the booking's company; of a product that has none, those of its income account."""
        company = self.company_id
        AccountTax = self.env["account.tax"]
        taxes = product.taxes_id.filtered_domain(AccountTax._check_company_domain(company))
        if not taxes:
            template = product.product_tmpl_id.with_company(company)
            account = template.get_product_accounts(fiscal_pos=position)["income"]
            taxes = account.tax_ids.filtered(lambda tax: tax.type_tax_use == "sale")
        return taxes._filter_taxes_by_company(company)

    def _get_tax_preview(self, options=None):
        """What the draft of these bookings will come to, by Odoo's own tax engine.

        :param options: as for :meth:`_create_invoices`
        :return: net and tax, in the currency of the bookings
        """
        partner = self._get_invoice_partner()
        options = options or {}
        base_lines = []
        for _name, bookings in self._group_for_sections(options):
            for line in bookings._group_for_lines(options):
                first = next(iter(line))
                product = first._get_invoice_product()
                price = first._get_invoice_price_unit(product, partner)
                quantity = sum(line.mapped("quantity"))
                base_lines.append(first._prepare_tax_base_line(price, quantity, product, partner))
        return self._get_tax_sums(base_lines)

    def _prepare_tax_base_line(self, price, quantity, product, partner):
        """A line of the draft of this booking, as Odoo's tax engine takes it."""
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            {},
            product_id=product,
            tax_ids=self._get_invoice_taxes(product, partner),
            price_unit=price,
            quantity=quantity,
            currency_id=self.currency_id,
            partner_id=partner,
        )

    def _get_tax_sums(self, base_lines):
        """Net and tax of these lines, rounded as the company rounds them."""
        AccountTax, company = self.env["account.tax"], self.company_id
        AccountTax._add_tax_details_in_base_lines(base_lines, company)
        AccountTax._round_base_lines_tax_details(base_lines, company)
        totals = AccountTax._get_tax_totals_summary(base_lines, self.currency_id, company)
        return totals["base_amount_currency"], totals["tax_amount_currency"]

    # === WORDS === #

    def _get_invoice_line_name(self, partner):
        """The text of the line, in the payer's language and the time zone of the business. Hook."""
        lang = partner.lang or self.company_id.partner_id.lang or self.env.lang
        bookings = self.with_context(
            lang=get_lang(self.env, lang).code, tz=self.settings_id[:1].tz or "UTC"
        )
        first = next(iter(bookings))
        template = first.settings_id.line_template
        if check_template(template, self._get_line_placeholders()):
            # A translation with an unknown placeholder: the text that was checked stands in.
            template = first.settings_id.with_context(lang="en_US").line_template
        # A fee is named as one: it is not for a service that was rendered.
        outcomes = dict(self._fields["outcome"]._description_selection(bookings.env))
        prefix = f"{outcomes[first.outcome]}: " if first.is_fee else ""
        name = prefix + render_template(template, first._prepare_line_placeholders())
        if len(bookings) == 1:
            return name
        heading = f"{prefix}{first.service_id.name} ({len(bookings)} ×)"
        # Names stand where the template has them too, and where it is not clear from who pays.
        is_own = all(booking.partner_id == booking.payer_id for booking in bookings)
        if is_own or "{attendee}" not in template:
            return f"{heading}\n{bookings._list_dates()}"
        people = bookings._group_by_attendee()
        listed = [": ".join(filter(None, (name, group._list_dates()))) for name, group in people]
        return "\n".join((heading, *listed))

    def _list_dates(self):
        """The days of these bookings, in words; with their number where there are several on a day."""
        counts = Counter(self.mapped("service_date"))
        return ", ".join(
            format_date(self.env, day) + (f" ({count} ×)" if count > 1 else "")
            for day, count in sorted(counts.items())
        )

    @api.model
    def _get_line_placeholders(self):
        """The names of the placeholders that a line description may have. Hook.

        :return: a sequence of names; :meth:`_prepare_line_placeholders` says what they stand for
        """
        return PLACEHOLDERS

    def _prepare_line_placeholders(self):
        """What the placeholders of the line description stand for. Hook.

        :return: a dict of name -> text
        """
        self.ensure_one()
        env, tz = self.env, self.env.context["tz"]
        return {
            "service": self.service_id.name,
            "date": format_date(env, self.service_date),
            "time": format_time(env, self.start, tz=tz, time_format="short"),
            "end_time": format_time(env, self.stop, tz=tz, time_format="short"),
            "duration": format_duration(self.duration),
            "staff": ", ".join(self.staff_ids.mapped("name")),
            "attendee": self.customer_name,
            "business": self.settings_id.business_name,
        }
