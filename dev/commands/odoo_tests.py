# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`python3 -m dev odoo_tests`: the tests by Odoo's own runner, on a fresh installation with demo data."""

from __future__ import annotations

import os
import re

from ..environment import axe, browser
from ..environment.console import Complaint, say, step
from ..environment.install import odoo_run, problems
from ..environment.layout import MODULE, logs
from ..environment.workbench import Workbench, workbench

# What Odoo itself logs when these modules are installed, with the reason why it is no fault of
# ours. Empty: a fresh installation logs no warning at all.
NOISE: tuple[str, ...] = ()
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
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
    chrome, script = browser.ensure(), axe.ensure()
    with workbench() as bench, bench.scratch("ci", None) as database:
        if chrome:
            os.environ["PATH"] = browser.on_path(chrome, os.environ)["PATH"]
        if script:
            os.environ[axe.VARIABLE] = str(script)
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
            more = _odoo_tests(bench, database, name, arguments)
            passed, failed = passed + more[0], failed + more[1]
    return passed, failed


def _odoo_tests(
    bench: Workbench, database: str, name: str, arguments: tuple[str, ...]
) -> tuple[int, int]:
    """Run Odoo with tests; Odoo's own count of them."""
    log = logs() / f"ci-{re.sub('[^a-z]+', '-', name)}.log"
    complaint = None
    try:
        # Browser tests need the web server.
        odoo_run(bench.odoo, bench.server, database, *arguments, log=log, http=True)
    except Complaint as raised:
        complaint = raised
    found = RESULT.findall(log.read_text(encoding="utf-8", errors="replace"))
    failed, errors, total = map(int, found[-1]) if found else (0, 0, 0)
    bad = failed + errors
    if complaint or not total:
        say(str(complaint or f"No test ran. Log: {log}"))
        bad = max(bad, 1)
    return max(total - bad, 0), bad
