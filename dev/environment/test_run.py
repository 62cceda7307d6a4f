# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests by Odoo's own runner: run them, and read in its log how many passed and which did not."""

from __future__ import annotations

import os
import re
from pathlib import Path

from . import axe, browser
from .console import Complaint, say
from .install import odoo_run
from .layout import logs
from .workbench import Workbench

RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
# As Odoo logs a test, or a part of one.
FAILED = re.compile(
    r" ERROR \S+ odoo\.addons\.(?P<module>\w+)\.tests\.[\w.]+: (?:FAIL|ERROR): "
    r"(?:Subtest )?(?P<class>\w+)\.(?P<test>\w+)"
)
# Of a class that could not be prepared, Odoo names the suite's module and not the tests'.
UNPREPARED = re.compile(
    r" ERROR \S+ \S+: ERROR: setUpClass "
    r"\(odoo\.addons\.(?P<module>\w+)\.tests\.(?:\w+\.)*(?P<class>\w+)\)"
)


def prepare_browser() -> None:
    """Let the tests that Odoo runs find the browser and axe-core; what is missing is said loudly.

    :raise Complaint: in continuous integration (``CI=true``), where tests must not be skipped
    """
    if chrome := browser.ensure():
        os.environ["PATH"] = browser.on_path(chrome, os.environ)["PATH"]
    if script := axe.ensure():
        os.environ[axe.VARIABLE] = str(script)


def log_of(name: str) -> Path:
    """Where the log of a run of tests of this name goes."""
    return logs() / f"ci-{re.sub('[^a-z]+', '-', name)}.log"


def run_tests(bench: Workbench, database: str, name: str, *arguments: str) -> tuple[int, int]:
    """Run Odoo with tests.

    :param name: what to call the run in the name of its log
    :param arguments: Odoo's, which say what to install or update and which tests to run
    :return: how many passed and how many did not, by Odoo's own count
    """
    log = log_of(name)
    complaint = None
    try:
        # Browser tests need the web server.
        odoo_run(bench.odoo, bench.server, database, *arguments, log=log, http=True)
    except Complaint as raised:
        complaint = raised
    counted = count(log.read_text(encoding="utf-8", errors="replace"))
    passed, bad = counted or (0, 0)
    if complaint or not counted or not passed + bad:
        say(str(complaint or f"No test ran. Log: {log}"))
        bad = max(bad, 1)
    return passed, bad


def count(log: str) -> tuple[int, int] | None:
    """How many tests of a log passed and how many did not; None when Odoo did not come to its end."""
    found = RESULT.findall(log)
    if not found:
        return None
    failed, errors, total = map(int, found[-1])
    return max(total - failed - errors, 0), failed + errors


def failures(log: str) -> list[str]:
    """What failed in a log, named as Odoo's ``--test-tags`` name it: a test as often as its parts failed.

    :param log: its text
    :return: such as ``/account:TestTax.test_round``, or ``/account:TestTax`` for a class of tests
        that could not even be prepared
    """
    found: list[str] = []
    for line in log.splitlines():
        if unprepared := UNPREPARED.search(line):
            found.append(f"/{unprepared['module']}:{unprepared['class']}")
        elif entry := FAILED.search(line):
            found.append(f"/{entry['module']}:{entry['class']}.{entry['test']}")
    return found
