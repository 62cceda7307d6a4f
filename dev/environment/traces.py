# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an add-on leaves in a database: looked at twice, and compared."""

from __future__ import annotations

from .layout import MODULE
from .postgres import Postgres

# A query for each kind of thing that the database is made of.
SCHEMA = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "sequences": "SELECT sequence_name FROM information_schema.sequences",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model, name FROM ir_model_fields",
}
# And for each kind of record of Odoo's own tables that an add-on brings along or leaves behind.
TRACES = SCHEMA | {
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
# Who wrote a row last and when, and what a view was before, says nothing about what is in it.
UNSEEN = ("write_date", "write_uid", "create_date", "arch_prev")
# The views of an action are listed anew, with new numbers, whenever its module is updated.
UNNUMBERED = ("ir_act_window_view",)


def traces(server: Postgres, database: str, queries: dict[str, str]) -> dict[str, set[str]]:
    """The rows of each query, which is known by its kind."""
    return {kind: set(server.psql(query, database).splitlines()) for kind, query in queries.items()}


def contents(server: Postgres, database: str) -> dict[str, set[str]]:
    """Every row of every table, as JSON without :data:`UNSEEN`, by the name of the table."""
    tables = server.psql(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
        database,
    ).splitlines()
    rows: dict[str, set[str]] = {table: set() for table in tables}
    everything = " UNION ALL ".join(
        f"SELECT '{table}', (to_jsonb(t) - ARRAY[{_unseen(table)}])::text FROM \"{table}\" t"
        for table in tables
    )
    # Not by all that Python takes for the end of a line: a name may hold such a thing.
    for line in filter(None, server.psql(everything, database).split("\n")):
        table, _bar, row = line.partition("|")
        rows[table].add(row)
    return rows


def _unseen(table: str) -> str:
    names = (*UNSEEN, "id") if table in UNNUMBERED else UNSEEN
    return ", ".join(f"'{name}'" for name in names)


def difference(before: dict[str, set[str]], after: dict[str, set[str]]) -> list[str]:
    """What was added and what was taken, a line each, by its kind."""
    return [
        f"    {kind}: {row} {verb}"
        for kind in sorted(before.keys() | after.keys())
        for verb, rows in (
            ("is new", after.get(kind, set()) - before.get(kind, set())),
            ("is missing", before.get(kind, set()) - after.get(kind, set())),
        )
        for row in sorted(rows)
    ]
