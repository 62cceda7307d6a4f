# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One HTTP exchange: bounded in time and size, never redirected, every fault a GraphError."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from .errors import GraphError, make_error
from .urls import host_of

#: bytes of an answer beyond which it is not read on: a window of appointments is some megabytes
MAX_BODY = 64 * 1024 * 1024

_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back.

    :ivar status: the HTTP status
    :ivar headers: looked up without regard to case
    :ivar body: the whole body, decompressed
    :ivar milliseconds: from sending to the last byte
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    milliseconds: int


class BearerAuth(requests.auth.AuthBase):
    """Sets the bearer token, or nothing at all without one.

    As an `auth` and not as a header, because `requests` replaces the header by what a .netrc
    file of this machine has for the host.
    """

    def __init__(self, token: str | None = None):
        self._token = token

    def __call__(self, request):
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def exchange(
    session: requests.Session,
    method: str,
    url: str,
    *,
    timeout: tuple[float, float],
    token: str | None = None,
    max_body: int = MAX_BODY,
    give_up: Callable[[], bool] | None = None,
    **options,
) -> Answer:
    """Send one request and read its answer whole.

    :param session: carries proxies, certificates and connections
    :param timeout: seconds for connecting and between two packets
    :param token: the bearer token, if one is to be sent
    :param max_body: bytes, after decompression
    :param give_up: asked while the body comes in; true ends it as a timeout
    :param options: further arguments of ``requests`` (``params``, ``data``, ``json``, ``headers``)
    :raises GraphError: connection, tls, timeout, proxy, truncated or too_large; its
        ``not_carried_out`` says whether the request certainly never reached the server
    """
    started = time.monotonic()
    try:
        response = session.request(
            method,
            url,
            timeout=timeout,
            auth=BearerAuth(token),
            allow_redirects=False,
            stream=True,
            **options,
        )
        with response:
            body = _read(response, url, max_body, give_up)
    except (requests.RequestException, HTTPError, OSError) as exc:
        # Without its cause: that one's text holds the address, which holds people's ids.
        raise _fault(exc, url) from None
    elapsed = round((time.monotonic() - started) * 1000)
    return Answer(response.status_code, response.headers, body, elapsed)


def _read(response, url, max_body, give_up) -> bytes:
    """The body, decompressed, not beyond its limit and not shorter than announced."""
    announced = response.headers.get("Content-Length", "")
    announced = int(announced) if announced.isascii() and announced.isdigit() else None
    if announced is not None and announced > max_body:
        raise make_error("too_large", status=response.status_code, details={"host": host_of(url)})
    chunks, size = [], 0
    for chunk in response.iter_content(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > max_body:
            raise make_error(
                "too_large", status=response.status_code, details={"host": host_of(url)}
            )
        if give_up is not None and give_up():
            raise make_error("timeout", details={"host": host_of(url)})
    # urllib3 before 2 does not compare; a compressed body has another length than announced.
    plain = response.headers.get("Content-Encoding", "identity") == "identity"
    if announced is not None and plain and size < announced and response.request.method != "HEAD":
        raise make_error("truncated", status=response.status_code, details={"host": host_of(url)})
    return b"".join(chunks)


def _fault(exc: Exception, url: str) -> GraphError:
    """The error of a request that got no whole answer."""
    # The order matters: `requests` derives several of these from ConnectionError.
    if isinstance(exc, requests.exceptions.ProxyError):
        code = "proxy"
    elif isinstance(exc, requests.exceptions.SSLError):
        code = "tls"
    elif isinstance(
        exc, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError
    ):
        code = "truncated"
    elif isinstance(exc, requests.Timeout):
        code = "timeout"
    elif isinstance(exc, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return make_error("url_no_host", details={"field": host_of(url)})
    elif "timed out" in str(exc).lower():
        # A silence in the middle of a body comes as a ConnectionError.
        code = "timeout"
    else:
        code = "connection"
    return make_error(
        code,
        not_carried_out=True if _never_sent(exc) else None,
        details={"host": host_of(url), "reason": type(exc).__name__},
    )


def _never_sent(exc: BaseException) -> bool:
    """Whether no connection came about, so that nothing can have been carried out."""
    if isinstance(exc, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    reason = exc.args[0] if exc.args else None
    reason = getattr(reason, "reason", reason)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
