# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`.ci/run`: everything that a change has to pass, and how many things that were."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from ..environment.console import Complaint, say, step
from ..environment.layout import REPOSITORY, logs
from ..environment.process import ended, run_shown
from . import lint

MAKE_FLAGS = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)


class Tally:
    """Counts what passed and what failed, and keeps the names of the stages that failed."""

    def __init__(self) -> None:
        self.passed = self.failed = 0
        self._lines: list[str] = []

    def stage(
        self, name: str, work: Callable[[], tuple[int, int]], began: float | None = None
    ) -> None:
        """Run a stage; one that cannot come to its end counts as one failure more.

        :param began: when it was begun, of one that is already at work
        """
        started = began or time.monotonic()
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
    tally.stage("make env", lambda: _command("env"))
    # The tests take about as long as all the rest, and one core: the rest is done beside them.
    report = logs() / "pytest.xml"
    report.unlink(missing_ok=True)
    arguments = shlex.join(("--quiet", f"--junitxml={report}"))
    with _started("pytest", *_make("test"), ARGS=arguments) as (tests, output):
        began = time.monotonic()
        tally.stage("lint", _lint)
        tally.stage("Odoo's own runner, on a fresh installation with demo data", _odoo_tests)
        tally.stage("the terms in every language", lambda: _command("translations", "--check"))
        tally.stage("install, upgrade, uninstall, install again", lambda: _command("life_cycle"))
        tally.stage("the wheel, in a clean Odoo", lambda: _command("wheel"))
        tally.stage("make demo ONESHOT=1", _demo)
        tally.stage("make test", lambda: _read_pytest(tests, output, report), began)
    return tally.close()


def _lint() -> tuple[int, int]:
    passed, failed = lint.run()
    return len(passed), len(failed)


def _read_pytest(process: subprocess.Popen, output: Path, report: Path) -> tuple[int, int]:
    """Wait for the README's test command, show what it printed, and read its report."""
    code = process.wait()
    say(output.read_text(encoding="utf-8", errors="replace").rstrip())
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


def _odoo_tests() -> tuple[int, int]:
    """Odoo's own runner, which closes with a tally: wait for it, show what it printed, and read its counts."""
    with _started("odoo_tests", sys.executable, "-m", "dev", "odoo_tests") as (process, output):
        code = process.wait()
    text = output.read_text(encoding="utf-8", errors="replace")
    say(text.rstrip())
    found = COUNTS.findall(text)
    passed, failed = map(int, found[-1]) if found else (0, 0)
    return passed, failed or int(code != 0)


@contextmanager
def _started(name: str, *command: str, **variables: str) -> Iterator[tuple[subprocess.Popen, Path]]:
    """A program at work in the background.

    :param name: what the file is called that it prints to
    :return: its process, ended on the way out, and that file
    """
    output = logs() / f"ci-{name}.txt"
    with (
        output.open("w", encoding="utf-8") as sink,
        ended(
            subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=_environment(variables),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        ) as process,
    ):
        yield process, output


def _demo() -> tuple[int, int]:
    code = run_shown(_make("demo"), env=_environment({"ONESHOT": "1"}), cwd=Path(REPOSITORY))
    return int(code == 0), int(code != 0)


def _command(name: str, *options: str) -> tuple[int, int]:
    """Run another command of this package, in a process of its own."""
    code = run_shown([sys.executable, "-m", "dev", name, *options], cwd=Path(REPOSITORY))
    return int(code == 0), int(code != 0)


def _make(target: str) -> list[str]:
    """What a person types."""
    return ["make", "--no-print-directory", target]


def _environment(variables: dict[str, str]) -> dict[str, str]:
    """Ours with these variables; we may be running under a make ourselves, whose flags are not for another one."""
    own = {name: value for name, value in os.environ.items() if name not in MAKE_FLAGS}
    return {**own, **variables}
