# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bookings to make invoices of, and the same invoices made by ``account.move.create`` alone."""

from __future__ import annotations

from datetime import timedelta

from odoo import api, fields
from odoo.fields import Command

from .cost import Cost, measured

# As many drafts in one create() as the add-on makes.
CHUNK = 100


def prepare(env: api.Environment):
    """A company with a chart of accounts, and some invoices: the planner has to know of them.

    :return: the Booking Sync Settings
    """
    if not env.company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", env.company, install_demo=False)
    settings = env["microsoft.booking.settings"].create(
        {
            "name": "Bench",
            "cloud": "sandbox",
            "business_id": "bench@contoso.example",
            "tz": "Europe/Zurich",
        }
    )
    settings.currency_id = env.company.currency_id
    bare(book(settings, 100, 100))
    ours(book(settings, 100, 100))
    env.cr.execute("ANALYZE")
    return settings


def book(settings, count: int, payers: int):
    """``count`` held bookings of an hour, of ``payers`` contacts and one service, all of them new."""
    env = settings.env
    partners = env["res.partner"].create([{"name": f"Payer {number}"} for number in range(payers)])
    serial = env["microsoft.booking"].search_count([])
    product = env["product.product"].create(
        {"name": f"Service {serial}", "type": "service", "invoice_policy": "order"}
        if "invoice_policy" in env["product.product"]._fields
        else {"name": f"Service {serial}", "type": "service"}
    )
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


def ours(bookings) -> Cost:
    """Drafts of these bookings by the add-on, from the claim to the commit."""
    with measured(bookings.env) as cost:
        result = bookings._create_invoices({})
        bookings.env.cr.commit()
    if len(result["bookings"]) != len(bookings):
        raise RuntimeError(f"only {len(result['bookings'])} bookings were invoiced")
    return cost


def bare(bookings, **context) -> Cost:
    """The same moves, without a link to the bookings, made by the values that the add-on prepares."""
    env = bookings.env
    values = plain_values(bookings)
    with measured(env) as cost:
        for index in range(0, len(values), CHUNK):
            env["account.move"].with_context(**context).create(values[index : index + CHUNK])
            env.flush_all()
        env.cr.commit()
    return cost


def plain_values(bookings) -> list[dict]:
    """What the add-on prepares for these bookings, without what only it knows."""
    values = [group._prepare_invoice({}) for group in bookings._group_for_invoices({})]
    for vals in values:
        for _command, _id, line in vals["invoice_line_ids"]:
            del line["booking_ids"]
        vals["invoice_line_ids"] = [
            Command.create(line) for _c, _i, line in vals["invoice_line_ids"]
        ]
    return values
