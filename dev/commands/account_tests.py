# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make account`: the tests of Odoo's own Invoicing, with this add-on installed.

They take an hour and more, so they are no part of `make ci`. What fails is run again where this add-on is not
installed: what fails there as well is none of its doing.
"""

from __future__ import annotations

import os
import shlex

from ..environment.console import Complaint, say, step
from ..environment.test_run import count, failures, log_of, prepare_browser, run_tests
from ..environment.workbench import workbench

SUITE = "/account"
# A class of tests is one long transaction: what is counted meanwhile are tables that are empty for everybody else,
# and plans that are made for empty tables take minutes on those of the test.
NO_AUTOVACUUM = """
    DO $$ DECLARE name regclass; BEGIN
        FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
            EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name);
        END LOOP;
    END $$
"""
WITH, WITHOUT = "account-with-us", "account-without-us"


def main() -> int:
    """Run the tests; ``ARGS`` holds other tags of Odoo's ``--test-tags`` than the whole suite.

    :return: 0 when nothing failed that passes without this add-on
    """
    tags = ",".join(shlex.split(os.environ.get("ARGS", ""))) or SUITE
    prepare_browser()
    with workbench() as bench:
        step(f"Running {tags} with this add-on")
        with bench.scratch("account", bench.templates.installed()) as database:
            bench.server.psql(NO_AUTOVACUUM, database)
            passed, bad = run_tests(bench, database, WITH, f"--test-tags={tags}")
        log = log_of(WITH).read_text(encoding="utf-8", errors="replace")
        if count(log) is None:
            raise Complaint(f"Odoo did not come to the end of the tests. Log: {log_of(WITH)}")
        named = failures(log)
        failed = list(dict.fromkeys(named))
        anyway: set[str] = set()
        if failed:
            step(f"Running the {len(failed)} that failed once more, without this add-on")
            with bench.scratch("account", bench.templates.base()) as database:
                bench.server.psql(NO_AUTOVACUUM, database)
                run_tests(bench, database, WITHOUT, f"--test-tags={','.join(failed)}")
            again = log_of(WITHOUT).read_text(encoding="utf-8", errors="replace")
            anyway.update(failures(again))
    ours = [name for name in failed if name not in anyway]
    for name in failed:
        say(f"fails with and without us: {name}" if name in anyway else f"FAILS WITH US: {name}")
    # What went wrong outside every test has no name, and is counted all the same.
    nameless = max(bad - len(named), 0)
    if nameless:
        say(f"FAILS, and the log does not say which: {nameless}. Log: {log_of(WITH)}")
    say(f"{passed} passed, {len(ours) + nameless} failed, {len(anyway)} fail without us too")
    return 1 if ours or nameless else 0
