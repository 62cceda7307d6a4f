# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make env`: everything that the other commands need, and nothing else."""

from __future__ import annotations

from ..environment import browser
from ..environment.console import say, step
from ..environment.layout import cache
from ..environment.workbench import workbench


def main() -> int:
    """Download, install and prepare whatever is missing; say what there is."""
    step("Setting up the environment")
    chrome = browser.ensure()
    with workbench() as bench:
        prepared = bench.templates.installed()
        say(f"    cache       {cache()}")
        say(f"    Python      {bench.odoo.python}")
        say(f"    Odoo        {bench.odoo.source}")
        say(f"    PostgreSQL  {bench.server.psql('SHOW server_version')}")
        say(f"    browser     {chrome or 'none'}")
        say(f"    database    {prepared}")
    say("Ready: make test, make lint, make demo, make bench, make shell.")
    return 0
