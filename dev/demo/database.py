# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database such as a customer has before the add-on is used: two companies and two people."""

from __future__ import annotations

from datetime import datetime, timezone

from ..environment import databases
from ..environment.console import Complaint, step
from ..environment.layout import REPOSITORY, clone, logs, read_json
from ..environment.process import run_logged, tail
from ..environment.workbench import Workbench


def furnish(bench: Workbench, name: str) -> dict:
    """Make the database, or make it anew.

    :param name: of the database
    :return: ``companies`` (ids by name), ``keys`` (API keys by login), and ``now``, where the past of
        its Bookings tenant ends
    :raise Complaint: when Odoo cannot make the companies
    """
    template = bench.templates.installed()
    step("Making the demo's companies and users")
    databases.copy(bench.server, template, name)
    program = REPOSITORY / "dev" / "demo" / "companies.py"
    answer, log = clone() / f"{name}.json", logs() / "demo-companies.log"
    command = [bench.odoo.python, program, bench.odoo.configuration(), name, answer]
    if run_logged(command, log, env=bench.environment):
        raise Complaint(f"The companies could not be made:\n{tail(log, 3)}\nLog: {log}")
    now = datetime.now(timezone.utc).replace(microsecond=0)
    made = read_json(answer) | {"now": now.isoformat()}
    answer.unlink()
    return made
