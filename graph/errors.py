# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can go wrong with Microsoft Graph: a small tree of errors, each with a code and words.

Nothing secret and nothing personal goes into an error: no token, no secret, no body, no query
text.
"""

from collections.abc import Mapping
from datetime import datetime

from .sentences import SENTENCES


class GraphError(Exception):
    """A problem with Microsoft Graph or with the way to it. Made by :func:`make_error`.

    :ivar code: our stable word for the problem, a key of :data:`ERROR_CODES`
    :ivar message: what it means, an English sentence
    :ivar remedy: what to do about it, an English sentence
    :ivar status: the HTTP status, or None when there was no answer
    :ivar graph_code: Microsoft's own code (``ErrorItemNotFound``, ``AADSTS7000222``), or None
    :ivar request_id: Microsoft's id of the request: what its support asks for
    :ivar client_request_id: our id of the request
    :ivar date: when Microsoft answered, in its own words
    :ivar retryable: whether the same request may succeed later with nothing changed
    :ivar not_carried_out: whether it is certain that Microsoft changed nothing
    :ivar retry_at: aware UTC datetime before which to try again is useless, or None
    :ivar details: what the sentences name (``permission``, ``host``, ...), all of it text
    """

    def __init__(self, code: str, message: str, remedy: str):
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.status: int | None = None
        self.graph_code: str | None = None
        self.request_id: str | None = None
        self.client_request_id: str | None = None
        self.date: str | None = None
        self.retryable = False
        self.not_carried_out = False
        self.retry_at: datetime | None = None
        self.details: dict[str, str] = {}

    def __reduce__(self):
        # The default calls the class with its `args`, which are fewer than what __init__ wants.
        return type(self), (self.code, self.message, self.remedy), self.__dict__

    def __str__(self):
        facts = [
            f"{name} {value}"
            for name, value in (
                ("status", self.status),
                ("code", self.graph_code),
                ("request-id", self.request_id),
                ("client-request-id", self.client_request_id),
                ("date", self.date),
            )
            if value
        ]
        return f"{self.message} {self.remedy}" + (f" [{', '.join(facts)}]" if facts else "")


class ConfigurationError(GraphError):
    """What was typed into the settings cannot work; no request was made."""


class AuthError(GraphError):
    """Microsoft Entra issued no token, or Graph did not accept it."""


class AccessError(GraphError):
    """The token is good, but does not allow this."""


class NotFoundError(GraphError):
    """There is nothing of that id."""


class ThrottledError(GraphError):
    """Too many requests; :attr:`retry_at` says when to come back, where Microsoft said it."""


class UnavailableError(GraphError):
    """No answer, or a fault of the service."""


class ProtocolError(GraphError):
    """An answer that is none: not JSON, cut, from elsewhere."""


class RefusedError(GraphError):
    """Microsoft understood the request and refused it."""


class ComeBackLater(GraphError):
    """Waiting would pass the deadline: go on at :attr:`retry_at` instead."""


_CLASSES = {
    "configuration": ConfigurationError,
    "auth": AuthError,
    "access": AccessError,
    "not_found": NotFoundError,
    "throttled": ThrottledError,
    "unavailable": UnavailableError,
    "protocol": ProtocolError,
    "refused": RefusedError,
    "come_back_later": ComeBackLater,
}

_CLASS_OF_CODE = {code: _CLASSES[kind] for kind, codes in SENTENCES.items() for code in codes}

#: code -> (message, remedy), both with ``%(name)s`` for the members of ``details``
ERROR_CODES: Mapping[str, tuple[str, str]] = {
    code: sentences for codes in SENTENCES.values() for code, sentences in codes.items()
}

#: every code that an error of this package can have
ALL_CODES: tuple[str, ...] = tuple(ERROR_CODES)

#: the codes of problems that may pass by themselves
RETRYABLE_CODES = frozenset(
    {
        "throttled",
        "unavailable",
        "connection",
        "timeout",
        "proxy",
        "not_json",
        "truncated",
        "empty_answer",
        "come_back_later",
    }
)

#: the codes of problems that arise before Microsoft does anything
_NOT_CARRIED_OUT_CODES = frozenset({"throttled", "token_rejected", "come_back_later", "tls"})


class _Details(dict):
    """Details for a sentence; what is not known reads as a question mark."""

    def __missing__(self, key):
        return "?"


def make_error(
    code: str,
    *,
    status: int | None = None,
    graph_code: str | None = None,
    request_id: str | None = None,
    client_request_id: str | None = None,
    date: str | None = None,
    not_carried_out: bool | None = None,
    retry_at: datetime | None = None,
    details: Mapping[str, str] | None = None,
) -> GraphError:
    """Make the error of a code, of the right class and with its sentences filled in.

    :param code: a key of :data:`ERROR_CODES`; KeyError for any other
    :param not_carried_out: whether Microsoft certainly changed nothing; by default what the code
        implies
    :param details: the names in the sentences; see :class:`GraphError` for the rest
    """
    message, remedy = ERROR_CODES[code]
    named = _Details(details or {})
    cls = _CLASS_OF_CODE[code]
    error = cls(code, message % named, remedy % named)
    error.status = status
    error.graph_code = graph_code or None
    error.request_id = request_id or None
    error.client_request_id = client_request_id or None
    error.date = date or None
    error.retryable = code in RETRYABLE_CODES
    error.not_carried_out = (
        issubclass(cls, ConfigurationError) or code in _NOT_CARRIED_OUT_CODES
        if not_carried_out is None
        else not_carried_out
    )
    error.retry_at = retry_at
    error.details = dict(details or {})
    return error


def remake_error(error: GraphError, code: str, **details: str) -> GraphError:
    """The same problem under a code that says more, with everything Microsoft told about it kept.

    :param error: what happened
    :param code: the better code
    :param details: further details, beside those of the error
    """
    return make_error(
        code,
        status=error.status,
        graph_code=error.graph_code,
        request_id=error.request_id,
        client_request_id=error.client_request_id,
        date=error.date,
        retry_at=error.retry_at,
        details={**error.details, **details},
    )
