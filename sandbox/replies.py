# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Answers before they become HTTP, and the shapes of Microsoft's errors."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from .wire import timestamp

ODATA_JSON = (
    "application/json;odata.metadata=minimal;odata.streaming=true;"
    "IEEE754Compatible=false;charset=utf-8"
)


@dataclass
class Reply:
    """An answer: ``body`` is what JSON can hold, bytes as they are, or None for no body.

    :ivar wire: what is to happen to the connection, for faults: see ``faults.WIRE_KINDS``
    """

    status: int
    body: object = None
    headers: dict = field(default_factory=dict)
    wire: str | None = None
    seconds: float = 0.0

    def data(self) -> bytes:
        """The body as it goes over the wire."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else encode(self.body)


def encode(body) -> bytes:
    """JSON as Graph writes it: UTF-8, seven decimals in times, prices as numbers."""
    return json.dumps(
        body, ensure_ascii=False, separators=(",", ":"), default=_encode_value
    ).encode()


def _encode_value(value):
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"not for JSON: {value!r}")


class GraphFault(Exception):
    """Graph refuses: raised while a request is worked on, answered as an OData error.

    :ivar status: HTTP
    :ivar code: Graph's error code, which may be empty as in reality
    """

    def __init__(self, status: int, code: str, message: str, headers: dict | None = None):
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def bad_request(message: str, code: str = "BadRequest") -> GraphFault:
    """A 400."""
    return GraphFault(400, code, message)


def not_found(code: str = "ErrorItemNotFound") -> GraphFault:
    """The 404 of something that is not there (any more)."""
    return GraphFault(404, code, "The specified object was not found in the store.")


def unknown_error() -> GraphFault:
    """How Bookings says that an appointment breaks one of its rules: 500 and not a word."""
    return GraphFault(500, "UnknownError", "")


def graph_error(fault: GraphFault, when: datetime, request_id: str, client_request_id: str):
    """The OData error of a fault, with the ids that Microsoft's support asks for."""
    inner = {
        "date": f"{when:%Y-%m-%dT%H:%M:%S}",
        "request-id": request_id,
        "client-request-id": client_request_id,
    }
    body = {"error": {"code": fault.code, "message": fault.message, "innerError": inner}}
    headers = {"Content-Type": "application/json"} | fault.headers
    return Reply(fault.status, body, headers)
