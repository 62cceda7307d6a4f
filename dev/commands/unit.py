# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make unit`: the tests of the parts that need no Odoo, run where there is none.

That these parts import nothing of Odoo is a promise of the design; here it is kept.
"""

from __future__ import annotations

import os
import shlex
import shutil

from ..environment.console import Complaint, step
from ..environment.layout import MODULE, REPOSITORY, clone, folder
from ..environment.process import run_shown
from ..environment.python_env import clean_environment, python
from .test import PLUGIN, PLUGINS

PARTS = ("billing", "dev", "graph", "sandbox")


def main() -> int:
    """Run these tests; ``ARGS`` holds further arguments of pytest.

    :return: pytest's exit code
    """
    program = python()
    package = _package()
    found = [
        path for part in PARTS for path in sorted((package / "tests").glob(f"test_{part}_*.py"))
    ]
    if not found:
        raise Complaint(f"There are no tests called test_{{{','.join(PARTS)}}}_*.py.")
    step("Running the tests that need no Odoo")
    return run_shown(
        [
            program,
            "-m",
            "pytest",
            f"--config-file={REPOSITORY / 'pyproject.toml'}",
            f"--rootdir={package}",
            f"--override-ini=cache_dir={clone() / 'pytest_cache_unit'}",
            "-p",
            "no:odoo",
            *("-p", PLUGIN),
            *shlex.split(os.environ.get("ARGS", "")),
            *found,
        ],
        env=clean_environment() | {"PYTHONPATH": str(PLUGINS)},
        cwd=REPOSITORY,
    )


def _package():
    """The module's package without what imports Odoo, made of links; its folder."""
    home = clone() / "unit"
    shutil.rmtree(home, ignore_errors=True)
    package = folder(home / MODULE)
    (package / "__init__.py").touch()
    for name in PARTS:
        (package / name).symlink_to(REPOSITORY / name)
    tests = folder(package / "tests")
    (tests / "__init__.py").touch()
    for path in (REPOSITORY / "tests").iterdir():
        if path.name not in ("__init__.py", "__pycache__"):
            (tests / path.name).symlink_to(path)
    return package
