# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The WSGI program: Entra and Graph behind one callable, with faults on request."""

import time
from collections import Counter, deque
from contextlib import contextmanager
from datetime import datetime, timezone
from random import Random
from threading import RLock
from urllib.parse import quote, unquote, urlsplit

from werkzeug.http import http_date
from werkzeug.wrappers import Request

from .batch import handle_batch
from .control import CONTROL, control
from .delivery import deliver
from .entra import Entra, EntraRefusal, EntraRequest
from .faults import ENTRA_CODES, STATUS_KINDS, Fault
from .graph import Graph
from .graph_call import Call, split_target
from .habits import Habits
from .identifiers import guid
from .replies import GraphFault, Reply, bad_request, graph_error
from .tenant import Tenant
from .tokens import TokenRefused, Tokens

VERSIONS = ("v1.0", "beta")
REMEMBERED = 20_000
# Graph's own application id, which it names when it wants a token.
RESOURCE = "00000003-0000-0000-c000-000000000000"


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(timezone.utc)


class SandboxApp:
    """A tenant over HTTP: a WSGI callable for a server, or for ``WsgiAdapter`` without one.

    :param login_host: host of Entra's half when nothing is served
    :param graph_host: host of Graph's half when nothing is served
    :param base_url: the one root of both halves when served; ``serve`` sets it
    :param clock: callable giving the aware time, for tokens, assertions and the Date header
    :param habits: see ``Habits``
    :ivar faults: rules, the first that meets a request strikes
    :ivar requests: (method, decoded path, status) of the latest requests; status 0: no answer
    :ivar parts: the same of the parts of $batch
    :ivar control: answer under ``/_sandbox/``; ``serve`` sets it
    :ivar log: callable taking a line per request, or None
    """

    def __init__(
        self,
        tenant: Tenant,
        *,
        login_host: str = "login.sandbox.invalid",
        graph_host: str = "graph.sandbox.invalid",
        base_url: str | None = None,
        clock=None,
        habits: Habits | None = None,
        faults=(),
    ):
        self.tenant = tenant
        self.login_host = login_host
        self.graph_host = graph_host
        self.base_url = base_url
        self.clock = clock or utc_now
        self.habits = habits or Habits()
        self.faults: list[Fault] = list(faults)
        self.requests: deque = deque(maxlen=REMEMBERED)
        self.parts: deque = deque(maxlen=REMEMBERED)
        self.control = False
        self.log = None
        self.tokens = Tokens(tenant, self._issuer, self.clock)
        self.entra = Entra(
            tenant,
            self.tokens,
            lambda: self.authority_url,
            lambda: self.graph_url,
            self.clock,
        )
        self.graph = Graph(tenant, self.habits, lambda: self.graph_url)
        self._lock = RLock()
        self._count = 0
        self._in_flight: Counter = Counter()

    def _issuer(self) -> str:
        """Who signs the tokens, asked for when there is one to sign."""
        return self.entra.issuer()

    @property
    def authority_url(self) -> str:
        """Entra's root, without tenant and without a slash at its end."""
        return self.base_url or f"https://{self.login_host}"

    @property
    def graph_url(self) -> str:
        """Graph's root, without version and without a slash at its end."""
        return self.base_url or f"https://{self.graph_host}"

    @property
    def hosts(self) -> frozenset:
        """The hosts, with port, that this program answers for."""
        return frozenset(urlsplit(url).netloc for url in (self.authority_url, self.graph_url))

    def __call__(self, environ, start_response):
        request = Request(environ)
        target = _target(environ)
        path = unquote(target.partition("?")[0])
        began = time.monotonic()
        with self._lock:
            self._count += 1
            request_id = guid(self.tenant.seed, "request", self._count)
        with self._counted(path) as crowded:
            reply = self._answer(request, target, path, request_id, crowded)
            self._common_headers(reply, request, request_id)
            answered = reply.wire in (None, "slow")
            self.requests.append((request.method, path, reply.status if answered else 0))
            if self.log:
                spent = (time.monotonic() - began) * 1000
                outcome = reply.status if reply.wire is None else f"{reply.wire}!"
                self.log(f"{request.method} {unquote(target)} {outcome} {spent:.0f} ms")
            return deliver(reply, environ, start_response)

    @contextmanager
    def _counted(self, path: str):
        """Counts a request in flight for its mailbox; yields whether those are too many."""
        mailbox = path.split("/")[4:5] if "/bookingBusinesses/" in path else None
        if not mailbox:
            yield False
            return
        key = mailbox[0].lower()
        with self._lock:
            self._in_flight[key] += 1
            limit = self.habits.concurrency
            crowded = limit is not None and self._in_flight[key] > limit
        try:
            yield crowded
        finally:
            with self._lock:
                self._in_flight[key] -= 1

    def _answer(self, request, target, path, request_id, crowded) -> Reply:
        if self.control and path.startswith(CONTROL):
            with self._lock:
                return control(self, request, path)
        on_graph = self._is_graph(request.host, path)
        with self._lock:
            fault = self._find_fault(request.method, path, part=False)
            if fault and fault.replaces:
                return self._refuse(fault, request, target, request_id, on_graph)
            if on_graph:
                reply = self._graph(request, target, request_id, crowded)
            else:
                reply = self._entra(request, target, request_id)
            if fault is None:
                return reply
            if fault.kind in STATUS_KINDS or fault.plain:
                return self._refuse(fault, request, target, request_id, on_graph)
            return fault.spoil(reply, f"{request.scheme}://{request.host}{target}")

    def _is_graph(self, host: str, path: str) -> bool:
        if self.authority_url != self.graph_url and host in self.hosts:
            return host == self.graph_host
        return path.lstrip("/").partition("/")[0] in VERSIONS

    def _find_fault(self, method: str, path: str, part: bool) -> Fault | None:
        return next((f for f in self.faults if f.meets(method, path, part)), None)

    def _refuse(self, fault: Fault, request, target, request_id, on_graph) -> Reply:
        if fault.kind not in STATUS_KINDS:
            return fault.plain_reply()
        if on_graph or fault.kind not in ENTRA_CODES:
            return self._graph_error(fault.graph_fault(self.clock()), request.headers, request_id)
        asked = self._entra_request(request, target, request_id)
        refusal = EntraRefusal(ENTRA_CODES[fault.kind])
        reply = self.entra.refuse(refusal, asked.segments[0], asked)
        reply.headers.update(fault.retry_headers(self.clock()))
        return reply

    # -- the two halves ------------------------------------------------------------------------

    def _entra_request(self, request, target, request_id) -> EntraRequest:
        form = request.form.to_dict() if request.method == "POST" else {}
        segments = list(split_target(target)[0])
        return EntraRequest(request.method, segments, form, request.headers, request_id)

    def _entra(self, request, target, request_id) -> Reply:
        return self.entra.handle(self._entra_request(request, target, request_id))

    def _graph(self, request, target, request_id, crowded) -> Reply:
        segments, query = split_target(target)
        bare = "/" + target.lstrip("/").partition("/")[2]
        try:
            roles = self.tokens.check(request.headers.get("Authorization"), self.graph_url)
            if crowded:
                message = "Application is over its MailboxConcurrency limit."
                raise GraphFault(429, "ApplicationThrottled", message, {"Retry-After": "1"})
            if segments[0] not in VERSIONS:
                raise bad_request(f"Invalid version: {segments[0]}")
            call = Call(
                request.method,
                segments[0],
                segments[1:],
                query,
                bare,
                request.headers,
                request.get_data(),
                roles,
            )
            if segments[1:] == ("$batch",) and request.method == "POST":
                shuffle = Random(f"{self.tenant.seed}/{self._count}")
                return handle_batch(call, self._part(request_id), shuffle)
            return self.graph.handle(call)
        except TokenRefused as error:
            fault = GraphFault(401, "InvalidAuthenticationToken", str(error))
            fault.headers["WWW-Authenticate"] = f'Bearer realm="", client_id="{RESOURCE}"'
            return self._graph_error(fault, request.headers, request_id)
        except GraphFault as error:
            return self._graph_error(error, request.headers, request_id)

    def _part(self, request_id: str):
        """The function that works on one part of a $batch."""

        def answer(part: Call) -> Reply:
            path = f"/{part.version}/" + "/".join(part.segments)
            fault = self._find_fault(part.method, path, part=True)
            reply = None
            if fault is None or not fault.replaces:
                try:
                    reply = self.graph.handle(part)
                except GraphFault as error:
                    reply = self._graph_error(error, part.headers, request_id)
            if fault and fault.kind in STATUS_KINDS:
                refusal = fault.graph_fault(self.clock())
                reply = self._graph_error(refusal, part.headers, request_id)
            elif fault:
                reply = fault.plain_reply() if fault.plain else fault.spoil(reply, part.target)
            self.parts.append((part.method, path, reply.status))
            return reply

        return answer

    def _graph_error(self, fault: GraphFault, headers, request_id: str) -> Reply:
        client_id = headers.get("client-request-id") or request_id
        return graph_error(fault, self.clock(), request_id, client_id)

    def _common_headers(self, reply: Reply, request, request_id: str):
        reply.headers.setdefault("Date", http_date(self.clock()))
        reply.headers.setdefault("Cache-Control", "no-cache")
        reply.headers["request-id"] = request_id
        client_id = request.headers.get("client-request-id") or request_id
        reply.headers["client-request-id"] = client_id


def _target(environ) -> str:
    """Path and query as they came over the wire: what PATH_INFO decoded cannot be told apart."""
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw is None:
        path = quote(environ.get("PATH_INFO", "/"), safe="/$@!&'()*+,;=:", encoding="latin-1")
        query = environ.get("QUERY_STRING")
        return f"{path}?{query}" if query else path
    parts = urlsplit(raw)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
