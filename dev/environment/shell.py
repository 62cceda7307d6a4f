# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tell Odoo's shell a script, and hear what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from .console import Complaint
from .install import first_problems, problems
from .layout import REPOSITORY, logs
from .process import run_logged
from .workbench import Workbench

# The scripts of a life: what is done in a database that has the add-on.
SCRIPTS = REPOSITORY / "dev" / "life_cycle"
ANSWER = "ANSWER "


def tell(bench: Workbench, database: str, script: str, scripts: Path = SCRIPTS) -> dict:
    """Run a script in Odoo's shell.

    :param script: its name; it prints a line of ``ANSWER`` and JSON
    :param scripts: the folder that it is in
    :return: what it answered last
    :raise Complaint: when it fails, answers nothing, or Odoo logs an error meanwhile
    """
    log = logs() / f"life_cycle-{script}.log"
    answers: list[str] = []
    code = run_logged(
        bench.odoo.command("-d", database, "--no-http", subcommand="shell"),
        log,
        env=bench.environment,
        stdin=(scripts / script).read_text(encoding="utf-8"),
        progress=_collector(answers),
    )
    if code or not answers or problems(log):
        raise Complaint(f"{script} ended with code {code}:\n{first_problems(log)}\nLog: {log}")
    return json.loads(answers[-1])


def _collector(answers: list[str]) -> Callable[[str], None]:
    def collect(line: str) -> None:
        if line.startswith(ANSWER):
            answers.append(line.removeprefix(ANSWER))

    return collect
