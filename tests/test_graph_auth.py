# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tokens by msal, at the other end of a scripted Entra."""

import unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from unittest import mock
from urllib.parse import parse_qs

import jwt
import requests

from ..graph.auth import Credentials, TokenProvider, token_provider
from ..graph.errors import AuthError, ConfigurationError, GraphError
from .graph_common import APP, GLOBAL, TENANT, Reply, ScriptedAdapter, a_token, session_of
from .graph_keys import Keys

AUTHORITY = GLOBAL.authority_url


class Entra:
    """A token endpoint: `answers` are given one after the other, then tokens."""

    def __init__(self, *answers, discovery=None, endpoint=None):
        self.answers = list(answers)
        self.discovery = discovery
        self.endpoint = endpoint or f"{AUTHORITY}/{TENANT}/oauth2/v2.0"
        self.posts = []
        self.adapter = ScriptedAdapter(self)

    def session(self):
        return session_of(self.adapter)

    def __call__(self, request):
        if request.method == "GET":
            return self.discovery or {
                "issuer": f"{AUTHORITY}/{TENANT}/v2.0",
                "authorization_endpoint": f"{self.endpoint}/authorize",
                "token_endpoint": f"{self.endpoint}/token",
            }
        form = {name: values[0] for name, values in parse_qs(request.body).items()}
        self.posts.append(form)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            return answer
        number = len(self.posts)
        token = a_token(["Bookings.Read.All"], number=number)
        return {"token_type": "Bearer", "expires_in": 3599, "access_token": token}


def refusal(number, status=401):
    body = {"error": "invalid_client", "error_codes": [number], "error_description": "x"}
    return Reply(status, body)


def credentials(**values):
    return Credentials(TENANT, APP, **{"secret": "s3cret~value", **values})


