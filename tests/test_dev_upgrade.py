# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rehearsal of an upgrade: what it compares, and the version that it makes."""

import ast

import pytest

from ..dev.commands.upgrade import raised
from ..dev.environment.console import Complaint
from ..dev.environment.traces import difference


def test_the_next_version_is_one_higher_and_has_a_script_for_each_stage(tmp_path):
    (tmp_path / "__manifest__.py").write_text(
        '{"name": "A 1.0", "version": "19.0.1.2.9", "depends": ["b"]}', encoding="utf-8"
    )
    assert raised(tmp_path) == ("19.0.1.2.9", "19.0.1.2.10")
    manifest = ast.literal_eval((tmp_path / "__manifest__.py").read_text(encoding="utf-8"))
    assert manifest == {"name": "A 1.0", "version": "19.0.1.2.10", "depends": ["b"]}
    scripts = tmp_path / "migrations" / "19.0.1.2.10"
    assert {path.name for path in scripts.iterdir()} == {
        *("pre-probe.py", "post-probe.py", "end-probe.py")
    }
    (function,) = [
        node.name
        for node in ast.parse((scripts / "pre-probe.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    ]
    assert function == "migrate"


def test_a_manifest_without_a_version_is_said(tmp_path):
    (tmp_path / "__manifest__.py").write_text('{"name": "A"}', encoding="utf-8")
    with pytest.raises(Complaint, match="no version"):
        raised(tmp_path)


def test_what_came_and_what_went_is_told_by_its_kind():
    before = {"a": {"1", "2"}, "gone": {"9"}}
    after = {"a": {"2", "3"}, "come": {"8"}}
    assert [line.strip() for line in difference(before, after)] == [
        *("a: 3 is new", "a: 1 is missing", "come: 8 is new", "gone: 9 is missing"),
    ]
