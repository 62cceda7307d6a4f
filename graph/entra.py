# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The way to Microsoft Entra, and what it means when it issues no token.

Its codes are listed at https://login.microsoftonline.com/error; only those that a client with a
secret or a certificate can meet are here.
"""

import re
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import requests

from .answers import looks_cut, read_failure, read_json
from .errors import GraphError, make_error
from .transport import exchange
from .urls import host_of, pinned

#: bytes; the answers of a token endpoint are some kilobytes
_MAX_BODY = 1024 * 1024

_MEANINGS = {
    "wrong_secret": (7000215,),
    "secret_expired": (7000222,),
    "credential_missing": (7000216, 7000218),
    "tenant_unknown": (90002, 900021, 900023, 50059, 50128),
    "app_unknown": (700016, 700021, 700038, 7000229),
    "app_disabled": (7000112,),
    "certificate_unknown": (700027, 7000214, 50012, 50013),
    "clock_wrong": (700024, 1000502),
    "consent_missing": (65001, 65004),
    "conditional_access": (
        50005,
        50076,
        50079,
        50158,
        *range(53000, 53012),
        530032,
        530034,
        530035,
    ),
    "scope_unknown": (28002, 28003, 70011, 500011, 500014, 650052, 650057, 1002012),
    "wrong_cloud": (700023, 900382, 900432, 900439),
    "throttled": (50196, 90055),
    "unavailable": (90006, 90024, 90033, 90034, 90036),
}

_CODE_OF = {number: code for code, numbers in _MEANINGS.items() for number in numbers}

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_AADSTS = re.compile(r"AADSTS([0-9]{1,9})")


def is_guid(text: str) -> bool:
    """Whether a text has the form of one of Microsoft's ids."""
    return bool(_GUID.fullmatch(text))


def entra_error(
    payload: object,
    *,
    host: str,
    status: int | None = None,
    secret: str | None = None,
) -> GraphError:
    """The error that Entra's refusal stands for; it is returned, not raised.

    :param payload: the JSON object of the answer (``error``, ``error_codes``, ``correlation_id``)
    :param host: of the token endpoint, for messages
    :param status: the HTTP status, where known
    :param secret: the secret that was sent, to recognise its id; it is not kept
    """
    answer = payload if isinstance(payload, dict) else {}
    numbers = _numbers(answer)
    number = next((number for number in numbers if number in _CODE_OF), None)
    code = _CODE_OF.get(number, "token_refused")
    if code == "wrong_secret" and secret and is_guid(secret):
        code = "secret_id_pasted"
    shown = number if number is not None else next(iter(numbers), None)
    graph_code = f"AADSTS{shown}" if shown is not None else _text(answer, "error")
    return make_error(
        code,
        status=status,
        graph_code=graph_code,
        # Entra's word for the id of the request.
        request_id=_text(answer, "trace_id"),
        client_request_id=_text(answer, "correlation_id"),
        date=_text(answer, "timestamp"),
        not_carried_out=True,
        details={"host": host, "reason": graph_code or "?"},
    )


def _numbers(answer: dict) -> list[int]:
    """The AADSTS numbers of an answer: listed, or else named in its text."""
    listed = answer.get("error_codes")
    numbers = [
        number for number in (listed if isinstance(listed, list) else []) if type(number) is int
    ]
    return numbers or [int(text) for text in _AADSTS.findall(_text(answer, "error_description"))]


def _text(answer: dict, name: str) -> str:
    value = answer.get(name)
    return value[:2000] if isinstance(value, str) else ""


class EntraWire:
    """msal's HTTP client: timeouts, one host, no redirects, faults as errors of ours.

    :param root: the https root of the token endpoints: nothing is sent elsewhere
    :param session: carries proxies and certificates
    :param timeout: seconds for connecting and between two packets
    :param clock: returns the present as aware UTC datetime
    :param left: returns the seconds that are left for this sign-in, all its requests together
    """

    def __init__(
        self,
        root: str,
        session: requests.Session,
        timeout: tuple[float, float],
        clock: Callable[[], datetime],
        left: Callable[[], float],
    ):
        self._root = root
        self._session = session
        self._timeout = timeout
        self._clock = clock
        self._left = left

    def get(self, url, params=None, headers=None, **_ignored):
        """Fetch the tenant's endpoints."""
        return self._exchange("GET", url, params=params, headers=headers)

    def post(self, url, params=None, data=None, headers=None, **_ignored):
        """Ask for a token; the secret goes to the configured host and to no other."""
        return self._exchange("POST", url, params=params, data=data, headers=headers)

    def close(self):
        """End the connections."""
        self._session.close()

    def _exchange(self, method, url, **options):
        url = pinned(self._root, url)
        host = host_of(url)
        left = self._left()
        if left <= 0:
            raise make_error("timeout", details={"host": host})
        answer = exchange(
            self._session,
            method,
            url,
            timeout=tuple(min(seconds, left) for seconds in self._timeout),
            max_body=_MAX_BODY,
            # A server that dribbles never keeps one packet waiting.
            give_up=lambda: self._left() <= 0,
            **options,
        )
        try:
            payload, is_page = read_json(answer.body), False
        except ValueError:
            payload, is_page = None, bool(answer.body.strip())
        if not 200 <= answer.status < 300:
            self._refuse(method, answer, payload, is_page, host)
        elif not isinstance(payload, dict):
            code = "truncated" if looks_cut(answer.body) else "not_json"
            code = code if is_page else "empty_answer"
            raise make_error(code, status=answer.status, details={"host": host})
        return SimpleNamespace(
            status_code=answer.status,
            text=answer.body.decode("utf-8", "replace"),
            headers=answer.headers,
            raise_for_status=lambda: None,
        )

    def _refuse(self, method, answer, payload, is_page, host) -> None:
        """Raise what msal would hide or take for something else; pass on Entra's own refusals."""
        status = answer.status
        if not 400 <= status < 500 or status in (407, 408, 429):
            raise read_failure(
                status,
                answer.headers,
                payload,
                read=True,
                host=host,
                now=self._clock(),
                is_page=is_page,
            )
        if not isinstance(payload, dict):
            raise make_error("not_json", status=status, details={"host": host})
        if method == "GET":
            # The tenant has no endpoints: msal would drop why.
            raise entra_error(payload, host=host, status=status)