class TestSecret(unittest.TestCase):
    def provider(self, entra, **values):
        return TokenProvider(GLOBAL, credentials(**values), session_factory=entra.session)

    def failure(self, *answers, **values):
        with self.assertRaises(GraphError) as caught:
            self.provider(Entra(*answers), **values).get_token()
        return caught.exception

    def test_one_request_for_many_tokens(self):
        entra = Entra()
        provider = self.provider(entra)
        self.assertEqual(provider.roles(), frozenset())
        tokens = {provider.get_token() for _number in range(5)}
        self.assertEqual(len(tokens), 1)
        self.assertEqual(provider.roles(), {"Bookings.Read.All"})
        self.assertEqual(len(entra.posts), 1)
        form = entra.posts[0]
        self.assertEqual(form["client_secret"], "s3cret~value")
        self.assertEqual(form["scope"], "https://graph.microsoft.com/.default")
        self.assertEqual(form["grant_type"], "client_credentials")
        self.assertEqual(len(entra.adapter.requests), 2)

    def test_threads_share_it(self):
        entra = Entra()
        provider = self.provider(entra)
        with ThreadPoolExecutor(8) as pool:
            tokens = set(pool.map(lambda _n: provider.get_token(), range(32)))
        self.assertEqual((len(tokens), len(entra.posts)), (1, 1))

    def test_force_asks_again(self):
        entra = Entra()
        provider = self.provider(entra)
        self.assertNotEqual(provider.get_token(), provider.get_token(force=True))

    def test_every_request_has_a_timeout_and_follows_no_redirect(self):
        entra = Entra()
        with mock.patch("requests.Session.request", autospec=True) as request:
            request.side_effect = requests.ReadTimeout
            with self.assertRaises(GraphError) as caught:
                self.provider(entra).get_token()
        self.assertEqual(caught.exception.code, "timeout")
        self.assertEqual(request.call_args.kwargs["timeout"], (10, 30))
        self.assertIs(request.call_args.kwargs["allow_redirects"], False)

    def test_refusals(self):
        cases = {7000215: "wrong_secret", 7000222: "secret_expired", 65001: "consent_missing"}
        for number, code in cases.items():
            for status in (400, 401):
                error = self.failure(refusal(number, status))
                self.assertIsInstance(error, AuthError)
                self.assertEqual((error.code, error.retryable), (code, False))
        secret_id = "0a1b2c3d-0000-1111-2222-333344445555"
        self.assertEqual(self.failure(refusal(7000215), secret=secret_id).code, "secret_id_pasted")

    def test_a_refusal_is_not_remembered(self):
        short_lived = Reply(200, {"access_token": a_token(), "expires_in": 1})
        for answers in ([], [short_lived]):
            entra = Entra(*answers, refusal(65001, 400))
            provider = self.provider(entra)
            for _answer in answers:
                provider.get_token()
            with self.assertRaises(AuthError):
                provider.get_token()
            self.assertEqual(provider.roles(), frozenset())
            self.assertTrue(provider.get_token())

    def test_of_two_secrets_the_other_does_when_one_runs_out(self):
        short_lived = Reply(200, {"access_token": a_token(), "expires_in": 1})
        entra = Entra(refusal(7000215), short_lived, refusal(7000222))
        provider = self.provider(entra, previous_secret="old~value")
        provider.get_token()
        self.assertTrue(provider.get_token())
        self.assertEqual(
            [form["client_secret"] for form in entra.posts],
            ["s3cret~value", "old~value", "old~value", "s3cret~value"],
        )
        self.assertFalse(provider.used_previous_secret)

    def test_faults(self):
        cases = (
            (Reply(429, {"error": "x"}, {"Retry-After": "9"}), "throttled"),
            (Reply(503), "unavailable"),
            (Reply(500, "<html>"), "unavailable"),
            (Reply(200, "<html>sign in</html>"), "not_json"),
            (Reply(400, "<html>proxy</html>"), "not_json"),
            (Reply(200, '{"access_tok'), "truncated"),
            (Reply(200, ""), "empty_answer"),
            (Reply(302, "", {"Location": "https://evil.example"}), "redirect"),
            (Reply(200, {"token_type": "Bearer"}), "unexpected_answer"),
            (Reply(200, {"access_token": "a\nb", "expires_in": 1}), "unexpected_answer"),
            (requests.ConnectionError("x"), "connection"),
            (requests.exceptions.SSLError("x"), "tls"),
            (requests.exceptions.ProxyError("x"), "proxy"),
            (requests.ReadTimeout(), "timeout"),
        )
        for answer, code in cases:
            with self.subTest(code, answer=type(answer).__name__):
                error = self.failure(answer)
                self.assertEqual(error.code, code)
                self.assertTrue(error.not_carried_out)
                if code == "throttled":
                    self.assertIsNotNone(error.retry_at)

    def test_the_secret_goes_to_no_other_host(self):
        entra = Entra(endpoint="https://evil.example/oauth2")
        with self.assertRaises(GraphError) as caught:
            self.provider(entra).get_token()
        self.assertEqual(caught.exception.code, "foreign_host")
        self.assertEqual(entra.posts, [])

    def test_discovery(self):
        unknown = Reply(400, {"error": "invalid_tenant", "error_codes": [90002]})
        cases = (
            (unknown, "tenant_unknown"),
            (Reply(200, "<html>"), "not_json"),
            (Reply(200, {}), "unexpected_answer"),
            (Reply(200, {"token_endpoint": 5, "authorization_endpoint": 5}), "unexpected_answer"),
            (Reply(503), "unavailable"),
        )
        for answer, code in cases:
            with self.subTest(code), self.assertRaises(GraphError) as caught:
                self.provider(Entra(discovery=answer)).get_token()
            self.assertEqual(caught.exception.code, code)

    def test_two_secrets_make_a_rotation_without_gap(self):
        entra = Entra(refusal(7000215))
        provider = self.provider(entra, previous_secret="old~value")
        self.assertTrue(provider.get_token())
        self.assertEqual(
            [form["client_secret"] for form in entra.posts], ["s3cret~value", "old~value"]
        )
        self.assertTrue(provider.used_previous_secret)
        self.assertTrue(provider.get_token(force=True))
        self.assertFalse(provider.used_previous_secret)

    def test_of_two_refused_secrets_the_first_tells(self):
        error = self.failure(refusal(7000222), refusal(7000215), previous_secret="old~value")
        self.assertEqual(error.code, "secret_expired")

    def test_other_refusals_do_not_try_the_previous_secret(self):
        entra = Entra(refusal(700016))
        with self.assertRaises(AuthError):
            self.provider(entra, previous_secret="old~value").get_token()
        self.assertEqual(len(entra.posts), 1)

    def test_roles_of_odd_tokens(self):
        for token in ("opaque", "a.b.c", "a.!!.c", "a..c", a_token().replace(".", "")):
            entra = Entra(Reply(200, {"access_token": token, "expires_in": 3599}))
            provider = self.provider(entra)
            provider.get_token()
            self.assertEqual(provider.roles(), frozenset())


