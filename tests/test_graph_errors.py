# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors: each code has words, a class, and what Microsoft said about it."""

import pickle
import re
import unittest

from ..graph import errors
from ..graph.answers import read_failure
from ..graph.clouds import CLOUDS, get_cloud
from ..graph.entra import entra_error
from ..graph.errors import ALL_CODES, ERROR_CODES, ConfigurationError, make_error
from .graph_common import NOW, graph_error


class TestErrors(unittest.TestCase):
    def test_every_code_has_sentences_and_a_class(self):
        for code in ALL_CODES:
            with self.subTest(code):
                names = re.findall(r"%\((\w+)\)s", "".join(ERROR_CODES[code]))
                error = make_error(code, details={name: f"<{name}>" for name in names})
                self.assertIsNot(type(error), errors.GraphError)
                for sentence in (error.message, error.remedy):
                    self.assertRegex(sentence, r"^\S.*[.>]$")
                    self.assertNotIn("%", sentence)
                for name in names:
                    self.assertIn(f"<{name}>", error.message + error.remedy)

    def test_missing_detail_is_a_question_mark(self):
        self.assertIn("?", make_error("tls").message)

    def test_unknown_code_is_a_mistake(self):
        with self.assertRaises(KeyError):
            make_error("no_such_code")

    def test_all_facts_are_in_the_text_and_survive_a_pickle(self):
        error = make_error("refused", status=400, graph_code="BadRequest", request_id="abc")
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual(str(copy), str(error))
        self.assertIn("status 400, code BadRequest, request-id abc", str(copy))
        self.assertEqual(copy.__dict__, error.__dict__)

    def test_remade_error_keeps_what_microsoft_said(self):
        error = make_error("access_denied", status=403, request_id="abc", details={"host": "h"})
        better = errors.remake_error(error, "permission_missing", permission="P", operation="o")
        self.assertEqual((better.status, better.request_id), (403, "abc"))
        self.assertEqual(better.details, {"host": "h", "permission": "P", "operation": "o"})
        self.assertIsInstance(better, errors.AccessError)


class TestAnswers(unittest.TestCase):
    #: status, Graph's code, a write or not, page instead of JSON -> our code
    CASES = (
        (401, "InvalidAuthenticationToken", True, "token_rejected"),
        (401, "Unauthorized", True, "access_denied"),
        (403, "ErrorAccessDenied", True, "access_denied"),
        (403, "Authorization_RequestDenied", True, "access_denied"),
        (404, "ErrorItemNotFound", True, "not_found"),
        (404, "ResourceNotFound", True, "not_found"),
        (404, "UnknownError", True, "not_found"),
        (404, "MailboxNotEnabledForRESTAPI", True, "mailbox_unavailable"),
        (400, "BadRequest", True, "refused"),
        (400, "ErrorInvalidRequest", True, "refused"),
        (400, "ErrorExceededFindCountLimit", True, "too_many_businesses"),
        (407, "", True, "proxy"),
        (408, "", True, "unavailable"),
        (409, "ErrorIrresolvableConflict", False, "conflict"),
        (429, "TooManyRequests", True, "throttled"),
        (429, "", False, "throttled"),
        (503, "ApplicationThrottled", True, "throttled"),
        (500, "UnknownError", True, "unavailable"),
        (500, "", True, "unavailable"),
        (500, "UnknownError", False, "refused"),
        (501, "", True, "refused"),
        (502, "", True, "unavailable"),
        (503, "ServiceUnavailable", True, "unavailable"),
        (503, "ServiceUnavailable", False, "write_unconfirmed"),
        (504, "", False, "write_unconfirmed"),
        (302, "", True, "redirect"),
    )

    def failure(self, status, payload, *, read=True, headers=None, is_page=False):
        return read_failure(
            status, headers or {}, payload, read=read, host="h", now=NOW, is_page=is_page
        )

    def test_statuses_and_codes(self):
        for status, graph_code, read, code in self.CASES:
            with self.subTest(status=status, graph_code=graph_code, read=read):
                error = self.failure(status, graph_error(graph_code), read=read)
                self.assertEqual(error.code, code)
                self.assertEqual(error.graph_code, graph_code or None)
                self.assertEqual((error.status, error.request_id), (status, "ms-request"))

    def test_a_page_never_means_gone_or_denied(self):
        for status in (401, 403, 404, 410):
            self.assertEqual(self.failure(status, None, is_page=True).code, "not_json")
        self.assertEqual(self.failure(404, None).code, "unexpected_answer")
        self.assertEqual(self.failure(404, {"value": []}).code, "unexpected_answer")
        self.assertEqual(self.failure(503, None, is_page=True).code, "unavailable")

    def test_odd_error_bodies(self):
        nested = {"error": {"code": "", "innererror": {"code": "MailboxStoreUnavailable"}}}
        self.assertEqual(self.failure(404, nested).code, "mailbox_unavailable")
        listed = {"error": {"code": "x", "details": [{"code": "ApplicationThrottled"}, None]}}
        self.assertEqual(self.failure(403, listed).code, "throttled")
        for payload in (None, [], "x", {"error": "x"}, {"error": {"code": 5, "innerError": []}}):
            self.assertEqual(self.failure(400, payload).code, "refused")

    def test_token_challenge_in_the_header(self):
        headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        self.assertEqual(self.failure(401, None, headers=headers).code, "token_rejected")

    def test_app_only_refusal(self):
        payload = graph_error("", "VASTT: Api X does not support the token type: App")
        self.assertEqual(self.failure(403, payload).code, "app_only_refused")

    def test_request_id_out_of_the_header(self):
        error = self.failure(500, None, headers={"request-id": "from-header", "Date": "today"})
        self.assertEqual((error.request_id, error.date), ("from-header", "today"))


