# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a person at the terminal reads: steps, progress, complaints."""

from __future__ import annotations

import os
import sys
import time

# Without a terminal a progress line is repeated this often (seconds), so that a log stays short.
QUIET_INTERVAL = 15


class Complaint(Exception):
    """Something a person can put right: shown as it is, without a traceback, exit code 1."""


def say(text: str = "") -> None:
    """Print one line at once, so that it stands before whatever a child process prints."""
    print(text, flush=True)


def step(text: str) -> None:
    """Announce a piece of work that takes a while."""
    say(f"==> {text}")


def warn(text: str) -> None:
    """Say something on stderr that must not be overlooked."""
    bar = "!" * 78
    print(f"{bar}\n{text}\n{bar}", file=sys.stderr, flush=True)


class Progress:
    """One line that shows how far a long piece of work is.

    On a terminal the line is rewritten in place; elsewhere it is printed every
    :data:`QUIET_INTERVAL` seconds.
    """

    def __init__(self) -> None:
        self._tty = sys.stdout.isatty()
        self._started = self._shown = time.monotonic()
        self._open = False

    def show(self, text: str) -> None:
        """Replace the line by ``text``."""
        now = time.monotonic()
        if self._tty:
            width = _columns() - 1
            print(f"\r\033[K    {text}"[: width + 4], end="", flush=True)
            self._open = True
        elif now - self._shown >= QUIET_INTERVAL:
            self._shown = now
            say(f"    {text}")

    def done(self, text: str = "done") -> None:
        """Close the line with ``text`` and the seconds since the start."""
        if self._open:
            print("\r\033[K", end="")
        say(f"    {text} ({time.monotonic() - self._started:.0f} s)")

    def abandon(self) -> None:
        """Leave the line, because something went wrong."""
        if self._open:
            print(flush=True)


def _columns() -> int:
    try:
        return os.get_terminal_size().columns
    except OSError:
        return 80
