# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Faults on request: what real tenants and networks do to a client now and then."""

import json
import re
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random

from .replies import GraphFault, Reply

# kind: (status, Graph's code, message). Bookings' 500 has no message.
STATUS_KINDS = {
    "400": (400, "BadRequest", "The request is not valid."),
    "401": (
        401,
        "InvalidAuthenticationToken",
        "Access token has expired or is not yet valid.",
    ),
    "403": (
        403,
        "ErrorAccessDenied",
        "Access is denied. Check credentials and try again.",
    ),
    "404": (
        404,
        "ErrorItemNotFound",
        "The specified object was not found in the store.",
    ),
    "mailbox": (
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    ),
    "429": (
        429,
        "ApplicationThrottled",
        "Application is over its MailboxConcurrency limit.",
    ),
    "500": (500, "UnknownError", ""),
    "503": (503, "ServiceUnavailable", "The service is temporarily unavailable."),
}
GATEWAY_KINDS = {"502": (502, "Bad Gateway"), "504": (504, "Gateway Timeout")}
# Entra has other words for them.
ENTRA_CODES = {"401": 7000215, "403": 53003, "429": 90055, "503": 90033}
LIST_KINDS = ("foreign_next", "next_loop", "partial", "empty_list")
BODY_KINDS = ("truncated", "html", "empty_body", "huge", *LIST_KINDS)
# What happens to the connection. Served, a refused connection and a failed handshake are cuts.
WIRE_KINDS = ("slow", "cut", "cut_body", "connect_timeout", "refused", "tls")
KINDS = (*STATUS_KINDS, *GATEWAY_KINDS, "redirect", *BODY_KINDS, *WIRE_KINDS)
THROTTLING = ("429", "503")


