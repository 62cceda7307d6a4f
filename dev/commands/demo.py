# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make demo`: the whole path on this machine, and a running Odoo to look at it."""

from __future__ import annotations

import os
import subprocess
from datetime import datetime
from pathlib import Path

from ..demo import servers
from ..demo.database import furnish
from ..demo.rpc import Odoo
from ..demo.story import tell, to_check_sentences
from ..demo.table import render
from ..demo.world import ACCOUNTANT, ADMINISTRATOR
from ..environment import databases
from ..environment.console import Complaint, say, step
from ..environment.install import odoo_run
from ..environment.layout import (
    MODULE,
    clone,
    clone_key,
    demo_database,
    read_json,
    write_json,
)
from ..environment.locks import exclusive
from ..environment.odoo import module_key
from ..environment.ports import HOST, free_port, is_free
from ..environment.workbench import Workbench, workbench

PORT = 8069


def main() -> int:
    """Prepare what is missing, go the path, print the table, and stay until Ctrl-C.

    ``ONESHOT=1`` ends after the table, ``PORT`` names Odoo's port.

    :return: 0 when the sums of the table agree
    """
    stay = os.environ.get("ONESHOT", "") in ("", "0")
    port = _port(stay)
    with exclusive(f"demo-{clone_key()}", "running the demo of this clone"), workbench() as bench:
        state = _database(bench)
        now = datetime.fromisoformat(state["now"])
        kept = state.get("sandbox_port")
        tenant_port = kept if kept and is_free(kept) else free_port()
        with servers.tenant(bench.odoo.python, now, tenant_port) as tenant:
            env = servers.trust(Path(tenant["ca"]))
            with servers.odoo(bench, demo_database(), port, env) as process:
                url = f"http://{HOST}:{port}"
                agree = _tell(url, state, tenant)
                _save(state | {"sandbox_port": tenant_port, "told": True})
                if agree and stay:
                    _stay(url, process)
    return 0 if agree else 1


def _tell(url: str, state: dict, tenant: dict) -> bool:
    users = {
        login: Odoo(url, demo_database(), key, list(state["companies"].values()))
        for login, key in state["keys"].items()
    }
    accountant = users[ACCOUNTANT]
    rows = tell(users[ADMINISTRATOR], accountant, state["companies"], tenant)
    say()
    say(render(rows, to_check_sentences(accountant)))
    wrong = [text for row in rows for text in row.disagreements(first=not state.get("told"))]
    for text in wrong:
        say(f"DOES NOT ADD UP: {text}")
    if not wrong:
        say("The sums agree.")
    return not wrong


def _stay(url: str, process: subprocess.Popen) -> None:
    say()
    say(f"Odoo is at {url}/odoo")
    say(f"    {ACCOUNTANT} / {ACCOUNTANT}   invoices: Invoicing > Customers > Uninvoiced Bookings")
    say(f"    {ADMINISTRATOR} / {ADMINISTRATOR}             configures: Booking Sync Settings")
    say("The second company is ticked at the top right of the screen.")
    say("Ctrl-C ends the demo. The data is kept: make demo goes on with it, make clean removes it.")
    try:
        process.wait()
    except KeyboardInterrupt:
        say("\nStopping what was started.")
        return
    raise Complaint("Odoo has ended by itself; its log is logs/demo-odoo.log in the cache.")


def _port(stay: bool) -> int:
    """Where Odoo is to listen.

    :raise Complaint: when something listens there already, or it cannot be used
    """
    named = os.environ.get("PORT")
    if not named and not stay:
        return free_port()
    if named and not named.isdecimal():
        raise Complaint(f"PORT={named} is not a number.")
    port = int(named or PORT)
    if not 0 < port < 2**16:
        raise Complaint(f"PORT={named} is no port: name one from 1024 to 65535.")
    try:
        free = is_free(port)
    except PermissionError:
        raise Complaint(f"You may not use port {port}: name one from 1024 to 65535.") from None
    if not free:
        raise Complaint(
            f"Something listens on port {port} already. End it, or name another port:\n"
            f"    make demo PORT={port + 1}"
        )
    return port


def _database(bench: Workbench) -> dict:
    """The demo's database, made or brought up to date; what there is to know about it."""
    name = demo_database()
    state = read_json(_state())
    current = module_key()
    if not state or not databases.exists(bench.server, name):
        state = furnish(bench, name)
    elif state.get("module") != current:
        step(f"Updating {MODULE} in the demo's database")
        odoo_run(bench.odoo, bench.server, name, f"--update={MODULE}")
    state["module"] = current
    _save(state)
    return state


def _state() -> Path:
    return clone() / "demo.json"


def _save(state: dict) -> None:
    """Keep what the next start needs. It holds API keys, so nobody else may read it."""
    write_json(_state(), state)
    _state().chmod(0o600)
