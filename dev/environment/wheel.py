# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The add-on as a wheel: built, and installed by pip beside an Odoo that has nothing else of ours."""

from __future__ import annotations

import shutil
from pathlib import Path

from .console import Complaint
from .layout import REPOSITORY, clone, folder, logs
from .process import output_of
from .python_env import downloaded, python, run_pip

BUILD = REPOSITORY / "dev" / "requirements-build.txt"
# What Odoo needs, and no more.
ODOO = REPOSITORY / "dev" / "requirements-odoo.txt"
# What pip has to fetch when somebody installs the wheel beside an Odoo.
FETCHED = ("msal", "pyjwt")


def build() -> Path:
    """Build the wheel as ``pip`` does for anybody, with the pinned backend.

    :return: the wheel, the only one in its folder
    :raise Complaint: when it cannot be built
    """
    target = clone() / "dist"
    shutil.rmtree(target, ignore_errors=True)
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", folder(target))
    command = [python(BUILD), "-m", "pip", "wheel", *options, REPOSITORY]
    run_pip(command, logs() / "wheel-build.log", append=False, hashes=False)
    built = list(target.glob("*.whl"))
    if len(built) != 1:
        raise Complaint(f"pip was to build one wheel, and built {len(built)}.")
    return built[0]


def installed(wheel: Path) -> Path:
    """An interpreter for which ``pip install <wheel>`` was run where there was only what Odoo needs.

    pip finds what the wheel asks for itself; it gets it from a folder, so that no network is needed.

    :raise Complaint: when pip refuses
    """
    clean = python(ODOO)
    home = clone() / "wheel"
    shutil.rmtree(home, ignore_errors=True)
    log = logs() / "wheel-install.log"
    run_pip([clean, "-m", "venv", "--without-pip", home], log, append=False, hashes=False)
    options = ("--prefix", home, "--no-compile", "--no-index", "--find-links", downloaded(FETCHED))
    run_pip([clean, "-m", "pip", "install", *options, wheel], log, hashes=False)
    program = home / "bin" / "python"
    # The packages of the clean environment come after those of this one.
    (_packages(program) / "odoo_needs.pth").write_text(f"{_packages(clean)}\n", encoding="utf-8")
    return program


def _packages(program: Path) -> Path:
    """The folder in which an interpreter's packages are."""
    return Path(
        output_of([program, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    )
