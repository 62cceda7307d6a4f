# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`python3 -m dev life_cycle`: install without a chart of accounts, use, uninstall, and install again.

What is left in the database after uninstalling is compared with what was there before installing: tables,
columns, constraints, indexes, sequences, and the records of Odoo's own tables that an add-on leaves traces in.
"""

from __future__ import annotations

from ..environment.console import Complaint, say, step
from ..environment.install import odoo_run, problems
from ..environment.layout import MODULE
from ..environment.shell import tell
from ..environment.workbench import Workbench, workbench

# A query for each kind of trace, whose rows must be the same before and after.
TRACES = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "indexes": "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'",
    "sequences": "SELECT sequence_name FROM information_schema.sequences",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model, name FROM ir_model_fields",
    "external ids": f"SELECT module, name FROM ir_model_data WHERE module = '{MODULE}'"
    " OR model LIKE 'microsoft.booking%'",
    "scheduled actions": "SELECT id FROM ir_cron",
    "server actions": "SELECT id FROM ir_act_server",
    "window actions": "SELECT id FROM ir_act_window",
    "views": "SELECT id FROM ir_ui_view",
    "menus": "SELECT id FROM ir_ui_menu",
    "record rules": "SELECT id FROM ir_rule",
    "access rights": "SELECT id FROM ir_model_access",
    "groups": "SELECT id FROM res_groups",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key ILIKE '%booking%'",
    "defaults": "SELECT id FROM ir_default",
    "attachments": "SELECT id FROM ir_attachment WHERE res_model LIKE 'microsoft.booking%'",
    "messages": "SELECT id FROM mail_message WHERE model LIKE 'microsoft.booking%'",
    "followers": "SELECT id FROM mail_followers WHERE res_model LIKE 'microsoft.booking%'",
    "activities": "SELECT id FROM mail_activity WHERE res_model LIKE 'microsoft.booking%'",
    "message subtypes": "SELECT id FROM mail_message_subtype WHERE res_model LIKE 'microsoft.booking%'",
    "filters": "SELECT id FROM ir_filters WHERE model_id LIKE 'microsoft.booking%'",
    "triggers": "SELECT t.id FROM ir_cron_trigger t LEFT JOIN ir_cron c ON c.id = t.cron_id WHERE c.id IS NULL",
}


def main() -> int:
    """Go through the life of an installation.

    :return: 0; whatever is wrong is a complaint
    """
    with workbench() as bench, bench.scratch("life", bench.templates.bare()) as database:
        _go(bench, database)
    say("    Installed, used, uninstalled without a trace, installed again.")
    return 0


def _go(bench: Workbench, database: str) -> None:
    before = _traces(bench, database)
    step("Installing on a database without a chart of accounts")
    _install(bench, database)
    step("Using it: without a chart of accounts, then with one")
    used = tell(bench, database, "use.py")
    _expect(used["bookings"] > 0 and used["drafts"] > 0, f"nothing was invoiced: {used}")
    _expect(used["without_chart"], "without a chart of accounts nothing said why there is no draft")
    step("Uninstalling")
    tell(bench, database, "uninstall.py")
    left = _difference(before, _traces(bench, database))
    _expect(not left, "uninstalling left or took something:\n" + "\n".join(left[:40]))
    kept = _invoices(bench, database)
    _expect(kept == used["invoices"], f"invoices changed: {used['invoices']} became {kept}")
    step("Installing again")
    _install(bench, database)
    again = tell(bench, database, "use.py")
    _expect(again["drafts"] > 0, f"after installing again nothing was invoiced: {again}")


def _install(bench: Workbench, database: str) -> None:
    log = odoo_run(bench.odoo, bench.server, database, f"--init={MODULE}")
    found = [
        entry for entry in problems(log, ("WARNING", "ERROR", "CRITICAL")) if "booking" in entry
    ]
    _expect(not found, "the installation's log has problems of ours:\n" + "\n".join(found))


def _traces(bench: Workbench, database: str) -> dict[str, set[str]]:
    return {
        kind: set(bench.server.psql(query, database).splitlines()) for kind, query in TRACES.items()
    }


def _difference(before: dict[str, set[str]], after: dict[str, set[str]]) -> list[str]:
    return [
        f"    {kind}: {row} {verb}"
        for kind in TRACES
        for verb, rows in (
            ("is left", after[kind] - before[kind]),
            ("is missing", before[kind] - after[kind]),
        )
        for row in sorted(rows)
    ]


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
