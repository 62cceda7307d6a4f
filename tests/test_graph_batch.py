# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Batches: parts that fail for themselves, are throttled, go missing, and what may be repeated."""

import json
import random
import unittest
from datetime import timedelta

import requests

from ..graph.batch import BatchRequest
from ..graph.errors import AuthError, ComeBackLater, GraphError
from .graph_common import NOW, Reply, graph_error, make_client


def reads(count, method="GET"):
    body = None if method == "GET" else {"a": 1}
    return [BatchRequest(f"id-{n}", method, f"/x/{n}", body) for n in range(count)]


class Service:
    """Answers batches part by part: `plan` maps a path to what it answers, in order; then 200."""

    def __init__(self, plan=None, envelopes=()):
        self.plan = {path: list(answers) for path, answers in (plan or {}).items()}
        self.envelopes = list(envelopes)
        self.batches = []

    def __call__(self, request):
        parts = json.loads(request.body)["requests"]
        self.batches.append(parts)
        envelope = self.envelopes.pop(0) if self.envelopes else None
        if envelope is not None:
            return envelope
        answers = [self.answer(part) for part in parts]
        answers = [answer for answer in answers if answer is not None]
        random.Random(1).shuffle(answers)
        return {"responses": answers}

    def answer(self, part):
        planned = self.plan.get(part["url"])
        if planned:
            answer = planned.pop(0)
            return answer if answer is None else {"id": part["id"], **answer}
        return {"id": part["id"], "status": 200, "body": {"url": part["url"]}}

    @property
    def urls(self):
        return [[part["url"] for part in parts] for parts in self.batches]


class TestBatch(unittest.TestCase):
    def test_twenty_at_a_time_in_any_order(self):
        service = Service()
        client, adapter, _clock = make_client(service)
        results = client.batch(reads(45))
        self.assertEqual([len(parts) for parts in service.batches], [20, 20, 5])
        for number in range(45):
            result = results[f"id-{number}"]
            self.assertEqual((result.status, result.body), (200, {"url": f"/x/{number}"}))
        self.assertEqual(
            (client.request_count, client.detail_count, client.retry_count), (3, 45, 0)
        )
        self.assertEqual(adapter.requests[0].url, "https://graph.microsoft.com/v1.0/$batch")

    def test_results_come_as_batches_do(self):
        service = Service()
        client, _adapter, _clock = make_client(service)
        results = client.iter_batch(reads(45))
        next(results)
        self.assertEqual(len(service.batches), 1)

    def test_mixed_parts(self):
        gone = {"status": 404, "body": graph_error("ErrorItemNotFound")}
        page = {"status": 404, "body": "<html>"}
        denied = {"status": 403, "body": graph_error("ErrorAccessDenied"), "headers": None}
        service = Service({"/x/0": [gone], "/x/1": [denied], "/x/2": [page] * 5})
        client, _adapter, _clock = make_client(service)
        results = client.batch(reads(4))
        codes = [result.error and result.error.code for result in results.values()]
        self.assertEqual(
            dict(zip(results, codes, strict=True)),
            {"id-0": "not_found", "id-1": "access_denied", "id-2": "not_json", "id-3": None},
        )

    def test_throttled_parts_are_repeated_after_the_longest_wait(self):
        plan = {
            f"/x/{number}": [{"status": 429, "headers": {"retry-after": str(seconds)}}]
            for number, seconds in ((3, 7), (5, 11))
        }
        service = Service(plan)
        client, _adapter, clock = make_client(service)
        results = client.batch(reads(20))
        self.assertTrue(all(result.error is None for result in results.values()))
        self.assertEqual(clock.sleeps, [11])
        self.assertEqual(service.urls[1], ["/x/3", "/x/5"])
        self.assertEqual((client.detail_count, client.retry_count), (22, 2))

    def test_nobody_goes_ahead_while_microsoft_throttles(self):
        service = Service({"/x/3": [{"status": 429, "headers": {"Retry-After": "7"}}]})
        client, _adapter, clock = make_client(service)
        slept = []
        for graph_id, _result in client.iter_batch(reads(50)):
            slept.append((graph_id, sum(clock.sleeps)))
        # The second batch holds new parts only, and waits all the same.
        self.assertEqual(service.urls[1], [f"/x/{number}" for number in range(20, 40)])
        self.assertEqual(dict(slept)["id-20"], 7)
        self.assertEqual(service.urls[2], [*(f"/x/{number}" for number in range(40, 50)), "/x/3"])
        self.assertEqual(clock.sleeps, [7])

    def test_repeating_costs_hardly_a_request(self):
        rng = random.Random(5)
        flaky = {f"/x/{n}": [{"status": 500}] for n in range(400) if rng.random() < 0.2}
        service = Service(flaky)
        client, _adapter, _clock = make_client(service)
        results = client.batch(reads(400))
        self.assertEqual(len(results), 400)
        self.assertTrue(all(result.error is None for result in results.values()))
        self.assertLessEqual(client.request_count, 1.3 * 20)

    def test_a_part_that_fails_for_good(self):
        service = Service({"/x/0": [{"status": 500, "body": graph_error()}] * 9})
        client, _adapter, clock = make_client(service)
        results = client.batch(reads(2))
        self.assertEqual(results["id-0"].error.code, "unavailable")
        self.assertIsNone(results["id-1"].error)
        self.assertEqual(clock.sleeps, [1, 2, 4, 8])
        self.assertEqual(client.retry_count, 4)

    def test_missing_and_mad_parts_are_asked_for_again(self):
        for answer in (None, {"status": "x"}, {"status": 200}, {"status": 200, "body": "PGh0bWw+"}):
            service = Service({"/x/0": [answer]})
            client, _adapter, _clock = make_client(service)
            results = client.batch(reads(2))
            self.assertEqual(results["id-0"].body, {"url": "/x/0"})

    def test_a_throttled_part_beyond_the_deadline(self):
        service = Service({"/x/3": [{"status": 429, "headers": {"Retry-After": "90"}}]})
        client, _adapter, clock = make_client(service, deadline=NOW + timedelta(seconds=60))
        seen = []
        with self.assertRaises(ComeBackLater) as caught:
            for graph_id, _result in client.iter_batch(reads(30)):
                seen.append(graph_id)
        self.assertEqual(caught.exception.retry_at, NOW + timedelta(seconds=90))
        self.assertEqual(len(seen), 19)
        self.assertEqual(clock.sleeps, [])

    def test_the_whole_batch_is_repeated_when_it_holds_reads(self):
        cut = requests.ConnectionError("cut")
        service = Service(envelopes=[cut, Reply(503), Reply(200, '{"resp')])
        client, _adapter, _clock = make_client(service)
        self.assertEqual(len(client.batch(reads(3))), 3)
        self.assertEqual(client.retry_count, 3)

    def test_a_batch_that_is_none(self):
        client, _adapter, _clock = make_client([{"value": []}])
        with self.assertRaises(GraphError) as caught:
            client.batch(reads(1))
        self.assertEqual(caught.exception.code, "unexpected_answer")

    def test_a_token_that_a_part_refuses_is_renewed_once(self):
        expired = {"status": 401, "body": graph_error("InvalidAuthenticationToken")}
        service = Service({"/x/0": [expired], "/x/1": [expired, expired]})
        client, adapter, _clock = make_client(service)
        results = client.batch(reads(2))
        self.assertIsNone(results["id-0"].error)
        self.assertIsInstance(results["id-1"].error, AuthError)
        tokens = [request.headers["Authorization"] for request in adapter.requests]
        self.assertEqual(tokens, ["Bearer token-1", "Bearer token-2"])

    def test_ids_are_unique(self):
        client, _adapter, _clock = make_client([])
        with self.assertRaises(ValueError):
            client.batch([*reads(1), *reads(1)])

    def test_nothing_to_do(self):
        client, adapter, _clock = make_client([])
        self.assertEqual(client.batch([]), {})
        self.assertEqual(adapter.requests, [])


