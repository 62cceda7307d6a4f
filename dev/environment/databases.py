# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Databases together with their file stores: copy, rename, drop."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .layout import folder
from .odoo import data_dir
from .postgres import Postgres


def filestore(name: str) -> Path:
    """The folder in which Odoo keeps the attachments of a database."""
    return data_dir() / "filestore" / name


def exists(server: Postgres, name: str) -> bool:
    """Whether the server has a database of this name."""
    return bool(server.psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def names(server: Postgres, prefix: str) -> list[str]:
    """All databases whose name starts with ``prefix``."""
    return server.psql(
        f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}') ORDER BY 1"
    ).splitlines()


def copy(server: Postgres, source: str, target: str) -> None:
    """Copy a database that nobody is connected to, replacing the target.

    Odoo never changes a file of the store, it only adds and removes: hard links will do.
    """
    drop(server, target)
    server.psql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
    if filestore(source).is_dir():
        shutil.copytree(filestore(source), filestore(target), copy_function=_link)


def rename(server: Postgres, source: str, target: str) -> None:
    """Rename a database that nobody is connected to, replacing the target."""
    drop(server, target)
    if filestore(source).is_dir():
        filestore(source).rename(folder(filestore(target).parent) / target)
    server.psql(f'ALTER DATABASE "{source}" RENAME TO "{target}"')


def drop(server: Postgres, name: str) -> None:
    """Drop a database, if it is there, and whoever is still connected to it."""
    server.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(filestore(name), ignore_errors=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target)
