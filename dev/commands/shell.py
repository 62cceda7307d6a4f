# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make shell`: Odoo's shell on the demo's database, or on a fresh one when there is no demo."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager

from ..environment import databases
from ..environment.console import say
from ..environment.layout import demo_database
from ..environment.process import run_shown
from ..environment.workbench import Workbench, workbench


def main() -> int:
    """Run the shell; ``ARGS`` holds further arguments of it.

    :return: its exit code
    """
    with workbench() as bench, _database(bench) as database:
        more = shlex.split(os.environ.get("ARGS", ""))
        return run_shown(
            bench.odoo.command("-d", database, "--no-http", *more, subcommand="shell"),
            env=bench.environment,
        )


@contextmanager
def _database(bench: Workbench) -> Iterator[str]:
    if databases.exists(bench.server, demo_database()):
        yield demo_database()
    else:
        say("    There is no demo yet (make demo): this is a database that is dropped at the end.")
        with bench.scratch("shell", bench.templates.installed()) as database:
            yield database
