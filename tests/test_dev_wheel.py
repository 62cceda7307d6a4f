# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A wheel that is not whole, or holds what is none of the add-on's, must be noticed before anybody installs it."""

from zipfile import ZipFile

import pytest

from ..dev.environment.layout import files
from ..dev.lint.wheel import findings, named

MANIFEST = {
    "version": "19.0.1.0.0",
    "external_dependencies": {"python": ["requests", "msal"]},
    "data": ["views/a.xml"],
    "assets": {"web.assets_backend": ["mod/static/src/**/*", "web/static/lib/x.js"]},
}
ADDON = (
    *("__init__.py", "__manifest__.py", "views/a.xml", "static/src/a.js"),
    *("static/description/icon.png", "static/description/index.html"),
)
HOUSE = ("Makefile", "dev/x.py", ".ci/run")
METADATA = (
    "Name: odoo-addon-mod\nVersion: 19.0.1.0.0\nRequires-Dist: msal\nRequires-Dist: requests\n"
)


@pytest.fixture
def root(tmp_path):
    """A repository of a small add-on and its house."""
    home = tmp_path / "clone"
    for name in (*ADDON, *HOUSE):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (home / "__manifest__.py").write_text(f"# a comment\n{MANIFEST!r}\n", encoding="utf-8")
    return home


def found(root, *, without=(), more=(), metadata=METADATA):
    """What is said of a wheel of this repository, without some files and with others."""
    wheel = root.parent / "a.whl"
    with ZipFile(wheel, "w") as archive:
        for name in ADDON:
            if name not in without:
                archive.writestr(f"odoo/addons/mod/{name}", "")
        for name in more:
            archive.writestr(name, "")
        archive.writestr("odoo_addon_mod-19.0.1.0.0.dist-info/METADATA", metadata)
    return "\n".join(findings(wheel, root, files(root), "mod"))


def test_a_whole_wheel_is_right(root):
    assert found(root) == ""


def test_a_file_of_the_add_on_is_missed(root):
    text = found(root, without=("__init__.py",))
    assert text == "__init__.py is not in the wheel: pyproject.toml lists what is"


def test_a_new_folder_of_the_repository_has_to_be_decided_on(root):
    (root / "report").mkdir()
    (root / "report" / "r.py").touch()
    assert found(root).startswith("report/r.py is not in the wheel")


def test_what_is_none_of_the_add_ons_is_refused(root):
    text = found(root, more=("odoo/addons/mod/dev/x.py", "odoo/addons/mod/models/left.py", "x.py"))
    assert [line.partition(" is in the wheel")[0] for line in text.splitlines()] == [
        "dev/x.py",
        "models/left.py",
        "x.py",
    ]


def test_what_the_manifest_names_has_to_be_there(root):
    for name in ("views/a.xml", "static/src/a.js", "static/description/icon.png"):
        (root / name).unlink()
    text = found(root, without=("views/a.xml", "static/src/a.js", "static/description/icon.png"))
    assert [line.partition(" is named")[0] for line in text.splitlines()] == [
        "views/a.xml",
        "static/src/**/*",
        "static/description/icon.png",
    ]


def test_the_version_is_the_manifests(root):
    text = found(root, metadata=METADATA.replace("1.0.0", "1.0.1"))
    assert text == "the wheel is 19.0.1.0.1, the manifest 19.0.1.0.0"


def test_the_wheel_asks_for_what_the_manifest_needs(root):
    text = found(root, metadata=METADATA.replace("Requires-Dist: msal\n", ""))
    assert text == "the wheel asks for ['requests'], the manifest for ['msal', 'requests']"


def test_a_wheel_that_says_nothing_of_itself_is_no_wheel(root):
    assert "the wheel is None" in found(root, metadata="")


def test_files_of_other_modules_are_theirs():
    assert "web/static/lib/x.js" not in set(named(MANIFEST, "mod"))


def test_directives_of_assets_name_their_files_last():
    manifest = {"assets": {"web.assets_backend": [("remove", "mod/static/src/b.js")]}}
    assert "static/src/b.js" in set(named(manifest, "mod"))


def test_caches_are_nobodys_work(root):
    (root / ".ruff_cache").mkdir()
    (root / ".ruff_cache" / "CACHEDIR.TAG").touch()
    (root / "__pycache__").mkdir()
    (root / "__pycache__" / "x.pyc").touch()
    assert found(root) == ""
