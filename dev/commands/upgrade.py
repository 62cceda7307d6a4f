# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make upgrade`: from this version's database to the next version, where nothing may change; or from an older version.

``make upgrade`` raises the version and updates a database that was used: Odoo has to run the scripts of the new
version, in their order, and every row of every table has to stay as it was.

``make upgrade FROM=<commit>`` installs and uses the add-on as it was then, and updates it to what it is now: the log
has to be clean, and the database built as a fresh installation builds it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from ..environment.console import Complaint, say, step
from ..environment.install import odoo_run, run_quietly
from ..environment.layout import MODULE, REPOSITORY, clone, files, folder
from ..environment.odoo import Odoo
from ..environment.shell import tell
from ..environment.traces import SCHEMA, contents, difference, traces
from ..environment.workbench import Workbench, workbench
from ..lint.wheel import HOUSE

# What Odoo itself writes whenever any module is updated.
ODOOS_OWN = {
    "ir_cron_trigger": "its own housekeeping is asked for",
    "ir_module_module": "the version that is installed",
    "orm_signaling_registry": "the other workers are told",
}
VERSION = re.compile(r'("version": "(?:\d+\.)+)(\d+)"')
STAGES = ("pre", "post", "end")
# A script of the next version, which only says that it ran and from which version.
SCRIPT = """\
import logging


def migrate(cr, version):
    logging.getLogger("odoo.upgrade").info("PROBE {stage} from %s", version)
"""


def main() -> int:
    """Upgrade to the next version, or from the one that ``FROM`` names.

    :return: 0; whatever is wrong is a complaint
    """
    revision = os.environ.get("FROM", "")
    with workbench() as bench, bench.scratch("upgrade", bench.templates.bare()) as database:
        if revision:
            _from(bench, database, revision)
        else:
            step("Installing and using it")
            odoo_run(bench.odoo, bench.server, database, f"--init={MODULE}")
            tell(bench, database, "use.py")
            to_next(bench, database)
    say("    Upgraded.")
    return 0


def to_next(bench: Workbench, database: str) -> None:
    """Update the add-on in a database to a version that is one higher and otherwise the same.

    :raise Complaint: when a script did not run in its turn, or anything changed
    """
    home = clone() / "next"
    version, following = raised(_copy(home))
    step(f"Upgrading from {version} to {following}: nothing may change")
    before = contents(bench.server, database)
    log = run_quietly(Odoo(folders=(home,)), bench.server, database, "update")
    ran = re.findall(r"PROBE (\w+) from (\S+)", log.read_text(encoding="utf-8"))
    if ran != [(stage, version) for stage in STAGES]:
        raise Complaint(f"Of the scripts of {following} these ran: {ran}. Log: {log}")
    installed = bench.server.psql(
        f"SELECT latest_version FROM ir_module_module WHERE name = '{MODULE}'", database
    )
    if installed != following:
        raise Complaint(f"After the upgrade {installed} is installed, not {following}.")
    after = contents(bench.server, database)
    for table in ODOOS_OWN:
        before.pop(table), after.pop(table)
    changed = difference(before, after)
    if changed:
        listed = "\n".join(line[:300] for line in changed[:20])
        raise Complaint(f"The upgrade changed {len(changed)} rows, such as:\n{listed}")


def _from(bench: Workbench, database: str, revision: str) -> None:
    """Update a database of an older version, and compare how it is built with a fresh one's."""
    home = clone() / "former"
    _archive(revision, home)
    step(f"Installing and using {revision}")
    former = Workbench(Odoo(folders=(home,)), bench.server)
    odoo_run(former.odoo, former.server, database, f"--init={MODULE}")
    # As it was used then: what can be told to it has changed since, too.
    tell(former, database, "use.py", home / MODULE / "dev" / "life_cycle")
    step("Upgrading to what it is now")
    run_quietly(bench.odoo, bench.server, database, "update")
    with bench.scratch("fresh", bench.templates.bare()) as fresh:
        step("Installing it afresh, to compare")
        odoo_run(bench.odoo, bench.server, fresh, f"--init={MODULE}")
        wanted = traces(bench.server, fresh, SCHEMA)
    left = difference(wanted, traces(bench.server, database, SCHEMA))
    if left:
        listed = "\n".join(left[:40])
        raise Complaint(f"A database that was upgraded is not built as a new one:\n{listed}")


def _copy(home: Path) -> Path:
    """A copy of the add-on in an add-ons folder of its own."""
    shutil.rmtree(home, ignore_errors=True)
    for path in files(REPOSITORY):
        place = path.relative_to(REPOSITORY)
        if place.parts[0] not in HOUSE:
            shutil.copy(path, folder((home / MODULE / place).parent))
    return home / MODULE


def raised(module: Path) -> tuple[str, str]:
    """Raise the version of an add-on by one, with a script for each stage; the versions before and after."""
    manifest = module / "__manifest__.py"
    text = manifest.read_text(encoding="utf-8")
    found = VERSION.search(text)
    if not found:
        raise Complaint("The manifest has no version.")
    prefix, last = found[1], int(found[2])
    manifest.write_text(VERSION.sub(f'{prefix}{last + 1}"', text), encoding="utf-8")
    version = prefix.partition(': "')[2]
    scripts = folder(module / "migrations" / f"{version}{last + 1}")
    for stage in STAGES:
        (scripts / f"{stage}-probe.py").write_text(SCRIPT.format(stage=stage), encoding="utf-8")
    return f"{version}{last}", f"{version}{last + 1}"


def _archive(revision: str, home: Path) -> None:
    """The repository as it was at a commit, as an add-ons folder.

    :raise Complaint: when git knows no such commit
    """
    shutil.rmtree(home, ignore_errors=True)
    archive = home.with_suffix(".tar")
    command = ["git", "archive", f"--prefix={MODULE}/", f"--output={archive}", revision]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Complaint(f"git has no {revision} to upgrade from: {done.stderr.strip()}")
    shutil.unpack_archive(archive, folder(home))
    archive.unlink()
