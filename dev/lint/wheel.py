# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a wheel of the add-on must hold, and what it must not."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

# What looks after the add-on, and is no part of it.
HOUSE = frozenset(
    (
        *(".ci", ".gitattributes", ".gitignore", ".prettierrc.yml"),
        *("CONTRIBUTING.rst", "Makefile", "dev", "pyproject.toml"),
    )
)
# What Odoo looks for by its place, without being told in the manifest.
UNNAMED = ("static/description/icon.png", "static/description/index.html")


def findings(wheel: Path, root: Path, files: Iterable[Path], module: str) -> Iterator[str]:
    """Each thing that is wrong with a wheel, in a sentence.

    :param wheel: the file
    :param root: the repository, whose root is the add-on
    :param files: what is in the repository, the house's own files included
    :param module: the add-on's technical name
    """
    manifest = ast.literal_eval((root / "__manifest__.py").read_text(encoding="utf-8"))
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
        described = next((name for name in names if name.endswith(".dist-info/METADATA")), None)
        metadata = message_from_bytes(archive.read(described)) if described else Message()
    home = f"odoo/addons/{module}/"
    held = {name.removeprefix(home) for name in names if name.startswith(home)}
    foreign = {name for name in names if not name.startswith(home) and ".dist-info/" not in name}
    ours = {path.relative_to(root).as_posix() for path in files}
    ours = {name for name in ours if PurePosixPath(name).parts[0] not in HOUSE}
    for name in sorted(foreign | (held - ours)):
        yield f"{name} is in the wheel, and is no part of the add-on"
    for name in sorted(ours - held):
        yield f"{name} is not in the wheel: pyproject.toml lists what is"
    for name in named(manifest, module):
        # Odoo's "**" stands for any folders, none included; a star of this kind, for anything.
        pattern = name.replace("**/", "*")
        if not any(fnmatchcase(entry, pattern) for entry in held):
            yield f"{name} is named by the manifest, and nothing in the wheel is called so"
    if metadata["Version"] != manifest["version"]:
        yield f"the wheel is {metadata['Version']}, the manifest {manifest['version']}"
    asked, needed = set(metadata.get_all("Requires-Dist", ())), _needed(manifest)
    if asked != needed:
        yield f"the wheel asks for {sorted(asked)}, the manifest for {sorted(needed)}"


def named(manifest: dict, module: str) -> Iterator[str]:
    """The files, or patterns of files, that must be there for the manifest's sake.

    :param manifest: its content
    :param module: the technical name, with which the paths of assets begin
    """
    for key in ("data", "demo"):
        yield from manifest.get(key, ())
    for bundle in manifest.get("assets", {}).values():
        for entry in bundle:
            # A directive such as ("remove", path) names its files last.
            path = entry if isinstance(entry, str) else entry[-1]
            if path.startswith(f"{module}/"):
                yield path.removeprefix(f"{module}/")
    yield from UNNAMED


def _needed(manifest: dict) -> set[str]:
    return set(manifest.get("external_dependencies", {}).get("python", ()))
