# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One request: what it carries, where it may go, how it pages, what is logged."""

import logging
import unittest
import uuid
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import requests

from ..graph.clouds import get_cloud
from ..graph.errors import AuthError, GraphError, ProtocolError
from ..graph.urls import path_of, pinned, redacted
from .graph_common import Reply, Tokens, graph_error, make_client

ROOT = "https://graph.microsoft.com"
BUSINESS = "salon@contoso.example"


class TestRequest(unittest.TestCase):
    def test_what_a_read_carries(self):
        client, adapter, _clock = make_client([{"id": "x"}])
        client.get("/solutions", {"start": "2026-01-01T00:00:00+01:00"})
        self.assertEqual(len(adapter.requests), 1)
        request = adapter.requests[0]
        self.assertEqual(request.headers["Authorization"], "Bearer token-1")
        self.assertEqual(request.headers["Prefer"], "include-unknown-enum-members")
        self.assertEqual(uuid.UUID(request.headers["client-request-id"]).version, 4)
        self.assertEqual(
            parse_qs(urlsplit(request.url).query)["start"], ["2026-01-01T00:00:00+01:00"]
        )
        self.assertNotIn("+", urlsplit(request.url).query)
        self.assertEqual(urlsplit(request.url).path, "/v1.0/solutions")
        self.assertEqual(request.options["timeout"], (10, 60))

    def test_the_version_of_a_write(self):
        client, adapter, _clock = make_client([Reply(204)])
        client.patch("/x", {"a": 1}, version="beta")
        self.assertEqual(adapter.requests[0].url, f"{ROOT}/beta/x")
        self.assertEqual(adapter.requests[0].body, b'{"a": 1}')

    def test_each_attempt_has_its_own_request_id(self):
        client, adapter, _clock = make_client([Reply(503), {"id": "x"}])
        client.get("/x")
        ids = {request.headers["client-request-id"] for request in adapter.requests}
        self.assertEqual(len(ids), 2)

    def test_an_error_keeps_both_request_ids(self):
        client, adapter, _clock = make_client([Reply(400, graph_error("BadRequest"))])
        with self.assertRaises(GraphError) as caught:
            client.get("/x")
        error = caught.exception
        self.assertEqual(error.request_id, "ms-request")
        self.assertEqual(error.client_request_id, adapter.requests[0].headers["client-request-id"])
        self.assertEqual((error.status, error.graph_code), (400, "BadRequest"))

    def test_netrc_does_not_replace_the_token(self):
        client, adapter, _clock = make_client([{"id": "x"}])
        with mock.patch("requests.sessions.get_netrc_auth", return_value=("user", "password")):
            client.get("/x")
        self.assertEqual(adapter.requests[0].headers["Authorization"], "Bearer token-1")

    def test_an_expired_token_is_renewed_once(self):
        expired = Reply(401, graph_error("InvalidAuthenticationToken"))
        for method in ("get", "post"):
            client, adapter, clock = make_client([expired, Reply(200, {"id": "x"})])
            getattr(client, method)("/x")
            tokens = [request.headers["Authorization"] for request in adapter.requests]
            self.assertEqual(tokens, ["Bearer token-1", "Bearer token-2"])
            self.assertEqual(clock.sleeps, [])
        client, adapter, _clock = make_client([expired, expired])
        with self.assertRaises(AuthError) as caught:
            client.get("/x")
        self.assertEqual(caught.exception.code, "token_rejected")

    def test_a_body_beyond_the_limit(self):
        for reply in (Reply(200, "x" * 11), Reply(200, "", {"Content-Length": "11"})):
            client, _adapter, _clock = make_client([reply], max_body=10)
            with self.assertRaises(ProtocolError) as caught:
                client.get("/x")
            self.assertEqual(caught.exception.code, "too_large")

    def test_bodies_that_are_no_object(self):
        deep = "[" * 100_000
        for body, code in (
            (deep, "truncated"),
            ("5", "unexpected_answer"),
            ("null", "unexpected_answer"),
        ):
            client, _adapter, _clock = make_client([Reply(200, body)], max_retries=0)
            with self.assertRaises(ProtocolError) as caught:
                client.get("/x")
            self.assertEqual(caught.exception.code, code)

    def test_a_redirect_is_not_followed(self):
        client, adapter, _clock = make_client(
            [Reply(307, "", {"Location": "https://evil.example/"})]
        )
        with self.assertRaises(ProtocolError) as caught:
            client.get("/x")
        self.assertEqual(caught.exception.code, "redirect")
        self.assertEqual(len(adapter.requests), 1)


