# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two servers of the demo: the Bookings tenant, and Odoo."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ..environment.console import Complaint, Progress, step
from ..environment.layout import REPOSITORY, clone, folder, logs
from ..environment.ports import HOST
from ..environment.process import ended, tail
from ..environment.python_env import clean_environment
from ..environment.workbench import Workbench
from .rpc import OPENER

# How long a server may take to be ready (seconds).
PATIENCE = 180


@contextmanager
def tenant(python: Path, now: datetime, port: int, name: str = "demo") -> Iterator[dict]:
    """Serve the Bookings tenant of the demo over HTTPS.

    :param python: interpreter of the environment
    :param now: where the tenant's past ends; the same moment gives the same tenant
    :param port: where to listen
    :param name: of whom it serves, for the log
    :return: what the sandbox says of itself: url, ca, tenant_id, client_id, client_secret, ...
    """
    step("Starting a Microsoft Bookings tenant on this machine")
    log = logs() / f"{name}-sandbox.log"
    command = [
        *(str(python), "-m", "sandbox", "--profile", "demo", "--port", str(port)),
        *("--now", now.isoformat(), "--state-dir", str(folder(clone() / "sandbox"))),
    ]
    with log.open("w", encoding="utf-8") as sink:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            encoding="utf-8",
            # Ctrl-C is for us, who then stop it.
            start_new_session=True,
        )
    with ended(process):
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise Complaint(f"The sandbox does not start:\n{tail(log)}")
        yield json.loads(line)


def trust(authority: Path) -> dict[str, str]:
    """The variables with which ``requests`` trusts the sandbox besides everything else."""
    bundle = folder(clone() / "sandbox") / "bundle.pem"
    known = ssl.get_default_verify_paths()
    candidates = (
        os.environ.get("REQUESTS_CA_BUNDLE"),
        os.environ.get("SSL_CERT_FILE"),
        known.cafile,
        "/etc/ssl/certs/ca-certificates.crt",
    )
    system = next((path for path in candidates if path and os.path.isfile(path)), None)
    bundle.write_bytes(b"\n".join(Path(path).read_bytes() for path in (system, authority) if path))
    ours = [HOST, "localhost"]
    direct = ",".join(
        filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), *ours])
    )
    return {"REQUESTS_CA_BUNDLE": str(bundle), "NO_PROXY": direct, "no_proxy": direct}


@contextmanager
def odoo(
    bench: Workbench, database: str, port: int, env: dict[str, str], name: str = "demo"
) -> Iterator[subprocess.Popen]:
    """Run Odoo with its web server and its scheduled actions, ready to be called.

    :param env: variables to add to the environment
    :param name: of whom it serves, for the log
    """
    step("Starting Odoo")
    log = logs() / f"{name}-odoo.log"
    command = bench.odoo.command(
        *("-d", database, f"--db-filter=^{database}$", f"--http-port={port}"),
        "--max-cron-threads=2",
    )
    with log.open("w", encoding="utf-8") as sink:
        process = subprocess.Popen(
            command,
            env=bench.environment | env,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with ended(process):
        _wait(process, port, log)
        yield process


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    progress = Progress()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Complaint(f"Odoo does not start:\n{tail(log)}\nLog: {log}")
        try:
            with OPENER.open(f"http://{HOST}:{port}/web/health", timeout=10):
                progress.done("ready")
                return
        except OSError:
            time.sleep(0.2)
    raise Complaint(f"Odoo is not ready after {PATIENCE} s. Log: {log}")
