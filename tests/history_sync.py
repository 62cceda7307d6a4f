# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A history: one business and one connection, synchronised well and badly while both sides change."""

from datetime import datetime, timedelta, timezone
from random import Random

from ..models import sandbox_session
from ..models.booking_run import OPEN_STATES
from ..sandbox import Fault, Habits, SandboxApp
from ..sandbox.tenant import Tenant
from .history_calendar import CalendarSteps
from .history_check import HistoryCheck
from .history_decisions import DecisionSteps
from .history_expect import HouseRules
from .history_world import BUSINESS, DAYS_LONG, HORIZON, LOOKBACK, World

LISTS = ("services", "staffMembers", "customers", "calendarView", "appointments")
ANYWHERE = (*LISTS, r"\$batch", "oauth2", r"bookingBusinesses/[^/]+$", "")
BROKEN = ("429", "500", "502", "503", "504", "html", "truncated", "empty_body", "cut", "cut_body")
SHORTENED = ("partial", "empty_list")
# Microsoft says so at most that one has to come back; a run gives up after ten times.
MOST_RUNS = 15


class Killed(BaseException):
    """The worker is gone in the middle of a request: nothing handles it, and what was not committed is lost."""


class MortalApp:
    """The sandbox, which kills its caller at a chosen request, or takes its time.

    :ivar kill_at: how many requests from now, 0: the next one; ``None``: none
    :ivar seconds: how long each answer takes
    """

    def __init__(self, app, clock):
        self._app, self._clock = app, clock
        self.kill_at, self.seconds = None, 0

    def __getattr__(self, name):
        return getattr(self._app, name)

    def __call__(self, environ, start_response):
        if self.kill_at is not None:
            self.kill_at -= 1
            if self.kill_at < 0:
                self.kill_at = None
                raise Killed
        self._clock.tick(timedelta(seconds=self.seconds))
        return self._app(environ, start_response)


