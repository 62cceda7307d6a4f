# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run Odoo to install or update modules, and read what it says while it does."""

from __future__ import annotations

import re
from pathlib import Path

from .console import Complaint
from .layout import MODULE, logs
from .odoo import Odoo
from .ports import free_port
from .postgres import Postgres
from .process import run_logged

# As Odoo writes it: date, time, process, level, database, logger, message.
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>\S+): ")
LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")


def odoo_run(
    odoo: Odoo,
    server: Postgres,
    database: str,
    *arguments: str,
    log: Path | None = None,
    http: bool = False,
) -> Path:
    """Run ``odoo --stop-after-init`` on a database and show which module it is at.

    :param arguments: further options, such as ``-i account``
    :param log: where the log goes; a file named after the database when left out
    :param http: serve the web client meanwhile, which browser tests need
    :return: the log
    :raise Complaint: when Odoo ends with an error, with its first errors
    """
    log = log or logs() / f"odoo-{database}.log"
    web = f"--http-port={free_port()}" if http else "--no-http"
    command = odoo.command("-d", database, web, "--stop-after-init", *arguments)
    code = run_logged(command, log, env=odoo.environment(server.environment), progress=_progress)
    if code:
        raise Complaint(f"Odoo ended with code {code}:\n{first_problems(log)}\nLog: {log}")
    return log


def problems(log: Path, levels: tuple[str, ...] = ("ERROR", "CRITICAL")) -> list[str]:
    """The entries of a log that have one of the levels, each with its traceback."""
    found: list[str] = []
    inside = False
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        entry = LOG_LINE.match(line)
        if entry:
            inside = entry["level"] in levels
            if inside:
                found.append(line)
        elif inside:
            found[-1] += f"\n{line}"
    return found


def run_quietly(odoo: Odoo, server: Postgres, database: str, verb: str) -> Path:
    """Install or update this add-on, which may not make Odoo warn of anything of ours.

    :param verb: Odoo's: ``init`` or ``update``
    :return: the log
    :raise Complaint: when Odoo failed, or with what it warned of
    """
    log = odoo_run(odoo, server, database, f"--{verb}={MODULE}")
    entries = problems(log, ("WARNING", "ERROR", "CRITICAL"))
    ours = [entry for entry in entries if "booking" in entry]
    if ours:
        raise Complaint(f"Odoo's log of --{verb} has problems of ours:\n" + "\n".join(ours))
    return log


def first_problems(log: Path) -> str:
    """The first errors of a log, or its end when it has none, to be shown in a complaint."""
    entries = problems(log)[:2]
    lines = "\n".join(entries).splitlines()
    if not lines:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    if len(lines) > 40:
        lines = [*lines[:10], "...", *lines[-29:]]
    return "\n".join(f"    {line}" for line in lines)


def _progress(line: str) -> str | None:
    found = LOADING.search(line)
    return f"module {found[2]} of {found[3]}: {found[1]}" if found else None
