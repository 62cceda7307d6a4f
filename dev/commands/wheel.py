# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make wheel`: build the add-on's wheel, and see that it is whole and that Odoo installs it from there.

It is installed by pip where there is only what Odoo needs, and Odoo gets no add-ons folder of ours: whatever is
missing in the wheel is missing in that Odoo. There the add-on goes its way once, from sample data to drafts.
"""

from __future__ import annotations

from ..environment import wheel
from ..environment.console import Complaint, say, step
from ..environment.install import run_quietly
from ..environment.layout import MODULE, REPOSITORY, files
from ..environment.odoo import Odoo
from ..environment.shell import tell
from ..environment.workbench import Workbench, workbench
from ..lint.wheel import findings


def main() -> int:
    """Build and try the wheel, and say where it is.

    :return: 0; whatever is wrong is a complaint
    """
    step("Building the wheel")
    built = wheel.build()
    wrong = list(findings(built, REPOSITORY, files(REPOSITORY), MODULE))
    if wrong:
        raise Complaint("\n".join((f"{built.name} is not right:", *wrong)))
    step("Installing it beside an Odoo that has nothing else of ours")
    program = wheel.installed(built)
    with workbench() as bench, bench.scratch("wheel", bench.templates.bare()) as database:
        _try(Workbench(Odoo(program, folders=()), bench.server), database)
    say(f"    {built.stat().st_size // 1024} KB, installed and used: {built}")
    return 0


def _try(bench: Workbench, database: str) -> None:
    """Install the add-on from the wheel, and use it."""
    run_quietly(bench.odoo, bench.server, database, "init")
    used = tell(bench, database, "use.py")
    place = str(bench.odoo.python.parents[1])
    if not used["module"].startswith(place):
        raise Complaint(f"Odoo took the add-on from {used['module']}, not from the wheel.")
    if not used["drafts"]:
        raise Complaint(f"The add-on of the wheel invoiced nothing: {used}")
