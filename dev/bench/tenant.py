# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A Bookings tenant for a benchmark: in a process of its own and over HTTPS, as Microsoft's is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from odoo import api

from ..environment.process import ended

REPOSITORY = Path(__file__).resolve().parents[2]


class ServedTenant:
    """A tenant of the profile ``load`` that is being served.

    :ivar ready: what the sandbox says of itself
    """

    def __init__(self, ready: dict):
        self.ready = ready

    def connect(self, env: api.Environment, number: int, **values):
        """Booking Sync Settings of the business ``load-<number>``, connected and committed."""
        settings = env["microsoft.booking.settings"].create(
            {
                "name": f"Bench {number}",
                "cloud": "custom",
                "authority_url": self.ready["url"],
                "graph_url": self.ready["url"],
                "tenant_id": self.ready["tenant_id"],
                "client_id": self.ready["client_id"],
                "client_secret": self.ready["client_secret"],
                "business_id": f"load-{number}@contoso.example",
                "lookback_days": 400,
                **values,
            }
        )
        settings.action_test_connection()
        env.cr.commit()
        if settings.state != "connected":
            raise RuntimeError(f"the tenant cannot be reached: {settings.last_problem}")
        return settings

    def meddle(self, *faults: dict) -> None:
        """Let the tenant misbehave from now on.

        :param faults: the settings of the sandbox's rules
        """
        answer = requests.post(f"{self.ready['url']}/_sandbox/faults", json=faults, timeout=30)
        answer.raise_for_status()

    def synchronise(self, settings):
        """Synchronise to the end.

        :return: the ``microsoft.booking.run``
        """
        run = settings._start_sync()
        settings.env.cr.commit()
        settings._cron_sync()
        if run.state != "done":
            raise RuntimeError(f"the run is {run.state}: {run.problem_ids.mapped('message')}")
        return run


@contextmanager
def served_tenant(size: int, businesses: int = 1) -> Iterator:
    """Serve ``size`` appointments in each of so many businesses, and trust the server."""
    with tempfile.TemporaryDirectory(prefix="bookings-bench-") as folder:
        command = [sys.executable, "-m", "sandbox", "--profile", "load", "--state-dir", folder]
        command += ["--size", str(size), "--businesses", str(businesses)]
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        with ended(process), _environment() as environment:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the sandbox does not start")
            ready = json.loads(line)
            # Of this process and of those that it starts.
            environment.update(REQUESTS_CA_BUNDLE=ready["ca"], NO_PROXY="*", no_proxy="*")
            yield ServedTenant(ready)


@contextmanager
def _environment() -> Iterator:
    before = dict(os.environ)
    try:
        yield os.environ
    finally:
        os.environ.clear()
        os.environ.update(before)
