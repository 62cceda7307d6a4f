# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The same invoice lines from bookings, from sales orders and from OCA's contracts."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from odoo import api, fields
from odoo.fields import Command

from .cost import Cost, measured
from .invoices import CHUNK, bare, book, ours, plain_values, prepare
from .ratio import Ratio

# Installed for this benchmark alone.
MODULES = ("sale", "contract")
INVOICES = 100
ROUNDS = 5
# By how much faster the add-on has to be, by the lines of an invoice.
BUDGETS = {1: 1.6, 5: 1.2}


def measure(env: api.Environment) -> Iterator[Ratio]:
    """Drafts of one and of five lines, made in chunks of as many by each."""
    settings = prepare(env)
    for lines, budget in BUDGETS.items():
        rounds = []
        for turn in range(ROUNDS + 1):
            makers = [ours, bare, _sale, _contract]
            makers = makers[turn % 4 :] + makers[: turn % 4]
            costs = {make: make(book(settings, INVOICES * lines, INVOICES)) for make in makers}
            told = (f"{make.__name__} {cost.ours:.2f} s" for make, cost in costs.items())
            # The first one loads what each of them needs.
            if turn:
                print("    ", ", ".join(told), flush=True)
                rounds.append({make: cost.ours for make, cost in costs.items()})
        said = f"{INVOICES} drafts of {lines} lines"
        for make, name in ((_sale, "sale.order._create_invoices"), (_contract, "OCA contract")):
            ratio = median(costs[make] / costs[ours] for costs in rounds)
            yield Ratio(f"{said}: {name} / from bookings", ratio, at_least=budget)
        yield Ratio(
            f"{said}: from bookings / bare account.move.create",
            median(costs[ours] / costs[bare] for costs in rounds),
        )


def _sale(bookings) -> Cost:
    """Sales orders of the same lines, all to be invoiced."""
    env = bookings.env
    orders = env["sale.order"].create(
        [
            {
                "partner_id": vals["partner_id"],
                "order_line": [
                    Command.create(
                        {
                            "product_id": line["product_id"],
                            "name": line["name"],
                            "product_uom_qty": line["quantity"],
                            "price_unit": line["price_unit"],
                        }
                    )
                    for _command, _id, line in vals["invoice_line_ids"]
                ],
            }
            for vals in plain_values(bookings)
        ]
    )
    orders.action_confirm()
    return _make(orders, lambda chunk: chunk._create_invoices(), bookings)


def _contract(bookings) -> Cost:
    """Contracts with the same lines, due today."""
    env, today = bookings.env, fields.Date.today()
    contracts = env["contract.contract"].create(
        [
            {
                "name": "Contract",
                "partner_id": vals["partner_id"],
                "line_recurrence": True,
                "contract_line_ids": [
                    Command.create(
                        {
                            "product_id": line["product_id"],
                            "name": line["name"],
                            "quantity": line["quantity"],
                            "price_unit": line["price_unit"],
                            "recurring_rule_type": "monthly",
                            "recurring_interval": 1,
                            "date_start": today,
                            "recurring_next_date": today,
                        }
                    )
                    for _command, _id, line in vals["invoice_line_ids"]
                ],
            }
            for vals in plain_values(bookings)
        ]
    )
    return _make(contracts, lambda chunk: chunk._recurring_create_invoice(), bookings)


def _make(sources, make, bookings) -> Cost:
    """Have the drafts made, in chunks, and see that they are those of the bookings."""
    env = sources.env
    moves = env["account.move"]
    with measured(env) as cost:
        for index in range(0, len(sources), CHUNK):
            moves |= make(sources[index : index + CHUNK])
            env.flush_all()
        env.cr.commit()
    lines = moves.invoice_line_ids.filtered(lambda line: line.display_type == "product")
    if (len(moves), len(lines)) != (len(bookings.payer_id), len(bookings)):
        raise RuntimeError(f"{len(moves)} drafts of {len(lines)} lines are not the same")
    if round(sum(moves.mapped("amount_untaxed")) - sum(bookings.mapped("amount")), 2):
        raise RuntimeError("the drafts do not come to the same")
    return cost
