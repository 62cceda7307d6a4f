# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The virtual environments: exactly what their lock files name, checked by hash."""

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


def python(lock: Path = LOCK) -> Path:
    """The interpreter of the environment, which is made when it is not there yet.

    :param lock: the lock file that names what is in it
    :raise Complaint: when this Python cannot make one, or a package cannot be had
    """
    _check_interpreter()
    home = _home(lock)
    program = home / "bin" / "python"
    if not (home / COMPLETE).exists() or not program.exists():
        with exclusive(f"python-{home.name}", "installing the Python packages"):
            if not (home / COMPLETE).exists() or not program.exists():
                _make(home, lock)
    return program


def is_made() -> bool:
    """Whether there is an environment for the lock file as it is now."""
    return (_home(LOCK) / COMPLETE).exists()


def addons(lock: Path) -> Path:
    """A folder of the Odoo add-ons that a lock file names, fetched when it is not there yet.

    Only the add-ons themselves: each says on the registry that it needs an Odoo, and there is one.

    :param lock: a lock file of packages called ``odoo-addon-...``
    :raise Complaint: when one cannot be had
    """
    key = digest(lock.read_bytes())[:12]
    home = cache() / "addons" / key
    with exclusive(f"addons-{key}", "fetching add-ons"):
        if not (home / COMPLETE).exists():
            step(f"Fetching the add-ons of {lock.name}")
            shutil.rmtree(home, ignore_errors=True)
            options = ("install", "--no-deps", "--no-compile", "--target", folder(home))
            run_pip([python(), "-m", "pip", *options, "-r", lock], logs() / "pip-addons.log")
            (home / COMPLETE).touch()
    return home / "odoo" / "addons"


def downloaded(names: tuple[str, ...]) -> Path:
    """A folder of packages as the registry has them, of the versions of :data:`LOCK`, fetched once.

    :param names: some that the lock file pins
    :raise Complaint: when one cannot be had
    """
    pinned = "".join(_block(name, LOCK) for name in names)
    key = digest(pinned)[:12]
    home = cache() / "downloads" / key
    with exclusive(f"downloads-{key}", "fetching packages"):
        if not (home / COMPLETE).exists():
            step(f"Fetching {', '.join(names)}")
            shutil.rmtree(home, ignore_errors=True)
            wanted = folder(home) / "pinned.txt"
            wanted.write_text(pinned, encoding="utf-8")
            options = ("download", "--no-deps", "--dest", home, "-r", wanted)
            run_pip([python(), "-m", "pip", *options], logs() / "pip-downloads.log")
            (home / COMPLETE).touch()
    return home


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


def _home(lock: Path) -> Path:
    key = digest(lock.read_bytes(), platform.machine())[:12]
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


def _make(home: Path, lock: Path) -> None:
    number = len(_names(lock))
    step(f"Installing {number} Python packages from {lock.name}")
    need_space(1200 if lock == LOCK else 400, "for the Python packages")
    if home.exists():
        shutil.rmtree(home)
    folder(home.parent)
    log = logs() / "pip.log"
    # What Python compiles goes elsewhere (PYTHONPYCACHEPREFIX), so pip need not compile anything.
    pip = [home / "bin" / "python", "-m", "pip", "install", "--no-deps", "--no-compile"]
    run_pip([sys.executable, "-m", "venv", home], log, append=False)
    if setuptools := _block("setuptools", lock):
        # Two of the packages come as source only. They are built with the setuptools of the lock
        # file, not with whatever pip would fetch for the purpose.
        build = home / "build.txt"
        build.write_text(setuptools, encoding="utf-8")
        run_pip([*pip, "-r", build], log)
    run_pip([*pip, "--no-build-isolation", "-r", lock], log, progress=_Counter(number))
    (home / COMPLETE).touch()


def run_pip(
    command: list, log: Path, *, progress=None, append: bool = True, hashes: bool = True
) -> None:
    """Run pip or what comes before it.

    :param hashes: refuse whatever does not come with its checksum
    :raise Complaint: when it ends with an error
    """
    env = clean_environment() | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_USER": "0",
        "PIP_REQUIRE_HASHES": str(int(hashes)),
    }
    if run_logged(command, log, env=env, progress=progress, append=append):
        raise Complaint(
            f"The Python packages could not be installed:\n{tail(log)}\n"
            f"Check the network connection and the free space, and start again. Log: {log}"
        )


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


def _names(lock: Path) -> set[str]:
    return set(re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE))


def _block(name: str, lock: Path) -> str:
    """The lines of the lock file that pin one package; nothing when it names none of that name."""

    def lines() -> Iterator[str]:
        inside = False
        for line in lock.read_text(encoding="utf-8").splitlines():
            if not line.startswith(" "):
                inside = line.startswith(f"{name}==")
            if inside:
                yield line

    return "".join(f"{line}\n" for line in lines())
