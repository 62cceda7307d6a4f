# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a synchronisation costs beside reading Graph and storing the same rows, and when nothing changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from odoo import api

from ...graph.bookings import BookingsApi
from ...models import sandbox_session
from ...sandbox import SandboxApp, build_tenant
from .ratio import Ratio

APPOINTMENTS = 10_000
BUSINESS = "load-1@contoso.example"


def measure(env: api.Environment) -> Iterator[Ratio]:
    """A first import against fetching and a bare create, and a run without changes against the first import."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    app = SandboxApp(build_tenant("load", now=now, size=APPOINTMENTS))
    settings = env["microsoft.booking.settings"].create(
        {"name": "Bench", "cloud": "sandbox", "business_id": BUSINESS, "lookback_days": 400}
    )
    sandbox_session.use_app(settings, app)
    settings.action_test_connection()
    env.cr.commit()
    fetching = _fetch(settings, now)
    first, run = _synchronise(settings)
    bookings = env["microsoft.booking"].search([("settings_id", "=", settings.id)])
    print(
        f"    {run.read_count} read, {len(bookings)} bookings, {run.request_count} requests",
        flush=True,
    )
    storing = _create_again(settings, bookings)
    second, unchanged = _synchronise(settings)
    print(
        f"    unchanged: {unchanged.request_count} requests, {unchanged.detail_count} details",
        flush=True,
    )
    if unchanged.detail_count or unchanged.changed_count or unchanged.new_count:
        raise RuntimeError("a run without changes asked for details or changed something")
    yield Ratio(
        "first import / (fetching and parsing + bare create)",
        first / (fetching + storing),
        at_most=1.25,
    )
    yield Ratio("a run without changes / first import", second / first, at_most=1 / 20)


def _fetch(settings, now: datetime) -> float:
    """Read and parse what the import reads, and store nothing."""
    began = time.perf_counter()
    graph = BookingsApi(settings._get_graph_client())
    graph.business(BUSINESS)
    for read in (graph.services, graph.staff_members, graph.customers):
        read(BUSINESS)
    end = now + timedelta(days=settings.horizon_days)
    while end > now - timedelta(days=settings.lookback_days):
        start = end - timedelta(days=31)
        listing = graph.calendar_view(BUSINESS, start, end)
        graph.appointments_by_id(BUSINESS, [record.id for record in listing.records])
        end = start
    return time.perf_counter() - began


def _synchronise(settings) -> tuple[float, object]:
    run = settings._start_sync()
    settings.env.cr.commit()
    began = time.perf_counter()
    settings._cron_sync()
    duration = time.perf_counter() - began
    if run.state != "done":
        raise RuntimeError(f"the run is {run.state}: {run.problem_ids.mapped('message')}")
    return duration, run


def _create_again(settings, bookings) -> float:
    """Store the same calendar facts by one plain create for each portion, under another settings record."""
    env = settings.env
    other = env["microsoft.booking.settings"].create(
        {
            "name": "Bare",
            "cloud": "sandbox",
            "business_id": "bare@contoso.example",
            "tz": settings.tz,
        }
    )
    names = [
        name
        for name, field in bookings._fields.items()
        if field.store
        and not field.compute
        and not field.related
        and name not in ("id", "staff_ids", "settings_id")
    ]
    rows = [
        bookings._convert_to_write({name: booking[name] for name in names})
        | {"settings_id": other.id, "staff_ids": [(6, 0, booking.staff_ids.ids)]}
        for booking in bookings
    ]
    env.cr.commit()
    began = time.perf_counter()
    for index in range(0, len(rows), 200):
        env["microsoft.booking"].create(rows[index : index + 200])
        env.cr.commit()
    return time.perf_counter() - began