class TestEntra(unittest.TestCase):
    CASES = {
        7000215: "wrong_secret",
        7000222: "secret_expired",
        700016: "app_unknown",
        7000112: "app_disabled",
        90002: "tenant_unknown",
        700027: "certificate_unknown",
        700024: "clock_wrong",
        65001: "consent_missing",
        53003: "conditional_access",
        50076: "conditional_access",
        70011: "scope_unknown",
        900382: "wrong_cloud",
        50196: "throttled",
        90033: "unavailable",
        12345: "token_refused",
    }

    def test_codes(self):
        for number, code in self.CASES.items():
            with self.subTest(number):
                answer = {"error": "invalid_client", "error_codes": [number], "trace_id": "trace"}
                error = entra_error(answer, host="h", secret="s3cret~value")
                self.assertEqual(error.code, code)
                self.assertEqual((error.graph_code, error.request_id), (f"AADSTS{number}", "trace"))
                self.assertTrue(error.not_carried_out)

    def test_secret_id_instead_of_its_value(self):
        answer = {"error": "invalid_client", "error_codes": [7000215]}
        secret = "0a1b2c3d-0000-1111-2222-333344445555"
        error = entra_error(answer, host="h", secret=secret)
        self.assertEqual(error.code, "secret_id_pasted")
        self.assertNotIn(secret, str(error) + repr(error.__dict__))

    def test_code_out_of_the_description(self):
        answer = {"error": "x", "error_description": "AADSTS90002: Tenant 'x' not found."}
        self.assertEqual(entra_error(answer, host="h").code, "tenant_unknown")

    def test_anything_else(self):
        for answer in (None, [], {}, {"error": 5, "error_codes": ["x", True]}):
            self.assertEqual(entra_error(answer, host="h").code, "token_refused")
        self.assertIn("(temporarily)", entra_error({"error": "temporarily"}, host="h").message)


class TestClouds(unittest.TestCase):
    def test_microsofts_own(self):
        self.assertEqual(set(CLOUDS), {"global", "usgov_l4", "usgov_l5"})
        self.assertIs(get_cloud("global", "http://ignored", None), CLOUDS["global"])
        self.assertEqual(CLOUDS["usgov_l5"].scope, "https://dod-graph.microsoft.us/.default")

    def test_custom_roots_are_normalised(self):
        cloud = get_cloud("custom", " HTTPS://Login.Example.com:443/ ", "https://[::1]:8443")
        self.assertEqual(cloud.authority_url, "https://login.example.com")
        self.assertEqual(cloud.graph_url, "https://[::1]:8443")

    def test_what_is_refused(self):
        cases = {
            None: "url_missing",
            "  ": "url_missing",
            "http://graph.example.com": "url_not_https",
            "graph.example.com": "url_not_https",
            "https://": "url_no_host",
            "https://exa mple.com": "url_no_host",
            "https://example.com:port": "url_no_host",
            "https://[::1": "url_no_host",
            "https://example.com/v1.0": "url_has_path",
            "https://example.com?x=1": "url_has_path",
            "https://example.com#": "url_has_path",
            "https://user:pass@example.com": "url_has_credentials",
            "https://graph.microsoft.com\\@evil.example": "url_has_credentials",
        }
        for url, code in cases.items():
            with self.subTest(url), self.assertRaises(ConfigurationError) as caught:
                get_cloud("custom", "https://login.example.com", url)
            self.assertEqual(caught.exception.code, code)
            self.assertNotIn("pass", str(caught.exception.details))

    def test_unknown_cloud(self):
        with self.assertRaises(ConfigurationError) as caught:
            get_cloud("china")
        self.assertEqual(caught.exception.code, "cloud_unknown")
