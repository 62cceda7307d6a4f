# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The table that the demo ends with, and whether its sums agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .world import Company


def money(value: float) -> Decimal:
    """An amount as JSON carries it, to the cent."""
    return Decimal(repr(value)).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Row:
    """What one company has. Bookings are counted by the one who was there, not by the slot.

    :param read: all bookings, the upcoming ones too
    :param held: those that have ended
    :param matched: held ones whose contact is known
    :param ready: held ones that could be invoiced when the accountant came
    :param told_ready: the same number, as the add-on's own summary tells it
    :param told_amount: their amount, as the summary tells it
    :param to_check: held ones by what is to be checked, as the summary tells it
    :param settled_before: held ones that were invoiced or excluded earlier, such as by an earlier start
    :param invoiced_now: those that were put on drafts now
    :param left_out: ready ones that were not
    :param drafts_now: the drafts that were made now
    :param ready_amount: the ready ones' amounts, added up
    :param booked_amount: the invoiced ones' amounts, added up
    :param drafts: invoices of bookings, with ``lines`` product lines
    :param invoiced: bookings that are on one of these invoices
    :param states: the states that occur among them
    :param net: their amounts without tax, added up
    :param total: their amounts with tax, added up
    """

    company: Company
    read: int
    held: int
    matched: int
    ready: int
    told_ready: int
    told_amount: Decimal
    to_check: Mapping[str, int]
    settled_before: int
    invoiced_now: int
    left_out: int
    drafts_now: int
    ready_amount: Decimal
    booked_amount: Decimal
    drafts: int
    lines: int
    invoiced: int
    states: list[str]
    net: Decimal
    total: Decimal

    def disagreements(self, first: bool) -> Iterator[str]:
        """What does not add up, a sentence each.

        :param first: nothing was there before, so that the sandbox's own numbers hold
        """
        to_check = sum(self.to_check.values())
        pairs = {
            "ready, to check and settled against held": (
                self.ready + to_check + self.settled_before,
                self.held,
            ),
            "ready against the summary": (self.ready, self.told_ready),
            "amount of the ready ones against the summary": (self.ready_amount, self.told_amount),
            "invoiced and left out against ready": (self.invoiced_now + self.left_out, self.ready),
            "left out": (self.left_out, 0),
            "lines against invoiced bookings": (self.lines, self.invoiced),
            "net of the invoices against the bookings' amounts": (self.net, self.booked_amount),
        }
        if first:
            pairs |= {
                "held against the sandbox": (self.held, self.company.held),
                "to check against the sandbox": (to_check, self.company.to_check),
                "settled before": (self.settled_before, 0),
                "drafts made against drafts there": (self.drafts_now, self.drafts),
                "states other than draft": (self.states, ["draft"]),
            }
        for what, (one, other) in pairs.items():
            if one != other:
                yield f"{self.company.name}: {what}: {one} is not {other}"


def render(rows: list[Row], sentences: Mapping[str, str]) -> str:
    """The rows as a table, companies side by side.

    :param sentences: words for each reason to check
    """
    reasons = sorted({reason for row in rows for reason in row.to_check})
    lines: list[tuple[str, list[str]]] = [
        ("", [row.company.name for row in rows]),
        ("Bookings read", [str(row.read) for row in rows]),
        ("  upcoming", [str(row.read - row.held) for row in rows]),
        ("  held", [str(row.held) for row in rows]),
        ("    matched to a contact", [str(row.matched) for row in rows]),
        ("    invoiced or excluded earlier", [str(row.settled_before) for row in rows]),
        ("    ready", [str(row.ready) for row in rows]),
        ("    to check", [str(sum(row.to_check.values())) for row in rows]),
        *(
            (f"      {sentences.get(reason, reason)}", [_count(row, reason) for row in rows])
            for reason in reasons
        ),
        ("Drafts made now", [str(row.drafts_now) for row in rows]),
        ("Invoices of bookings", [str(row.drafts) for row in rows]),
        ("  lines", [str(row.lines) for row in rows]),
        ("  net", [_amount(row.net, row) for row in rows]),
        ("  total with tax", [_amount(row.total, row) for row in rows]),
    ]
    left = max(len(title) for title, _cells in lines) + 2
    width = max(len(cell) for _title, cells in lines for cell in cells) + 2
    ruler = "-" * (left + width * len(rows))
    text = [
        "".join((title.ljust(left), *(cell.rjust(width) for cell in cells)))
        for title, cells in lines
    ]
    return "\n".join((text[0], ruler, *text[1:], ruler))


def _count(row: Row, reason: str) -> str:
    return str(row.to_check.get(reason, 0))


def _amount(value: Decimal, row: Row) -> str:
    return f"{row.company.currency} {value:,.2f}"
