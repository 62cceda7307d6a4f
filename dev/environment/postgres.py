# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The PostgreSQL server everything runs on: one of ours, or the one libpq's variables name."""

from __future__ import annotations

import os
from pathlib import Path

from . import cluster
from .console import Complaint, say
from .layout import digest
from .locks import Users, exclusive
from .process import output_of

# A person who sets one of these means a server of their own.
NAMING_A_SERVER = ("PGHOST", "PGHOSTADDR", "PGSERVICE")
USERS = "postgres-users"
LOCK = ("postgres", "starting or stopping PostgreSQL")
OLDEST = 130000  # Odoo 19's own minimum, as PostgreSQL counts its versions


class Postgres:
    """A running server, as a context manager.

    The cluster of the cache is shared by all commands of all clones: the first one starts it, the
    last one stops it.
    """

    def __init__(self, python: Path) -> None:
        self._cluster = cluster.Cluster(python)
        self._own = not any(os.environ.get(name) for name in NAMING_A_SERVER)
        self._users: Users | None = None
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Postgres:
        if self._own:
            with exclusive(*LOCK):
                self._users = Users(USERS)
                self._cluster.start()
            self.environment = self._cluster.environment()
        else:
            self._check_named()
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._users:
            with exclusive(*LOCK):
                if self._users.leave():
                    self._cluster.stop()

    @property
    def key(self) -> str:
        """Tells servers apart: what was prepared on one is not on the other."""
        if self._own:
            return digest(str(self._cluster.data))[:8]
        return digest(*(os.environ.get(name, "") for name in (*NAMING_A_SERVER, "PGPORT")))[:8]

    def psql(self, statement: str, database: str = "postgres") -> str:
        """Run one SQL statement; return its rows, fields separated by a bar.

        :raise Complaint: with PostgreSQL's own message
        """
        program = self._cluster.programs / "psql"
        env = {**os.environ, **self.environment}
        return output_of(
            [program, "-XAtqw", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement], env=env
        )

    def _check_named(self) -> None:
        name = " ".join(f"{v}={os.environ[v]}" for v in NAMING_A_SERVER if os.environ.get(v))
        try:
            answer = self.psql(
                "SELECT current_user, current_setting('server_version_num')::int, rolcreatedb"
                " FROM pg_roles WHERE rolname = current_user"
            )
        except Complaint as error:
            raise Complaint(
                f"The PostgreSQL server that the environment names ({name}) cannot be used:\n"
                f"    {error}\n"
                "Put PGHOST, PGPORT, PGUSER and PGPASSWORD right, or unset them for one of our own."
            ) from None
        role, version, may_create = answer.split("|")
        if role == "postgres" or may_create != "t" or int(version) < OLDEST:
            raise Complaint(
                f"The PostgreSQL server ({name}) has to be version 13 or newer, and PGUSER ({role})"
                " a role with CREATEDB that is not called postgres, which Odoo refuses."
            )
        say(f"    PostgreSQL: the server that the environment names ({name}), as {role}")


def wipe() -> None:
    """Delete the cluster of the cache; a server that somebody named is not touched.

    :raise Complaint: while another command uses it
    """
    with exclusive(*LOCK):
        if not Users(USERS).leave():
            raise Complaint("Another command is still running. End it, and clean then.")
        cluster.wipe()
