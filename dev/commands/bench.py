# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make bench`: run the benchmarks of dev/bench, each in an Odoo and a database of its own."""

from __future__ import annotations

import os
import shlex

from ..environment.console import Complaint, say, step
from ..environment.layout import REPOSITORY
from ..environment.process import run_shown
from ..environment.workbench import workbench


def main() -> int:
    """Run all ``dev/bench/bench_*.py``, or those that ``ARGS`` names by a part of their name.

    :return: 0 when every ratio keeps its budget
    """
    names = sorted(path.stem for path in (REPOSITORY / "dev" / "bench").glob("bench_*.py"))
    wanted = shlex.split(os.environ.get("ARGS", ""))
    chosen = [name for name in names if not wanted or any(part in name for part in wanted)]
    if not chosen:
        raise Complaint(
            f"No benchmark in dev/bench is called {' or '.join(wanted) or 'bench_*.py'}."
            f" There are: {', '.join(names) or 'none'}."
        )
    failed = []
    with workbench() as bench:
        template = bench.templates.installed()
        for name in chosen:
            with bench.scratch("bench", template) as database:
                step(name)
                runner = REPOSITORY / "dev" / "bench" / "runner.py"
                command = [bench.odoo.python, runner, bench.odoo.configuration(), database, name]
                if run_shown(command, env=bench.environment, cwd=REPOSITORY):
                    failed.append(name)
    say(f"{len(chosen) - len(failed)} benchmarks kept their budgets, {len(failed)} did not")
    return 1 if failed else 0
