# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Programs that only npm has: fetched once, of pinned versions, for development alone."""

from __future__ import annotations

import shutil
from pathlib import Path

from .browser import in_ci
from .console import Complaint, step, warn
from .layout import REPOSITORY, cache, digest, folder, logs
from .locks import exclusive
from .process import run_logged, tail

PRETTIER = REPOSITORY / "dev" / "prettier"
# Written last, so that what was interrupted is never used.
COMPLETE = ".complete"


def missed(complaint: str, consequence: str) -> None:
    """Say loudly that something cannot be had from npm.

    :param complaint: what and why
    :param consequence: what will not be done for want of it
    :raise Complaint: in continuous integration (``CI=true``), where nothing may be left out
    """
    if in_ci():
        raise Complaint(complaint)
    warn(f"{complaint} {consequence}")


def prettier() -> list[str] | None:
    """The command line of prettier with its plugin for XML, installed when it is not there yet.

    :return: None when it cannot be had, after having said so loudly
    :raise Complaint: instead, in continuous integration
    """
    home = prettier_home()
    with exclusive("prettier", "installing prettier"):
        complaint = None if (home / COMPLETE).exists() else _install(home)
    node = shutil.which("node")
    if complaint or not node:
        missed(
            complaint or "There is no node to run prettier with.",
            "THE LAYOUT OF XML AND JAVASCRIPT IS NOT CHECKED.",
        )
        return None
    packages = home / "node_modules"
    program = packages / "prettier" / "bin" / "prettier.cjs"
    plugin = packages / "@prettier" / "plugin-xml" / "src" / "plugin.js"
    return [node, str(program), f"--plugin={plugin}"]


def prettier_home() -> Path:
    """Where the prettier of the lock file is, or will be."""
    lock = PRETTIER / "package-lock.json"
    return cache() / "prettier" / digest(lock.read_bytes())[:12]


def _install(home: Path) -> str | None:
    """Install what the lock file names, each package checked by its hash; what went wrong, in a sentence."""
    npm = shutil.which("npm")
    if not npm:
        return "There is no npm to install prettier with."
    step("Installing prettier (for the layout of XML and JavaScript)")
    shutil.rmtree(home, ignore_errors=True)
    for path in PRETTIER.glob("package*.json"):
        shutil.copy(path, folder(home))
    log = logs() / "prettier.log"
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if run_logged(command, log, cwd=home):
        return f"npm could not install prettier: {tail(log, 3)}"
    (home / COMPLETE).touch()
    return None
