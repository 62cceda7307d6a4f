# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make clean`: remove what the other commands left; nothing in the clone is touched."""

from __future__ import annotations

import os
import shutil

from ..environment import databases, postgres, python_env
from ..environment.console import say, step
from ..environment.layout import cache, clone, clone_key, demo_database
from ..environment.postgres import Postgres


def main() -> int:
    """Remove this clone's databases and files; with ``ALL=1`` the cache of all clones."""
    if os.environ.get("ALL", "") not in ("", "0"):
        step(f"Removing {cache()}")
        postgres.wipe()
        shutil.rmtree(cache())
        return 0
    step("Removing this clone's databases and files")
    if python_env.is_made():
        with Postgres(python_env.python()) as server:
            for name in databases.names(server, "mb_"):
                if f"_{clone_key()}_" in name:
                    databases.drop(server, name)
            databases.drop(server, demo_database())
    shutil.rmtree(clone())
    say(f"    {cache()} keeps what all clones share; make clean ALL=1 removes that too.")
    return 0
