# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make mutants`: break the price rules in hundreds of small ways, and see whether their tests notice.

Each mutant is `billing/` with one thing changed: a sign, a bound, a word. One that no test fails for is either a hole
in the tests, which wants one, or does the same as before; these are argued in `dev/mutants.txt`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections import Counter
from pathlib import Path

from ..environment.console import Complaint, say, step
from ..environment.layout import MODULE, REPOSITORY, clone, folder, logs
from ..environment.process import output_of, run_logged, tail
from ..environment.python_env import clean_environment, python

LOCK = REPOSITORY / "dev" / "requirements-mutants.txt"
# The mutants that do the same as the original, in blocks: the name, what it has instead, why that is the same.
ARGUED = REPOSITORY / "dev" / "mutants.txt"
# How many of the others have to be caught (percent).
ENOUGH = 95.0
# By the exit code of pytest or of mutmut's own: a mutant that never ends is noticed as well.
STATES = {
    0: "survived",
    1: "killed",
    2: "killed",
    3: "killed",
    33: "no tests",
    5: "no tests",
} | dict.fromkeys((24, -24, 36, 152, 255), "timeout")
CAUGHT = ("killed", "timeout")
CONFIGURATION = f"""\
[mutmut]
source_paths={MODULE}/billing
pytest_add_cli_args_test_selection={MODULE}/tests
pytest_add_cli_args=
    -p
    microsoft_bookings_pytest
    -x
also_copy=
    {MODULE}/__init__.py
    {MODULE}/tests
    microsoft_bookings_pytest.py
"""


def main() -> int:
    """Make and try all mutants, or those whose names begin as ``ARGS`` says.

    :return: 0 when at least :data:`ENOUGH` of them are caught, and every other one is argued
    """
    program = python(LOCK)
    home = _home()
    wanted = shlex.split(os.environ.get("ARGS", ""))
    step("Trying mutants of billing/")
    log = logs() / "mutants.log"
    mutmut = [program, "-m", "mutmut"]
    code = run_logged([*mutmut, "run", *wanted], log, env=clean_environment(), cwd=home)
    states = _states(home / "mutants")
    if code or not states:
        raise Complaint(f"The mutants could not be tried:\n{tail(log)}\nLog: {log}")
    argued, unargued = _argued(), 0
    alive = sorted(name for name, state in states.items() if state not in CAUGHT)
    for name in alive:
        shown = output_of([*mutmut, "show", name], env=clean_environment(), cwd=home)
        why = argued.pop((name, _changed(shown)), None)
        unargued += why is None
        say(f"\n{name}: {states[name]}. {why}" if why else f"\n{name}: {states[name]}\n{shown}")
    caught = len(states) - len(alive)
    share = 100.0 * caught / len(states)
    say(f"\n{dict(Counter(states.values()))}")
    say(f"{caught} of {len(states)} mutants caught: {share:.1f} % ({ENOUGH:g} % are enough)")
    say(f"{len(alive)} not caught, {unargued} of them not argued in dev/{ARGUED.name}")
    # After a choice of some, nothing can be said of the others.
    stale = [] if wanted else sorted(name for name, _line in argued)
    if stale:
        say(f"Argued in dev/{ARGUED.name}, and not there or caught by now: {', '.join(stale)}")
    return 0 if share >= ENOUGH and not unargued and not stale else 1


def _home() -> Path:
    """A folder with the package as it is needed: mutmut works on a copy, beside the files."""
    home = clone() / "mutants"
    shutil.rmtree(home, ignore_errors=True)
    package = folder(home / MODULE)
    (package / "__init__.py").touch()
    shutil.copytree(REPOSITORY / "billing", package / "billing")
    tests = folder(package / "tests")
    (tests / "__init__.py").touch()
    for path in (REPOSITORY / "tests").glob("test_billing_*.py"):
        shutil.copy(path, tests)
    for path in (REPOSITORY / "dev" / "plugins").glob("*.py"):
        shutil.copy(path, home)
    (home / "setup.cfg").write_text(CONFIGURATION, encoding="utf-8")
    return home


def _states(results: Path) -> dict[str, str]:
    """What became of each mutant, by its name."""
    states = {}
    for path in sorted(results.rglob("*.py.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        states |= {
            name: STATES.get(code, f"ended with {code}")
            for name, code in codes.items()
            # Those that were not asked for.
            if code is not None
        }
    return states


def _changed(diff: str) -> str:
    """What a mutant has instead of the original, of the diff that mutmut shows."""
    lines = diff.splitlines()
    return " ".join(line[1:].strip() for line in lines if re.match(r"\+(?!\+)", line))


def _argued() -> dict[tuple[str, str], str]:
    """The mutants that are argued: (name, what it has instead) -> why it does the same.

    The names are numbers within a function, which a change of it moves: what was argued is the changed line.
    """
    text = ARGUED.read_text(encoding="utf-8") if ARGUED.exists() else ""
    result = {}
    for block in text.split("\n\n")[1:]:
        name, line, *why = block.strip().splitlines()
        result[name.strip(), line.strip()] = " ".join(part.strip() for part in why)
    return result
