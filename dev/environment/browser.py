# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The browser for the browser tests: found, installed when we may, or loudly missed."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from .console import Complaint, step, warn
from .layout import clone, folder, logs
from .locks import exclusive
from .process import run_logged, tail

VARIABLE = "CHROMIUM"
# The names Odoo itself looks for.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
HOW = (
    "As root: apt-get install chromium\n"
    f"Or name a Chrome or Chromium: make test {VARIABLE}=/path/to/chrome"
)
# What Odoo's own list of switches lacks for a machine that reaches no other.
SWITCHES = ("--disable-quic", "--disable-component-update", "--disable-sync")


def ensure() -> Path | None:
    """The browser's program, installed from Debian's archive when it is missing and we are root.

    :return: None when there is none, after having said so loudly
    :raise Complaint: in continuous integration (``CI=true``), where tests must not be skipped, and
        when the one that was named is not there
    """
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if not found:
            raise Complaint(f"{VARIABLE}={named} is not a program.")
        return Path(found)
    found = _find() or _install()
    if found:
        return Path(found)
    if in_ci():
        raise Complaint(f"There is no Chrome or Chromium for the browser tests.\n{HOW}")
    warn(f"There is no Chrome or Chromium: THE BROWSER TESTS WILL BE SKIPPED.\n{HOW}")
    return None


def in_ci() -> bool:
    """Whether this runs in continuous integration."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def on_path(browser: Path, env: Mapping[str, str]) -> dict[str, str]:
    """The environment in which Odoo's tests find ``browser``.

    Odoo looks for a few names on the PATH, so a script of the first of these names comes first.
    """
    programs = folder(clone() / "bin")
    script = programs / NAMES[0]
    start = shlex.join((str(browser), *SWITCHES))
    script.write_text(f'#!/bin/sh\nexec {start} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return {**env, "PATH": os.pathsep.join((str(programs), env.get("PATH", os.defpath)))}


def _find() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _install() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    with exclusive("chromium", "installing Chromium"):
        if _find():
            return _find()
        step("Installing Chromium from Debian's archive (for the browser tests)")
        log = logs() / "chromium.log"
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        if run_logged(install, log, env=env, progress=_progress):
            # A fresh container has no package lists yet.
            run_logged(["apt-get", "update"], log, env=env, progress=_progress)
            if run_logged(install, log, env=env, progress=_progress):
                warn(f"Chromium could not be installed:\n{tail(log)}")
                return None
        return _find()


def _progress(line: str) -> str | None:
    return line if line.startswith(("Get:", "Unpacking", "Setting up")) else None
