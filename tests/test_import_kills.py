# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An import of 3,000 whose worker is killed at random moments: started again, it ends as an unbroken one.

The moments are events, not seconds: a request before or after its answer, a commit before or after it is made, any
statement. 10 kills; with MICROSOFT_BOOKINGS_LONG=1 in the environment 50, over as many imports as they take. A failure
names its seed and its kills; MICROSOFT_BOOKINGS_SEED=17 draws the same ones again.
"""

import os
import random
import signal

from odoo import sql_db
from odoo.tests import tagged

from .load_common import LoadCase, load_app, places, synchronise

SIZE = 3000
KILLS = 50 if os.environ.get("MICROSOFT_BOOKINGS_LONG") else 10
# Kind of moment -> the number up to which it is drawn, early ones as often as late ones: about a fifth of the import.
MOMENTS = {
    "before a request": 60,
    "after an answer": 60,
    "before a commit": 8,
    "after a commit": 8,
    "after a statement": 1500,
}
# What two imports need not have in common.
OWN = frozenset(
    ("id", "create_uid", "create_date", "write_uid", "write_date", "details_read_at")
    + ("settings_id", "company_id")
)
MIRRORS = ("microsoft.booking.service", "microsoft.booking.staff", "microsoft.booking.customer")


def die():
    """End this process as a machine that loses power would."""
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """Kills this process when the chosen moment has come so many times.

    :param kind: one of :data:`MOMENTS`
    :param left: how many times it has to come
    """

    def __init__(self, kind, left):
        self.kind, self.left = kind, left

    def pass_by(self, kind):
        """One of these moments has come."""
        if kind == self.kind:
            self.left -= 1
            if self.left <= 0:
                die()

    def watch(self):
        """Let the database tell of its moments, in this process alone."""
        commit, execute = sql_db.Cursor.commit, sql_db.Cursor.execute

        def watched_commit(cr):
            self.pass_by("before a commit")
            commit(cr)
            self.pass_by("after a commit")

        def watched_execute(cr, *args, **kwargs):
            execute(cr, *args, **kwargs)
            self.pass_by("after a statement")

        sql_db.Cursor.commit, sql_db.Cursor.execute = watched_commit, watched_execute


class WatchedApp:
    """The tenant, which tells a :class:`Countdown` of every request."""

    def __init__(self, app, countdown):
        self._app, self._countdown = app, countdown

    def __getattr__(self, name):
        return getattr(self._app, name)

    def __call__(self, environ, start_response):
        self._countdown.pass_by("before a request")
        answer = self._app(environ, start_response)
        self._countdown.pass_by("after an answer")
        return answer


def synchronise_until(env, settings_id, kind, number):
    """What the scheduler does when the action is due, until the chosen moment."""
    countdown = Countdown(kind, number)
    countdown.watch()
    settings = env["microsoft.booking.settings"].browse(settings_id)
    app = WatchedApp(load_app(SIZE), countdown)
    return synchronise(env, settings_id, SIZE, app=app) and settings.run_ids[:1].state


@tagged("post_install", "-at_install", "microsoft_bookings_concurrency")
class TestImportKills(LoadCase):
    def new_settings(self):
        """Settings of a new company, connected and not synchronised: their id, and that of their scheduled action."""
        with self.environment() as env:
            settings = self.connect(env, self.make_company(env), SIZE)
            return settings.id, settings.cron_id.id

    def draw_moment(self, draw):
        kind = draw.choice(list(MOMENTS))
        return kind, round(MOMENTS[kind] ** draw.random())

    def read_all(self, settings_id):
        """Everything that an import has made, in words that do not depend on the database's ids."""
        with self.environment() as env:
            settings = env["microsoft.booking.settings"].browse(settings_id)
            records = {
                name: read_columns(
                    env[name]
                    .with_context(active_test=False)
                    .search([("settings_id", "=", settings_id)])
                )
                for name in ("microsoft.booking", *MIRRORS)
            }
            for name in ("res.partner", "product.product"):
                domain = [("company_id", "=", settings.company_id.id)]
                found = env[name].with_context(active_test=False).search(domain)
                records[name] = sorted(found.mapped("name"))
            return records

    def look(self, settings_id, whole):
        """The import is over, and what it made is what the unbroken one made."""
        found = self.read_all(settings_id)
        for name, rows in whole.items():
            self.assertEqual(len(found[name]), len(rows), name)
            for row, expected in zip(found[name], rows, strict=True):
                self.assertEqual(row, expected)

    def test_killed_imports_of_3000_end_as_an_unbroken_one(self):
        whole_id, _cron_id = self.new_settings()
        self.assertEqual(self.finish(whole_id, SIZE), "done")
        whole = self.read_all(whole_id)
        self.assertEqual(len(whole["microsoft.booking"]), places(SIZE))

        seed = os.environ.get("MICROSOFT_BOOKINGS_SEED") or random.randrange(10**6)
        draw = random.Random(int(seed))
        kills = []
        while len(kills) < KILLS:
            settings_id, cron_id = self.new_settings()
            state, first = None, len(kills)
            while state != "done" and len(kills) < KILLS:
                kind, number = self.draw_moment(draw)
                worker = self.start(synchronise_until, settings_id, kind, number)
                result = worker.result()
                if result is None:
                    self.assertEqual(worker.process.exitcode, -signal.SIGKILL)
                    self.wait_for_the_dead(cron_id)
                    kills.append((kind, number, self.next_step(settings_id)))
                else:
                    self.assertNotIn("error", result)
                    state = result["value"]
            if state != "done":
                self.assertEqual(self.finish(settings_id, SIZE), "done")
            with self.subTest(MICROSOFT_BOOKINGS_SEED=seed, kills=kills[first:]):
                self.look(settings_id, whole)
        self.assertEqual(len(kills), KILLS)
        self.assertIn("window", {step for _kind, _number, step in kills})

    def next_step(self, settings_id):
        """Where the import goes on: the name of a step; "start" before it is planned, "end" after the last."""
        with self.environment() as env:
            run = env["microsoft.booking.settings"].browse(settings_id).run_ids[:1]
            if not run.cursor:
                return "start" if run.state in (False, "queued", "running") else "end"
            return run.cursor["todo"][0][0] if run.cursor["todo"] else "end"


def read_columns(records):
    """Every stored column of these records except :data:`OWN`, each record as a dict, in a fixed order."""
    names = [name for name, field in records._fields.items() if field.store and name not in OWN]
    rows = [{name: in_words(record[name]) for name in names} for record in records]
    return sorted(rows, key=lambda row: (row["graph_id"], row.get("attendee_key")))


def in_words(value):
    """A field's value; of records what tells them apart in both imports."""
    if getattr(value, "_name", None) is None:
        return value
    name = "graph_id" if "graph_id" in value._fields else value._rec_name
    return sorted(value.mapped(name))
