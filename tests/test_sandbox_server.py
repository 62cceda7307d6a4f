# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sandbox over HTTPS: certificate, port, control endpoint, cut connections, the program."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from cryptography import x509

from ..sandbox import Fault, SandboxApp, build_tenant, serve
from ..sandbox import certificates as tls
from ..sandbox.server import PortInUse
from .sandbox_common import ATELIER, NOW, Client, business_path

ROOT = Path(__file__).resolve().parents[1]
CONTROL = "/_sandbox/faults"


@pytest.fixture
def served(tmp_path):
    """A signed-in client of a served small tenant."""
    app = SandboxApp(build_tenant("small", now=NOW))
    with serve(app, certificate_dir=tmp_path) as server:
        client = Client(app, server.ca_path).sign_in()
        client.served = server
        yield client


def test_both_halves_are_one_address(served):
    assert served.app.authority_url == served.app.graph_url == served.served.url
    assert served.served.url.startswith("https://127.0.0.1:")
    assert served.get(business_path()).json()["id"] == ATELIER
    link = served.get(business_path("services")).json()["@odata.context"]
    assert link.startswith(served.served.url)
    by_name = served.served.url.replace("127.0.0.1", "localhost")
    path = f"/{served.tenant.tenant_id}/v2.0/.well-known/openid-configuration"
    assert served.session.get(by_name + path).status_code == 200


def test_encoded_ids_arrive_as_they_were_sent(served):
    ids = [i["id"] for i in served.items(business_path("appointments"))]
    assert any("/" in i and "+" in i for i in ids)
    for appointment_id in ids:
        body = served.get(business_path("appointments", appointment_id)).json()
        assert body["id"] == appointment_id


def test_nobody_trusts_it_without_its_authority(served):
    stranger = requests.Session()
    stranger.trust_env = False
    with pytest.raises(requests.exceptions.SSLError):
        stranger.get(served.served.url)


def test_who_connects_and_says_nothing_keeps_nobody_waiting(served):
    address = ("127.0.0.1", int(served.served.url.rpartition(":")[2]))
    with socket.create_connection(address) as silent:
        fresh = Client(served.app, served.served.ca_path)
        path = f"/{served.tenant.domain}/v2.0/.well-known/openid-configuration"
        assert fresh.session.get(served.served.url + path, timeout=10).status_code == 200
        silent.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert served.get(business_path()).status_code == 200


def test_the_certificate_is_kept_and_made_anew_when_it_no_longer_serves(tmp_path, monkeypatch):
    authority, server = tls.ensure_certificate(tmp_path)
    first = authority.read_bytes(), server.read_bytes()
    assert stat.S_IMODE(server.stat().st_mode) == 0o600
    assert b"PRIVATE KEY" not in first[0]
    tls.ensure_certificate(tmp_path)
    assert (authority.read_bytes(), server.read_bytes()) == first
    tls.ensure_certificate(tmp_path, "192.0.2.7")
    second = server.read_bytes()
    assert second != first[1]
    monkeypatch.setattr(tls, "RENEW_BEFORE", tls.VALID_FOR)
    tls.ensure_certificate(tmp_path, "192.0.2.7")
    assert server.read_bytes() != second
    server.write_text("half a file")
    monkeypatch.undo()
    tls.ensure_certificate(tmp_path)
    leaf = x509.load_pem_x509_certificate(server.read_bytes())
    assert leaf.issuer == x509.load_pem_x509_certificate(authority.read_bytes()).subject
    assert [p.name for p in tmp_path.iterdir()] == [tls.FOLDER]


def test_a_port_that_is_taken_is_said_in_words(served, tmp_path):
    port = int(served.served.url.rpartition(":")[2])
    with pytest.raises(PortInUse, match=f"Port {port} .* another program"):
        serve(SandboxApp(served.tenant), port=port, certificate_dir=tmp_path)


def test_the_port_is_free_again_after_close(tmp_path):
    app = SandboxApp(build_tenant("small", now=NOW))
    first = serve(app, certificate_dir=tmp_path)
    port = int(first.url.rpartition(":")[2])
    first.close()
    with serve(app, port=port, certificate_dir=tmp_path) as second:
        assert second.url == first.url


def test_faults_are_switched_from_outside(served):
    url = served.served.url + CONTROL
    rules = [{"kind": "503", "path": "services", "times": 1}, {"kind": "404", "path": "staff"}]
    assert served.session.post(url, json=rules).status_code == 200
    assert served.get(business_path("services")).status_code == 503
    assert served.get(business_path("services")).status_code == 200
    assert served.get(business_path("staffMembers")).status_code == 404
    shown = served.session.get(url).json()["faults"]
    assert [(rule["kind"], rule["fired"]) for rule in shown] == [("503", 1), ("404", 1)]
    assert served.session.delete(url).status_code == 204
    assert served.get(business_path("staffMembers")).status_code == 200


