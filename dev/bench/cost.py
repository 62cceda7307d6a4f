# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What something costs the machines that Odoo and its database run on."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from odoo import api


@dataclass
class Cost:
    """Of one measured piece of work.

    :ivar ours: seconds that processors worked for it, in this process and in the one that PostgreSQL has for its
        cursor, without those of the tenant: what others do on this machine meanwhile does not count, nor does waiting
    :ivar all: the same with the tenant's, which answers in this very process
    :ivar queries: how many were sent to the database
    """

    ours: float = 0.0
    all: float = 0.0
    queries: int = 0


class TimedTenant:
    """A sandbox that tells what it costs itself: what it does is done at Microsoft's in reality.

    :param app: the :class:`...sandbox.SandboxApp` that answers
    :ivar seconds: how long processors have worked for it
    """

    def __init__(self, app):
        self._app = app
        self.seconds = 0.0

    def __getattr__(self, name):
        return getattr(self._app, name)

    def __call__(self, environ, start_response):
        began = time.process_time()
        try:
            return self._app(environ, start_response)
        finally:
            self.seconds += time.process_time() - began


@contextmanager
def measured(env: api.Environment, tenant: TimedTenant | None = None) -> Iterator[Cost]:
    """Measure what is done in the block by ``env`` and its cursor, beginning with an empty cache.

    :param tenant: the one that answers meanwhile, if any does
    """
    env.cr.commit()
    env.invalidate_all()
    gc.collect()
    cost = Cost()
    elsewhere, processor = tenant.seconds if tenant else 0.0, _processor(env)
    queries = env.cr.sql_log_count
    yield cost
    cost.queries = env.cr.sql_log_count - queries
    cost.all = _processor(env) - processor
    cost.ours = cost.all - ((tenant.seconds if tenant else 0.0) - elsewhere)


def _processor(env: api.Environment) -> float:
    """Seconds of this process and, where it runs on this machine, of the database's for our cursor."""
    env.cr.execute("SELECT pg_backend_pid(), inet_server_addr() IS NULL")
    number, is_here = env.cr.fetchone()
    # Nanoseconds on a processor come first.
    status = Path(f"/proc/{number}/schedstat")
    backend = 0.0
    if is_here and status.exists():
        backend = int(status.read_text(encoding="ascii").split()[0]) / 1e9
    return time.process_time() + backend


def forget_peak() -> float:
    """Begin to watch for the most memory that this process has in use.

    :return: megabytes in use now
    """
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak_megabytes()


def peak_megabytes() -> float:
    """The most memory that this process had in use since :func:`forget_peak`, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
