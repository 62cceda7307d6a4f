# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people do in Odoo: decisions about bookings, and invoices; each step tells the model of it."""

from .history_expect import due, expect, outcome_of
from .history_world import Line

OUTCOMES = ("attended", "no_show", "late_cancelled", "cancelled")
TYPED = (0.0, 12.5, 66.6, 120.0)


class DecisionSteps:
    """The steps of people in Odoo. A step that finds nothing to do returns ``None``, else what it did in words.

    :param history: the :class:`.history_sync.History` that they belong to
    """

    def __init__(self, history):
        self.history, self.world = history, history.world
        self.random, self.env = history.world.random, history.env
        self.reason = self.env.ref("microsoft_bookings.exclusion_reason_internal").id
        self.partners = self.env["res.partner"].create(
            [{"name": f"Payer {number}"} for number in range(3)]
        )

    def pick(self, condition=lambda place: True):
        """A place that Odoo has, that is on no live invoice, and fulfils a condition; or ``None``."""
        places = [
            place
            for place in self.world.places.values()
            if place.booking and not place.line and condition(place)
        ]
        # What is gone may come back.
        gone = [place for place in places if place.gone]
        if gone and self.random.random() < 0.3:
            places = gone
        return self.random.choice(places) if places else None

    def booking(self, place):
        """The booking of a place."""
        return self.env["microsoft.booking"].browse(place.booking)

    # -- decisions -----------------------------------------------------------------------------

    def decide_outcome(self):
        """Attended, no-show, late or cancelled."""
        if place := self.pick():
            place.outcome = self.random.choice(OUTCOMES)
            self.booking(place).outcome = place.outcome
            return f"{place}: {place.outcome}"
        return None

    def exclude(self):
        """Not to be invoiced."""
        if place := self.pick(lambda place: not place.excluded):
            place.excluded = True
            self.booking(place).action_exclude(self.reason)
            return f"exclude {place}"
        return None

    def undo_exclude(self):
        """To be invoiced after all."""
        if place := self.pick(lambda place: place.excluded):
            place.excluded = False
            self.booking(place).action_undo_exclude()
            return f"undo the exclusion of {place}"
        return None

    def choose_payer(self):
        """Somebody else pays, or whom the rule says again."""
        if place := self.pick():
            place.payer = None if place.payer else self.random.choice(self.partners).id
            self.booking(place).payer_id = place.payer or False
            return f"payer of {place}: {place.payer}"
        return None

    def choose_contact(self):
        """It was somebody else, or whom the rule says again."""
        if place := self.pick():
            place.contact = None if place.contact else self.random.choice(self.partners).id
            self.booking(place).partner_id = place.contact or False
            return f"contact of {place}: {place.contact}"
        return None

    def type_price(self):
        """A price of its own for the service, or for the fee."""
        place = self.pick(lambda place: outcome_of(place) != "cancelled")
        if not place:
            return None
        value = self.random.choice(TYPED)
        booking = self.booking(place)
        unknown = due(place, self.history.facts_of(booking), self.history.rules) is None
        # The share of a price cannot be known before the price: that is what is asked for then.
        if outcome_of(place) == "attended" or unknown:
            place.price = value
        else:
            place.fee = value
        booking.unit_price = value
        return f"price of {place}: {value}"

    def type_quantity(self):
        """A quantity of its own."""
        if place := self.pick(lambda place: outcome_of(place) == "attended"):
            place.quantity = self.random.choice((0.5, 1.0, 2.25))
            self.booking(place).quantity = place.quantity
            return f"quantity of {place}: {place.quantity}"
        return None

    def use_bookings_price(self):
        """As Bookings says after all."""
        place = self.pick(lambda p: (p.price, p.quantity, p.fee) != (None, None, None))
        if place:
            place.price = place.quantity = place.fee = None
            self.booking(place).action_use_bookings_price()
            return f"Bookings' price for {place}"
        return None

    def link_customer(self):
        """This customer of Bookings is that contact."""
        place = self.pick(lambda p: p.person and p.person.shared and not p.person.partner)
        customer = place and self.booking(place).customer_id
        if customer:
            place.person.partner = self.random.choice(self.partners).id
            customer.partner_id = place.person.partner
            return f"link {place.person.name} to {place.person.partner}"
        return None

    def choose_bill_to(self):
        """All that a contact books is billed to somebody."""
        place = self.pick(
            lambda p: p.person and p.person.email and not (p.person.shared or p.person.ambiguous)
        )
        partner = place and self.booking(place).customer_id.partner_id
        if partner:
            place.person.bill_to = self.random.choice(self.partners).id
            partner.booking_payer_id = place.person.bill_to
            return f"bill {place.person.name} to {place.person.bill_to}"
        return None

    # -- invoices ------------------------------------------------------------------------------

    def expected(self, place, booking):
        """What a place without a line has to be in Odoo, of the facts that Odoo has."""
        facts = self.history.facts_of(booking)
        issue = self.history.contact_issue(place, booking)
        has_product = bool(booking.service_id.product_id)
        return expect(place, facts, self.history.rules, issue, has_product)

    def invoice(self):
        """Drafts of a handful of bookings: of those that are held, ready and not free, and of no other."""
        history = self.history
        known = [place for place in self.world.places.values() if place.booking]
        chosen = self.random.sample(known, min(len(known), self.random.randint(1, 12)))
        now = history.now().replace(tzinfo=None)
        bookings = self.booking_set(chosen)
        ready = {}
        for place in chosen:
            booking = self.booking(place).with_prefetch(bookings.ids)
            if not place.line and booking.stop <= now:
                expected = self.expected(place, booking)
                if expected.state == "to_invoice" and expected.amount:
                    ready[place] = expected.amount
        grouping = self.random.choice(("payer", "booking", "month"))
        result = bookings._create_invoices({"grouping": grouping})
        case = history.case
        case.assertEqual(result["bookings"], self.booking_set(ready), "invoiced what it should")
        for place, amount in ready.items():
            booking = self.booking(place).with_prefetch(bookings.ids)
            line = booking.invoice_line_id
            case.assertEqual(line.booking_ids, booking)
            case.assertAlmostEqual(line.price_subtotal, amount, places=6)
            place.line = Line(
                move=line.move_id.id,
                line=line.id,
                facts=history.facts_of(booking),
                amount=amount,
                payer=booking.payer_id.id,
                renamed=self.world.visit(place).who_locked,
                gone=place.gone,
            )
        for move in result["invoices"]:
            history.keep_move(move)
        return f"invoice {[str(place) for place in ready]} by {grouping}"

    def booking_set(self, places):
        """The bookings of these places."""
        return self.env["microsoft.booking"].browse(sorted(place.booking for place in places))

    def pick_move(self, *, posted=False):
        """An invoice of the history and its places; or nothing."""
        lines = [p.line for p in self.world.places.values() if p.line and p.line.posted == posted]
        moves = sorted({line.move for line in lines})
        if not moves:
            return None, []
        move = self.random.choice(moves)
        places = [p for p in self.world.places.values() if p.line and p.line.move == move]
        return self.env["account.move"].browse(move), places

    def post(self):
        """A draft is checked and posted."""
        move, places = self.pick_move()
        if move:
            move.action_post()
            for place in places:
                place.line.posted = True
            self.history.keep_move(move)
            return f"post {move.name}"
        return None

    def delete_draft(self):
        """A draft is deleted: its bookings are listed again."""
        move, places = self.pick_move()
        if move:
            self.history.forget_move(move)
            move.unlink()
            for place in places:
                place.line = None
            return f"delete a draft of {[str(place) for place in places]}"
        return None

    def delete_line(self):
        """A line is taken off a draft: its booking is listed again."""
        move, places = self.pick_move()
        if move and len(places) > 1:
            place = self.random.choice(places)
            self.env["account.move.line"].browse(place.line.line).unlink()
            place.line = None
            self.history.keep_move(move)
            return f"delete the line of {place}"
        return None
