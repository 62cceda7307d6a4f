# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What draft invoices from bookings cost beside the same drafts made by ``account.move.create`` alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from odoo import api, fields
from odoo.fields import Command

from .ratio import Ratio

BOOKINGS = 300
ROUNDS = 3
# As many drafts in one create() as the add-on makes.
CHUNK = 100


def measure(env: api.Environment) -> Iterator[Ratio]:
    """Bookings of few and of many payers, against the bare create of the same moves in the same chunks."""
    if not env.company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", env.company, install_demo=False)
    settings = _settings(env)
    # The planner has to know that there are invoices, as it does in a company that has some.
    _create(env, _bookings(settings, 100, 100)._group_for_invoices({}), {})
    env.cr.commit()
    env.cr.execute("ANALYZE")
    for payers in (BOOKINGS // 3, BOOKINGS):
        ratios, plain = [], []
        for _round in range(ROUNDS):
            ours = _ours(_bookings(settings, BOOKINGS, payers))
            quiet = _bare(_bookings(settings, BOOKINGS, payers), {"mail_create_nolog": True})
            usual = _bare(_bookings(settings, BOOKINGS, payers), {})
            ratios.append(ours / usual)
            plain.append(ours / quiet)
        name = f"{BOOKINGS} bookings of {payers} payers / bare account.move.create"
        yield Ratio(name, median(ratios), at_most=1.10)
        yield Ratio(f"{name} that logs nothing", median(plain))


def _settings(env: api.Environment):
    settings = env["microsoft.booking.settings"].create(
        {
            "name": "Bench",
            "cloud": "sandbox",
            "business_id": "bench@contoso.example",
            "tz": "Europe/Zurich",
        }
    )
    settings.currency_id = env.company.currency_id
    return settings


def _bookings(settings, count: int, payers: int):
    """``count`` held bookings of an hour, of ``payers`` contacts and one service, all of them new."""
    env = settings.env
    partners = env["res.partner"].create([{"name": f"Payer {number}"} for number in range(payers)])
    serial = env["microsoft.booking"].search_count([])
    product = env["product.product"].create({"name": f"Service {serial}", "type": "service"})
    service = env["microsoft.booking.service"].create(
        {
            "settings_id": settings.id,
            "graph_id": f"s{serial}",
            "name": "Service",
            "product_id": product.id,
        }
    )
    customers = env["microsoft.booking.customer"].create(
        [
            {
                "settings_id": settings.id,
                "graph_id": f"c{serial}-{number}",
                "name": partner.name,
                "partner_id": partner.id,
            }
            for number, partner in enumerate(partners)
        ]
    )
    start = fields.Datetime.now() - timedelta(days=10)
    bookings = env["microsoft.booking"].create(
        [
            {
                "settings_id": settings.id,
                "graph_id": f"a{serial}-{number}",
                "attendee_key": "",
                "service_id": service.id,
                "customer_id": customers[number % payers].id,
                "customer_name": customers[number % payers].name,
                "start": start,
                "stop": start + timedelta(hours=1),
                "duration": 1.0,
                "price_type": "fixedPrice",
                "price": 50.0,
                "currency_id": settings.currency_id.id,
            }
            for number in range(count)
        ]
    )
    env.cr.commit()
    return bookings


def _ours(bookings) -> float:
    began = time.perf_counter()
    result = bookings._create_invoices({})
    bookings.env.cr.commit()
    if len(result["bookings"]) != len(bookings):
        raise RuntimeError(f"only {len(result['bookings'])} bookings were invoiced")
    return time.perf_counter() - began


def _bare(bookings, context: dict) -> float:
    """The same moves, without a link to the bookings, made by the values that the add-on prepares."""
    groups = bookings._group_for_invoices({})
    return _create(bookings.env, groups, context)


def _create(env: api.Environment, groups: list, context: dict) -> float:
    values = [group._prepare_invoice({}) for group in groups]
    for vals in values:
        for _command, _id, line in vals["invoice_line_ids"]:
            del line["booking_ids"]
        vals["invoice_line_ids"] = [
            Command.create(line) for _c, _i, line in vals["invoice_line_ids"]
        ]
    env.invalidate_all()
    began = time.perf_counter()
    for index in range(0, len(values), CHUNK):
        env["account.move"].with_context(**context).create(values[index : index + CHUNK])
        env.flush_all()
    env.cr.commit()
    return time.perf_counter() - began
