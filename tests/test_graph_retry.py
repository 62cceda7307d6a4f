# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When to try again: Retry-After in all its forms, backoff, and what may be repeated at all."""

import unittest
from datetime import timedelta

import requests
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError

from ..graph.errors import ComeBackLater, GraphError, make_error
from ..graph.retry import backoff, retry_after
from .graph_common import NOW, Clock, Reply, Tokens, graph_error, make_client

OK = {"id": "x"}


def refused_connection():
    """The exception of a connection that did not come about, as urllib3 and requests nest it."""
    reason = NewConnectionError(HTTPSConnection("graph.microsoft.com"), "refused")
    return requests.ConnectionError(MaxRetryError(None, "/", reason))


class TestRetryAfter(unittest.TestCase):
    def seconds(self, value, date=None):
        moment = retry_after({"RETRY-AFTER": value, **({"Date": date} if date else {})}, NOW)
        return None if moment is None else (moment - NOW).total_seconds()

    def test_seconds(self):
        self.assertEqual(self.seconds("17"), 17)
        self.assertEqual(self.seconds(" 0 "), 0)
        self.assertEqual(self.seconds("1.5"), 1.5)

    def test_date_against_our_clock(self):
        self.assertEqual(self.seconds("Thu, 02 Apr 2026 08:00:30 GMT"), 30)
        self.assertEqual(self.seconds("Thu, 02 Apr 2026 07:00:00 GMT"), 0)

    def test_date_against_the_servers_clock_when_ours_is_wrong(self):
        date = "Thu, 02 Apr 2026 08:10:00 GMT"
        self.assertEqual(self.seconds("Thu, 02 Apr 2026 08:10:05 GMT", date), 5)

    def test_unreadable(self):
        for value in ("soon", "-5", "1e9", "", "nan", "٣", "9" * 40, "Thu, 99 Foo 2026"):
            with self.subTest(value):
                self.assertIsNone(self.seconds(value))
        self.assertIsNone(retry_after({}, NOW))

    def test_backoff_doubles_up_to_a_limit_and_is_spread(self):
        full = [backoff(attempt, 1).total_seconds() for attempt in range(8)]
        self.assertEqual(full, [1, 2, 4, 8, 16, 32, 32, 32])
        self.assertEqual(backoff(3, 0), timedelta(seconds=4))
        self.assertEqual(backoff(10**6, 1).total_seconds(), 32)


class TestReads(unittest.TestCase):
    def test_what_passes_is_repeated(self):
        faults = (
            refused_connection(),
            requests.ConnectionError("reset"),
            requests.ConnectTimeout(),
            requests.ReadTimeout(),
            requests.exceptions.ChunkedEncodingError(),
            requests.exceptions.ContentDecodingError(),
            requests.exceptions.ProxyError(),
            Reply(408),
            Reply(429),
            Reply(500, graph_error()),
            Reply(500, graph_error("", "An error has occurred.")),
            Reply(502, "<html>bad gateway</html>"),
            Reply(503),
            Reply(504),
            Reply(200, '{"id": "x'),
            Reply(200, '{"id": "x"}', {"Content-Length": "99"}),
            Reply(200, "<html>sign in</html>"),
            Reply(200, ""),
            Reply(404, "<html>not found</html>"),
        )
        for fault in faults:
            with self.subTest(getattr(fault, "status", type(fault).__name__)):
                client, adapter, clock = make_client([fault, OK])
                self.assertEqual(client.get("/x"), OK)
                self.assertEqual((adapter.left, clock.sleeps), (0, [1.0]))
                self.assertEqual((client.request_count, client.retry_count), (2, 1))

    def test_what_does_not_pass_is_not_repeated(self):
        faults = (
            Reply(400, graph_error("BadRequest")),
            Reply(401, graph_error("Unauthorized")),
            Reply(403, graph_error("ErrorAccessDenied")),
            Reply(404, graph_error("ErrorItemNotFound")),
            Reply(302, "", {"Location": "https://elsewhere.example"}),
            Reply(200, "[1]"),
            requests.exceptions.SSLError("certificate verify failed"),
        )
        for fault in faults:
            with self.subTest(getattr(fault, "status", type(fault).__name__)):
                client, _adapter, clock = make_client([fault])
                with self.assertRaises(GraphError) as caught:
                    client.get("/x")
                self.assertFalse(caught.exception.retryable)
                self.assertEqual(clock.sleeps, [])

    def test_it_gives_up_after_the_last_repetition(self):
        client, adapter, clock = make_client([Reply(500, graph_error())] * 5)
        with self.assertRaises(GraphError) as caught:
            client.get("/x")
        self.assertEqual(caught.exception.code, "unavailable")
        self.assertTrue(caught.exception.retryable)
        self.assertEqual(clock.sleeps, [1, 2, 4, 8])
        self.assertEqual(len(adapter.requests), 5)

    def test_retry_after_is_obeyed(self):
        date = {"Retry-After": "Thu, 02 Apr 2026 08:00:47 GMT", "Date": "x"}
        for headers, wait in (({"retry-after": "17"}, 17), (date, 47)):
            for status in (429, 503):
                client, _adapter, clock = make_client([Reply(status, None, headers), OK])
                client.get("/x")
                self.assertEqual(clock.sleeps, [wait])

    def test_a_fault_of_the_token_source_is_repeated(self):
        client, _adapter, clock = make_client([OK], tokens=Tokens(error=make_error("timeout")))
        self.assertEqual(client.get("/x"), OK)
        self.assertEqual(clock.sleeps, [1.0])


