# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prepared databases, so that only the first start has to wait for Odoo's installations.

Level 1 holds Invoicing, the charts of accounts and the languages; level 2 is level 1 with this
add-on installed. Each is made under a temporary name and renamed when it is whole; its name says
what it was made from, so that a stale one is never used.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from . import databases
from .console import step
from .install import odoo_run
from .layout import MODULE, cache, digest, folder, need_space, read_json, write_json
from .locks import exclusive
from .odoo import Odoo, module_key
from .postgres import Postgres

MODULES = ("account", "l10n_ch", "l10n_fr_account")
LANGUAGES = ("en_US", "fr_FR", "fr_CH", "de_CH")
# How many prepared databases with this add-on are kept: one for each of the last states of it.
KEPT = 4
# None is dropped that another command may just be copying (seconds since its last use).
RECENT = 3600


class Templates:
    """Makes prepared databases and hands out copies of them."""

    def __init__(self, odoo: Odoo, server: Postgres) -> None:
        self.odoo = odoo
        self.server = server

    def base(self) -> str:
        """The name of the level 1 database, which is made when it is not there yet."""

        def make(name: str) -> None:
            step(f"Preparing a database with {', '.join(MODULES)} and {', '.join(LANGUAGES)}")
            need_space(1000, "for the databases")
            odoo_run(
                self.odoo,
                self.server,
                name,
                f"--init={','.join(MODULES)}",
                f"--load-language={','.join(LANGUAGES)}",
            )

        return self.prepared("base", digest(repr((MODULES, LANGUAGES))), make)

    def bare(self) -> str:
        """The name of a database with Invoicing alone, no chart of accounts and no other language."""

        def make(name: str) -> None:
            step("Preparing a database with account alone and no chart of accounts")
            odoo_run(self.odoo, self.server, name, "--init=account")

        return self.prepared("bare", "account", make)

    def installed(self, modules: tuple[str, ...] = (), *further: Path) -> str:
        """The name of the level 2 database, which is made when it is not there yet.

        :param modules: others to install besides
        :param further: folders in which some of them are
        """
        if modules:
            return self._with(modules, *further)
        base = self.base()

        def make(name: str) -> None:
            step(f"Preparing a database with {MODULE} installed")
            databases.copy(self.server, base, name)
            odoo_run(self.odoo, self.server, name, f"--init={MODULE}")

        return self.prepared("module", digest(base, module_key()), make)

    def _with(self, modules: tuple[str, ...], *further: Path) -> str:
        source = self.installed()

        def make(name: str) -> None:
            step(f"Preparing a database with {', '.join(modules)} besides")
            databases.copy(self.server, source, name)
            path = f"--addons-path={self.odoo.addons_path(*further)}"
            odoo_run(self.odoo, self.server, name, path, f"--init={','.join(modules)}")

        return self.prepared("besides", digest(source, repr((modules, further))), make)

    def prepared(self, kind: str, key: str, make: Callable[[str], None]) -> str:
        """The name of a prepared database, made by ``make`` when it is not there yet.

        :param kind: what kind of database it is; the oldest of a kind are dropped
        :param key: what it is made from
        :param make: creates the database of the name it is given; may raise, which leaves nothing
        """
        name = f"mb_{kind}_{digest(self.odoo.key, self.server.key, key)[:10]}"
        record = folder(cache() / "templates") / f"{name}.json"
        with exclusive(name, "preparing the same database"):
            if not databases.exists(self.server, name):
                half = f"{name}_half"
                databases.drop(self.server, half)
                try:
                    make(half)
                    databases.rename(self.server, half, name)
                finally:
                    databases.drop(self.server, half)
            write_json(record, {"kind": kind, "used": time.time()})
        self._forget_old(kind)
        return name

    def _forget_old(self, kind: str) -> None:
        """Drop the prepared databases of a kind that were not used for longest."""
        found = []
        for record in (cache() / "templates").glob("*.json"):
            content = read_json(record)
            if content.get("kind") == kind:
                found.append((content.get("used", 0), record))
        for used, record in sorted(found, reverse=True)[KEPT:]:
            if time.time() - used < RECENT:
                continue
            databases.drop(self.server, record.stem)
            record.unlink(missing_ok=True)
