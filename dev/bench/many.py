# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database as it is after years: hundreds of thousands of bookings, nearly all of them settled."""

from __future__ import annotations

from datetime import timedelta

from odoo import api, fields
from odoo.fields import Command
from odoo.tools import SQL

from .invoices import book, ours, prepare

# Made by Odoo, and then multiplied in the database.
SEEDS = {"settled": 1000, "ready": 800, "to check": 200}
STAFF = 20
# How many days back they are spread: what is settled over three years, what is not over two months.
DAYS = {"settled": (60, 1095), "ready": (1, 60), "to check": (1, 60)}
# What a copy has of its own.
OVERRIDES = {
    "graph_id": SQL("b.graph_id || '-' || n"),
    "start": SQL("b.start - gap * interval '1 day'"),
    "stop": SQL("b.stop - gap * interval '1 day'"),
    "service_date": SQL("b.service_date - gap::int"),
    "duration": SQL("1 + n %% 3"),
}


def seed(env: api.Environment) -> dict:
    """Make bookings of every kind, by Odoo.

    :return: dict of the kinds of :data:`SEEDS` -> ``microsoft.booking``
    """
    settings = prepare(env)
    settled = book(settings, SEEDS["settled"], SEEDS["settled"])
    ours(settled)
    ready = book(settings, SEEDS["ready"], SEEDS["ready"])
    # Nobody knows who they are.
    unknown = book(settings, SEEDS["to check"], 1)
    unknown.customer_id = False
    staff = env["microsoft.booking.staff"].create(
        [
            {"settings_id": settings.id, "graph_id": f"m{number}", "name": f"Staff {number}"}
            for number in range(STAFF)
        ]
    )
    for number, booking in enumerate(settled | ready | unknown):
        booking.staff_ids = [Command.set(staff[number % STAFF].ids)]
    env.cr.commit()
    bookings = {"settled": settled, "ready": ready, "to check": unknown}
    expected = {"settled": "draft", "ready": "to_invoice", "to check": "to_check"}
    for kind, records in bookings.items():
        if set(records.mapped("billing_state")) != {expected[kind]}:
            raise RuntimeError(f"they are not {kind}: {set(records.mapped('billing_state'))}")
    return bookings


def multiply(bookings, times: int, days: tuple[int, int]) -> None:
    """Copy bookings in the database, to other days, as far as they have not been copied yet.

    :param times: how many copies of each there shall be
    :param days: how many days before their own the first and the last of the copies are
    """
    env = bookings.env
    env.flush_all()
    env.cr.execute(
        "SELECT count(*) FROM microsoft_booking WHERE graph_id LIKE %s",
        [f"{bookings[0].graph_id}-%"],
    )
    copies = SQL("generate_series(%s, %s) n", env.cr.fetchone()[0] + 1, times)
    names = [
        name
        for name, field in bookings._fields.items()
        if field.store and field.column_type and name != "id"
    ]
    values = [OVERRIDES.get(name, SQL("b.%s", SQL.identifier(name))) for name in names]
    first, last = days
    env.cr.execute(
        SQL(
            "INSERT INTO microsoft_booking (%s)"
            " SELECT %s FROM microsoft_booking b, %s,"
            " LATERAL (SELECT %s + (n * 7919 + b.id) %% %s AS gap) g WHERE b.id IN %s",
            SQL(", ").join(map(SQL.identifier, names)),
            SQL(", ").join(values),
            copies,
            first,
            last - first,
            bookings._ids,
        )
    )
    # The copies have the staff of what they were copied from.
    env.cr.execute(
        SQL(
            "INSERT INTO microsoft_booking_microsoft_booking_staff_rel"
            " SELECT c.id, r.microsoft_booking_staff_id FROM microsoft_booking b"
            " JOIN microsoft_booking_microsoft_booking_staff_rel r ON r.microsoft_booking_id = b.id"
            " CROSS JOIN %s"
            " JOIN microsoft_booking c ON c.settings_id = b.settings_id"
            " AND c.graph_id = b.graph_id || '-' || n AND c.attendee_key = b.attendee_key"
            " WHERE b.id IN %s",
            copies,
            bookings._ids,
        )
    )
    env.cr.commit()
    env.invalidate_all()


def clerk(env: api.Environment):
    """An environment of an accountant without other rights, for whom the record rules are read."""
    user = env["res.users"].create(
        {
            "name": "Clerk",
            "login": "bench_clerk",
            "group_ids": [Command.set(env.ref("account.group_account_invoice").ids)],
            "company_id": env.company.id,
            "company_ids": [Command.set(env.company.ids)],
        }
    )
    env.cr.commit()
    return env(user=user, context={"lang": "en_US", "allowed_company_ids": env.company.ids})


def month_before() -> tuple[str, str]:
    """The first day of last month and of this one, as a filter writes them."""
    first = fields.Date.today().replace(day=1)
    return str((first - timedelta(days=1)).replace(day=1)), str(first)
