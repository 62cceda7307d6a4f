# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where everything lies: this clone, the cache all clones share, and what belongs to one clone.

::

    <cache>/odoo/<version>-<recipe>/     an unpacked Odoo, complete or absent
    <cache>/python/<key>/                a virtual environment, complete or absent
    <cache>/addons/<key>/                add-ons of others, <cache>/downloads/<key>/ Python packages as files
    <cache>/axe/, <cache>/prettier/      what npm has
    <cache>/postgres/<major>/            the database cluster
    <cache>/data/                        Odoo's data folder: file stores and sessions
    <cache>/templates/<database>.json    what the prepared databases were made of
    <cache>/clones/<key>/                add-ons folder, configuration and logs of one clone
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .console import Complaint

MODULE = "microsoft_bookings"
REPOSITORY = Path(__file__).resolve().parents[2]
# What other tools leave in a clone, and the file by which a folder says that it is a cache.
SKIPPED_FOLDERS = {".git", "__pycache__", "build", "node_modules"}
CACHE_TAG = "CACHEDIR.TAG"


def cache() -> Path:
    """The folder that all clones of one user share; made when it is not there."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    # The XDG specification says to ignore a relative path.
    root = Path(base) if os.path.isabs(base) else Path.home() / ".cache"
    return folder(root / MODULE)


def folder(path: Path) -> Path:
    """Make ``path`` with its parents and return it."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def files(root: Path) -> Iterator[Path]:
    """The files below ``root`` that are somebody's work, in order; links are not followed."""
    for path in sorted(root.iterdir()):
        if path.is_symlink() or path.name in SKIPPED_FOLDERS or (path / CACHE_TAG).exists():
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def clone_key() -> str:
    """Eight hexadecimal digits that tell this clone from others on the machine."""
    return digest(str(REPOSITORY))[:8]


def demo_database() -> str:
    """The name of the demo's database; clones share a server, so it holds the clone's key."""
    return f"{MODULE}_demo_{clone_key()}"


def clone() -> Path:
    """The folder in the cache that belongs to this clone."""
    return folder(cache() / "clones" / clone_key())


def logs() -> Path:
    """Where this clone's commands keep their logs."""
    return folder(clone() / "logs")


def addons() -> Path:
    """An add-ons folder that shows this clone under the module's technical name.

    Odoo, pytest-odoo and pylint-odoo all take a module's name from its folder, and a clone may
    be called anything. The link lies outside the clone: one inside it that leads back to it would
    send Odoo's translation export round in circles.
    """
    link = folder(clone() / "addons") / MODULE
    if not link.is_symlink() or Path(os.readlink(link)) != REPOSITORY:
        link.unlink(missing_ok=True)
        link.symlink_to(REPOSITORY, target_is_directory=True)
        write_json(clone() / "clone.json", {"repository": str(REPOSITORY)})
    return link.parent


def need_space(megabytes: int, purpose: str) -> None:
    """Refuse to start what would fill the disk half-way.

    :param megabytes: what the work needs, rounded up
    :param purpose: what it is needed for, to end the sentence with
    :raise Complaint: when less is free where the cache lies
    """
    free = shutil.disk_usage(cache()).free // 2**20
    if free < megabytes:
        raise Complaint(
            f"The disk of {cache()} has {free} MB left; {megabytes} MB are needed {purpose}.\n"
            "Free some space, or set XDG_CACHE_HOME to a folder on another disk, and start again."
        )


def digest(*parts: str | bytes) -> str:
    """A hexadecimal SHA-256 over the parts; where one ends and the next begins counts."""
    result = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        result.update(len(data).to_bytes(8, "big") + data)
    return result.hexdigest()


def write_json(path: Path, content: dict) -> None:
    """Write a small state file so that a reader never meets half of it."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
    half.replace(path)


def read_json(path: Path) -> dict:
    """What :func:`write_json` wrote, or nothing when it is not there or cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
