# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Uninvoiced Bookings among half a million others: what the web client asks for, as an accountant."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from statistics import median

from lxml import etree

from odoo import api

from .cost import measured
from .many import DAYS, SEEDS, clerk, month_before, multiply, seed
from .ratio import Ratio

# Half a million, of which 50,000 are to be invoiced.
BOOKINGS = int(os.environ.get("BENCH_BOOKINGS", "500000"))
# Among so many the queries are counted first.
FEW = 20_000
SHARES = {"settled": 0.9, "ready": 0.08, "to check": 0.02}
BUDGET = 0.150
ROUNDS = 7
TOTALS = ["__count", "duration:sum", "quantity:sum", "amount:sum"]
GROUPS = ("payer_id", "service_id", "staff_ids", "settings_id", "issue", "outcome")
MONTHS = "service_date:month"


def measure(env: api.Environment) -> Iterator[Ratio]:
    """Each request among few and among many; the plans of what it asks PostgreSQL are printed."""
    kinds = seed(env)
    requests = _requests(clerk(env))
    _fill(env, kinds, FEW)
    few = {name: _asked(env, request)[1] for name, request in requests.items()}
    _fill(env, kinds, BOOKINGS)
    for name, request in requests.items():
        seconds, queries = _asked(env, request)
        print(f"    {name}: {1000 * seconds:.0f} ms, {queries} queries", flush=True)
        for plan in _plans(env, request):
            print(f"        {plan}", flush=True)
        yield Ratio(f"{name} / {1000 * BUDGET:.0f} ms", seconds / BUDGET, at_most=1)
        yield Ratio(
            f"{name}: queries / among {sum(SEEDS.values())}", queries / few[name], at_most=1
        )


def _fill(env: api.Environment, kinds: dict, total: int) -> None:
    """Have as many bookings of each kind as it has a share of the total."""
    for kind, bookings in kinds.items():
        multiply(bookings, int(total * SHARES[kind]) // SEEDS[kind] - 1, DAYS[kind])
    env.cr.execute("SELECT count(*) FROM microsoft_booking")
    print(f"    {env.cr.fetchone()[0]} bookings", flush=True)
    env.cr.commit()
    # PostgreSQL does so on its own, some time after.
    env.cr.connection.autocommit = True
    env.cr.execute("VACUUM ANALYZE")
    env.cr.connection.autocommit = False
    # What several of its processes did for us could not be told.
    env.cr.execute("SET max_parallel_workers_per_gather = 0")
    env.cr.commit()


def _requests(env: api.Environment) -> dict[str, Callable]:
    """What the list, its filters, its groups and its panel ask the server for."""
    Booking = env["microsoft.booking"].with_context(
        booking_uninvoiced=True, booking_data_as_of=True
    )
    action = env["ir.actions.act_window"]._for_xml_id(
        "microsoft_bookings.microsoft_booking_action_uninvoiced"
    )
    uninvoiced = [("stop", "<=", "now"), ("billing_state", "in", ("to_check", "to_invoice"))]
    if repr(uninvoiced).replace("'", '"') != action["domain"].replace("'", '"'):
        raise RuntimeError(f"the list shows other bookings: {action['domain']}")
    specification = _specification(Booking)
    payer = (
        env["microsoft.booking"].search([*uninvoiced, ("payer_id", "!=", False)], limit=1).payer_id
    )

    def page(domain=(), **options):
        return lambda: Booking.web_search_read(
            [*uninvoiced, *domain], specification, limit=80, count_limit=10001, **options
        )

    def groups(by):
        return lambda: Booking.web_read_group(uninvoiced, [by], TOTALS, limit=80)

    first, last = month_before()
    return {
        "first page": page(),
        "page 20": page(offset=1520),
        "by amount": page(order="amount desc, id desc"),
        "filter: to check": page([("billing_state", "=", "to_check")]),
        "filter: a customer's name": page(
            ["|", ("customer_name", "ilike", "ayer 123"), ("customer_email", "ilike", "ayer 123")]
        ),
        "filter: a payer": page([("payer_id", "child_of", payer.id)]),
        "filter: last month": page([("service_date", ">=", first), ("service_date", "<", last)]),
        **{f"group by {name}": groups(name) for name in (*GROUPS, MONTHS)},
        "totals": lambda: Booking.formatted_read_group(uninvoiced, [], TOTALS),
        "panel: businesses": lambda: _panel(Booking, uninvoiced, "settings_id"),
        "panel: services": lambda: _panel(Booking, uninvoiced, "service_id"),
        "summary": Booking.get_uninvoiced_summary,
    }


def _panel(Booking, domain, name):
    return Booking.search_panel_select_multi_range(
        name, search_domain=domain, enable_counters=True, expand=False, limit=200
    )


def _specification(Booking) -> dict:
    """What the list reads of each row."""
    view = Booking.env.ref("microsoft_bookings.microsoft_booking_view_list")
    arch = etree.fromstring(Booking.get_view(view.id, "list")["arch"])
    return {
        node.get("name"): {"fields": {"display_name": {}}}
        if Booking._fields[node.get("name")].relational
        else {}
        for node in arch.iter("field")
    }


def _asked(env: api.Environment, request: Callable) -> tuple[float, int]:
    """What a request costs with an empty cache, as each of the web client's has.

    :return: seconds, the median of some rounds; the queries of the last
    """
    costs = []
    for _turn in range(ROUNDS):
        with measured(env) as cost:
            request()
        costs.append(cost)
    return median(cost.ours for cost in costs), costs[-1].queries


def _plans(env: api.Environment, request: Callable) -> list[str]:
    """The plans of what a request asks of the table of the bookings, a line a step."""
    asked = []
    thread = threading.current_thread()
    # Odoo calls them for each query.
    thread.query_hooks = [lambda cr, query, params, _start, _delay: asked.append((query, params))]
    env.invalidate_all()
    try:
        request()
    finally:
        del thread.query_hooks
    steps = []
    for query, params in asked:
        if '"microsoft_booking"' in query:
            env.cr.execute(f"EXPLAIN {query}", params)
            steps += [step for (step,) in env.cr.fetchall() if "(cost=" in step]
    env.cr.rollback()
    return steps
