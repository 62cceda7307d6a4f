# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make pot`: the template of terms by Odoo's own exporter, and the languages brought up to it."""

from __future__ import annotations

from ..environment.console import Complaint, step
from ..environment.layout import MODULE, REPOSITORY, clone, folder, logs
from ..environment.process import run_logged, run_shown, tail
from ..environment.workbench import workbench


def main(*options: str) -> int:
    """Export the terms and merge them into every language of ``i18n/``.

    What a language lacks or has wrong is listed, and how many terms it has is counted.

    :param options: ``--check`` changes no file, and only says whether one would have to change, or
        whether a term of any language is not translated, or not rightly
    :return: 0; with ``--check`` 1 when a file is not current, or a language not complete and right
    :raise Complaint: when Odoo cannot export
    """
    exported = folder(clone() / "translations") / f"{MODULE}.pot"
    exported.unlink(missing_ok=True)
    with (
        workbench() as bench,
        bench.scratch("translations", bench.templates.installed()) as database,
    ):
        step("Exporting the terms")
        log = logs() / "translations.log"
        command = [bench.odoo.python, "-m", "odoo", "i18n", "export"]
        command += ["--config", bench.odoo.configuration(), "--database", database]
        command += ["--output", exported, MODULE]
        if run_logged(command, log, env=bench.environment) or not exported.is_file():
            raise Complaint(f"Odoo exported nothing:\n{tail(log)}\nLog: {log}")
        merge = [bench.odoo.python, "-m", "dev.translations.merge"]
        merge += [exported, REPOSITORY / "i18n", *options]
        return run_shown(merge, env=bench.environment, cwd=REPOSITORY)
