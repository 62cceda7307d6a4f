# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The development environment: what protects the shared cache, and what a person is told."""

import contextlib
import io
import os
import subprocess
import sys
import threading
import time

import pytest

from ..dev.environment import axe, layout, npm
from ..dev.environment.cluster import running_pid
from ..dev.environment.console import Complaint
from ..dev.environment.install import first_problems, problems
from ..dev.environment.locks import Users, exclusive
from ..dev.environment.process import output_of, run_logged
from ..dev.environment.test_run import count, failures
from ..dev.lint import house

LOG = """\
2026-04-02 08:00:00,001 7 INFO db odoo.modules.loading: Loading module base (1/14)
2026-04-02 08:00:00,002 7 WARNING db odoo.models: something odd
2026-04-02 08:00:00,003 7 ERROR db odoo.sql_db: bad query
Traceback (most recent call last):
ValueError: no
2026-04-02 08:00:00,004 7 INFO db odoo: 2026 ERROR is only mentioned here
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / layout.MODULE


def test_a_relative_cache_folder_is_ignored(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert layout.cache() == tmp_path / "home" / ".cache" / layout.MODULE


def test_the_link_is_named_as_the_module():
    link = layout.addons() / layout.MODULE
    assert link.resolve() == layout.REPOSITORY
    assert layout.addons() == link.parent


def test_a_disk_that_is_too_small_is_said_beforehand():
    with pytest.raises(Complaint, match="MB are needed to unpack Odoo"):
        layout.need_space(10**9, "to unpack Odoo")


def test_half_a_state_file_reads_as_none(tmp_path):
    path = tmp_path / "state.json"
    layout.write_json(path, {"a": 1})
    assert layout.read_json(path) == {"a": 1}
    path.write_text('{"a": ', encoding="utf-8")
    assert layout.read_json(path) == {}


def test_the_last_user_is_told_so():
    first, second = Users("shared"), Users("shared")
    assert not first.leave()
    assert second.leave()


def test_a_lock_file_of_a_killed_server_is_stale(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n", encoding="utf-8")
    assert running_pid(data) is None
    (data / "postmaster.pid").write_text("", encoding="utf-8")
    assert running_pid(data) is None


def test_a_lock_file_of_a_running_server_is_not(tmp_path):
    server = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()", "-D", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        # Before it runs, the system still calls it by the name of who started it.
        server.stdout.readline()
        (tmp_path / "postmaster.pid").write_text(f"{server.pid}\n", encoding="utf-8")
        assert running_pid(tmp_path) == server.pid
    finally:
        server.communicate(b"\n")


def test_problems_of_a_log_come_with_their_traceback(tmp_path):
    log = tmp_path / "odoo.log"
    log.write_text(LOG, encoding="utf-8")
    (error,) = problems(log)
    assert error.endswith("ValueError: no")
    assert len(problems(log, ("WARNING", "ERROR"))) == 2
    assert "bad query" in first_problems(log)


def test_a_program_that_fails_is_quoted():
    with pytest.raises(Complaint, match="told you so"):
        output_of([sys.executable, "-c", "import sys; sys.exit('told you so')"])


def test_what_a_program_prints_is_logged_and_shown(tmp_path):
    seen = []
    log = tmp_path / "log"
    code = run_logged([sys.executable, "-c", "print('é'); exit(3)"], log, progress=seen.append)
    assert (code, seen) == (3, ["é"])
    assert log.read_text(encoding="utf-8") == "é\n"


def test_house_rules(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").write_text("from . import test_a\n", encoding="utf-8")
    for name in ("test_a.py", "test_b.py", "test_graph_c.py"):
        (tmp_path / "tests" / name).write_text(house.LICENSE, encoding="utf-8")
    bad = tmp_path / "bad.py"
    bad.write_text("import os\n" * 401, encoding="utf-8")
    view = tmp_path / "view.xml"
    view.write_text("<odoo>\n<record></odoo>", encoding="utf-8")
    found = "\n".join(house.findings(tmp_path, [bad, view]))
    assert "bad.py:1: the licence line is missing" in found
    assert "bad.py:401: more than 400 lines" in found
    assert "view.xml:2: not well-formed" in found
    assert "test_b.py is not imported" in found
    assert "test_graph_c.py" not in found


def test_tests_that_failed_are_named_as_odoo_wants_them():
    start = "2026-04-02 08:00:00,001 7 ERROR db odoo.addons.account.tests"
    suite = "2026-04-02 08:00:00,001 7 ERROR db odoo.tests.suite: ERROR: setUpClass"
    log = "\n".join(
        (
            f"{start}.test_tax: FAIL: TestTax.test_round",
            "AssertionError: FAIL: TestTax.test_shown",
            f"{start}.test_tax: ERROR: TestTax.test_round",
            f"{start}.test_move: ERROR: Subtest TestMove.test_dates (day=3)",
            f"{suite} (odoo.addons.account.tests.test_pay.TestPay)",
            "2026-04-02 08:00:00,001 7 INFO db odoo.addons.account.tests.test_tax: ERROR: TestTax.no",
        )
    )
    assert failures(log) == [
        "/account:TestTax.test_round",
        "/account:TestTax.test_round",
        "/account:TestMove.test_dates",
        "/account:TestPay",
    ]


@pytest.mark.parametrize("program", ["npm", "node"])
def test_without_npm_the_layout_is_not_checked_and_that_is_said(monkeypatch, capsys, program):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    if program == "node":
        home = npm.prettier_home()
        home.mkdir(parents=True)
        (home / npm.COMPLETE).touch()
    assert npm.prettier() is None
    said = capsys.readouterr().err
    assert f"no {program}" in said
    assert "IS NOT CHECKED" in said


def test_in_continuous_integration_nothing_may_be_left_out(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Complaint, match="no npm"):
        npm.prettier()


def test_axe_is_missed_as_loudly(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    assert axe.ensure() is None
    assert "WILL BE SKIPPED" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Complaint, match="no npm"):
        axe.ensure()


def test_who_waits_is_told_for_whom():
    # Read while it is written, and so by nothing that empties what it reads.
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        with exclusive("one", "at work"):
            waiting = threading.Thread(target=_pass_through)
            waiting.start()
            deadline = time.monotonic() + 30
            while "process" not in told.getvalue() and time.monotonic() < deadline:
                pass
        waiting.join()
    wanted = f"waiting for another command that is at work (process {os.getpid()}: "
    assert wanted in told.getvalue()


def _pass_through():
    with exclusive("one", "at work"):
        pass


def test_a_run_of_tests_that_was_killed_has_no_count():
    line = "odoo.tests.result: 2 failed, 1 error(s) of 40 tests when loading database 'db'"
    assert count(f"...\n{line}\n") == (37, 3)
    assert count("... Starting TestTax.test_round ...") is None