class TestPaging(unittest.TestCase):
    def test_pages_are_fetched_as_they_are_consumed(self):
        link = f"{ROOT}/v1.0/x?$skiptoken=a%2Bb"
        client, adapter, _clock = make_client(
            [{"value": [{"n": 1}], "@odata.nextLink": link}, {"value": [{"n": 2}]}]
        )
        members = client.get_all("/x", {"start": "s"})
        self.assertEqual(next(members), {"n": 1})
        self.assertEqual(len(adapter.requests), 1)
        self.assertEqual(list(members), [{"n": 2}])
        self.assertEqual(adapter.requests[1].url, link)

    def test_a_relative_link(self):
        client, adapter, _clock = make_client(
            [{"value": [], "@odata.nextLink": "x?$skiptoken=2"}, {"value": [1]}]
        )
        self.assertEqual(list(client.get_all("/x")), [1])
        self.assertEqual(adapter.requests[1].url, f"{ROOT}/v1.0/x?$skiptoken=2")

    def test_the_token_goes_to_no_other_host(self):
        links = (
            "https://evil.example/v1.0/x",
            "//evil.example/x",
            "http://graph.microsoft.com/v1.0/x",
            "https://graph.microsoft.com.evil.example/x",
            "https://graph.microsoft.com@evil.example/x",
            "https://graph.microsoft.com\\@evil.example/x",
            "https://user@graph.microsoft.com/x",
            "https://graph.microsoft.com:8443/x",
            "https://graph.microsoft.com\t.evil.example/x",
            "https://graph.micro\nsoft.com/x",
            "https://[::1/x",
            "ftp://graph.microsoft.com/x",
        )
        for link in links:
            with self.subTest(link):
                client, adapter, _clock = make_client([{"value": [1], "@odata.nextLink": link}])
                with self.assertRaises(ProtocolError) as caught:
                    list(client.get_all("/x"))
                self.assertEqual(caught.exception.code, "foreign_host")
                self.assertEqual(len(adapter.requests), 1)

    def test_the_same_host_otherwise_written(self):
        self.assertTrue(pinned(ROOT, "HTTPS://GRAPH.microsoft.com:443/v1.0/x"))
        own = get_cloud("custom", "https://login.example", "https://localhost:8443").graph_url
        self.assertTrue(pinned(own, "https://LOCALHOST:8443/x"))

    def test_loops(self):
        def first(number):
            return f"{ROOT}/v1.0/x?page={number}"

        pages = [{"value": [], "@odata.nextLink": first(number)} for number in (1, 2, 1)]
        client, adapter, _clock = make_client(pages)
        with self.assertRaises(ProtocolError) as caught:
            list(client.get_all("/x"))
        self.assertEqual(caught.exception.code, "paging_loop")
        self.assertEqual(len(adapter.requests), 3)

    def test_pages_without_end(self):
        numbers = iter(range(10**6))
        client, _adapter, _clock = make_client(
            lambda _request: {"value": [], "@odata.nextLink": f"{ROOT}/x?{next(numbers)}"},
            max_pages=50,
        )
        with self.assertRaises(ProtocolError):
            list(client.get_all("/x"))
        self.assertEqual(client.request_count, 50)

    def test_a_page_that_is_none(self):
        for page in ({}, {"value": None}, {"value": {}}, {"value": [], "@odata.nextLink": 5}):
            client, _adapter, _clock = make_client([page])
            with self.assertRaises(ProtocolError) as caught:
                list(client.get_all("/x"))
            self.assertEqual(caught.exception.code, "unexpected_answer")

    def test_a_list_that_breaks_off_raises(self):
        link = f"{ROOT}/v1.0/x?2"
        client, _adapter, _clock = make_client(
            [{"value": [1], "@odata.nextLink": link}, Reply(403, graph_error("ErrorAccessDenied"))]
        )
        with self.assertRaises(GraphError):
            list(client.get_all("/x"))


class TestPrivacy(unittest.TestCase):
    def test_paths_are_told_without_ids(self):
        path = path_of("solutions", "bookingBusinesses", BUSINESS, "appointments", "A/B+c=")
        self.assertEqual(
            path,
            "/solutions/bookingBusinesses/salon%40contoso.example/appointments/A%2FB%2Bc%3D",
        )
        told = redacted(f"{ROOT}/v1.0{path}?query=Ana")
        self.assertRegex(
            told,
            r"^/v1\.0/solutions/bookingBusinesses/~[0-9a-f]{8}/appointments/~[0-9a-f]{8}$",
        )

    def test_an_id_cannot_lead_elsewhere(self):
        for part in ("", ".", ".."):
            with self.assertRaises(ValueError):
                path_of("solutions", part)

    def test_nothing_personal_or_secret_in_the_log(self):
        path = path_of("solutions", "bookingBusinesses", BUSINESS, "calendarView")
        body = {"value": [], "note": "Ana Müller"}
        client, _adapter, _clock = make_client([Reply(503, "Ana Müller"), Reply(200, body)])
        with self.assertLogs(client.__module__.rpartition(".")[0], logging.DEBUG) as logs:
            list(client.get_all(path, {"query": "Ana"}))
        told = "\n".join(logs.output)
        self.assertIn("calendarView", told)
        self.assertIn("503", told)
        self.assertIn("client-request-id", told)
        for secret in ("salon", "Ana", "token-1"):
            self.assertNotIn(secret, told)

    def test_nothing_of_the_address_in_an_error(self):
        fault = requests.ConnectionError("url: /v1.0/solutions/salon@contoso.example?query=Ana")
        client, _adapter, _clock = make_client([fault], max_retries=0, tokens=Tokens())
        with self.assertRaises(GraphError) as caught:
            client.get("/x")
        self.assertNotIn("salon", str(caught.exception) + repr(caught.exception.__dict__))
        self.assertIsNone(caught.exception.__cause__)
        self.assertTrue(caught.exception.__suppress_context__)
