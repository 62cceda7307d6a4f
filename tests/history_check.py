# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo against the model: each place once, as the sandbox says and as people decided, and the sums agree."""

from collections import Counter

from .history_expect import Expected, found_outcome, local_date, outcome_of
from .history_world import Facts

MOVE_FIELDS = ("state", "name", "partner_id", "invoice_date", "amount_untaxed", "amount_total")
LINE_FIELDS = ("id", "name", "quantity", "price_unit", "price_subtotal", "product_id")


def difference(found, wanted):
    """What differs between two :class:`.history_world.Facts`."""
    both = zip(Facts._fields, found, wanted, strict=True)
    return {name: (one, other) for name, one, other in both if one != other}


class HistoryCheck:
    """What has to be true after every synchronisation; mixed into :class:`.history_sync.History`."""

    # -- reading Odoo --------------------------------------------------------------------------

    def bookings(self):
        """All bookings of the history."""
        return self.env["microsoft.booking"].search([("settings_id", "=", self.settings.id)])

    def facts_of(self, booking):
        """What Odoo has of a booking, as :class:`.history_world.Facts`."""
        return Facts(
            graph_id=booking.graph_id,
            start=booking.start,
            stop=booking.stop,
            service=booking.service_id.graph_id,
            staff=frozenset(booking.staff_ids.mapped("graph_id")),
            price=booking.price,
            price_type=booking.price_type,
            name=booking.customer_name,
            email=booking.customer_email,
            count=booking.attendee_count,
            position=booking.attendee_position,
        )

    def contact_issue(self, place, booking):
        """Why nobody pays for a place, or ``False``; holds the contact that Odoo has to what is known of them."""
        case, partner = self.case, booking.partner_id
        # Nobody's place may be somebody's by now, and Odoo not have heard of it.
        person = place.person if booking.customer_name else None
        if place.contact:
            case.assertEqual(partner.id, place.contact, place)
        elif person and person.partner:
            case.assertEqual(partner.id, person.partner, place)
        elif not partner:
            return False if place.payer else self._contact_issue_of(person)
        else:
            # The first synchronisation has seen all who share one, so nobody is linked on a guess.
            case.assertFalse(person and person.shared, f"{place} has a contact")
            case.assertTrue(person and person.email, f"{place} has a contact")
            case.assertEqual(partner.email, person.email, place)
            known = self.contacts.setdefault(partner.id, person)
            case.assertIs(known, person, "two people with one contact")
        return False

    def _contact_issue_of(self, person):
        if not person:
            return "no_customer"
        if not person.email:
            return "no_email"
        self.case.assertTrue(person.shared or person.ambiguous, f"{person} has no contact")
        return "shared_email"

    def payer_of(self, place, booking):
        """Who has to pay for a place that is not invoiced: the id of a contact, or ``False``."""
        person = place.person if booking.customer_name else None
        is_own = person and booking.partner_id and not place.contact
        by_rule = person.bill_to if is_own else None
        return place.payer or by_rule or booking.partner_id.id

    # -- after every synchronisation -----------------------------------------------------------

    def look(self, present):
        """Whatever happened: nobody is there twice, nothing is invented, no decision and no invoice is touched.

        :param present: dict of place -> facts that the sandbox had during the synchronisation
        """
        self.contacts = {}
        bookings = self.bookings()
        self.bind(bookings)
        places = {place.booking: place for place in self.world.places.values() if place.booking}
        self.case.assertEqual(set(places), set(bookings.ids), "a booking was lost")
        held, now = [], self.now().replace(tzinfo=None)
        for booking in bookings:
            place = places[booking.id]
            self.look_at_disappearance(place, booking, present)
            found = self.look_at_booking(place, booking)
            if booking.stop <= now:
                held.append(found)
        self.look_at_lines()
        self.look_at_sums(held)

    def bind(self, bookings):
        """Tell the places which bookings have become theirs: one each, for good."""
        bound = {place.booking for place in self.world.places.values()}
        free = {
            (facts.graph_id, facts.name, facts.email): place
            for place in self.world.places.values()
            if not place.booking
            for facts in place.versions
        }
        for booking in bookings.filtered(lambda booking: booking.id not in bound):
            key = (booking.graph_id, booking.customer_name, booking.customer_email)
            place = free.get(key)
            self.case.assertTrue(place, f"booking {booking.id} {key} is nobody's, or a second one")
            self.case.assertFalse(place.booking, f"a second booking for {place}")
            place.booking = booking.id

    def look_at_disappearance(self, place, booking, present):
        """Only what is not in the sandbox is gone; its outcome follows from when that was found."""
        if booking.gone_at and not place.gone:
            renewed = self.world.visit(place).new_id
            self.case.assertTrue(place not in present or renewed, f"{place} is not gone")
            self.case.assertGreaterEqual(booking.gone_at, self.attempted)
            place.gone = True
            if not place.line:
                place.found_outcome = found_outcome(
                    booking.start, booking.stop, booking.gone_at, self.rules
                )
        elif place.gone and not booking.gone_at:
            self.case.assertIn(place, present)
            place.gone, place.found_outcome = False, "attended"

    def look_at_planned(self):
        """A run has ended, killed on the way or out of time as often as it may be: what it found at its start, and what
        was still so whenever it went on, is there.
        """
        bookings = {booking.id: booking for booking in self.bookings()}
        for place, facts in self.planned.items():
            if not self.world.visit(place).out:
                booking = bookings.get(place.booking)
                self.case.assertTrue(booking, f"the run has skipped {place}")
                found = self.facts_of(booking)._replace(position=None)
                self.case.assertEqual(difference(found, facts), {}, place)

    def look_at_booking(self, place, booking):
        """One booking: facts that Bookings has said, decisions as they were made, the amount that follows.

        :return: what it has to be, an :class:`.history_expect.Expected`
        """
        case, facts = self.case, self.facts_of(booking)
        # Who has left an appointment gets its later ids, and nothing else of it.
        skip = 1 if place.gone else 0
        said = {version[skip:] for version in place.versions}
        case.assertIn(facts._replace(position=None)[skip:], said, f"{place}: nobody ever said this")
        case.assertEqual(booking.outcome, outcome_of(place), place)
        case.assertEqual(booking.outcome_decided, place.outcome is not None, place)
        case.assertEqual(bool(booking.exclusion_reason_id), place.excluded, place)
        case.assertEqual(booking.service_date, local_date(facts.start, self.rules), place)
        line = place.line
        if line:
            state = "invoiced" if line.posted else "draft"
            expected = Expected(state, False, line.amount)
            case.assertEqual(booking.invoice_line_id.id, line.line, place)
            case.assertEqual(booking.payer_id.id, line.payer, place)
            changed = (place.gone, *self.billable(facts)) != (
                line.gone,
                *self.billable(line.facts),
            )
            if not line.renamed:
                case.assertEqual(booking.changed_after_invoicing, changed, place)
        else:
            case.assertFalse(booking.invoice_line_id, place)
            expected = self.decisions.expected(place, booking)
            case.assertEqual(booking.payer_id.id, self.payer_of(place, booking), place)
        found = Expected(booking.billing_state, booking.issue, round(booking.amount, 6))
        case.assertEqual(found, expected, place)
        return expected

    def billable(self, facts):
        """What an invoice rests on."""
        shared = facts.count if self.rules.shared else 1
        return (*facts[1:4], facts.price, facts.price_type, shared)

    # -- the money -----------------------------------------------------------------------------

    def snapshot(self, move):
        """An invoice as it is, comparable with itself later."""
        lines = move.invoice_line_ids.sorted("id")
        # Records by their ids: what a product is called may change, and is no part of the invoice.
        return move.read(MOVE_FIELDS, load=None), lines.read(LINE_FIELDS, load=None)

    def keep_move(self, move):
        """From now on no synchronisation may change this invoice."""
        self.moves[move] = self.snapshot(move)

    def forget_move(self, move):
        """A person deletes it."""
        del self.moves[move]

    def look_at_lines(self):
        """Every live line is that of one place, every invoiced place has one, and no invoice was edited."""
        expected = Counter(place.line.line for place in self.world.places.values() if place.line)
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("display_type", "=", "product"),
                ("move_id.move_type", "=", "out_invoice"),
                ("parent_state", "!=", "cancel"),
            ]
        )
        self.case.assertEqual(Counter(lines.ids), expected)
        for line in lines:
            self.case.assertEqual(len(line.booking_ids), 1)
        for move, before in self.moves.items():
            self.case.assertEqual(self.snapshot(move), before, "an invoice was edited")

    def look_at_sums(self, held):
        """What is to be invoiced, in drafts, invoiced, excluded, to check and due nothing is all that was held.

        :param held: what each of them has to be
        """
        Booking = self.env["microsoft.booking"]
        domain = [
            ("settings_id", "=", self.settings.id),
            ("stop", "<=", self.now().replace(tzinfo=None)),
        ]
        rows = Booking._read_group(domain, ["billing_state"], ["__count", "amount:sum"])
        counts, amounts = Counter(), Counter()
        for expected in held:
            counts[expected.state] += 1
            amounts[expected.state] += expected.amount
        self.case.assertEqual({state: count for state, count, _amount in rows}, dict(counts))
        for state, _count, amount in rows:
            self.case.assertAlmostEqual(amount, amounts[state], places=6)
        summary = {"count": 0, "ready": 0, "to_check": 0, "amount": 0.0}
        for row in Booking.get_uninvoiced_summary([("settings_id", "=", self.settings.id)]):
            summary |= {name: row[name] for name in summary}
        self.case.assertEqual(summary["ready"], counts["to_invoice"])
        self.case.assertEqual(summary["to_check"], counts["to_check"])
        self.case.assertEqual(summary["count"], summary["ready"] + summary["to_check"])
        self.case.assertAlmostEqual(summary["amount"], amounts["to_invoice"], places=6)

    # -- after one that saw everything ---------------------------------------------------------

    def look_at_all(self):
        """Odoo equals the sandbox: each place is there as it is, and what is not there is gone."""
        case, present = self.case, self.world.present()
        bookings = {booking.id: booking for booking in self.bookings()}
        for place in self.world.places.values():
            booking = bookings.get(place.booking)
            if place not in present:
                if booking:
                    case.assertTrue(booking.gone_at, f"{place} should be gone")
                    place.versions = {self.facts_of(booking)._replace(position=None)}
            elif booking or not self.world.visit(place).out:
                case.assertTrue(booking, f"{place} is missing")
                case.assertFalse(booking.gone_at, f"{place} should be there")
                facts = self.facts_of(booking)._replace(position=None)
                case.assertEqual(difference(facts, present[place]), {}, place)
                place.versions = {present[place]}
        there = self.bookings().filtered(lambda booking: not booking.gone_at)
        for graph_id, of_one in there.grouped("graph_id").items():
            # Each share of a price is somebody's, the odd cents too.
            case.assertEqual(
                sorted(of_one.mapped("attendee_position")), list(range(len(of_one))), graph_id
            )
        self.look_at_lists()
        for visit in self.world.visits:
            visit.settle()
        self.world.listed_services = set(self.world.business.services)

    def look_at_lists(self):
        """Services, staff and customers are those of the lists."""
        case, business = self.case, self.world.business
        domain = [("settings_id", "=", self.settings.id)]
        services = self.env["microsoft.booking.service"].search(domain)
        case.assertEqual(
            {service.graph_id: service.name for service in services},
            {key: record["displayName"] for key, record in business.services.items()},
        )
        case.assertTrue(all(service.product_id for service in services))
        staff = self.env["microsoft.booking.staff"].search(domain)
        case.assertEqual(set(staff.mapped("graph_id")), set(business.staff))
        customers = self.env["microsoft.booking.customer"].search(domain).grouped("graph_id")
        for key, record in business.customers.items():
            case.assertEqual(customers[key].name, record["displayName"])
            case.assertEqual(customers[key].email or None, record["emailAddress"])
