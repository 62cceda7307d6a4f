# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make screenshots`: the pictures of the documents, taken anew of what `make demo` shows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..demo import servers
from ..demo.database import furnish
from ..demo.rpc import Odoo
from ..demo.story import connect_all
from ..demo.world import ADMINISTRATOR
from ..environment import browser
from ..environment.console import Complaint, step
from ..environment.layout import REPOSITORY
from ..environment.ports import HOST, free_port
from ..environment.process import run_shown
from ..environment.workbench import workbench

NAME = "screenshots"
PICTURES = REPOSITORY / "static" / "description"


def main() -> int:
    """Start the demo's servers on a database that is dropped at the end, and photograph the screens.

    :return: 0 when every picture was taken
    :raise Complaint: without a browser
    """
    chromium = browser.ensure()
    if not chromium:
        raise Complaint("Without a browser there are no pictures.")
    with workbench() as bench, bench.scratch(NAME, None) as database:
        made = furnish(bench, database)
        companies = list(made["companies"].values())
        now = datetime.fromisoformat(made["now"])
        with servers.tenant(bench.odoo.python, now, free_port(), NAME) as tenant:
            env, port = servers.trust(Path(tenant["ca"])), free_port()
            with servers.odoo(bench, database, port, env, NAME):
                url = f"http://{HOST}:{port}"
                key = made["keys"][ADMINISTRATOR]
                connect_all(Odoo(url, database, key, companies), made["companies"], tenant)
                step("Taking the pictures")
                command = [bench.odoo.python, "-m", "dev.screenshots.camera", chromium, url]
                command += ["-".join(map(str, companies)), PICTURES]
                return run_shown(command, env=bench.environment, cwd=REPOSITORY)
