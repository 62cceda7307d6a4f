# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A whole reading of a business under every kind of fault, at every call and at random: it ends
with what an undisturbed one reads, and does not ask much more often."""

import json
import random
import unittest
from datetime import timedelta

import requests

from ..graph.bookings import BookingsApi
from ..graph.errors import ComeBackLater
from .graph_common import NOW, Clock, Reply, an_appointment, graph_error, make_client

ROOT = "https://graph.microsoft.com/v1.0"
COUNT, PAGE, SEEDS = 50, 20, 40
BUSINESS = "salon@contoso.example"

FAULTS = {
    "401 expired": Reply(401, graph_error("InvalidAuthenticationToken")),
    "408": Reply(408),
    "429 seconds": Reply(429, graph_error("TooManyRequests"), {"Retry-After": "3"}),
    "429 date": Reply(429, None, {"Retry-After": "Thu, 02 Apr 2026 08:00:09 GMT"}),
    "429 bare": Reply(429),
    "429 page": Reply(429, "<html>slow down</html>"),
    "403 throttled": Reply(403, graph_error("ApplicationThrottled")),
    "404 page": Reply(404, "<html>not found</html>"),
    "500 unknown": Reply(500, graph_error()),
    "500 no code": Reply(500, graph_error("", "An error has occurred.")),
    "500 page": Reply(500, "<html>"),
    "500 nothing": Reply(500),
    "502": Reply(502, "bad gateway"),
    "503 later": Reply(503, None, {"Retry-After": "2"}),
    "503": Reply(503, graph_error("ServiceUnavailable")),
    "504": Reply(504),
    "200 page": Reply(200, "<html>sign in</html>"),
    "200 nothing": Reply(200),
    "200 cut": Reply(200, '{"value": [{"id": "a'),
    "200 short": Reply(200, '{"value": []}', {"Content-Length": "99"}),
    "204": Reply(204),
    "reset": requests.ConnectionError("reset"),
    "no connection": requests.ConnectTimeout(),
    "silence": requests.ReadTimeout(),
    "cut chunk": requests.exceptions.ChunkedEncodingError(),
    "cut gzip": requests.exceptions.ContentDecodingError(),
    "proxy": requests.exceptions.ProxyError(),
}


def known(number):
    return an_appointment(id=f"id-{number}", price=number)


class Graph:
    """A business of 50 appointments: three pages, three batches. `disturb` may answer first."""

    def __init__(self, disturb=lambda call: None, disturb_part=lambda: None):
        self._disturb = disturb
        self._disturb_part = disturb_part
        self.calls = 0

    def __call__(self, request):
        self.calls += 1
        fault = self._disturb(self.calls - 1)
        if fault is not None:
            return fault
        if request.method == "GET":
            return self.page(int((request.url.split("skip=") + ["0"])[1]))
        parts = json.loads(request.body)["requests"]
        return {"responses": [self.part(part) for part in parts]}

    def page(self, skip):
        numbers = range(skip, min(skip + PAGE, COUNT))
        page = {"value": [{**known(number), "customers": []} for number in numbers]}
        if numbers.stop < COUNT:
            page["@odata.nextLink"] = f"{ROOT}/next?skip={numbers.stop}"
        return page

    def part(self, part):
        number = int(part["url"].rpartition("-")[2])
        answer = self._disturb_part() or {"status": 200, "body": known(number)}
        return {"id": part["id"], **answer}


def read(graph, **options):
    """Everything: the list, then the details of all. Returns the details and the client."""
    client, _adapter, _clock = make_client(graph, **options)
    api = BookingsApi(client)
    listing = api.calendar_view(BUSINESS, NOW, NOW + timedelta(days=31))
    details = api.appointments_by_id(BUSINESS, [record.id for record in listing.records])
    return details, client


class TestStorm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        graph = Graph()
        cls.expected, _client = read(graph)
        cls.calls = graph.calls

    def test_undisturbed(self):
        self.assertEqual((len(self.expected), self.calls), (COUNT, 6))

    def test_every_fault_at_every_call(self):
        for name, fault in FAULTS.items():
            for position in range(self.calls):
                graph = Graph(lambda call, at=position, what=fault: what if call == at else None)
                with self.subTest(name, position=position):
                    details, _client = read(graph)
                    self.assertEqual(details, self.expected)
                    self.assertEqual(graph.calls, self.calls + 1)

    def test_every_fault_again_and_again(self):
        for name, fault in FAULTS.items():
            graph = Graph(lambda call, what=fault: what if call % 2 else None)
            with self.subTest(name):
                self.assertEqual(read(graph)[0], self.expected)

    def test_a_fifth_of_everything_fails(self):
        calls = 0
        for seed in range(SEEDS):
            rng = random.Random(seed)
            faults = list(FAULTS.values())

            def disturb(_call, rng=rng, faults=faults):
                return rng.choice(faults) if rng.random() < 0.2 else None

            graph = Graph(disturb)
            self.assertEqual(read(graph, max_retries=8)[0], self.expected)
            calls += graph.calls
        self.assertLessEqual(calls, 1.3 * self.calls * SEEDS)

    def test_a_fifth_of_the_parts_fail(self):
        part_faults = (
            {"status": 429, "headers": {"Retry-After": "1"}},
            {"status": 500, "body": graph_error()},
            {"status": 503},
            {"status": 404, "body": "<html>"},
            {"status": 200},
            {"status": None},
        )
        calls = 0
        for seed in range(SEEDS):
            rng = random.Random(seed)
            graph = Graph(
                disturb_part=lambda rng=rng: rng.choice(part_faults) if rng.random() < 0.2 else None
            )
            self.assertEqual(read(graph, max_retries=8)[0], self.expected)
            calls += graph.calls
        # A last batch, nearly empty, comes on top of each reading.
        self.assertLessEqual(calls, (1.3 * self.calls + 1) * SEEDS)

    def test_under_a_deadline_it_ends_in_time_or_says_when_to_come_back(self):
        for seed in range(20):
            rng = random.Random(seed)
            graph = Graph(
                lambda _call, rng=rng: FAULTS["429 seconds"] if rng.random() < 0.4 else None
            )
            clock = Clock()
            deadline = NOW + timedelta(seconds=10)
            try:
                details, _client = read(graph, clock=clock, deadline=deadline, max_retries=8)
            except ComeBackLater as error:
                self.assertGreater(error.retry_at, deadline)
                self.assertLessEqual(error.retry_at, deadline + timedelta(seconds=3))
            else:
                self.assertEqual(details, self.expected)
            self.assertLessEqual(clock.now, deadline)