class TestCredentials(unittest.TestCase):
    def test_nothing_secret_is_shown(self):
        values = credentials(private_key="KEY", passphrase="PASS", previous_secret="OLD")
        provider = TokenProvider(GLOBAL, values)
        for secret in ("s3cret", "KEY", "PASS", "OLD"):
            self.assertNotIn(secret, repr(values) + str(values) + repr(provider) + values.digest())

    def test_margins_are_removed(self):
        entra = Entra()
        pasted = Credentials(f" {TENANT}\n", f"\t{APP} ", " s3cret~value \n")
        TokenProvider(GLOBAL, pasted, session_factory=entra.session).get_token()
        self.assertEqual(entra.posts[0]["client_secret"], "s3cret~value")
        self.assertEqual(pasted.digest(), credentials().digest())

    def test_what_cannot_work(self):
        cases = (
            ({"tenant_id": " "}, "tenant_missing"),
            ({"tenant_id": "Contoso AG"}, "tenant_not_id"),
            ({"tenant_id": "Contoso"}, "tenant_not_id"),
            ({"tenant_id": "contoso.com/x"}, "tenant_not_id"),
            ({"tenant_id": "common"}, "tenant_shared"),
            ({"client_id": ""}, "client_id_missing"),
            ({"client_id": "my app"}, "client_id_not_guid"),
            ({"secret": "  "}, "credential_missing"),
        )
        for values, code in cases:
            entra = Entra()
            provider = TokenProvider(
                GLOBAL, replace(credentials(), **values), session_factory=entra.session
            )
            with self.subTest(code), self.assertRaises(ConfigurationError) as caught:
                provider.get_token()
            self.assertEqual(caught.exception.code, code)
            self.assertEqual(entra.adapter.requests, [])

    def test_domains_are_tenants(self):
        for domain in ("contoso.onmicrosoft.com", "xn--mller-kva.example", "müller.example"):
            replace(credentials(), tenant_id=domain).check()


class TestCache(unittest.TestCase):
    def test_one_provider_per_configuration(self):
        entra, other = Entra(), Entra()
        first = token_provider(GLOBAL, credentials(secret="cache~0"), session_factory=entra.session)
        for factory, same in ((entra.session, True), (other.session, False)):
            found = token_provider(GLOBAL, credentials(secret="cache~0"), session_factory=factory)
            self.assertIs(found is first, same)
        one = token_provider(GLOBAL, credentials(secret="cache~1"))
        self.assertIs(one, token_provider(GLOBAL, credentials(secret=" cache~1 ")))
        for changed in (
            {"secret": "cache~2"},
            {"secret": "cache~1", "previous_secret": "x"},
            {"private_key": "x"},
        ):
            self.assertIsNot(one, token_provider(GLOBAL, credentials(**changed)))
        government = replace(GLOBAL, graph_url="https://graph.microsoft.us")
        self.assertIsNot(one, token_provider(government, credentials(secret="cache~1")))

    def test_it_does_not_grow_for_ever(self):
        first = token_provider(GLOBAL, credentials(secret="cache~first"))
        for number in range(70):
            token_provider(GLOBAL, credentials(secret=f"cache~{number}"))
        self.assertIsNot(first, token_provider(GLOBAL, credentials(secret="cache~first")))


