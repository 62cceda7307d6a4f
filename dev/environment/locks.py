# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Locks between commands that run at the same time, also those of other clones."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import say
from .layout import cache, folder


@contextmanager
def exclusive(name: str, waiting_for: str) -> Iterator[None]:
    """Hold the lock ``name``; the system lets go of it when the process ends, however it ends.

    :param name: the lock's file name
    :param waiting_for: what another command is busy with, shown when we have to wait
    """
    handle = _open(name)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"    waiting for another command that is {waiting_for}{_holder(handle)}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}".encode(), 0)
        yield
    finally:
        os.close(handle)


class Users:
    """Who uses something shared, so that the last one can switch it off."""

    def __init__(self, name: str) -> None:
        self._handle = _open(name)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Stop using it; true when nobody else does. Call it under an exclusive lock."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(self._handle)
        return True


def _holder(handle: int) -> str:
    """Which process wrote itself into a lock that it holds, and how it was called; empty when none has yet."""
    number = os.pread(handle, 20, 0).decode()
    if not number:
        return ""
    try:
        command = (
            Path("/proc", number, "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        )
    except OSError:
        command = ""
    return f" (process {number}{': ' if command else ''}{command})"


def _open(name: str) -> int:
    return os.open(folder(cache() / "locks") / name, os.O_RDWR | os.O_CREAT, 0o600)
