# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Odoo that everything runs on: where it is, and how its programs are called."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from . import debian, python_env
from .console import Complaint
from .layout import MODULE, REPOSITORY, addons, cache, clone, digest, folder


class Odoo:
    """An Odoo 19, and this clone as an add-on of it.

    :param python: the interpreter to run it with; that of the environment when left out
    :param folders: the add-ons folders to find this add-on in; the one that shows this clone when left out,
        none at all where it is installed as a Python package
    """

    def __init__(self, python: Path | None = None, folders: Sequence[Path] | None = None) -> None:
        self.python = python or python_env.python()
        self._folders = [addons()] if folders is None else list(folders)
        named = os.environ.get("ODOO_SRC")
        self.source = _named(named) if named else debian.unpacked()

    @cached_property
    def key(self) -> str:
        """Changes when another Odoo is used: what was prepared with one is not for the other."""
        head = self.source / ".git" / "HEAD"
        commit = ""
        if head.is_file():
            commit = head.read_text(encoding="ascii").strip()
            reference = self.source / ".git" / commit.removeprefix("ref: ")
            commit += reference.read_text(encoding="ascii") if reference.is_file() else ""
        release = (self.source / "odoo" / "release.py").read_bytes()
        return digest(str(self.source), commit, release)[:8]

    @cached_property
    def search_path(self) -> Path:
        """A folder that holds the ``odoo`` package and nothing else.

        The folder it really lies in may hold all of Debian's Python packages, which must not come
        before those of the lock file.
        """
        result = folder(clone() / "path")
        link = result / "odoo"
        target = self.source / "odoo"
        if not link.is_symlink() or Path(os.readlink(link)) != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target, target_is_directory=True)
        return result

    def environment(self, database: Mapping[str, str]) -> dict[str, str]:
        """The environment of a program that imports Odoo.

        :param database: libpq's variables that lead to the server
        """
        env = python_env.clean_environment() | dict(database)
        env["PYTHONPATH"] = str(self.search_path)
        env["PATH"] = os.pathsep.join((str(self.python.parent), env.get("PATH", os.defpath)))
        return env

    def configuration(self) -> Path:
        """Write the configuration file that every Odoo of this clone is started with.

        Without one Odoo would read the one in the user's home folder.
        """
        addons_path = self.addons_path()
        path = clone() / f"odoo-{digest(addons_path)[:8]}.conf"
        # Others of this clone may be starting at the same time: they find the whole file, this one or that before.
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(
            "[options]\n"
            # Without the line Odoo looks where its own are, and among the Python packages.
            + (f"addons_path = {addons_path}\n" if addons_path else "")
            + f"data_dir = {data_dir()}\n"
            "http_interface = 127.0.0.1\n"
            "max_cron_threads = 0\n"
            "list_db = False\n"
            "screenshots = " + str(folder(clone() / "screenshots")) + "\n",
            encoding="utf-8",
        )
        draft.replace(path)
        return path

    def addons_path(self, *further: Path) -> str:
        """Where this clone's Odoo looks for add-ons, as its option wants it.

        :param further: folders of other add-ons
        """
        folders = [*self._folders, *further]
        if (self.source / "addons" / "account").is_dir():
            folders.append(self.source / "addons")
        return ",".join(str(entry) for entry in folders)

    def command(self, *arguments: str, subcommand: str | None = None) -> list[str]:
        """The command line of ``odoo``, or of one of its subcommands."""
        start = [str(self.python), "-m", "odoo"]
        if subcommand:
            start.append(subcommand)
        return [*start, "--config", str(self.configuration()), *arguments]


def data_dir() -> Path:
    """Odoo's data folder; a file store in it is named after its database."""
    return folder(cache() / "data")


def module_key() -> str:
    """Changes when a file changes that installing the module depends on."""
    return digest(*_installable())[:12]


def _installable() -> Sequence[str | bytes]:
    folders = ("controllers", "data", "demo", "i18n", "models", "report", "security", "views")
    files = [REPOSITORY / "__manifest__.py", REPOSITORY / "__init__.py"]
    for name in (*folders, "billing", "graph", "wizards"):
        files.extend(
            path
            for path in (REPOSITORY / name).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        )
    files.extend((REPOSITORY / "static" / "description").glob("icon.*"))
    parts: list[str | bytes] = [MODULE]
    for path in sorted(files):
        parts += [str(path.relative_to(REPOSITORY)), path.read_bytes()]
    return parts


def _named(value: str) -> Path:
    """The folder of ``ODOO_SRC``, when it really holds an Odoo 19."""
    source = Path(value).expanduser().resolve()
    if source.name == "odoo" and (source / "release.py").is_file():
        source = source.parent
    release = source / "odoo" / "release.py"
    if not release.is_file():
        raise Complaint(
            f"ODOO_SRC={value} holds no Odoo: there is no odoo/release.py in it.\n"
            "Name a checkout of Odoo 19, or the folder that holds the odoo package."
        )
    version = re.search(r"^version_info = \((\d+)", release.read_text(encoding="utf-8"), re.M)
    if not version or version[1] != "19":
        raise Complaint(f"ODOO_SRC={value} is Odoo {version[1] if version else '?'}, not Odoo 19.")
    return source
