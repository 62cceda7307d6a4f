# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calling the sandbox through ``requests`` and ``msal`` without a server and without a network."""

import io
from collections import deque
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPResponse

from .delivery import WIRE


class WsgiAdapter(BaseAdapter):
    """A transport adapter: ``session.mount("https://", WsgiAdapter(app))``.

    Faults of the connection become the exceptions of ``requests`` at once: a slow answer is a
    ReadTimeout when it would take longer than the caller's timeout, and comes at once when not.

    :ivar foreign: (method, address, whether it had a bearer token) of requests to other hosts,
        which end as a host that cannot be found
    """

    def __init__(self, app):
        super().__init__()
        self.app = app
        self.foreign: deque = deque(maxlen=1000)

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        """Answer a prepared request.

        :raises requests.ConnectionError: another host, a refused or a cut connection
        :raises requests.Timeout: a fault that takes longer than ``timeout``
        """
        parts = urlsplit(request.url)
        if parts.scheme != "https" or parts.netloc not in self.app.hosts:
            bearer = "Authorization" in request.headers
            self.foreign.append((request.method, request.url, bearer))
            raise requests.ConnectionError(f"no such host: {parts.netloc}", request=request)
        wire: dict = {}
        started: list = []
        environ = _environ(request, parts) | {WIRE: wire}
        body = b"".join(self.app(environ, lambda *args: started.extend(args[:2])))
        _raise_for_wire(wire, timeout, request)
        if wire["kind"] == "cut_body":
            body = body[: len(body) // 2]
        return _response(self, request, started[0], started[1], body)

    def close(self):
        """Nothing to close."""


def _environ(request, parts) -> dict:
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    if not isinstance(body, bytes):
        body = body.read() if hasattr(body, "read") else b"".join(body)
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path, encoding="latin-1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": parts.path + (f"?{parts.query}" if parts.query else ""),
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port or 443),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        if key == "CONTENT_TYPE":
            environ[key] = text
        elif key != "CONTENT_LENGTH":
            environ[f"HTTP_{key}"] = text
    return environ


def _raise_for_wire(wire: dict, timeout, request):
    kind, seconds = wire["kind"], wire["seconds"]
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    if kind == "connect_timeout" and connect is not None and seconds > connect:
        raise requests.ConnectTimeout("the connection took too long", request=request)
    if kind == "slow" and read is not None and seconds > read:
        raise requests.ReadTimeout("the answer took too long", request=request)
    if kind == "tls":
        raise requests.exceptions.SSLError("certificate verify failed", request=request)
    if kind in ("cut", "refused", "connect_timeout"):
        text = "connection refused" if kind == "refused" else "connection cut without an answer"
        raise requests.ConnectionError(text, request=request)


def _response(adapter, request, status: str, headers: list, body: bytes) -> requests.Response:
    code, _, phrase = status.partition(" ")
    # The length is enforced: a body that was cut ends in ChunkedEncodingError as over a socket.
    raw = HTTPResponse(
        body=io.BytesIO(body),
        headers=headers,
        status=int(code),
        reason=phrase,
        preload_content=False,
        enforce_content_length=True,
        request_method=request.method,
    )
    response = requests.Response()
    response.status_code = int(code)
    response.headers = CaseInsensitiveDict(headers)
    response.encoding = get_encoding_from_headers(response.headers)
    response.raw = raw
    response.reason = phrase
    response.url = request.url
    response.request = request
    response.connection = adapter
    return response
