# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`python3 -m dev <command>`: what the Makefile calls. Needs nothing but Python and its library."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys

COMMANDS = (
    *("account_tests", "bench", "ci", "clean", "coverage", "demo", "env", "format", "life_cycle"),
    *("lint", "mutants", "odoo_tests", "screenshots", "shell", "test", "translations", "unit"),
    *("upgrade", "wheel"),
)
OPTIONS = {"translations": {"--check"}}


def main(arguments: list[str]) -> int:
    """Run one command.

    :return: its exit code; 1 after a complaint, 130 after Ctrl-C
    """
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    command, *options = arguments or [""]
    if command not in COMMANDS or not OPTIONS.get(command, set()).issuperset(options):
        print(f"usage: python3 -m dev {{{','.join(COMMANDS)}}}", file=sys.stderr)
        return 2
    # Leave by way of every "finally", so that nothing that was started stays behind.
    signal.signal(signal.SIGTERM, _terminated)
    # A make that runs under a CI system may have SIGINT ignored; Ctrl-C is how a demo ends.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from .environment.console import Complaint

    try:
        return importlib.import_module(f".commands.{command}", __package__).main(*options)
    except Complaint as complaint:
        print(f"\n{complaint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has left; Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        print(f"\n{error}.\nPut this right and start again.", file=sys.stderr)
        return 1


def _terminated(_number, _frame):
    sys.exit(143)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
