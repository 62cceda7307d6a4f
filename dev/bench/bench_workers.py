# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Eight businesses on two of Odoo's own cron workers and on one, and beside a slow or a broken business."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

from odoo import api
from odoo.tools import config

from ..environment.process import ended
from .ratio import Ratio
from .tenant import served_tenant

BUSINESSES = 8
APPOINTMENTS = 1000
ROUNDS = 2
# What may be the matter with one business, and must not hold up the others.
FAULTS = {"slow": {"kind": "slow", "seconds": 1}, "broken": {"kind": "500"}}
# Longer than any of it takes (seconds).
PATIENCE = 600
# Its log tells all that counts.
_QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
UNWANTED = re.compile(r"ERROR|CRITICAL|Traceback|could not (obtain|serialize)|deadlock", re.I)


def measure(env: api.Environment) -> Iterator[Ratio]:
    """First imports of as many new businesses each time; it takes a machine with two processors to spare."""
    # What Odoo does on its own must not come between.
    env["ir.cron"].search([]).active = False
    env.cr.commit()
    total = BUSINESSES * (2 * ROUNDS + len(FAULTS))
    with served_tenant(APPOINTMENTS, businesses=total) as tenant:
        every = [tenant.connect(env, number) for number in range(1, total + 1)]
        # None begins before it is its turn.
        for settings in every:
            settings.cron_id.nextcall += timedelta(days=1)
        env.cr.commit()
        groups = [every[index : index + BUSINESSES] for index in range(0, total, BUSINESSES)]
        times = {1: [], 2: []}
        for turn in range(ROUNDS):
            # Each goes first once.
            for workers in sorted(times, reverse=bool(turn % 2)):
                times[workers].append(max(_import(env, groups.pop(), workers).values()))
        alone = median(times[1])
        yield Ratio(
            f"{BUSINESSES} businesses on one cron worker / on two",
            alone / median(times[2]),
            at_least=1.6,
        )
        for what, fault in FAULTS.items():
            group = groups.pop()
            bad, *others = group
            tenant.meddle({**fault, "path": bad.business_id})
            finished = _import(env, group, 2, until=others)
            yield Ratio(
                f"{len(others)} businesses beside a {what} one on two workers / {BUSINESSES} on one",
                max(finished[settings.id] for settings in others) / alone,
                at_most=1,
            )


def _import(env: api.Environment, group: list, workers: int, until: list | None = None) -> dict:
    """Synchronise businesses by an Odoo with so many cron workers.

    :param until: those to wait for; by default all
    :return: dict of their ids -> seconds until the run was done, since the first of them began
    """
    wanted = {settings.id for settings in until or group}
    done: dict[int, float] = {}
    began = None
    with _odoo(env.cr.dbname, workers):
        _wait_for_workers(env, workers)
        runs = group[0].union(*group)._start_sync()
        awaited = runs.filtered(lambda run: run.settings_id.id in wanted)
        env.cr.commit()
        deadline = time.monotonic() + PATIENCE
        while not wanted <= done.keys():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the runs are {runs.mapped('state')}")
            env.cr.rollback()
            env.invalidate_all()
            now = time.monotonic()
            if began is None and any(awaited.mapped("start_time")):
                began = now
            for run in awaited:
                if run.state == "done":
                    done.setdefault(run.settings_id.id, now - began)
                elif run.state in ("failed", "problems"):
                    raise RuntimeError(f"a run is {run.state}: {run.problem_ids.mapped('message')}")
            time.sleep(0.1)
    print(
        f"    {len(wanted)} businesses, {workers} workers: {max(done.values()):.1f} s", flush=True
    )
    return done


def _wait_for_workers(env: api.Environment, workers: int) -> None:
    """Wait until the cron workers listen: who is told to work before that sleeps for a minute first."""
    deadline = time.monotonic() + PATIENCE
    while True:
        env.cr.rollback()
        env.cr.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = 'postgres' AND application_name LIKE 'odoo-%%'"
            " AND state = 'idle' AND query = 'COMMIT'"
        )
        if env.cr.fetchone()[0] >= workers:
            return
        if time.monotonic() > deadline:
            raise RuntimeError("Odoo's cron workers do not start")
        time.sleep(0.1)


@contextmanager
def _odoo(database: str, workers: int) -> Iterator[None]:
    """An Odoo that does nothing but scheduled actions, each of its workers a process.

    :raise RuntimeError: at the end, when its log shows an error
    """
    with tempfile.TemporaryDirectory(prefix="bookings-bench-") as folder:
        log = Path(folder) / "odoo.log"
        command = [sys.executable, "-m", "odoo", "--config", config["config"], "-d", database]
        command += ["--no-http", "--workers=1", f"--max-cron-threads={workers}"]
        command += ["--log-level=warn", f"--logfile={log}"]
        with ended(subprocess.Popen(command, stdin=subprocess.DEVNULL, **_QUIET)):
            yield
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        if any(map(UNWANTED.search, lines)):
            raise RuntimeError("Odoo's log shows errors:\n" + "\n".join(lines[-60:]))
