# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Real sockets on loopback: cut, silent, dripping and untrusted connections."""

import contextlib
import gzip
import socket
import ssl
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

import requests

from ..graph.auth import Credentials, TokenProvider
from ..graph.client import GraphClient
from ..graph.clouds import Cloud
from ..graph.errors import GraphError
from ..graph.transport import exchange
from .graph_common import Clock, Tokens
from .graph_keys import Keys

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WHOLE = HEAD + b'Content-Length: 11\r\n\r\n{"id": "x"}'


class LoopbackServer:
    """Answers each connection with the next script: bytes to send, or an event to wait for."""

    def __init__(self, *scripts, context=None):
        self._scripts = list(scripts)
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = self._socket.getsockname()[1]
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.port}"
        self.accepted = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._ended.set()
        # Closing alone does not wake the thread up.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def hang(self, _connection):
        """Say nothing until the test is over."""
        self._ended.wait(10)

    def _run(self):
        for script in self._scripts:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            with connection:
                self._serve(connection, script)

    def _serve(self, connection, script):
        try:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            connection.recv(65536)
            for step in script:
                if callable(step):
                    step(connection)
                else:
                    connection.sendall(step)
        except OSError:
            # The client had enough: that is what some of these tests are about.
            return


class TestWire(unittest.TestCase):
    def exchange(self, url, **options):
        with requests.Session() as session:
            session.trust_env = False
            return exchange(session, "GET", url, **{"timeout": (5, 5), **options})

    def failure(self, url, **options):
        with self.assertRaises(GraphError) as caught:
            self.exchange(url, **options)
        return caught.exception

    def test_a_whole_answer(self):
        with LoopbackServer([WHOLE]) as server:
            answer = self.exchange(server.url)
        self.assertEqual((answer.status, answer.body), (200, b'{"id": "x"}'))
        self.assertGreaterEqual(answer.milliseconds, 0)

    def test_cuts(self):
        packed = gzip.compress(b'{"id": "x"}')
        gzipped = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
        cases = {
            "before the answer": ([], "connection"),
            "in the head": ([HEAD[:5]], "connection"),
            "in the body": ([WHOLE[:-4]], "truncated"),
            "in a chunk": ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n20\r\n{"], "truncated"),
            "no gzip": ([gzipped, b"x" * len(packed)], "truncated"),
            "cut gzip": ([gzipped, packed[:-9]], "truncated"),
            "no HTTP": ([b"SSH-2.0-OpenSSH_9.2\r\n"], "connection"),
        }
        for name, (script, code) in cases.items():
            with self.subTest(name), LoopbackServer(script) as server:
                error = self.failure(server.url)
                self.assertEqual(error.code, code)
                self.assertTrue(error.retryable)
                self.assertFalse(error.not_carried_out)

    def test_silence(self):
        for before in ([], [WHOLE[:-4]]):
            server = LoopbackServer()
            server._scripts.append([*before, server.hang])
            with server:
                error = self.failure(server.url, timeout=(5, 0.2))
            self.assertEqual((error.code, error.not_carried_out), ("timeout", False))

    def test_a_drip_ends_when_time_is_up(self):
        head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
        drips = [b"1\r\n{\r\n"] * 50
        with LoopbackServer([head, *drips]) as server:
            error = self.failure(server.url, give_up=lambda: True)
        self.assertEqual(error.code, "timeout")

    def test_too_much(self):
        packed = gzip.compress(b"x" * 1_000_000)
        head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
        with LoopbackServer([head, packed]) as server:
            self.assertEqual(self.failure(server.url, max_body=500_000).code, "too_large")

    def test_nobody_there(self):
        with LoopbackServer() as server:
            port = server.port
        for url in (f"http://127.0.0.1:{port}", "http://nobody.invalid"):
            error = self.failure(url)
            self.assertEqual((error.code, error.not_carried_out), ("connection", True))

    def test_a_proxy_that_is_not_there(self):
        with LoopbackServer() as server:
            port = server.port
        with requests.Session() as session, self.assertRaises(GraphError) as caught:
            session.trust_env = False
            session.proxies = {"https": f"http://127.0.0.1:{port}"}
            exchange(session, "POST", "https://graph.example", timeout=(5, 5))
        self.assertEqual((caught.exception.code, caught.exception.not_carried_out), ("proxy", True))

    def test_a_client_goes_on_after_cuts(self):
        with LoopbackServer([], [WHOLE[:-4]], [WHOLE]) as server:
            clock = Clock()
            cloud = Cloud("custom", server.url, server.url)
            client = GraphClient(
                cloud, Tokens(), sleep=clock.sleep, clock=clock, jitter=lambda: 1.0
            )
            with mock.patch.dict("os.environ", {"NO_PROXY": "*"}):
                self.assertEqual(client.get("/x"), {"id": "x"})
            self.assertEqual((server.accepted, clock.sleeps), (3, [1, 2]))

    def test_a_cut_write_is_sent_once(self):
        with LoopbackServer([], [WHOLE]) as server:
            client = GraphClient(Cloud("custom", server.url, server.url), Tokens())
            with (
                mock.patch.dict("os.environ", {"NO_PROXY": "*"}),
                self.assertRaises(GraphError) as caught,
            ):
                client.post("/x", {"a": 1})
            self.assertEqual((caught.exception.code, server.accepted), ("write_unconfirmed", 1))


class TestTls(unittest.TestCase):
    def setUp(self):
        super().setUp()
        keys = Keys()
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        self.certificate = Path(folder, "server.pem")
        self.certificate.write_text(keys.key_pem + keys.certificate_pem, encoding="ascii")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate)
        self.session = stack.enter_context(requests.Session())
        self.session.trust_env = False

    def test_a_certificate_that_nobody_vouches_for(self):
        with LoopbackServer([WHOLE], context=self.context) as server:
            with self.assertRaises(GraphError) as caught:
                exchange(self.session, "GET", server.url, timeout=(5, 5))
        self.assertEqual((caught.exception.code, caught.exception.retryable), ("tls", False))
        self.assertIn(f"127.0.0.1:{server.port}", caught.exception.message)

    def test_a_sign_in_that_drips_ends_when_its_patience_is_up(self):
        def drip(connection):
            for _drop in range(150):
                if server._ended.wait(0.02):
                    break
                connection.sendall(b"1\r\n{\r\n")

        head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
        server = LoopbackServer([head, drip], context=self.context)
        self.session.verify = str(self.certificate)
        ids = "a" * 8 + "-aaaa-aaaa-aaaa-" + "a" * 12
        tokens = TokenProvider(
            Cloud("custom", server.url, server.url),
            Credentials(tenant_id=ids, client_id=ids, secret="s"),
            session_factory=lambda: self.session,
            timeout=(5, 5),
            patience=0.5,
        )
        with server, self.assertRaises(GraphError) as caught:
            tokens.get_token()
        self.assertEqual((caught.exception.code, server.accepted), ("timeout", 1))