@dataclass
class Fault:
    """A rule: which requests it meets, and what happens to them.

    :ivar kind: one of ``KINDS``: a status ("401", "403", "404", "429", "500", "502", "503", "504",
        "mailbox", "400", "redirect"), a body ("truncated", "html", "empty_body", "huge",
        "foreign_next", "next_loop", "partial", "empty_list") or the connection ("slow", "cut",
        "cut_body", "connect_timeout", "refused", "tls")
    :ivar method: of the request; None: any
    :ivar path: regular expression found anywhere in the decoded path, version included
    :ivar part: meet the parts of a $batch instead of whole requests
    :ivar nth: number of the matching request, from 1, or several; None: each
    :ivar times: how often at most
    :ivar probability: of each match, drawn from a generator seeded with ``seed``
    :ivar retry_after: seconds, with 429 and 503; None: no such header
    :ivar as_date: Retry-After as an HTTP date
    :ivar seconds: of "slow" and "connect_timeout"
    :ivar code: another error code than the usual one, also ""
    :ivar message: another message than the usual one
    :ivar carried_out: the request is carried out before its answer is spoiled
    :ivar host: where "foreign_next" and "redirect" lead
    :ivar megabytes: of "huge"
    :ivar seen: matching requests so far
    :ivar fired: how often it struck
    """

    kind: str
    method: str | None = None
    path: str | None = None
    part: bool = False
    nth: int | tuple | None = None
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    retry_after: int | None = 1
    as_date: bool = False
    seconds: float = 30.0
    code: str | None = None
    message: str | None = None
    carried_out: bool = False
    host: str = "graph.elsewhere.invalid"
    megabytes: int = 65
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self):
        self.kind = str(self.kind)
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind!r} (there are {', '.join(KINDS)})")
        if self.part and self.kind in (*WIRE_KINDS, "redirect"):
            raise ValueError(f"a part of a batch has no connection of its own: {self.kind}")
        if isinstance(self.nth, list):
            self.nth = tuple(self.nth)
        self._pattern = re.compile(self.path or "")
        self._random = Random(f"fault/{self.seed}")

    @property
    def replaces(self) -> bool:
        """Whether the answer is made without working on the request."""
        spoils = self.kind in BODY_KINDS or self.kind in ("slow", "cut_body")
        return not (spoils or self.carried_out)

    @property
    def plain(self) -> bool:
        """Whether the answer comes from no service, but from a gateway or a lost connection."""
        lost = self.kind in WIRE_KINDS and self.kind not in ("slow", "cut_body")
        return self.kind in GATEWAY_KINDS or self.kind == "redirect" or lost

    def meets(self, method: str, path: str, part: bool) -> bool:
        """Whether the rule strikes at this request; counts it."""
        if part != self.part or not self._pattern.search(path):
            return False
        if self.method and self.method.upper() != method:
            return False
        self.seen += 1
        if self.times is not None and self.fired >= self.times:
            return False
        if self.nth is not None:
            wanted = self.nth if isinstance(self.nth, tuple) else (self.nth,)
            if self.seen not in wanted:
                return False
        if self.probability < 1 and self._random.random() >= self.probability:
            return False
        self.fired += 1
        return True

    # -- what happens --------------------------------------------------------------------------

    def graph_fault(self, now: datetime) -> GraphFault:
        """The refusal of one of the status kinds."""
        status, code, message = STATUS_KINDS[self.kind]
        code = code if self.code is None else self.code
        message = message if self.message is None else self.message
        return GraphFault(status, code, message, self.retry_headers(now))

    def retry_headers(self, now: datetime) -> dict:
        """Retry-After, for the kinds that have it."""
        if self.kind not in THROTTLING or self.retry_after is None:
            return {}
        if self.as_date:
            later = now + timedelta(seconds=self.retry_after)
            return {"Retry-After": format_datetime(later, usegmt=True)}
        return {"Retry-After": str(self.retry_after)}

    def plain_reply(self) -> Reply:
        """The answer of the kinds that come from no service: gateways, redirects, cuts."""
        if self.kind in GATEWAY_KINDS:
            status, title = GATEWAY_KINDS[self.kind]
            return Reply(status, _page(title), {"Content-Type": "text/html"})
        if self.kind == "redirect":
            return Reply(302, None, {"Location": f"https://{self.host}/v1.0/"})
        return Reply(200, None, {}, wire=self.kind, seconds=self.seconds)

    def spoil(self, reply: Reply, url: str) -> Reply:
        """The true answer, spoilt.

        :param url: the address that was called, for a next link that leads back to it
        """
        if self.kind in WIRE_KINDS:
            reply.wire, reply.seconds = self.kind, self.seconds
        elif self.kind in LIST_KINDS:
            self._spoil_list(reply, url)
        elif self.kind == "html":
            reply = Reply(200, _page("Sign in to the proxy"), {"Content-Type": "text/html"})
        else:
            data = reply.data()
            reply.body = {
                "truncated": data[: len(data) // 2],
                "empty_body": b"",
                "huge": b" " * (self.megabytes * 2**20) + data if self.kind == "huge" else b"",
            }[self.kind]
        return reply

    def _spoil_list(self, reply: Reply, url: str):
        body = reply.body
        if not isinstance(body, dict) or not isinstance(body.get("value"), list):
            return
        if self.kind == "foreign_next":
            body["@odata.nextLink"] = f"https://{self.host}/v1.0/next?%24skiptoken=1"
        elif self.kind == "next_loop":
            body["@odata.nextLink"] = url
        elif self.kind == "partial":
            body["value"] = body["value"][::2]
        else:
            body["value"] = []
            body.pop("@odata.nextLink", None)

    # -- in and out ----------------------------------------------------------------------------

    def describe(self) -> dict:
        """The rule and its counts, as the control endpoint shows them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _page(title: str) -> bytes:
    return f"<html><head><title>{title}</title></head><body>{title}</body></html>".encode()


def fault_from(settings: dict) -> Fault:
    """A rule from JSON. ValueError for an unknown setting, a wrong kind or a bad pattern."""
    known = {f.name for f in fields(Fault) if f.init}
    unknown = set(settings) - known
    if unknown or "kind" not in settings:
        raise ValueError(f"a fault has a kind and may have: {', '.join(sorted(known))}")
    try:
        return Fault(**settings)
    except (TypeError, re.error) as error:
        raise ValueError(f"not a fault: {error}") from error


def parse_fault(text: str) -> Fault:
    """A rule from a command line: ``429:path=calendarView,times=3``, or a JSON object.

    Values are read as JSON where they can be (numbers, true, null), else as text.
    """
    if text.lstrip().startswith("{"):
        try:
            return fault_from(json.loads(text))
        except json.JSONDecodeError as error:
            raise ValueError(f"not JSON: {error}") from error
    kind, _, rest = text.partition(":")
    settings = {"kind": kind}
    for pair in filter(None, rest.split(",")):
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"not name=value: {pair!r}")
        try:
            settings[name] = json.loads(value)
        except json.JSONDecodeError:
            settings[name] = value
    return fault_from(settings)
