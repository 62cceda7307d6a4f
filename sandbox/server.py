# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Serving the sandbox over HTTPS on loopback."""

import errno
import socket
import ssl
import threading

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from .app import SandboxApp
from .certificates import ensure_certificate


class PortInUse(OSError):
    """The port is taken; the text says so in words."""


class _Handler(WSGIRequestHandler):
    """The app writes its own log, and small answers must not wait for one another's ACK."""

    disable_nagle_algorithm = True

    def log(self, *_message):
        pass


class _Server(ThreadedWSGIServer):
    """TLS begins in the thread of each connection: who only knocks keeps nobody else waiting."""

    def get_request(self):
        connection, address = super().get_request()
        wrapped = self.ssl_context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        return wrapped, address


class Served:
    """A running server; also a context manager that stops it.

    :ivar url: the root of both halves, ``https://127.0.0.1:PORT``
    :ivar ca_path: PEM file of the authority to be trusted, for ``verify`` or REQUESTS_CA_BUNDLE
    """

    def __init__(self, app: SandboxApp, host: str, port: int, certificate_dir):
        authority, server = ensure_certificate(certificate_dir, host)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(server)
        listener = _listen(host, port)
        with listener:
            # Given a bound socket, Werkzeug does not end the whole program when a port is taken.
            port = listener.getsockname()[1]
            self._server = _Server(host, port, app, _Handler, fd=listener.fileno())
        self._server.ssl_context = context
        self.app = app
        self.ca_path = str(authority)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"https://{shown}:{port}"
        app.base_url = self.url
        app.control = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def close(self):
        """Stop, and wait until the port is free again."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def serve(app: SandboxApp, *, host="127.0.0.1", port=0, certificate_dir) -> Served:
    """Serve the app with a certificate of its own making, each request in a thread.

    Sets the app's ``base_url`` and opens its control endpoint.

    :param port: 0 for any free one
    :param certificate_dir: existing folder in which the certificate is kept for the next time
    :raises PortInUse: when another program listens there
    :raises OSError: when the host is not this machine's, or the folder cannot be written to
    """
    return Served(app, host, port, certificate_dir)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            text = (
                f"Port {port} of {host} is used by another program: stop it or take another port."
            )
            raise PortInUse(error.errno, text) from error
        raise
    return listener
