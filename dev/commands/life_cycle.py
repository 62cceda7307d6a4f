# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`python3 -m dev life_cycle`: install without a chart of accounts, use, upgrade, uninstall, and install again.

What is left in the database after uninstalling is compared with what was there before installing: tables,
columns, constraints, indexes, sequences, and the records of Odoo's own tables that an add-on leaves traces in.
"""

from __future__ import annotations

from ..environment.console import Complaint, say, step
from ..environment.install import run_quietly
from ..environment.shell import tell
from ..environment.traces import TRACES, difference, traces
from ..environment.workbench import Workbench, workbench
from .upgrade import to_next


def main() -> int:
    """Go through the life of an installation.

    :return: 0; whatever is wrong is a complaint
    """
    with workbench() as bench, bench.scratch("life", bench.templates.bare()) as database:
        _go(bench, database)
    say(
        "    Installed, used, upgraded without a change, uninstalled without a trace, installed again."
    )
    return 0


def _go(bench: Workbench, database: str) -> None:
    before = traces(bench.server, database, TRACES)
    step("Installing on a database without a chart of accounts")
    run_quietly(bench.odoo, bench.server, database, "init")
    step("Using it: without a chart of accounts, then with one")
    used = tell(bench, database, "use.py")
    _expect(used["bookings"] > 0 and used["drafts"] > 0, f"nothing was invoiced: {used}")
    _expect(used["without_chart"], "without a chart of accounts nothing said why there is no draft")
    to_next(bench, database)
    step("Uninstalling")
    tell(bench, database, "uninstall.py")
    left = difference(before, traces(bench.server, database, TRACES))
    _expect(not left, "uninstalling left or took something:\n" + "\n".join(left[:40]))
    kept = _invoices(bench, database)
    _expect(kept == used["invoices"], f"invoices changed: {used['invoices']} became {kept}")
    step("Installing again")
    run_quietly(bench.odoo, bench.server, database, "init")
    again = tell(bench, database, "use.py")
    _expect(again["drafts"] > 0, f"after installing again nothing was invoiced: {again}")


def _invoices(bench: Workbench, database: str) -> list:
    rows = bench.server.psql(
        "SELECT m.id, m.state, m.amount_total, count(l.id) FROM account_move m"
        " LEFT JOIN account_move_line l ON l.move_id = m.id AND l.display_type = 'product'"
        " WHERE m.move_type = 'out_invoice' GROUP BY m.id ORDER BY m.id",
        database,
    )
    return [row.split("|") for row in rows.splitlines()]


def _expect(condition: object, complaint: str) -> None:
    if not condition:
        raise Complaint(f"The life cycle is broken: {complaint}")
