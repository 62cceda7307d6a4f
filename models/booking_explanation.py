# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import format_duration, formatLang

from ..billing.pricing import price_booking


class MicrosoftBooking(models.Model):
    """Why this price, this quantity, this product, these taxes and this payer: in words, for whoever wonders."""

    _inherit = "microsoft.booking"

    explanation = fields.Text(
        "Why",
        compute="_compute_explanation",
        help="How the rules as they are now come to price, product, taxes and payer.",
    )

    @api.depends(
        *("unit_price", "quantity", "amount", "pricing_issue", "payer_id", "payer_decided"),
        *("service_id.product_id", "outcome", "billing_state"),
    )
    @api.depends_context("lang")
    def _compute_explanation(self):
        for booking in self:
            sentences = booking._explain() if booking.settings_id else []
            booking.explanation = "\n".join(sentences) or False

    def _explain(self):
        """Explain the price, the product with its taxes, and the payer of this booking.

        :return: a list of sentences
        """
        self.ensure_one()
        sentences = []
        if self._is_invoiced():
            sentences.append(
                self.env._("It is invoiced. By the rules as they are now it would come to this:")
            )
        return [*sentences, *self._explain_price(), *self._explain_product(), self._explain_payer()]

    def _explain_price(self):
        # As if it were free: what is invoiced is not priced again, but can be explained.
        free = self.new(origin=self._origin)
        free.invoice_line_id = False
        facts = free._get_pricing_facts()[free]
        pricing = price_booking(facts, self.settings_id._get_pricing_rules())
        sentences = [self._explain_step(word, params) for word, params in pricing.steps]
        if pricing.reason:
            issues = dict(self._fields["issue"]._description_selection(self.env))
            sentences.append(self.env._("To check: %(issue)s", issue=issues[pricing.reason]))
        return sentences

    def _explain_step(self, word, params):
        """A step of ``price_booking`` as a sentence."""
        env, names = self.env, {}
        for name, value in params.items():
            if name in ("price", "fee", "base", "total", "share"):
                names[name] = formatLang(env, float(value), currency_obj=self.currency_id)
            elif name == "duration":
                names[name] = format_duration(value.total_seconds() / 3600)
            elif name in ("hours", "quantity", "percent"):
                names[name] = formatLang(env, float(value), dp="Product Unit")
            else:
                names[name] = value
        if word == "price_listed":
            names["pricelist"] = self._get_pricelists()[self].display_name
        if word == "price_typed":
            names["user"] = self.price_decided_by_id.name or "–"
        modes = dict(self.settings_id._fields["duration_rounding"]._description_selection(self.env))
        names["mode"] = modes.get(params.get("mode"), "")
        sentence = {
            "price_typed": env._("Price %(price)s: typed by %(user)s."),
            "price_listed": env._("Price %(price)s: by the payer's price list “%(pricelist)s”."),
            "price_from_bookings": env._("Price %(price)s: as Bookings has it."),
            "free": env._("Price 0: Bookings says that it is free."),
            "quantity_typed": env._("Quantity %(quantity)s: typed."),
            "once": env._("Quantity 1: it is not paid by the hour."),
            "hours": env._("Quantity %(hours)s: the length %(duration)s in hours."),
            "hours_rounded": env._(
                "Quantity %(hours)s: rounded to %(duration)s (%(mode)s; step %(minutes)s minutes, "
                "minimum %(minimum_minutes)s)."
            ),
            "shared": env._("Share %(share)s: %(total)s among %(attendees)s attendees."),
            "fee_typed": env._("Fee %(fee)s: typed."),
            "fee_none": env._("No fee: by the rule of the settings."),
            "fee_percent": env._("Fee %(fee)s: %(percent)s %% of %(base)s."),
            "fee_fixed": env._("Fee %(fee)s: the fixed amount of the settings."),
            "cancelled": env._("Nothing is due: it was cancelled."),
        }[word]
        return sentence % names

    def _explain_product(self):
        product = self._get_invoice_product()
        if not product:
            return []
        is_fee_product = self.is_fee and product == self.settings_id.fee_product_id
        sentence = (
            self.env._("Product “%(product)s”: that of fees in the settings.")
            if is_fee_product
            else self.env._("Product “%(product)s”: that of the service.")
        )
        sentences = [sentence % {"product": product.display_name}]
        if self.payer_id:
            taxes = self._get_invoice_taxes(product, self._get_invoice_partner())
            sentences.append(
                self.env._(
                    "Taxes: %(taxes)s.",
                    taxes=", ".join(taxes.mapped("name")) or self.env._("none"),
                )
            )
        return sentences

    def _explain_payer(self):
        env, payer = self.env, self.payer_id
        if not payer:
            return env._("Payer: nobody yet.")
        found, rule = self._find_payer()
        attendee = self.partner_id
        company = attendee.commercial_partner_id
        if payer != found or self.payer_decided:
            sentence = env._("Payer %(payer)s: chosen on this booking.")
        elif rule == "attendee":
            sentence = env._("Payer %(payer)s: the service is paid by who attends.")
        elif rule == "absence":
            sentence = env._("Payer %(payer)s: the company does not pay absences.")
        elif rule == "always":
            sentence = env._("Payer %(payer)s: who is always billed for this Bookings customer.")
        elif payer in attendee.booking_payer_id | company.booking_payer_id:
            sentence = env._("Payer %(payer)s: whom the contact's bookings are billed to.")
        elif payer == company != attendee:
            sentence = env._("Payer %(payer)s: the company of the contact.")
        else:
            sentence = env._("Payer %(payer)s: who attended.")
        return sentence % {"payer": payer.display_name}
