# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make coverage`: `make test`, counting which lines and branches of the add-on it runs through."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from ..environment.console import Complaint, say, step
from ..environment.layout import REPOSITORY, clone, folder
from ..environment.process import run_shown
from ..environment.python_env import clean_environment, python
from . import test

# Of the lines of the add-on, the sandbox included.
LEAST = 95


def main() -> int:
    """Run the tests and print what they leave out; ``ARGS`` as of `make test`.

    :return: pytest's exit code; 1 when all tests ran and fewer than :data:`LEAST` percent of the lines did
    """
    home = clone() / "coverage"
    shutil.rmtree(home, ignore_errors=True)
    env = {"COVERAGE_FILE": str(folder(home) / "data")}
    configuration = f"--rcfile={REPOSITORY / 'pyproject.toml'}"
    code = test.run("coverage", "run", configuration, f"--source={REPOSITORY}", "-m", env=env)

    def tool(*command: str | Path) -> int:
        program = [python(), "-m", "coverage", *command, configuration]
        return run_shown(program, env=clean_environment() | env, cwd=REPOSITORY)

    step("Counting")
    # Each process has counted for itself.
    if tool("combine", "--quiet") or tool("json", "--quiet", "-o", home / "coverage.json"):
        raise Complaint("coverage has nothing to count.")
    tool("report")
    totals = json.loads((home / "coverage.json").read_text(encoding="utf-8"))["totals"]
    lines, text = summary(totals)
    say(text)
    enough = lines >= LEAST
    if os.environ.get("ARGS"):
        say(f"    Some tests only: whether it is {LEAST} % of the lines is not asked.")
    elif not enough:
        say(f"Fewer than {LEAST} % of the lines were run.")
    return code or int(not enough and not os.environ.get("ARGS"))


def summary(totals: dict) -> tuple[float, str]:
    """What the totals of coverage's JSON report come to.

    :return: the percentage of lines that were run, and the sentence to print
    """
    shares = []
    for what, run, number in (
        ("lines", "covered_lines", "num_statements"),
        ("branches", "covered_branches", "num_branches"),
    ):
        share = 100 * totals[run] / totals[number] if totals[number] else 100.0
        shares.append((share, f"{share:.1f} % of {totals[number]} {what}"))
    return shares[0][0], ", ".join(text for _share, text in shares)
