# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Getting an answer to the caller, or failing to, as its fault says."""

import socket
import time
from http import HTTPStatus

from .replies import Reply

# Where the in-process adapter wants to be told of faults of the connection.
WIRE = "microsoft_bookings.sandbox.wire"


def deliver(reply: Reply, environ, start_response):
    """The WSGI answer. Faults of the connection happen to the server's socket.

    In process there is none: the fault is noted in the dict that the adapter has put into the
    environment, and nobody sleeps.
    """
    data = reply.data()
    wire = environ.get(WIRE)
    if wire is not None:
        wire["kind"], wire["seconds"] = reply.wire, reply.seconds
    elif reply.wire in ("slow", "connect_timeout"):
        time.sleep(reply.seconds)
    phrase = HTTPStatus(reply.status).phrase
    headers = [(name, str(value)) for name, value in reply.headers.items()]
    if reply.status != HTTPStatus.NO_CONTENT:
        headers.append(("Content-Length", str(len(data))))
    cut = wire is None and reply.wire not in (None, "slow")
    if cut and reply.wire != "cut_body":
        _hang_up(environ)
    start_response(f"{reply.status} {phrase}", headers)
    if cut and reply.wire == "cut_body":
        return _half(data, environ)
    return [data]


def _half(data: bytes, environ):
    yield data[: len(data) // 2]
    _hang_up(environ)


def _hang_up(environ):
    connection = environ.get("werkzeug.socket")
    if connection is None:
        raise ConnectionError("the sandbox was told to cut the connection")
    connection.shutdown(socket.SHUT_RDWR)
