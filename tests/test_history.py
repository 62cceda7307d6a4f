# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Random histories: whatever happens on both sides and in between, Odoo is the sandbox plus the decisions.

20 histories; with MICROSOFT_BOOKINGS_LONG=1 in the environment 200, which takes some minutes. A failure names its seed
and prints its steps; MICROSOFT_BOOKINGS_SEED=17 plays that one again.
"""

import os
from datetime import datetime, timedelta
from random import Random
from unittest.mock import patch

from odoo.tests import freeze_time, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..models import booking_import
from .common import SandboxMixin
from .history_sync import History

SEED = os.environ.get("MICROSOFT_BOOKINGS_SEED")
SEEDS = range(200 if os.environ.get("MICROSOFT_BOOKINGS_LONG") else 20)
STEPS = 300
# How often each step is drawn.
CALENDAR = {
    "book": 28,
    "move": 20,
    "move_out": 4,
    "cancel": 14,
    "cancel_many": 0.3,
    "reprice": 14,
    "relabel": 6,
    "change_service": 8,
    "reassign": 8,
    "change_id": 14,
    "join": 22,
    "leave": 18,
    "shuffle": 5,
    "rename": 12,
    "customers": 6,
    "services": 5,
}
DECISIONS = {
    "decide_outcome": 8,
    "exclude": 6,
    "undo_exclude": 3,
    "choose_payer": 5,
    "choose_contact": 3,
    "type_price": 7,
    "type_quantity": 4,
    "use_bookings_price": 2,
    "link_customer": 1,
    "choose_bill_to": 2,
    "invoice": 5,
    "post": 2,
    "delete_draft": 2,
    "delete_line": 1,
}
HISTORY = {"pass_time": 10, "sync": 4, "sync_badly": 6}
# Small, so that a window has several portions, each stored and committed by itself.
PORTION = 4


class _RollBack(Exception):
    """Ends a history without a trace."""


@tagged("post_install", "-at_install", "microsoft_bookings_history")
class TestHistory(SandboxMixin, AccountTestInvoicingCommon):
    def play(self, seed):
        """One history of :data:`STEPS` steps, synchronised now and then and at its end."""
        began = datetime(2026, 1, 1) + timedelta(minutes=Random(seed).randrange(365 * 1440))
        with freeze_time(began) as clock:
            history = History(self, clock, seed)
            try:
                for _number in range(15):
                    history.note(history.calendar.book())
                history.sync()
                for step in self.draw_steps(history):
                    history.note(step())
                history.sync()
            except Exception as error:
                told = "\n".join((f"MICROSOFT_BOOKINGS_SEED={seed}", *history.steps, str(error)))
                raise self.failureException(told) from error
            finally:
                history.close()

    def draw_steps(self, history):
        steps = {
            getattr(owner, name): weight
            for owner, names in (
                (history.calendar, CALENDAR),
                (history.decisions, DECISIONS),
                (history, HISTORY),
            )
            for name, weight in names.items()
        }
        return history.random.choices(list(steps), list(steps.values()), k=STEPS)

    def test_odoo_is_the_sandbox_plus_the_decisions(self):
        for seed in map(int, SEED.split(",")) if SEED else SEEDS:
            with (
                self.subTest(MICROSOFT_BOOKINGS_SEED=seed),
                patch.object(booking_import, "PORTION", PORTION),
            ):
                try:
                    with self.env.cr.savepoint():
                        self.play(seed)
                        raise _RollBack
                except _RollBack:
                    self.env.invalidate_all()
