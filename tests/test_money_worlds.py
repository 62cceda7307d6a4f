# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Random businesses whose bookings are invoiced, edited, deleted and decided about: the sums agree after every step.

40 worlds; with MICROSOFT_BOOKINGS_LONG=1 in the environment 2,000, which takes half an hour. A failure names its seed
and prints its steps; MICROSOFT_BOOKINGS_SEED=17 plays that one again.
"""

import os
from collections import Counter
from decimal import Decimal
from random import Random

from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .money_world import MoneyWorld, amount_of, create_products, where

SEED = os.environ.get("MICROSOFT_BOOKINGS_SEED")
WORLDS = 2000 if os.environ.get("MICROSOFT_BOOKINGS_LONG") else 40
STEPS = 8
# How often each step is drawn.
WEIGHTS = {
    "invoice": 5,
    "edit_draft": 3,
    "delete_draft": 2,
    "delete_line": 2,
    "cancel_draft": 1,
    "post": 1,
    "exclude": 2,
    "undo_exclude": 1,
    "decide_outcome": 3,
    "type_price": 2,
    "type_quantity": 1,
}
OUTCOMES = ("attended", "no_show", "late_cancelled", "cancelled")


class _RollBack(Exception):
    """Ends a world without a trace."""


@tagged("post_install", "-at_install", "microsoft_bookings_history")
class TestMoneyWorlds(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = create_products(cls.env)

    def test_the_sums_agree_whatever_happens(self):
        for seed in map(int, SEED.split(",")) if SEED else range(WORLDS):
            with self.subTest(MICROSOFT_BOOKINGS_SEED=seed):
                try:
                    with self.env.cr.savepoint():
                        Play(self, seed).run()
                        raise _RollBack
                except _RollBack:
                    self.env.invalidate_all()


class Play:
    """One world, what is done in it, and what is looked at after each step.

    :ivar lines: dict of id of an invoice line -> the bookings that it has to bill
    :ivar edited: dict of id of an invoice line -> by how much a person has changed what it comes to
    """

    def __init__(self, case, seed):
        self.case, self.env, self.draw = case, case.env, Random(seed)
        self.seed, self.steps = seed, []
        self.world = MoneyWorld(case, self.draw)
        self.reason = self.env.ref("microsoft_bookings.exclusion_reason_internal").id
        self.lines, self.edited, self.invoiced = {}, {}, {}

    def run(self):
        try:
            self.look()
            for name in self.draw.choices(list(WEIGHTS), list(WEIGHTS.values()), k=STEPS):
                self.steps.append(f"{name}: {getattr(self, name)()}")
                self.look()
            self.finish()
        except Exception as error:
            told = [f"MICROSOFT_BOOKINGS_SEED={self.seed}", str(self.world.rules), *self.steps]
            raise self.case.failureException("\n".join((*told, repr(error)))) from error

    # === STEPS === #

    def pick(self, condition):
        """A booking that is on no invoice and fulfils a condition; and what is known of it."""
        found = [
            (booking_id, stay)
            for booking_id, stay in self.world.stays.items()
            if booking_id not in self.invoiced and condition(stay)
        ]
        booking_id, stay = self.draw.choice(found) if found else (None, None)
        return self.env["microsoft.booking"].browse(booking_id), stay

    def pick_draft(self):
        """A draft of the world; or none."""
        lines = self.env["account.move.line"].browse(self.lines)
        drafts = lines.move_id.filtered(lambda move: move.state == "draft").sorted("id")
        return self.draw.choice(drafts) if drafts else drafts

    def invoice(self, everything=False):
        draw, world = self.draw, self.world
        options = {"include_free": draw.random() < 0.3}
        if draw.random() < 0.7:
            options["grouping"] = draw.choice(("payer", "month", "service", "staff", "booking"))
        if draw.random() < 0.7:
            options["line_mode"] = draw.choice(("booking", "merged"))
        if draw.random() < 0.5:
            options["sections"] = draw.random() < 0.5
        if draw.random() < 0.3:
            options["date_mode"] = draw.choice(("today", "last", "month_end"))
        ids = list(world.stays)
        if not everything:
            ids = draw.sample(ids, draw.randint(1, len(ids)))
        wanted = {booking_id for booking_id in ids if self.is_due(booking_id, options)}
        result = self.env["microsoft.booking"].browse(ids)._create_invoices(options)
        self.case.assertEqual(set(result["bookings"].ids), wanted)
        skipped = [booking.id for booking, _reason, text in result["skipped"] if text]
        self.case.assertEqual(sorted([*wanted, *skipped]), sorted(ids))
        for line in result["invoices"].invoice_line_ids:
            if line.booking_ids:
                self.lines[line.id] = line.booking_ids.ids
                self.invoiced |= dict.fromkeys(line.booking_ids.ids, line.id)
        self.case.assertEqual(wanted - self.invoiced.keys(), set())
        return f"{sorted(wanted)} {options}"

    def is_due(self, booking_id, options):
        """Whether this booking has to be invoiced by such options."""
        stay, rules = self.world.stays[booking_id], self.world.rules
        if booking_id in self.invoiced or not stay.held or where(stay, rules) != "to_invoice":
            return False
        return bool(options["include_free"] or amount_of(stay, rules))

    def edit_draft(self):
        draft = self.pick_draft()
        line = draft.invoice_line_ids.filtered(lambda line: line.id in self.lines)[:1]
        if not line:
            return None
        before = self.measure(line)
        name = self.draw.choice(("quantity", "price_unit"))
        line[name] = self.draw.choice((0.5, 3.0, 12.34))
        draft.env.flush_all()
        self.edited[line.id] = self.edited.get(line.id, 0) + self.measure(line) - before
        return f"{name} of {line.id}"

    def forget(self, lines):
        """These lines are gone, and their bookings free."""
        for line_id in set(lines) & self.lines.keys():
            for booking_id in self.lines.pop(line_id):
                del self.invoiced[booking_id]
            self.edited.pop(line_id, None)

    def delete_draft(self):
        draft = self.pick_draft()
        self.forget(draft.invoice_line_ids.ids)
        draft.unlink()
        return draft

    def delete_line(self):
        draft = self.pick_draft()
        line = draft.invoice_line_ids.filtered(lambda line: line.id in self.lines)[-1:]
        self.forget(line.ids)
        line.unlink()
        return line

    def cancel_draft(self):
        draft = self.pick_draft()
        self.forget(draft.invoice_line_ids.ids)
        draft.button_cancel()
        return draft

    def post(self):
        draft = self.pick_draft()
        # Odoo posts nothing that comes to less than nothing, or without a line.
        if draft and draft.invoice_line_ids and draft.amount_total >= 0:
            draft.action_post()
        return draft

    def exclude(self):
        booking, stay = self.pick(lambda stay: not stay.excluded)
        if stay:
            booking.action_exclude(self.reason)
            stay.excluded = True
        return booking

    def undo_exclude(self):
        booking, stay = self.pick(lambda stay: stay.excluded)
        if stay:
            booking.action_undo_exclude()
            stay.excluded = False
        return booking

    def decide_outcome(self):
        booking, stay = self.pick(lambda stay: True)
        if stay:
            stay.outcome = booking.outcome = self.draw.choice(OUTCOMES)
        return f"{booking} {stay and stay.outcome}"

    def type_price(self):
        booking, stay = self.pick(lambda stay: stay.outcome != "cancelled")
        if not stay:
            return None
        price = self.draw.choice((0.0, 12.5, 66.6))
        unknown = amount_of(stay, self.world.rules) is None
        is_price = stay.outcome == "attended" or (unknown and booking.issue == "price_to_confirm")
        if is_price or booking.pricing_issue == "price_to_confirm":
            stay.typed_price = price
        else:
            stay.typed_fee = price
        booking.unit_price = price
        return f"{booking} {price}"

    def type_quantity(self):
        booking, stay = self.pick(lambda stay: stay.outcome == "attended")
        if stay:
            booking.quantity = stay.typed_quantity = self.draw.choice((0.5, 1.0, 2.25))
        return booking

    # === LOOKED AT AFTER EVERY STEP === #

    def measure(self, line):
        """What a line comes to, as Bookings counts: with tax where its prices include it."""
        return line.price_total if self.world.rules.included else line.price_subtotal

    def look(self):
        """Nothing is billed twice, nothing is left out, and the sums agree."""
        case, world = self.case, self.world
        self.env.flush_all()
        live = self.env["account.move.line"].search(
            [("booking_ids", "in", list(world.stays)), ("parent_state", "!=", "cancel")]
        )
        case.assertEqual({line.id: sorted(line.booking_ids.ids) for line in live}, self.by_line())
        counted = Counter()
        for booking in world.bookings:
            stay = world.stays[booking.id]
            amount = amount_of(stay, world.rules)
            line = booking.invoice_line_id
            if line.parent_state == "cancel":
                # It remembers, and is free.
                line = line.browse()
            case.assertEqual(line.id or None, self.invoiced.get(booking.id))
            if booking.id in self.invoiced:
                state = "draft" if booking.invoice_id.state == "draft" else "invoiced"
                case.assertIn(booking.billing_state, (state, "paid"))
            else:
                case.assertEqual(booking.billing_state, where(stay, world.rules), booking.issue)
            if amount is not None:
                case.assertAlmostEqual(booking.amount, float(amount), places=6)
            if stay.held:
                counted["held"] += amount or 0
        self.look_at_sums(live, float(counted["held"]))

    def by_line(self):
        return {line_id: sorted(ids) for line_id, ids in self.lines.items()}

    def look_at_sums(self, live, held):
        """Drafts and invoices + listed + excluded + to check = all that was held."""
        world = self.world
        domain = [("settings_id", "=", world.settings.id)]
        summary = self.env["microsoft.booking"].get_uninvoiced_summary(domain)
        listed = sum(row["amount"] for row in summary)
        count = sum(row["count"] for row in summary)
        by_state = Counter()
        for booking_id, stay in world.stays.items():
            if stay.held and booking_id not in self.invoiced:
                state = where(stay, world.rules)
                by_state[state] += amount_of(stay, world.rules) or Decimal(0)
                count -= state in ("to_check", "to_invoice")
        self.case.assertEqual(count, 0, "the list is not what it should be")
        self.case.assertAlmostEqual(listed, float(by_state["to_invoice"]), places=6)
        billed = sum(map(self.measure, live)) - sum(self.edited.values())
        others = float(by_state["excluded"] + by_state["to_check"] + by_state["cancelled"])
        delta = sum(map(self.get_tolerance, live)) + 1e-6
        told = [
            (line.name, line.quantity, line.price_unit, self.measure(line), line.tax_ids.name)
            for line in live
        ]
        self.case.assertAlmostEqual(billed + listed + others, held, None, told, delta)

    def get_tolerance(self, line):
        """By how much Odoo's own rounding may let a line differ from the amount of its bookings.

        Where it rounds taxes globally, the net of a line may be half a unit off, and so may its tax. And of a price
        that includes tax, under a tax that does not, some amounts cannot be reached: no net makes 33 with 8.1 % of it.
        """
        unit = 10**-self.world.rules.decimals
        globally = self.env.company.tax_calculation_rounding_method == "round_globally"
        if not self.world.rules.included:
            return 0.5 * unit if globally else 0
        return 0 if not globally and all(line.tax_ids.mapped("price_include")) else unit

    def finish(self):
        """Invoice all that is left; once more, and there is nothing to do."""
        self.steps.append(f"the rest: {self.invoice(everything=True)}")
        self.look()
        moves = self.env["account.move"].search_count([])
        for options in ({}, {"grouping": "booking", "line_mode": "merged"}):
            result = self.world.bookings._create_invoices(options)
            self.case.assertFalse(result["bookings"])
            self.case.assertFalse(result["invoices"])
        self.case.assertEqual(self.env["account.move"].search_count([]), moves)
