# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ports of this machine that servers of ours may listen on."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether nothing listens on a port of this machine.

    :raise PermissionError: when the system keeps the port for itself
    """
    with socket.socket() as probe:
        # As servers do it: the port of a server that has just ended counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