class History(HistoryCheck):
    """A business, its settings, the model of both, and what was done.

    :param case: the test case, with an environment and ``assert...``
    :param clock: freezegun's frozen clock
    :ivar steps: what was done, in words
    """

    def __init__(self, case, clock, seed):
        self.case, self.env, self.clock, self.steps = case, case.env, clock, []
        self.moves = {}
        self.random = random = Random(seed)
        self.government = random.random() < 0.15
        self.rules = HouseRules(
            time_zone=random.choice(("Europe/Zurich", "America/New_York")),
            shared=random.random() < 0.3,
            no_show=random.choice((0, 50, 100)),
            late=random.choice((0, 20)),
            notice=random.choice((0.0, 24.0, 72.0)),
        )
        habits = Habits(
            page_size=random.choice((3, 10, 100)),
            spelling=random.choice(("docs", "graph")),
            us_government=self.government,
            sparse=random.random() < 0.5,
            flat_customers=random.random() < 0.5,
        )
        tenant = Tenant(seed=seed, now=self.now())
        currency = self.env.company.currency_id.name
        self.world = World(tenant, random, self.rules.time_zone, currency)
        self.app = MortalApp(SandboxApp(tenant, habits=habits), clock)
        self.settings = self.connect()
        habits.calendar_view = random.random() < 0.85
        self.calendar = CalendarSteps(self.world)
        self.decisions = DecisionSteps(self)
        self.note(f"{self.rules} {habits}")

    def now(self):
        """The frozen present: aware, in UTC."""
        return datetime.now(timezone.utc)

    def note(self, text):
        """Keep what was done; a step that found nothing to do is none."""
        if text:
            self.steps.append(f"{len(self.steps)}. {self.now():%d.%m. %H:%M:%S} {text}")

    def connect(self):
        """Settings that the sandbox answers, tested and not synchronised."""
        rules = self.rules
        settings = self.env["microsoft.booking.settings"].create(
            {
                "name": "Studio",
                "cloud": "sandbox",
                "business_id": BUSINESS,
                # The model of the US Government clouds does not say it.
                "tz": rules.time_zone,
                "lookback_days": LOOKBACK,
                "horizon_days": HORIZON,
                "create_contacts": True,
                "sync_services": "import",
                "class_price": "appointment" if rules.shared else "attendee",
                "no_show_fee": "percent" if rules.no_show else "none",
                "no_show_fee_value": rules.no_show,
                "late_cancellation_fee": "fixed" if rules.late else "none",
                "late_cancellation_fee_value": rules.late,
                "late_notice_hours": rules.notice,
            }
        )
        sandbox_session.use_app(settings, self.app)
        settings.action_test_connection()
        self.case.assertEqual(settings.state, "connected", settings.last_problem)
        return settings

    def close(self):
        """The connection is forgotten."""
        sandbox_session.forget_app(self.settings)

    # -- steps ---------------------------------------------------------------------------------

    def pass_time(self):
        """Some hours pass, or seconds."""
        left = self.world.began + timedelta(days=DAYS_LONG) - self.now()
        passed = timedelta(seconds=self.random.choice((1, 3600, 20000, 80000)))
        if passed > left:
            return None
        self.clock.tick(passed)
        return "time passes"

    def sync_badly(self):
        """A synchronisation that Microsoft disturbs, or whose worker is killed."""
        how = self.random.random()
        if how < 0.35:
            self.app.kill_at = self.random.randrange(14)
            self.attempt(f"killed at request {self.app.kill_at}")
            self.app.kill_at = None
            return
        if how < 0.5:
            # The time slice of the scheduled action ends in the middle.
            self.app.seconds = self.random.choice((2, 4, 6))
            self.attempt(f"at {self.app.seconds} seconds a request")
            self.app.seconds = 0
            return
        faults = [self.draw_fault() for _number in range(self.random.randint(1, 2))]
        if self.random.random() < 0.1:
            self.world.tenant.soft_delete_business(BUSINESS)
        words = [(fault.kind, fault.path, fault.nth, fault.times) for fault in faults]
        self.attempt(f"under {words}, mailbox {self.world.business.mailbox}", faults)
        self.world.tenant.restore_business(BUSINESS)

    def draw_fault(self):
        """A fault of Microsoft or of the network; none of them says that an appointment is not there."""
        number = self.random.randint(1, 5)
        struck = self.random.choice(({"nth": number}, {"times": number}, {"probability": 0.4}))
        struck["seed"] = self.random.random()
        if self.random.random() < 0.3:
            lists = self.random.choice(LISTS)
            return Fault(self.random.choice(SHORTENED), path=f"/{lists}$", **struck)
        if self.random.random() < 0.3:
            struck |= self.random.choice(({}, {"nth": None, "times": None, "probability": 1.0}))
            return Fault(self.random.choice(("429", "500", "503", "403")), part=True, **struck)
        later = self.random.choice((1, 1, 900))
        kind, path = self.random.choice(BROKEN), self.random.choice(ANYWHERE)
        return Fault(kind, path=path, retry_after=later, **struck)

    def attempt(self, what, faults=()):
        """Let the scheduled action be called once, in these circumstances, and look at what it did.

        :return: the run, and whether this call did the whole of it
        """
        if self.government:
            # There only a full run sees every change, and it reads nothing twice that was read in its own second.
            self.clock.tick(timedelta(seconds=1))
        present = self.world.present()
        for place, facts in present.items():
            place.versions.add(facts)
        self.app.faults[:] = faults
        self.attempted = self.now().replace(tzinfo=None)
        run = self.settings._start_sync(full=self.government)
        is_whole = run.state == "queued"
        if is_whole:
            self.planned, self.undisturbed = present, True
        # What changed since the run began, it may have read so, even if it has changed back by its end.
        self.planned = {
            place: facts for place, facts in self.planned.items() if present.get(place) == facts
        }
        if faults or not self.world.business.mailbox:
            self.undisturbed = False
        if run.state == "waiting":
            run.resume_at = self.now().replace(tzinfo=None)
        try:
            with self.case.enter_registry_test_mode():
                self.settings.sudo().cron_id.method_direct_trigger()
            end = run.state
        except Killed:
            end = "killed"
        self.env.invalidate_all()
        self.app.faults.clear()
        self.note(f"synchronise {what}: {end} {run.problem_ids.mapped('message')[:3]}")
        for message in run.problem_ids.mapped("message"):
            self.case.assertNotIn("Unexpected", message)
        self.look(present)
        if end == "done" and self.undisturbed:
            self.look_at_planned()
        return run, is_whole and run.state == "done"

    def sync(self):
        """Synchronise without any disturbance, until one run has seen everything as it is."""
        for _run in range(MOST_RUNS):
            run, is_whole = self.attempt("well")
            if is_whole:
                break
            if self.settings.gone_question:
                self.note("confirm the disappearance")
                self.settings.action_accept_gone()
            elif run.state not in OPEN_STATES:
                words = run.problem_ids.mapped("message")
                self.case.assertIn(run.state, ("done", "problems"), words)
        else:
            self.case.fail("the synchronisation never sees everything")
        self.look_at_all()