class TestCertificate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = Keys()

    def failure(self, pem, passphrase=None):
        values = Credentials(TENANT, APP, private_key=pem, passphrase=passphrase)
        entra = Entra()
        with self.assertRaises(ConfigurationError) as caught:
            TokenProvider(GLOBAL, values, session_factory=entra.session).get_token()
        self.assertEqual(entra.adapter.requests, [])
        return caught.exception.code

    def assertion(self, pem, passphrase=None):
        entra = Entra()
        values = Credentials(TENANT, APP, private_key=pem, passphrase=passphrase)
        TokenProvider(GLOBAL, values, session_factory=entra.session).get_token()
        self.assertEqual(len(entra.posts), 1)
        form = entra.posts[0]
        self.assertNotIn("client_secret", form)
        token = form["client_assertion"]
        claims = jwt.decode(
            token,
            self.keys.key.public_key(),
            algorithms=["PS256", "RS256"],
            audience=f"{AUTHORITY}/{TENANT}/oauth2/v2.0/token",
        )
        self.assertEqual((claims["iss"], claims["sub"]), (APP, APP))
        return jwt.get_unverified_header(token)

    def test_it_signs(self):
        header = self.assertion(self.keys.key_pem + self.keys.certificate_pem)
        self.assertIn("x5t#S256", header)
        self.assertEqual(len(header["x5c"]), 1)

    def test_older_msal_wants_a_thumbprint(self):
        with mock.patch("msal.__version__", "1.31.0"):
            header = self.assertion(self.keys.key_pem + self.keys.certificate_pem)
        self.assertIn("x5t", header)

    def test_pem_in_any_order_with_margins_and_company(self):
        pem = self.keys.other_certificate_pem + self.keys.certificate_pem + self.keys.key_pem
        self.assertion("Bag Attributes\r\n" + pem.replace("\n", "  \r\n  "))

    def test_passphrase(self):
        locked = self.keys.locked_key_pem + self.keys.certificate_pem
        self.assertion(locked, "open sesame")
        self.assertion(self.keys.key_pem + self.keys.certificate_pem, "needless")
        self.assertEqual(self.failure(locked), "passphrase_missing")
        self.assertEqual(self.failure(locked, "wrong"), "passphrase_wrong")

    def test_what_cannot_work(self):
        keys = self.keys
        garbled = keys.key_pem[:200] + "!!" + keys.key_pem[210:]
        broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        cases = (
            ("nonsense", "key_unreadable"),
            (garbled + keys.certificate_pem, "key_unreadable"),
            (keys.certificate_pem, "key_missing"),
            (keys.key_pem, "certificate_missing"),
            (keys.key_pem + broken, "certificate_unreadable"),
            (keys.key_pem + keys.other_certificate_pem, "certificate_mismatch"),
            (keys.curve_key_pem + keys.certificate_pem, "key_unsupported"),
        )
        for pem, code in cases:
            with self.subTest(code):
                self.assertEqual(self.failure(pem), code)

    def test_its_time(self):
        expired = self.keys.certify(self.keys.key, days_ago=60, days=30)
        future = self.keys.certify(self.keys.key, days_ago=-5, days=30)
        self.assertEqual(self.failure(self.keys.key_pem + expired), "certificate_expired")
        self.assertEqual(self.failure(self.keys.key_pem + future), "certificate_not_yet_valid")
        self.assertion(self.keys.key_pem + expired + self.keys.certificate_pem)

    def test_the_clock_is_the_one_given(self):
        values = Credentials(TENANT, APP, private_key=self.keys.key_pem + self.keys.certificate_pem)
        late = self.keys.now + timedelta(days=400)
        provider = TokenProvider(
            GLOBAL, values, session_factory=Entra().session, clock=lambda: late
        )
        with self.assertRaises(ConfigurationError) as caught:
            provider.get_token()
        self.assertEqual(caught.exception.code, "certificate_expired")
