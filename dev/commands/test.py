# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make test`: pytest with pytest-odoo against a database prepared for it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from ..environment import axe, browser
from ..environment.console import step
from ..environment.layout import MODULE, REPOSITORY, addons, clone
from ..environment.process import run_shown
from ..environment.workbench import workbench

# A conftest.py in an add-on would be imported outside "odoo.addons", which Odoo refuses.
PLUGINS = REPOSITORY / "dev" / "plugins"
PLUGIN = "microsoft_bookings_pytest"


def main() -> int:
    """Run the tests; ``ARGS`` holds further arguments of pytest.

    :return: pytest's exit code
    """
    return run()


def run(*runner: str, env: Mapping[str, str] | None = None) -> int:
    """Run the tests as `make test` does.

    :param runner: a module of Python, its arguments, and its option before the module that it is to run
    :param env: further variables of the environment
    :return: pytest's exit code
    """
    further = env or {}
    chrome, script = browser.ensure(), axe.ensure()
    with workbench() as bench, bench.scratch("test", bench.templates.installed()) as database:
        env = bench.environment
        path = os.pathsep.join([env["PYTHONPATH"], str(PLUGINS)])
        env = {**env, **further, "PYTHONPATH": path}
        if chrome:
            env = browser.on_path(chrome, env)
        if script:
            env = {**env, axe.VARIABLE: str(script)}
        step("Running the tests")
        return run_shown(
            [
                bench.odoo.python,
                *("-m", *runner, "pytest"),
                *_location(),
                *("-p", PLUGIN),
                "--odoo-http",
                "--odoo-log-level=error",
                f"--odoo-database={database}",
                f"--odoo-config={bench.odoo.configuration()}",
                *arguments(os.environ.get("ARGS", "")),
            ],
            env=env,
            cwd=REPOSITORY,
        )


def arguments(text: str) -> list[str]:
    """pytest's arguments for what a person wrote after ``ARGS=``.

    Files are named as they lie in the clone; pytest gets them by the path that leads through the
    add-ons folder, since only that one tells it the module's name. Without a file all tests run.
    """
    module = addons() / MODULE
    result, named = [], False
    for part in shlex.split(text):
        name, separator, rest = part.partition("::")
        path = Path(os.path.abspath(REPOSITORY / name))
        if not part.startswith("-") and path.exists() and path.is_relative_to(REPOSITORY):
            named = True
            part = f"{module / path.relative_to(REPOSITORY)}{separator}{rest}"
        result.append(part)
    return result if named else [*result, str(module / "tests")]


def _location() -> list[str]:
    return [
        f"--config-file={REPOSITORY / 'pyproject.toml'}",
        f"--rootdir={addons() / MODULE}",
        f"--override-ini=cache_dir={clone() / 'pytest_cache'}",
    ]