def test_the_control_endpoint_refuses_what_it_does_not_know(served):
    url = served.served.url + CONTROL
    assert served.session.post(url, json={"kind": "999"}).status_code == 400
    assert served.session.post(url, json=["503"]).status_code == 400
    assert served.session.post(url, data={"kind": "503"}).status_code == 415
    assert served.session.put(url, json={}).status_code == 405
    assert served.session.get(url + "s").status_code == 404
    assert not served.app.faults


def test_in_process_there_is_no_control_endpoint():
    client = Client(SandboxApp(build_tenant("small", now=NOW)))
    assert client.session.get(client.app.graph_url + CONTROL).status_code == 401


@pytest.mark.parametrize("kind", ["cut", "cut_body", "refused", "tls"])
def test_a_connection_that_is_cut(served, kind):
    served.app.faults.append(Fault(kind, path="services", times=1))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        served.get(business_path("services"))
    assert served.get(business_path("services")).status_code == 200


def test_an_answer_that_takes_too_long(served):
    served.app.faults.append(Fault("slow", seconds=0.5, times=2))
    with pytest.raises(requests.ReadTimeout):
        served.get(business_path(), timeout=(5, 0.1))
    assert served.get(business_path(), timeout=(5, 10)).status_code == 200


# -- the program ----------------------------------------------------------------------------------


@contextmanager
def program(*arguments, by_path=False):
    """The sandbox as a process; yields it with the line it printed when it was ready."""
    command = (
        [sys.executable, str(ROOT / "sandbox")] if by_path else [sys.executable, "-m", "sandbox"]
    )
    process = subprocess.Popen(
        [*command, *arguments],
        cwd="/" if by_path else ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, process.stdout.readline()
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize(("by_path", "number"), [(False, signal.SIGTERM), (True, signal.SIGINT)])
def test_the_program_says_when_it_is_ready_and_ends_when_told(tmp_path, by_path, number):
    folder = tmp_path / "a folder" / "with spaces"
    arguments = ["--profile", "demo", "--now", "2026-04-02T08:00:00Z", "--state-dir", str(folder)]
    with program(*arguments, by_path=by_path) as (process, line):
        ready = json.loads(line)
        assert [b["displayName"] for b in ready["businesses"]] == [
            "Atelier du Lac",
            "Salon Rive Gauche",
        ]
        form = {
            "grant_type": "client_credentials",
            "client_id": ready["client_id"],
            "client_secret": ready["client_secret"],
            "scope": f"{ready['url']}/.default",
        }
        url = f"{ready['url']}/{ready['tenant_id']}/oauth2/v2.0/token"
        session = requests.Session()
        session.trust_env = False
        assert session.post(url, data=form, verify=ready["ca"]).status_code == 200
        session.close()
        process.send_signal(number)
        _, log = process.communicate(timeout=20)
        assert process.returncode == 0
    assert "POST" in log and "200" in log
    assert ready["client_secret"] not in log


def test_the_program_takes_rules_and_habits(tmp_path):
    rules = ["--fault", "503:path=services", "--page-size", "3", "--spelling", "graph"]
    with program(*rules, "--us-government", "--state-dir", str(tmp_path)) as (_, line):
        ready = json.loads(line)
        session = requests.Session()
        session.trust_env = False
        faults = session.get(ready["url"] + CONTROL, verify=ready["ca"]).json()["faults"]
    assert [(f["kind"], f["path"]) for f in faults] == [("503", "services")]


def test_a_temporary_folder_is_taken_away_again():
    with program() as (process, line):
        folder = Path(json.loads(line)["ca"]).parents[1]
        assert folder.is_dir()
        process.terminate()
        process.communicate(timeout=20)
    assert not folder.exists()


def run(*arguments):
    """A start that fails: (exit code, what it said)."""
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stdout
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_an_occupied_port_is_one_sentence(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, said = run("--port", str(port), "--state-dir", str(tmp_path))
    assert (code, said.count("\n")) == (1, 1)
    assert f"Port {port}" in said


def test_other_starts_that_fail_are_sentences_too(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    code, said = run("--state-dir", str(blocked))
    assert (code, said.count("\n")) == (1, 1)
    assert os.fspath(blocked) in said
    code, said = run("--size", "5")
    assert (code, said.count("\n")) == (1, 1)
    assert run("--fault", "999")[0] == 2
    assert run("--now", "yesterday")[0] == 2
