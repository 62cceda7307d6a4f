# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's own pylint checkers, those of its add-on test_lint, on this add-on alone.

test_lint's test runs them on the whole of Odoo, which takes a quarter of an hour and tells nothing
about this add-on. The messages are the ones it asks for.
"""

from __future__ import annotations

import os
from pathlib import Path

MESSAGES = (
    "used-before-assignment",
    "undefined-variable",
    "eval-used",
    "unreachable",
    "function-redefined",
    "sql-injection",
    "missing-gettext",
    "gettext-variable",
    "gettext-placeholders",
    "gettext-repr",
    "raise-unlink-override",
)
PLUGINS = (
    "_pylint_path_setup",
    "pylint.extensions.bad_builtin",
    "_odoo_checker_sql_injection",
    "_odoo_checker_gettext",
    "_odoo_checker_unlink_override",
)


def command(module: Path) -> list[str]:
    """Arguments of pylint for the module's folder."""
    return [
        "pylint",
        f"--rcfile={os.devnull}",
        "--disable=all",
        f"--enable={','.join(MESSAGES)}",
        f"--load-plugins={','.join(PLUGINS)}",
        "--score=no",
        str(module),
    ]


def environment(env: dict[str, str], odoo: Path, addons: Path) -> dict[str, str]:
    """The variables with which pylint finds these checkers.

    :param env: the environment of a program that imports Odoo
    :param odoo: folder of the ``odoo`` package's parent
    :param addons: the add-ons folder that holds the module
    """
    places = (odoo / "odoo" / "addons", odoo / "addons")
    checkers = next(
        (path for place in places if (path := place / "test_lint" / "tests").is_dir()), None
    )
    if checkers is None:
        raise FileNotFoundError("this Odoo has no add-on test_lint")
    path = os.pathsep.join((str(checkers), env["PYTHONPATH"]))
    return env | {"PYTHONPATH": path, "ADDONS_PATH": str(addons)}
