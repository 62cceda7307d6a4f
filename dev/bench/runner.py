# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs inside Odoo's Python: one benchmark against one database.

A benchmark is a module ``bench_*.py`` in this folder with a function ``measure(env)`` that yields
:class:`~.ratio.Ratio` objects. It may commit: the database is its own and dropped afterwards. ``MODULES`` names
what it wants installed besides.
"""

from __future__ import annotations

import importlib
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules import initialize_sys_path
from odoo.modules.registry import Registry
from odoo.tools import config


def main(configuration: str, addons_path: str, database: str, name: str) -> int:
    """Run the benchmark ``name``; print each ratio as soon as it is known.

    :return: 0 when every ratio keeps its budget
    """
    options = ["--config", configuration, "--addons-path", addons_path, "-d", database]
    config.parse_config([*options, "--log-level=warn"], setup_logging=True)
    initialize_sys_path()
    measure = importlib.import_module(f"odoo.addons.microsoft_bookings.dev.bench.{name}").measure
    kept = True
    with Registry(database).cursor() as cr:
        for ratio in measure(api.Environment(cr, SUPERUSER_ID, {})):
            print(f"    {ratio}", flush=True)
            kept = kept and ratio.kept
        cr.rollback()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
