# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The other end of the wire for the tests of ``graph/``: a scripted server without a network, a
clock that sleeping moves on, and Graph's bodies."""

import base64
import io
import json
from datetime import datetime, timedelta, timezone
from http.client import responses as reasons

import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from ..graph.client import GraphClient
from ..graph.clouds import CLOUDS

NOW = datetime(2026, 4, 2, 8, 0, tzinfo=timezone.utc)
TENANT = "11111111-2222-3333-4444-555555555555"
APP = "66666666-7777-8888-9999-000000000000"
GLOBAL = CLOUDS["global"]


class Clock:
    """A clock that only sleeping moves on; it remembers each sleep."""

    def __init__(self, now=NOW):
        self.now = now
        self.sleeps = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.sleeps.append(seconds)
        self.now += timedelta(seconds=seconds)


class Reply:
    """An answer to be given: ``body`` is text, bytes, or what becomes JSON."""

    def __init__(self, status=200, body=None, headers=None):
        self.status = status
        self.headers = dict(headers or {})
        if isinstance(body, str):
            body = body.encode()
        elif body is None:
            body = b""
        elif not isinstance(body, bytes):
            body = json.dumps(body).encode()
            self.headers.setdefault("Content-Type", "application/json")
        self.body = body


class ScriptedAdapter(BaseAdapter):
    """Answers requests from a script.

    :param script: a function of the request, or what to answer one after the other: a
        :class:`Reply`, a dict (status 200), or an exception to raise
    """

    def __init__(self, script):
        super().__init__()
        self._answer = script if callable(script) else self._next
        self._steps = [] if callable(script) else list(script)
        self.requests = []

    def _next(self, request):
        if not self._steps:
            raise AssertionError(f"an unexpected request: {request.method} {request.url}")
        return self._steps.pop(0)

    @property
    def left(self):
        """How many steps of the script were not asked for."""
        return len(self._steps)

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        """Answer, and remember the request with its options."""
        request.options = {
            "stream": stream,
            "timeout": timeout,
            "verify": verify,
            "cert": cert,
            "proxies": proxies,
        }
        self.requests.append(request)
        answer = self._answer(request)
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, dict):
            answer = Reply(200, answer)
        response = requests.Response()
        response.status_code = answer.status
        response.reason = reasons.get(answer.status)
        response.headers = requests.structures.CaseInsensitiveDict(answer.headers)
        response.raw = HTTPResponse(
            io.BytesIO(answer.body),
            headers=answer.headers,
            status=answer.status,
            preload_content=False,
        )
        response.url = request.url
        response.request = request
        return response

    def close(self):
        """Nothing is open."""


def session_of(adapter):
    """A session that speaks to nobody but the adapter."""
    session = requests.Session()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class Tokens:
    """A source of tokens without Entra: token-1, and the next number after each `force`."""

    def __init__(self, roles=(), error=None):
        self.number = 1
        self.granted = frozenset(roles)
        self.error = error

    def get_token(self, *, force=False):
        if self.error:
            error, self.error = self.error, None
            raise error
        self.number += force
        return f"token-{self.number}"

    def roles(self):
        return self.granted


def make_client(script, *, clock=None, tokens=None, cloud=GLOBAL, **options):
    """A client at the other end of a script, and the script's adapter and clock."""
    clock = clock or Clock()
    adapter = ScriptedAdapter(script)
    client = GraphClient(
        cloud,
        tokens or Tokens(),
        session=session_of(adapter),
        sleep=clock.sleep,
        clock=clock,
        jitter=lambda: 1.0,
        **options,
    )
    return client, adapter, clock


def graph_error(code="UnknownError", message="", **inner):
    """Graph's error body."""
    inner = {"date": "2026-04-02T08:00:00", "request-id": "ms-request", **inner}
    return {"error": {"code": code, "message": message, "innerError": inner}}


def a_token(roles=(), **claims):
    """A JWT as Entra issues it; nobody here looks at its signature."""
    claims = {"aud": GLOBAL.graph_url, "roles": list(roles), **claims}
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return b".".join([*encoded, b"c2ln"]).decode()


def an_appointment(**members):
    """The JSON of an appointment, as GET by id answers; ``members`` replace or add."""
    return {
        "id": "AAMkAD-1=",
        "selfServiceAppointmentId": "00000000-0000-0000-0000-000000000000",
        "serviceId": "service-1",
        "serviceName": "Coupe",
        "staffMemberIds": ["staff-1", "staff-2", "staff-1"],
        "startDateTime": {"dateTime": "2026-03-03T09:00:00.0000000Z", "timeZone": "UTC"},
        "endDateTime": {"dateTime": "2026-03-03T10:30:00.0000000Z", "timeZone": "UTC"},
        "price": 49.9,
        "priceType": "fixedPrice",
        "customerName": "Ana Müller",
        "customerEmailAddress": "ana@example.com",
        "customerTimeZone": "Europe/Zurich",
        "filledAttendeesCount": 1,
        "maximumAttendeesCount": 1,
        "serviceLocation": {"displayName": "Lausanne"},
        "isLocationOnline": False,
        "lastUpdatedDateTime": "2026-03-01T09:12:44.1234567Z",
        "customers": [
            {
                "@odata.type": "#microsoft.graph.bookingCustomerInformation",
                "customerId": "customer-1",
                "name": "Ana Müller",
                "emailAddress": "ana@example.com",
                "phone": "+41 21 000 00 00",
                "customQuestionAnswers": [
                    {"questionId": "q1", "question": "Size?", "selectedOptions": ["S", "M"]}
                ],
            }
        ],
        **members,
    }
