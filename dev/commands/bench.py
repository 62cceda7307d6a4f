# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make bench`: run the benchmarks of dev/bench, each in an Odoo and a database of its own."""

from __future__ import annotations

import ast
import os
import shlex
from pathlib import Path

from ..environment.console import Complaint, say, step
from ..environment.layout import REPOSITORY
from ..environment.process import run_shown
from ..environment.python_env import addons
from ..environment.workbench import workbench

# What the benchmarks compare with, where that is no part of Odoo.
LOCK = REPOSITORY / "dev" / "requirements-bench.txt"


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
    folder = REPOSITORY / "dev" / "bench"
    with workbench() as bench:
        for name in chosen:
            modules = _modules(folder / f"{name}.py")
            further = [addons(LOCK)] if modules else []
            template = bench.templates.installed(modules, *further)
            with bench.scratch("bench", template) as database:
                step(name)
                command = [bench.odoo.python, folder / "runner.py", bench.odoo.configuration()]
                command += [bench.odoo.addons_path(*further), database, name]
                if run_shown(command, env=bench.environment, cwd=REPOSITORY):
                    failed.append(name)
    say(f"{len(chosen) - len(failed)} benchmarks kept their budgets, {len(failed)} did not")
    return 1 if failed else 0


def _modules(benchmark: Path) -> tuple[str, ...]:
    """The other modules that a benchmark wants installed: its ``MODULES``, read without importing Odoo."""
    for node in ast.parse(benchmark.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MODULES":
            return ast.literal_eval(node.value)
    return ()
