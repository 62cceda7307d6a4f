# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everything a command needs, set up on the way in and stopped on the way out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from . import databases
from .layout import clone_key
from .odoo import Odoo
from .postgres import Postgres
from .templates import Templates


class Workbench:
    """An Odoo, a running server, and prepared databases on it."""

    def __init__(self, odoo: Odoo, server: Postgres) -> None:
        self.odoo = odoo
        self.server = server
        self.templates = Templates(odoo, server)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program that imports Odoo and uses the server."""
        return self.odoo.environment(self.server.environment)

    @contextmanager
    def scratch(self, kind: str, source: str | None) -> Iterator[str]:
        """A database for one command alone, dropped at its end.

        :param kind: what it is for; part of its name
        :param source: the database it is a copy of; without one it is not created, only named
        """
        prefix = f"mb_{kind}_{clone_key()}_"
        for name in databases.names(self.server, prefix):
            if not _alive(name):
                databases.drop(self.server, name)
        name = f"{prefix}{os.getpid()}"
        try:
            if source:
                databases.copy(self.server, source, name)
            else:
                databases.drop(self.server, name)
            yield name
        finally:
            databases.drop(self.server, name)


@contextmanager
def workbench() -> Iterator[Workbench]:
    """Set up Odoo, the Python packages and PostgreSQL; stop what was started at the end."""
    odoo = Odoo()
    with Postgres(odoo.python) as server:
        yield Workbench(odoo, server)


def _alive(name: str) -> bool:
    """Whether the process that a scratch database is named after still runs."""
    number = re.search(r"_(\d+)$", name)
    return bool(number) and os.path.exists(f"/proc/{number[1]}")
