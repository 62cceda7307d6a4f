# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make lint`: ruff, prettier, pylint-odoo, oca-checks, XML and the house's own rules."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from ..environment.console import say, step
from ..environment.layout import MODULE, REPOSITORY, cache, clone, files, folder
from ..environment.npm import prettier
from ..environment.odoo import Odoo
from ..lint import house, odoo_checkers

# What "make format" puts right.
LAYOUT = ("prettier", "ruff format")


def main() -> int:
    """Run every linter, also after one has found something.

    :return: 0 when none has
    """
    passed, failed = run()
    say()
    for name in failed:
        say(f"failed: {name}" + (" (make format puts it right)" if name in LAYOUT else ""))
    say(f"{len(passed)} linters passed, {len(failed)} failed")
    return 1 if failed else 0


def run() -> tuple[list[str], list[str]]:
    """Run every linter; return the names of those that found nothing, and of the others."""
    odoo = Odoo()
    env = odoo.environment({"RUFF_CACHE_DIR": str(cache() / "ruff")})
    module = _named_copy()
    configuration = REPOSITORY / "pyproject.toml"

    def tool(*command: str | Path, silent: bool = False) -> Callable[[], bool]:
        return lambda: _run([str(odoo.python), "-m", *map(str, command)], env, module, silent)

    checks: dict[str, Callable[[], bool]] = {
        "ruff": tool("ruff", "check", "--quiet", REPOSITORY),
        "ruff format": tool("ruff", "format", "--quiet", "--diff", REPOSITORY),
        "pylint-odoo": tool(
            "pylint",
            f"--rcfile={configuration}",
            # One idea to a file: a large model is several. (The configuration file cannot switch
            # off a message of a group that it switches on.)
            "--disable=consider-merging-classes-inherited",
            "--score=no",
            "--jobs=0",
            module,
        ),
        # It finds things and still ends with code 0: what counts is that it prints nothing.
        "oca-checks-odoo-module": tool(
            "oca_pre_commit_hooks.cli", module / "__manifest__.py", silent=True
        ),
        "Odoo's own checkers": lambda: _run(
            [str(odoo.python), "-m", *odoo_checkers.command(module)],
            odoo_checkers.environment(env, odoo.source, module.parent),
            module,
            True,
        ),
        "house rules and XML": _house,
    }
    translations = sorted((module / "i18n").glob("*.po*"))
    if translations:
        checks["oca-checks-po"] = tool("oca_pre_commit_hooks.cli_po", *translations, silent=True)
    if pretty := prettier():
        different = [*pretty, "--list-different", *pretty_files(module)]
        checks["prettier"] = lambda: _run(different, env, module, True)
    passed: list[str] = []
    failed: list[str] = []
    for name, check in checks.items():
        step(name)
        (passed if check() else failed).append(name)
    return passed, failed


def pretty_files(root: Path) -> list[str]:
    """The files below ``root`` whose layout is prettier's."""
    return [str(path) for path in files(root) if path.suffix in (".js", ".xml")]


def _named_copy() -> Path:
    """A copy of the clone in a folder that is called as the module.

    pylint-odoo and oca-checks look through links for the real folder's name, and without the
    right one leave out some of their checks.
    """
    home = clone() / "lint"
    shutil.rmtree(home, ignore_errors=True)
    for path in files(REPOSITORY):
        copy = home / MODULE / path.relative_to(REPOSITORY)
        shutil.copy(path, folder(copy.parent) / path.name)
    return home / MODULE


def _run(command: list[str], env: dict[str, str], module: Path, silent: bool) -> bool:
    done = subprocess.run(
        command,
        cwd=module.parent,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    # Name files as they lie in the clone, not in the copy; one tool drops the first slash.
    copy = re.escape(str(module).lstrip("/"))
    text = re.sub(rf"/?{copy}/|^{MODULE}/", "", done.stdout, flags=re.MULTILINE).strip()
    if text:
        say(text)
    return done.returncode == 0 and not (silent and text)


def _house() -> bool:
    found = list(house.findings(REPOSITORY, files(REPOSITORY)))
    for text in found:
        say(text)
    return not found
