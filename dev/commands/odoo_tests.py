# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`python3 -m dev odoo_tests`: the tests by Odoo's own runner, on a fresh installation with demo data."""

from __future__ import annotations

import re

from ..environment.console import say, step
from ..environment.install import odoo_run, problems
from ..environment.layout import MODULE, logs
from ..environment.test_run import prepare_browser, run_tests
from ..environment.workbench import workbench

# What Odoo itself logs when these modules are installed, with the reason why it is no fault of
# ours. Empty: a fresh installation logs no warning at all.
NOISE: tuple[str, ...] = ()
# test_lint's checkers look at every add-on there is. Two of its tests are left out: pylint over the
# whole of Odoo, since "make lint" runs its checkers over this add-on alone; and the one that wants
# every test file imported, since those that need no Odoo are pytest's alone ("make lint" sees to the
# others).
LINT_TAGS = "/test_lint,-/test_lint:TestPyLint,-/test_lint:TestTestHoles"


def main() -> int:
    """Install, run the tests, and print how many passed.

    :return: 0 when nothing failed
    """
    passed, failed = _run()
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _run() -> tuple[int, int]:
    prepare_browser()
    with workbench() as bench, bench.scratch("ci", None) as database:
        log = logs() / "ci-install.log"
        step("Installing into a new database, with demo data")
        odoo_run(bench.odoo, bench.server, database, f"--init={MODULE}", "--with-demo", log=log)
        noisy = [
            entry
            for entry in problems(log, ("WARNING", "ERROR", "CRITICAL"))
            if not any(re.search(pattern, entry) for pattern in NOISE)
        ]
        for entry in noisy:
            say(entry)
        passed, failed = int(not noisy), int(bool(noisy))
        for name, arguments in (
            ("this add-on's tests", (f"--update={MODULE}", f"--test-tags=/{MODULE}")),
            ("test_lint", ("--init=test_lint", f"--test-tags={LINT_TAGS}")),
        ):
            step(f"Running {name}")
            more = run_tests(bench, database, name, *arguments)
            passed, failed = passed + more[0], failed + more[1]
    return passed, failed
