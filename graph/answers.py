# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Graph's answers mean: JSON out of a body, an error of ours out of a refusal.

Microsoft's texts are for people and change; only its codes and the status are gone by. The one
exception is "token type: App", which comes without a code of its own.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from .errors import GraphError, make_error
from .retry import retry_after

_THROTTLED = {"applicationthrottled", "toomanyrequests"}
_MAILBOX = {
    "mailboxnotenabledforrestapi",
    "mailboxnotsupportedforrestapi",
    "mailboxstoreunavailable",
    "errormailboxmoveinprogress",
    "errornonexistentmailbox",
}
_TOKEN = {"invalidauthenticationtoken", "authenticationtokenexpired", "invalidmsatoken"}
_TOO_MANY = {"errorexceededfindcountlimit"}

_CLIENT_FAULTS = {
    401: "access_denied",
    403: "access_denied",
    404: "not_found",
    407: "proxy",
    409: "conflict",
    410: "not_found",
    412: "conflict",
    423: "conflict",
}


def read_json(body: bytes) -> object:
    """The value of a JSON body. :raises ValueError: when it is none"""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def looks_cut(body: bytes) -> bool:
    """Whether a body that is no JSON began as JSON."""
    return body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")


def read_success(status: int, body: bytes, *, host: str, needed: bool) -> dict | None:
    """The object in a successful answer.

    :param needed: whether no content is an error (as for reads), or None is answered
    :raises ProtocolError: empty_answer, truncated, not_json or unexpected_answer
    """
    if status == 204 or not body.strip():
        if needed:
            raise make_error("empty_answer", status=status, details={"host": host})
        return None
    try:
        value = read_json(body)
    except ValueError:
        code = "truncated" if looks_cut(body) else "not_json"
        raise make_error(code, status=status, details={"host": host}) from None
    if not isinstance(value, dict):
        raise make_error("unexpected_answer", status=status, details={"host": host})
    return value


def read_failure(
    status: int,
    headers: Mapping[str, str],
    payload: object,
    *,
    read: bool,
    host: str,
    now: datetime,
    client_request_id: str | None = None,
    is_page: bool = False,
) -> GraphError:
    """The error that an unsuccessful answer stands for; it is returned, not raised.

    :param payload: the decoded body, or None when it was empty or no JSON
    :param read: whether the request changes nothing at Microsoft's
    :param now: aware UTC datetime at which the answer came
    :param is_page: whether there was a body that is no JSON: the page of a gateway or a proxy
    """
    envelope = payload.get("error") if isinstance(payload, dict) else None
    body = envelope if isinstance(envelope, dict) else {}
    inner = _inner(body)
    codes = _codes(body)
    lower = {str(name).lower(): str(value) for name, value in headers.items()}
    at = retry_after(headers, now)
    code = _code(status, codes, _text(body.get("message")), lower, read)
    if is_page and code in ("access_denied", "not_found"):
        # A page says nothing about the object: "could not read" is not "is gone".
        code = "not_json"
    elif code == "not_found" and not isinstance(envelope, dict):
        code = "unexpected_answer"
    return make_error(
        code,
        status=status,
        graph_code=codes[0] if codes else None,
        request_id=_text(inner.get("request-id"))
        or lower.get("request-id")
        or lower.get("x-ms-request-id"),
        client_request_id=client_request_id or _text(inner.get("client-request-id")),
        date=_text(inner.get("date")) or lower.get("date"),
        retry_at=at,
        details={"host": host},
    )


def _code(status, codes, message, headers, read) -> str:
    """Our code for a refusal. Microsoft's codes first: it is careless with statuses."""
    known = {code.lower() for code in codes}
    if status == 429 or known & _THROTTLED:
        return "throttled"
    if known & _TOO_MANY:
        return "too_many_businesses"
    if known & _MAILBOX:
        return "mailbox_unavailable"
    if "token type: app" in message.lower():
        return "app_only_refused"
    if status == 401 and (known & _TOKEN or _challenges_token(headers)):
        return "token_rejected"
    if 300 <= status < 400:
        return "redirect"
    if status >= 500 or status in (408, 425):
        return _service_fault(status, read)
    return _CLIENT_FAULTS.get(status, "refused")


def _service_fault(status: int, read: bool) -> str:
    if status in (501, 505):
        return "refused"
    if read or status in (408, 425):
        return "unavailable"
    # Bookings answers a write that breaks one of its rules with 500: no fault that would pass.
    return "refused" if status == 500 else "write_unconfirmed"


def _challenges_token(headers: Mapping[str, str]) -> bool:
    challenge = headers.get("www-authenticate", "").lower()
    return "invalid_token" in challenge or "insufficient_claims" in challenge


def _inner(error: dict) -> dict:
    inner = error.get("innerError", error.get("innererror"))
    return inner if isinstance(inner, dict) else {}


def _codes(error: dict) -> list[str]:
    """Every code in an error body, outermost first; Graph nests them, and leaves some empty."""
    codes = []
    details = error.get("details")
    queue = [error, *(item for item in (details if isinstance(details, list) else [])[:20])]
    for item in queue:
        depth = 0
        while isinstance(item, dict) and item and depth < 10:
            codes.append(_text(item.get("code")))
            item, depth = _inner(item), depth + 1
    return [code for code in codes if code]


def _text(value: object) -> str:
    return value[:500] if isinstance(value, str) else ""