class TestWrites(unittest.TestCase):
    def test_only_throttled_ones_are_repeated_and_in_order(self):
        throttled = {"status": 429, "headers": {"Retry-After": "2"}}
        service = Service(
            {
                "/x/0": [throttled],
                "/x/1": [throttled],
                "/x/2": [{"status": 503}],
                "/x/3": [{"status": 500, "body": graph_error()}],
                "/x/4": [None],
                "/x/5": [{"status": 204}],
            }
        )
        client, _adapter, clock = make_client(service)
        results = client.batch(reads(6, "PATCH"))
        codes = [results[f"id-{n}"].error and results[f"id-{n}"].error.code for n in range(6)]
        self.assertEqual(
            codes, [None, None, "write_unconfirmed", "refused", "write_unconfirmed", None]
        )
        self.assertEqual(service.urls[1], ["/x/0", "/x/1"])
        self.assertEqual(clock.sleeps, [2])
        self.assertEqual(client.detail_count, 0)

    def test_reads_and_writes_never_share_a_batch(self):
        service = Service()
        client, _adapter, _clock = make_client(service)
        mixed = [
            BatchRequest("a", "GET", "/a"),
            BatchRequest("b", "PATCH", "/b", {"x": 1}),
            BatchRequest("c", "GET", "/c", headers={"Prefer": "p"}),
        ]
        client.batch(mixed)
        self.assertEqual(service.urls, [["/a"], ["/b"], ["/c"]])
        sent = [parts[0]["headers"] for parts in service.batches]
        self.assertEqual(len({headers.pop("client-request-id") for headers in sent}), 3)
        self.assertEqual(sent, [{}, {"Content-Type": "application/json"}, {"Prefer": "p"}])

    def test_a_part_that_failed_has_both_request_ids(self):
        service = Service({"/x/0": [{"status": 400, "body": graph_error("BadRequest")}]})
        client, _adapter, _clock = make_client(service)
        error = client.batch(reads(1))["id-0"].error
        sent = service.batches[0][0]["headers"]["client-request-id"]
        self.assertEqual((error.request_id, error.client_request_id), ("ms-request", sent))

    def test_a_cut_batch_of_writes_is_not_repeated(self):
        service = Service(envelopes=[requests.ReadTimeout()])
        client, _adapter, _clock = make_client(service)
        with self.assertRaises(GraphError) as caught:
            client.batch(reads(2, "POST"))
        self.assertEqual(caught.exception.code, "write_unconfirmed")
        self.assertEqual(len(service.batches), 1)
