# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The virtual environment: exactly what the lock file names, checked by hash."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from .console import Complaint, step
from .layout import REPOSITORY, cache, digest, folder, logs, need_space
from .locks import exclusive
from .process import run_logged, tail

LOCK = REPOSITORY / "dev" / "requirements.txt"
OLDEST, NEWEST = (3, 10), (3, 13)
# Written last, so that an environment whose making was interrupted is never used.
COMPLETE = ".complete"


def python() -> Path:
    """The interpreter of the environment, which is made when it is not there yet.

    :raise Complaint: when this Python cannot make one, or a package cannot be had
    """
    _check_interpreter()
    home = _home()
    program = home / "bin" / "python"
    if not (home / COMPLETE).exists() or not program.exists():
        with exclusive(f"python-{home.name}", "installing the Python packages"):
            if not (home / COMPLETE).exists() or not program.exists():
                _make(home)
    return program


def is_made() -> bool:
    """Whether there is an environment for the lock file as it is now."""
    return (_home() / COMPLETE).exists()


def clean_environment() -> dict[str, str]:
    """Our environment without what would lead a Python of ours to other packages or settings."""
    ours = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "ODOO_RC", "OPENERP_SERVER", "PGDATABASE")
    result = {name: value for name, value in os.environ.items() if name not in ours}
    return result | {
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        # The clone stays as git left it.
        "PYTHONPYCACHEPREFIX": str(cache() / "pycache"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(cache() / "hypothesis"),
    }


def _home() -> Path:
    key = digest(LOCK.read_bytes(), platform.machine())[:12]
    return cache() / "python" / f"{sys.version_info[0]}.{sys.version_info[1]}-{key}"


def _check_interpreter() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise Complaint(
            f"{sys.executable} is Python {platform.python_version()}; Odoo 19 needs 3.10 to 3.13.\n"
            "Name another one: make ... PYTHON=python3.12"
        )
    try:
        # Debian puts these into a package of their own.
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Complaint(
            "This Python cannot make virtual environments. On Debian and Ubuntu, as root:\n"
            f"    apt-get install python3.{sys.version_info[1]}-venv"
        ) from None


def _make(home: Path) -> None:
    names = _names()
    step(f"Installing {len(names)} Python packages from the lock file")
    need_space(1200, "for the Python packages")
    if home.exists():
        shutil.rmtree(home)
    folder(home.parent)
    log = logs() / "pip.log"
    env = clean_environment() | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_USER": "0",
        "PIP_REQUIRE_HASHES": "1",
    }
    # What Python compiles goes elsewhere (PYTHONPYCACHEPREFIX), so pip need not compile anything.
    pip = [home / "bin" / "python", "-m", "pip", "install", "--no-deps", "--no-compile"]
    # Two of the packages come as source only. They are built with the setuptools of the lock
    # file, not with whatever pip would fetch for the purpose.
    build = home / "build.txt"
    for number, command in enumerate(
        (
            [sys.executable, "-m", "venv", home],
            [*pip, "-r", build],
            [*pip, "--no-build-isolation", "-r", LOCK],
        )
    ):
        if number == 1:
            build.write_text(_block("setuptools"), encoding="utf-8")
        watch = _Counter(len(names)) if number == 2 else None
        code = run_logged(command, log, env=env, progress=watch, append=number > 0)
        if code:
            raise Complaint(
                f"The Python packages could not be installed:\n{tail(log)}\n"
                f"Check the network connection and the free space, and start again. Log: {log}"
            )
    (home / COMPLETE).touch()


class _Counter:
    """Turns pip's lines into "17 of 120: name"."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._seen = 0

    def __call__(self, line: str) -> str | None:
        found = re.match(r"Collecting ([A-Za-z0-9._-]+)==", line)
        if found:
            self._seen += 1
            return f"package {self._seen} of about {self._total}: {found[1]}"
        return "putting the packages in place" if line.startswith("Installing") else None


def _names() -> set[str]:
    return set(re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))


def _block(name: str) -> str:
    """The lines of the lock file that pin one package."""

    def lines() -> Iterator[str]:
        inside = False
        for line in LOCK.read_text(encoding="utf-8").splitlines():
            if not line.startswith(" "):
                inside = line.startswith(f"{name}==")
            if inside:
                yield line

    return "\n".join(lines()) + "\n"
