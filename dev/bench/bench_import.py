# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a synchronisation costs beside reading Graph and storing the same rows, and when nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from statistics import median

from odoo import api

from ...graph.bookings import BookingsApi
from ...models import sandbox_session
from ...sandbox import SandboxApp, build_tenant
from .cost import Cost, TimedTenant, measured
from .ratio import Ratio

APPOINTMENTS = 10_000
ROUNDS = 3
# As many rows in one create() as the import has appointments in a portion.
CHUNK = 200


def measure(env: api.Environment) -> Iterator[Ratio]:
    """A first import against fetching and a bare create, and a run without changes against the first import."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    tenant = TimedTenant(
        SandboxApp(build_tenant("load", now=now, size=APPOINTMENTS, businesses=ROUNDS))
    )
    rounds = [_round(_connect(env, tenant, number), tenant) for number in range(1, ROUNDS + 1)]
    for kind, budgets in (("ours", (1.25, 1 / 20)), ("all", (None, None))):
        suffix = "" if kind == "ours" else ", with what the tenant itself costs"
        yield Ratio(
            f"first import / (fetching and parsing + bare create){suffix}",
            median(
                getattr(costs["first"], kind)
                / (getattr(costs["fetching"], kind) + getattr(costs["storing"], kind))
                for costs in rounds
            ),
            at_most=budgets[0],
        )
        yield Ratio(
            f"a run without changes / first import{suffix}",
            median(
                getattr(costs["unchanged"], kind) / getattr(costs["first"], kind)
                for costs in rounds
            ),
            at_most=budgets[1],
        )


def _connect(env: api.Environment, tenant: TimedTenant, number: int):
    settings = env["microsoft.booking.settings"].create(
        {
            "name": "Bench",
            "cloud": "sandbox",
            "business_id": f"load-{number}@contoso.example",
            "lookback_days": 400,
        }
    )
    sandbox_session.use_app(settings, tenant)
    settings.action_test_connection()
    return settings


def _round(settings, tenant: TimedTenant) -> dict[str, Cost]:
    """Measure each of the four once, of a business of its own."""
    env = settings.env
    with measured(env, tenant) as fetching:
        _fetch(settings)
    with measured(env, tenant) as first:
        run = _synchronise(settings)
    # As PostgreSQL does by itself a minute after so many rows have come.
    env.cr.execute("ANALYZE")
    with measured(env, tenant) as unchanged:
        second = _synchronise(settings)
    if second.detail_count or second.changed_count or second.new_count:
        raise RuntimeError("a run without changes asked for details or changed something")
    rows = _rows(settings)
    with measured(env, tenant) as storing:
        for index in range(0, len(rows), CHUNK):
            env["microsoft.booking"].create(rows[index : index + CHUNK])
            env.cr.commit()
    costs = {"fetching": fetching, "first": first, "unchanged": unchanged, "storing": storing}
    print(
        f"    {run.read_count} read, {len(rows)} bookings, {run.request_count} requests;"
        f" unchanged: {second.request_count} requests;",
        ", ".join(f"{name} {cost.ours:.2f} s" for name, cost in costs.items()),
        flush=True,
    )
    return costs


def _fetch(settings) -> None:
    """Read and parse what the import reads, and store nothing."""
    graph = BookingsApi(settings._get_graph_client())
    business = settings.business_id
    graph.business(business)
    for read in (graph.services, graph.staff_members, graph.customers):
        read(business)
    now = datetime.now(timezone.utc).replace(microsecond=0)
    end = now + timedelta(days=settings.horizon_days)
    while end > now - timedelta(days=settings.lookback_days):
        start = end - timedelta(days=31)
        listing = graph.calendar_view(business, start, end)
        graph.appointments_by_id(business, [record.id for record in listing.records])
        end = start


def _synchronise(settings):
    run = settings._start_sync()
    settings.env.cr.commit()
    settings._cron_sync()
    if run.state != "done":
        raise RuntimeError(f"the run is {run.state}: {run.problem_ids.mapped('message')}")
    return run


def _rows(settings) -> list[dict]:
    """The calendar facts of all bookings, to be created once more under settings of their own."""
    env = settings.env
    other = env["microsoft.booking.settings"].create(
        {
            "name": "Bare",
            "cloud": "sandbox",
            "business_id": f"bare-{settings.business_id}",
            "tz": settings.tz,
        }
    )
    bookings = env["microsoft.booking"].search([("settings_id", "=", settings.id)])
    names = [
        name
        for name, field in bookings._fields.items()
        if field.store
        and not field.compute
        and not field.related
        and name not in ("id", "staff_ids", "settings_id")
    ]
    return [
        bookings._convert_to_write({name: booking[name] for name in names})
        | {"settings_id": other.id, "staff_ids": [(6, 0, booking.staff_ids.ids)]}
        for booking in bookings
    ]
