# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`.ci/run`: everything that a change has to pass, and how many things that were."""

from __future__ import annotations

import os
import re
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from ..environment import browser
from ..environment.console import Complaint, say, step
from ..environment.install import odoo_run, problems
from ..environment.layout import MODULE, REPOSITORY, logs
from ..environment.process import run_shown
from ..environment.workbench import Workbench, workbench
from . import lint

# What Odoo itself logs when these modules are installed, with the reason why it is no fault of
# ours. Empty: a fresh installation logs no warning at all.
NOISE: tuple[str, ...] = ()
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
# test_lint's checkers look at every add-on there is. Two of its tests are left out: pylint over the
# whole of Odoo, since "make lint" runs its checkers over this add-on alone; and the one that wants
# every test file imported, since those that need no Odoo are pytest's alone ("make lint" sees to the
# others).
LINT_TAGS = "/test_lint,-/test_lint:TestPyLint,-/test_lint:TestTestHoles"


class Tally:
    """Counts what passed and what failed, and keeps the names of the stages that failed."""

    def __init__(self) -> None:
        self.passed = self.failed = 0
        self._lines: list[str] = []

    def stage(self, name: str, work: Callable[[], tuple[int, int]]) -> None:
        """Run a stage; one that cannot come to its end counts as one failure more."""
        started = time.monotonic()
        step(f"[{name}]")
        try:
            passed, failed = work()
        except Complaint as complaint:
            say(str(complaint))
            passed, failed = 0, 1
        self.passed += passed
        self.failed += failed
        seconds = time.monotonic() - started
        self._lines.append(f"{passed:6} passed {failed:4} failed {seconds:6.0f} s  {name}")

    def close(self) -> int:
        """Print the counts, the total last; return the exit code."""
        say()
        for line in self._lines:
            say(line)
        say(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def main() -> int:
    """Run all stages, also after one has failed.

    :return: 0 when nothing failed
    """
    tally = Tally()
    tally.stage("lint", _lint)
    tally.stage("make test", _pytest)
    tally.stage("Odoo's own runner, on a fresh installation with demo data", _odoo_runner)
    tally.stage("the template of terms and French", lambda: _command("translations", "--check"))
    tally.stage("install, uninstall, install again", lambda: _command("life_cycle"))
    tally.stage("make demo ONESHOT=1", _demo)
    return tally.close()


def _lint() -> tuple[int, int]:
    passed, failed = lint.run()
    return len(passed), len(failed)


def _pytest() -> tuple[int, int]:
    """The README's test command, as a person types it."""
    report = logs() / "pytest.xml"
    report.unlink(missing_ok=True)
    arguments = shlex.join(("--quiet", f"--junitxml={report}"))
    code = _make("test", ARGS=arguments)
    if not report.exists():
        return 0, 1
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    total, skipped, failed = (
        sum(int(suite.get(name, 0)) for suite in suites for name in names)
        for names in (("tests",), ("skipped",), ("failures", "errors"))
    )
    if skipped:
        say(f"    {skipped} tests were skipped.")
    return total - skipped - failed, failed or int(code != 0)


def _odoo_runner() -> tuple[int, int]:
    chrome = browser.ensure()
    with workbench() as bench, bench.scratch("ci", None) as database:
        if chrome:
            os.environ["PATH"] = browser.on_path(chrome, os.environ)["PATH"]
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


def _demo() -> tuple[int, int]:
    code = _make("demo", ONESHOT="1")
    return int(code == 0), int(code != 0)


def _command(name: str, *options: str) -> tuple[int, int]:
    """Run another command of this package, in a process of its own."""
    code = run_shown([sys.executable, "-m", "dev", name, *options], cwd=Path(REPOSITORY))
    return int(code == 0), int(code != 0)


def _make(target: str, **variables: str) -> int:
    """Type ``make target VARIABLE=...``, as a person would."""
    env = {**os.environ, **variables}
    # We may be running under a make ourselves, whose flags are not for this one.
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        env.pop(name, None)
    return run_shown(["make", "--no-print-directory", target], env=env, cwd=Path(REPOSITORY))