class TestWrites(unittest.TestCase):
    def test_repeated_only_when_certainly_not_carried_out(self):
        for fault in (Reply(429, None, {"Retry-After": "3"}), refused_connection()):
            for method in ("post", "patch", "delete"):
                client, adapter, clock = make_client([fault, Reply(204)])
                self.assertIsNone(getattr(client, method)("/x", {"a": 1}))
                self.assertEqual((adapter.left, len(clock.sleeps)), (0, 1))

    def test_uncertain_ones_are_not_repeated_and_say_so(self):
        faults = (
            requests.ReadTimeout(),
            requests.ConnectionError("reset"),
            Reply(502),
            Reply(503),
            Reply(504),
            Reply(200, '{"id": '),
            Reply(200, "<html>"),
        )
        for fault in faults:
            with self.subTest(getattr(fault, "status", type(fault).__name__)):
                client, _adapter, clock = make_client([fault])
                with self.assertRaises(GraphError) as caught:
                    client.post("/x", {})
                self.assertEqual(caught.exception.code, "write_unconfirmed")
                self.assertFalse(caught.exception.retryable)
                self.assertEqual(clock.sleeps, [])

    def test_500_is_a_refusal(self):
        client, _adapter, _clock = make_client([Reply(500, graph_error())])
        with self.assertRaises(GraphError) as caught:
            client.post("/x", {})
        self.assertEqual(caught.exception.code, "refused")

    def test_answers_with_and_without_a_body(self):
        client, _adapter, _clock = make_client(
            [Reply(204), Reply(200, OK), Reply(200), Reply(201, OK)]
        )
        results = [client.patch("/x", {}) for _number in range(4)]
        self.assertEqual(results, [None, OK, None, OK])


class TestDeadline(unittest.TestCase):
    def test_never_slept_past(self):
        cases = (([Reply(429, None, {"Retry-After": "61"})], 61), ([Reply(503)] * 5, None))
        for script, wait in cases:
            limit = 60 if wait else 5
            client, _adapter, clock = make_client(script, deadline=NOW + timedelta(seconds=limit))
            with self.assertRaises(ComeBackLater) as caught:
                client.get("/x")
            error = caught.exception
            self.assertGreater(error.retry_at, client.deadline)
            self.assertLessEqual(clock.now, client.deadline)
            self.assertTrue(error.retryable)
            self.assertIn(error.details["cause"], ("throttled", "unavailable"))
            if wait:
                self.assertEqual(error.retry_at, NOW + timedelta(seconds=wait))
                self.assertIn("08:01:01 UTC", error.message)

    def test_nothing_begun_after_it(self):
        client, adapter, _clock = make_client([], deadline=NOW)
        with self.assertRaises(ComeBackLater) as caught:
            client.get("/x")
        self.assertEqual(caught.exception.retry_at, NOW)
        self.assertEqual(adapter.requests, [])

    def test_a_very_long_wait_without_deadline(self):
        client, _adapter, clock = make_client([Reply(429, None, {"Retry-After": "7200"})])
        with self.assertRaises(ComeBackLater) as caught:
            client.get("/x")
        self.assertEqual(caught.exception.retry_at, NOW + timedelta(hours=2))
        self.assertEqual(clock.sleeps, [])

    def test_timeouts_shrink_towards_it(self):
        client, adapter, _clock = make_client([OK], deadline=NOW + timedelta(seconds=20))
        client.get("/x")
        self.assertEqual(adapter.requests[0].options["timeout"], (10, 20))

    def test_a_body_that_drips_past_it_is_a_timeout(self):
        clock = Clock()

        def slow(_request):
            clock.now += timedelta(seconds=30)
            return OK

        client, _adapter, _clock = make_client(
            slow, clock=clock, deadline=NOW + timedelta(seconds=20)
        )
        with self.assertRaises(ComeBackLater) as caught:
            client.get("/x")
        self.assertEqual(caught.exception.details["cause"], "timeout")
