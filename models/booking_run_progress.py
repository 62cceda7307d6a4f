# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import format_date

# Windows whose pace has to be known before it is told how long the rest will take.
PACE_WINDOWS = 2


class MicrosoftBookingRun(models.Model):
    """How far a synchronisation is: its steps, what each read, and an estimate of what is left.

    The cursor keeps ``todo`` (the steps left), ``total`` (of all), ``windows`` (done), ``since`` (from when their pace
    is measured), ``at`` (when the last step was done) and ``read`` (the count at that moment).
    """

    _inherit = "microsoft.booking.run"

    steps_done = fields.Json(readonly=True, help="The steps that are done, and what each read.")
    steps_html = fields.Html("Steps", compute="_compute_steps")
    step_text = fields.Char("Now", compute="_compute_steps")
    remaining_text = fields.Char("Time Left", compute="_compute_remaining_text")

    # === KEPT BY THE SYNCHRONISATION === #

    def _plan(self, steps):
        """Begin with these steps."""
        self.write(
            {
                "cursor": self._prepare_cursor(steps, total=len(steps)),
                "steps_done": False,
                "start_time": fields.Datetime.now(),
            }
        )

    def _prepare_cursor(self, todo, *, total, windows=0, since=None):
        now = fields.Datetime.now()
        return {
            "todo": todo,
            "total": total,
            "windows": windows,
            "since": fields.Datetime.to_string(since or now),
            "at": fields.Datetime.to_string(now),
            "read": self.read_count,
        }

    def _go_on(self):
        """Work from here on; the time that it waited or was paused does not count for its pace."""
        if self.state in ("waiting", "paused", "queued"):
            since, at = self._get_pace()
            now = fields.Datetime.now()
            self.cursor = self.cursor | {
                "since": fields.Datetime.to_string(since + (now - at)),
                "at": fields.Datetime.to_string(now),
            }
        self.write({"state": "running", "resume_at": False})

    def _end_step(self):
        """Move the cursor beyond its first step."""
        cursor = self.cursor
        step, todo = cursor["todo"][0], cursor["todo"][1:]
        is_window = step[0] == "window"
        since, _at = self._get_pace()
        self.write(
            {
                "steps_done": [*(self.steps_done or []), [*step, self.read_count - cursor["read"]]],
                "cursor": self._prepare_cursor(
                    todo,
                    total=cursor["total"],
                    windows=cursor["windows"] + is_window,
                    # The pace of the windows is none of the master data.
                    since=since if is_window else None,
                ),
                "progress": 100.0 * (cursor["total"] - len(todo)) / cursor["total"],
                "attempts": 0,
            }
        )

    def _get_pace(self):
        """Since when the pace of the windows is measured, and until when: two naive UTC datetimes."""
        return tuple(fields.Datetime.to_datetime(self.cursor[name]) for name in ("since", "at"))

    def _is_going(self):
        """Whether there is something left to do, and nobody has stopped it."""
        return self.state == "running" and bool(self.cursor and self.cursor["todo"])

    def _commit_step(self, remaining):
        """Commit what is stored, the only place where a run can be stopped.

        :param remaining: the number of steps left
        :return: whether to go on: not when the time slice of the scheduled action ends or the connection was paused
        """
        seconds = self.env["ir.cron"]._commit_progress(1, remaining=remaining)
        return bool(seconds) and not self.settings_id._is_stopped()

    # === SHOWN === #

    def _get_time_left(self):
        """How long the windows that are left will take at the pace of those before, or ``None`` for not known."""
        if self.state != "running" or not self.cursor:
            return None
        done = self.cursor["windows"]
        left = sum(step[0] == "window" for step in self.cursor["todo"])
        if done < PACE_WINDOWS or not left:
            return None
        since, at = self._get_pace()
        return (at - since) / done * left

    @api.depends("state", "cursor", "resume_at")
    @api.depends_context("lang")
    def _compute_remaining_text(self):
        for run in self:
            left = run._get_time_left()
            if left is None:
                run.remaining_text = False
                continue
            minutes = max(round(left / timedelta(minutes=1)), 0)
            hours, rest = divmod(minutes, 60)
            if hours:
                run.remaining_text = self.env._(
                    "about %(hours)s h %(minutes)s min left", hours=hours, minutes=rest
                )
            elif minutes:
                run.remaining_text = self.env._("about %(minutes)s min left", minutes=minutes)
            else:
                run.remaining_text = self.env._("less than a minute left")

    @api.depends("state", "cursor", "steps_done")
    @api.depends_context("lang")
    def _compute_steps(self):
        for run in self:
            todo = run.cursor["todo"] if run.cursor else []
            now = run.state == "running" and todo and run._get_step_name(*todo[0])
            run.step_text = now and self.env._(
                "%(number)s of %(total)s: %(step)s",
                number=run.cursor["total"] - len(todo) + 1,
                total=run.cursor["total"],
                step=now,
            )
            steps = [
                {"name": run._get_step_name(*step), "read": read, "done": True}
                for *step, read in run.steps_done or []
            ] + [{"name": run._get_step_name(*step), "done": False} for step in todo]
            run.steps_html = (
                self.env["ir.qweb"]._render("microsoft_bookings.run_steps", {"steps": steps})
                if steps
                else False
            )

    def _get_step_name(self, name, *bounds):
        """A step in words. Hook for modules that add steps."""
        if name == "window":
            start, end = (format_date(self.env, datetime.fromisoformat(day)) for day in bounds)
            return self.env._("Bookings from %(start)s to %(end)s", start=start, end=end)
        return {
            "business": self.env._("The business"),
            "services": self.env._("Services"),
            "staff": self.env._("Staff"),
            "customers": self.env._("Customers"),
            "failures": self.env._("What could not be read before"),
        }.get(name, name)
