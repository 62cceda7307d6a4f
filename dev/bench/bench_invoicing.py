# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What draft invoices from bookings cost beside the same made by ``account.move.create`` alone, and how it grows."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from odoo import api

from .invoices import CHUNK, bare, book, ours, prepare
from .ratio import Ratio

BOOKINGS = 1000
ROUNDS = 3
# From one booking to as many as a large business holds in a month, ten on each draft.
SIZES = (1, 100, 1000, 10_000)


def measure(env: api.Environment) -> Iterator[Ratio]:
    """Bookings of few and of many payers, against the bare create of the same moves in the same chunks."""
    settings = prepare(env)
    for payers in (BOOKINGS // 10, BOOKINGS):
        ratios, plain = [], []
        for turn in range(ROUNDS):
            makers = [ours, bare, _quiet]
            # Each goes first once, or whatever grows would be held against the last.
            makers = makers[turn % 3 :] + makers[: turn % 3]
            costs = {make: make(book(settings, BOOKINGS, payers)).ours for make in makers}
            print("    ", {make.__name__: round(cost, 2) for make, cost in costs.items()})
            ratios.append(costs[ours] / costs[bare])
            plain.append(costs[ours] / costs[_quiet])
        name = f"{BOOKINGS} bookings of {payers} payers / bare account.move.create"
        yield Ratio(name, median(ratios), at_most=1.10)
        yield Ratio(f"{name} that logs nothing", median(plain))
    yield from _growth(settings)
    yield from _queries(settings)


def _quiet(bookings):
    return bare(bookings, mail_create_nolog=True)


def _growth(settings) -> Iterator[Ratio]:
    """What a booking costs among more and more others."""
    each = {}
    for size in SIZES:
        # What takes long is not disturbed by as little.
        turns = ROUNDS if size < SIZES[-1] else 1
        costs = [ours(book(settings, size, max(size // 10, 1))) for _turn in range(turns)]
        each[size] = median(cost.ours for cost in costs) / size
        queries = costs[-1].queries
        print(f"    {size} bookings: {1000 * each[size]:.2f} ms each, {queries} queries")
    for fewer, more in zip(SIZES, SIZES[1:], strict=False):
        yield Ratio(
            f"a booking among {more} / among {fewer}", each[more] / each[fewer], at_most=1.25
        )


def _queries(settings) -> Iterator[Ratio]:
    """What a chunk asks of the database beyond what the bare create of its moves does."""
    beyond = {}
    for lines in (1, 10):
        found = [make(book(settings, CHUNK * lines, CHUNK)).queries for make in (ours, bare)]
        beyond[lines] = found[0] - found[1]
        print(f"    {CHUNK} drafts of {lines} lines: {found[0]} queries, bare {found[1]}")
    yield Ratio(
        "queries of a chunk beyond the bare create, ten lines a draft / one",
        beyond[10] / beyond[1],
        at_most=1.1,
    )
