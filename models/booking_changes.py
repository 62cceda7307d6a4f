# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import namedtuple

from odoo import api, fields, models
from odoo.tools import format_duration, formatLang
from odoo.tools.misc import format_datetime

from .booking import LIVE_STATES
from .booking_merge import digest

ADJUSTMENT = "invoice_line_id.booking_adjustment_ids"
# What the price follows from. When none of it changed, neither did the amount, whatever the rules say by now.
MONEY_FACTS = ("price_type", "price", "attendees", "duration")
PRICING = ("quantity", "unit_price", "amount", "is_fee", "pricing_issue")

# What a booking would come to if it were invoiced now: see ``_get_due``.
Due = namedtuple("Due", "quantity unit_price amount payer product currency reason")


class MicrosoftBooking(models.Model):
    """What was invoiced is kept, so that a booking that changes later is noticed, and by what."""

    _inherit = "microsoft.booking"

    invoiced_facts = fields.Json(readonly=True, copy=False)
    invoiced_terms = fields.Json(
        readonly=True,
        copy=False,
        help="Quantity, price and amount when it was invoiced, and what was put on the invoice line.",
    )
    settled_facts = fields.Json(
        readonly=True,
        copy=False,
        help="The facts that were last accepted or corrected, and what the booking came to then.",
    )
    changed_after_invoicing = fields.Boolean(compute="_compute_changed_after_invoicing", store=True)
    changes_text = fields.Text("What Changed", compute="_compute_changes")
    due_amount = fields.Monetary(
        "Amount Now", compute="_compute_changes", help="What it would be invoiced for now."
    )
    amount_difference = fields.Monetary(
        "Difference", compute="_compute_changes", help="By how much too little was invoiced."
    )

    def _get_billable_facts(self):
        """The calendar facts that an invoice rests on, as JSON keeps them. Hook.

        :return: a dict of name -> value
        """
        self.ensure_one()
        return {
            "start": fields.Datetime.to_string(self.start),
            "stop": fields.Datetime.to_string(self.stop),
            "service": self.service_id.id,
            "customer": self.customer_id.id,
            "price_type": self.price_type,
            "price": self.price,
            # The share of a class that is priced as a whole depends on who else attends.
            "attendees": self._is_class_shared() and self.attendee_count,
            "gone": bool(self.gone_at),
            "reference": self._get_reference_digest(),
        }

    def _is_class_shared(self):
        """Whether it shares the price of the appointment: of what is invoiced, as it was then; else as settings say."""
        facts = (self._is_invoiced() and self.invoiced_facts) or {}
        if "attendees" in facts:
            return facts["attendees"] is not False
        return self.settings_id.class_price == "appointment"

    def _is_price_with_tax(self, line=None):
        """Whether its price includes tax: while it is invoiced, as it was then; else as the settings say.

        :param line: the invoice line that is asked about, also when it no longer stands
        """
        terms = ((line or self._is_invoiced()) and self.invoiced_terms) or {}
        return terms.get("price_include_tax", self.settings_id.price_include_tax)

    def _get_rule_holder(self):
        """Whom to ask for the rules of this booking, which may be priced as if it were free.

        What an invoice that stands bills is corrected by the rules of then; a draft is made anew by those of today.
        """
        self.ensure_one()
        origin = self._origin
        return origin if origin.invoice_line_id and not origin._is_on_draft() else self

    def _forget_invoiced_facts(self):
        """What is to be invoiced anew is so by the rules of today, and not by those of its former invoice."""
        former = self.sudo().filtered("invoiced_facts")
        former.write({"invoiced_facts": False, "invoiced_terms": False})

    def _keep_invoiced_facts(self, kept=None):
        """Remember what these bookings were when they were invoiced, and what was put on their line.

        :param kept: dict of field -> value of what a person has typed over on the line: what would stand there
        """
        kept_on = [self._fields[name] for name in ("invoiced_facts", "invoiced_terms")]
        for booking in self:
            line = booking.invoice_line_id
            terms = {name: booking[name] for name in ("quantity", "unit_price", "amount")}
            terms["payer"] = booking.payer_id.id
            terms["price_include_tax"] = booking._is_price_with_tax()
            terms["reference"] = digest(booking._get_invoice_reference() or "")
            terms["line"] = {
                "product_id": line.product_id.id,
                "quantity": line.quantity,
                "price_unit": line.price_unit,
                "name": line.name,
                **(kept or {}),
            }
            # What follows from them is computed once for all.
            with self.env.protecting(kept_on, booking):
                booking.invoiced_facts = booking._get_billable_facts()
                booking.invoiced_terms = terms
        self.modified([field.name for field in kept_on])
        self.sudo().filtered("settled_facts").write(
            dict.fromkeys(
                ("settled_facts", "accepted_by_id", "accepted_at", "accept_reason"), False
            )
        )

    # === THE FLAG === #

    @api.depends(
        "start",
        "stop",
        "service_id",
        "customer_id.partner_id",
        "price_type",
        "price",
        "attendee_count",
        "gone_at",
        "customer_reference",
        "invoiced_facts",
        "settled_facts",
        "billing_state",
        f"{ADJUSTMENT}.booking_id",
        f"{ADJUSTMENT}.booking_delta",
        f"{ADJUSTMENT}.parent_state",
        f"{ADJUSTMENT}.move_id.payment_state",
    )
    def _compute_changed_after_invoicing(self):
        for booking in self:
            booking.changed_after_invoicing = booking.billing_state in LIVE_STATES and (
                booking._is_correction_missing() or bool(booking._get_changed_facts())
            )

    def _get_settled_terms(self):
        """What this booking came to when it was last invoiced, corrected or accepted.

        :return: a dict of ``quantity``, ``unit_price`` and ``amount``
        """
        self.ensure_one()
        now = {name: self[name] for name in ("quantity", "unit_price", "amount")}
        return self.settled_facts or self.invoiced_terms or now

    def _get_settled_amount(self):
        """What the invoice and the corrections that stand came to when they were made.

        In terms of the booking's price: what people typed into them since is theirs, and stays.
        """
        self.ensure_one()
        invoiced = (self.invoiced_terms or {}).get("amount", self.amount)
        return invoiced + sum(self._get_live_adjustments().mapped("booking_delta"))

    def _is_correction_missing(self):
        """Whether a correction that settled this booking was deleted, cancelled or taken back since."""
        self.ensure_one()
        settled = self.settled_facts
        return bool(settled) and not self._is_same_amount(
            settled["amount"], self._get_settled_amount()
        )

    def _is_same_amount(self, first, second):
        currency = self.currency_id or self.company_id.currency_id
        return currency.compare_amounts(first, second) == 0

    def _get_changed_facts(self, then=None):
        """The names of the facts that are not what they were when this booking was invoiced or last settled.

        :param then: compare with these facts instead
        """
        self.ensure_one()
        settled = self.settled_facts
        then = then or (settled["facts"] if settled else self.invoiced_facts) or {}
        now = self._get_billable_facts()
        names = [name for name in now if now[name] != then.get(name, now[name])]
        if now["gone"] and not then.get("gone"):
            names += [] if "gone" in names else ["gone"]
        elif "gone" in names and (not settled or settled["amount"]):
            # It is there again, and nothing was credited meanwhile.
            names.remove("gone")
        if "customer" in names and self._is_same_person(then["customer"]):
            names.remove("customer")
        if "reference" in names and (then["reference"] is None or not now["reference"]):
            # It was not asked for then, or is not kept any more.
            names.remove("reference")
        return names

    def _is_same_person(self, customer_id):
        """Whether a customer of Bookings is the contact that this booking's customer is: Bookings knows some twice."""
        former = self.env["microsoft.booking.customer"].sudo().browse(customer_id or []).exists()
        partner = self.sudo().customer_id.partner_id
        return bool(partner) and former.partner_id == partner

    # === WHAT IT COMES TO NOW === #

    def _get_due(self):
        """What this invoiced booking would be invoiced for now. Hook.

        Nothing when it is gone, and as before when nothing changed that its price follows from: a rule that was changed
        since is none of this booking's business.

        :return: a :class:`Due`; with a ``reason``, a key of ``ISSUES``, why it cannot be told
        """
        self.ensure_one()
        settled = self._get_settled_terms()
        # As if it were free: price, payer and state follow their rules.
        free = self.new(origin=self)
        free.invoice_line_id = False
        terms = (settled["quantity"], settled["unit_price"], settled["amount"])
        reason, currency = False, self.currency_id
        payer, product = self._get_invoiced_payer(), self._get_invoiced_product()
        changed = self._get_changed_facts()
        if "customer" in changed:
            payer = free.payer_id
        # By the price list of whom it is due from, who need not be who would pay it by now.
        free.payer_id = payer
        if self.gone_at:
            terms = (0.0, settled["unit_price"], 0.0)
        elif self._is_price_concerned():
            terms = (free.quantity, free.unit_price, free.amount)
            reason, currency = free.pricing_issue, free.currency_id
        if "service" in changed and not self.gone_at:
            product = free._get_invoice_product()
        return Due(*terms, payer, product, currency, reason)

    def _get_invoiced_payer(self):
        """Who was to pay when it was invoiced; a contact that was merged into another is that one."""
        payer = self.env["res.partner"].browse((self.invoiced_terms or {}).get("payer") or [])
        return payer.exists() or self.payer_id

    def _restore_invoiced(self, line, former):
        """Put this booking back on an invoice line that it had left, as it was invoiced there.

        :param former: its ``invoiced_facts`` and ``invoiced_terms`` of then
        """
        self.ensure_one()
        self.invoice_line_id = line
        self.invoiced_facts, self.invoiced_terms = former["facts"], former["terms"]
        with self.env.protecting([self._fields["payer_id"]], self):
            self.payer_id = self._get_invoiced_payer()

    def _get_invoiced_product(self):
        """The product that was put on the invoice line, whatever a person has typed over it."""
        line_terms = (self.invoiced_terms or {}).get("line") or {}
        product = self.env["product.product"].browse(line_terms.get("product_id") or [])
        return product.exists() or self.invoice_line_id.product_id

    def _is_price_concerned(self):
        """Whether anything changed that the price follows from, since this booking was invoiced or last settled."""
        settled = self.settled_facts
        then = (settled["facts"] if settled else self.invoiced_facts) or {}
        was_gone = then.get("gone") and settled and not settled["amount"]
        now = self._get_billable_facts()
        return (
            was_gone
            or any(_money_fact(now, name) != _money_fact(then, name) for name in MONEY_FACTS)
            or self._is_listed_otherwise(then, now)
        )

    def _price_anew(self):
        """Give these invoiced bookings the quantity, price and amount that they come to now."""
        names = [self._fields[name] for name in PRICING]
        for booking in self:
            due = booking._get_due()
            with self.env.protecting(names, booking):
                booking.quantity, booking.unit_price = due.quantity, due.unit_price
                booking.amount = due.amount
        self.modified(PRICING)

    # === IN WORDS === #

    @api.depends("changed_after_invoicing", "invoiced_facts", "settled_facts")
    @api.depends_context("lang", "tz")
    def _compute_changes(self):
        for booking in self:
            changed = booking.changed_after_invoicing and booking._origin
            due = changed and changed._get_due()
            booking.changes_text = changed and "\n".join(changed._get_change_words(due))
            # Of what is due in another currency now, nothing is due in that of the invoice.
            same = not due or due.currency == booking.currency_id
            booking.due_amount = (due.amount if due else booking.amount) if same else 0.0
            known = due and not due.reason
            booking.amount_difference = (
                booking.due_amount - changed._get_settled_amount() if known else 0.0
            )

    def _get_change_words(self, due=None):
        """What changed, a text for each fact: see :meth:`_describe_changes`."""
        return [
            self.env._("%(name)s: %(was)s → %(now)s", name=name, was=was, now=now)
            for name, was, now in self._describe_changes(due)
        ]

    def _describe_changes(self, due=None):
        """What changed since this booking was invoiced or last settled, for people to read.

        :param due: what :meth:`_get_due` answers, when it is known already
        :return: a list of what it is called, what it was, what it is
        """
        self.ensure_one()
        env, due = self.env, due or self._get_due()
        settled, names = self.settled_facts, self._get_changed_facts()
        then = (settled["facts"] if settled else self.invoiced_facts) or {}
        if self._is_correction_missing() and not names:
            # As it was before the correction that no longer stands.
            then = self.invoiced_facts or {}
            names = self._get_changed_facts(then)
        now = self._get_billable_facts()
        words = []
        if "start" in names:
            words.append((env._("When"), self._say_start(then), self._say_start(now)))
        lengths = [_money_fact(facts, "duration") for facts in (then, now)]
        if {"start", "stop"} & set(names) and lengths[0] != lengths[1]:
            hours = (format_duration(length.total_seconds() / 3600) for length in lengths)
            words.append((env._("Length"), *hours))
        if "service" in names:
            services = env["microsoft.booking.service"].sudo()
            former = services.browse(then["service"] or []).exists()
            words.append((env._("Service"), former.name or "–", self.service_id.name or "–"))
        if "customer" in names:
            customers = env["microsoft.booking.customer"].sudo()
            former = customers.browse(then["customer"] or []).exists()
            words.append((env._("Customer"), former.name or "–", self.customer_name or "–"))
        if "reference" in names:
            now_on = self._get_customer_reference() or "–"
            words.append((self._get_reference_label(), self.invoice_id.ref or "–", now_on))
        if "price_type" in names:
            types = dict(self._fields["price_type"]._description_selection(env))
            words.append((env._("Price Type"), types[then["price_type"]], types[now["price_type"]]))
        if "price" in names:
            prices = (self._say(then["price"]), self._say(now["price"], due.currency))
            words.append((env._("Price"), *prices))
        if "attendees" in names:
            words.append((env._("Attendees"), then["attendees"] or 1, now["attendees"] or 1))
        if "gone" in names:
            there, gone = env._("in Bookings"), env._("no longer there")
            words.append((env._("Appointment"), *((there, gone) if now["gone"] else (gone, there))))
        payers = (self._get_invoiced_payer(), due.payer)
        if due.payer != payers[0]:
            words.append((env._("Payer"), *(payer.display_name or "–" for payer in payers)))
        settled_amount = self._get_settled_amount()
        if due.reason:
            words.append((env._("Amount"), self._say(settled_amount), env._("price to confirm")))
        elif due.currency != self.currency_id or not self._is_same_amount(
            settled_amount, due.amount
        ):
            amounts = (self._say(settled_amount), self._say(due.amount, due.currency))
            words.append((env._("Amount"), *amounts))
        return words

    def _say(self, amount, currency=None):
        return formatLang(self.env, amount, currency_obj=currency or self.currency_id)

    def _say_start(self, facts):
        """The start of these facts, in the time zone of the business."""
        start = fields.Datetime.to_datetime(facts["start"])
        tz = self.settings_id.tz or "UTC"
        return format_datetime(self.env, start, tz=tz, dt_format="short")


def _money_fact(facts, name):
    """One of the facts that the price follows from, as it is comparable."""
    if name != "duration":
        return facts.get(name)
    start, stop = (fields.Datetime.to_datetime(facts.get(key)) for key in ("start", "stop"))
    return start and stop and stop - start
