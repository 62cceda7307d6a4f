# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signing in: msal and raw requests against the sandbox's Entra, and Graph's use of the token."""

from datetime import datetime, timedelta, timezone

import jwt
import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from ..sandbox import SandboxApp, build_tenant, serve
from .sandbox_common import ATELIER, NOW, Client, business_path, small_client

BUSINESSES = "/solutions/bookingBusinesses"


@pytest.fixture
def client():
    return small_client()


@pytest.fixture(scope="module")
def certificate():
    """(private key PEM, certificate PEM, thumbprint in hex) of a self-signed certificate."""
    return make_certificate()


def make_certificate(days=30):
    """A self-signed certificate, valid from two days ago until ``days`` from now."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Odoo")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    return private.decode(), public.decode(), made.fingerprint(hashes.SHA1()).hex()


def application(client, tenant=None, **options):
    """An msal application whose HTTP goes to the sandbox."""
    options.setdefault("client_credential", client.tenant.client_secret)
    return msal.ConfidentialClientApplication(
        options.pop("client_id", client.tenant.client_id),
        authority=f"{client.app.authority_url}/{tenant or client.tenant.tenant_id}",
        instance_discovery=False,
        http_client=client.session,
        **options,
    )


def ask(client, **options):
    """What msal gets for the default scope."""
    scopes = [f"{client.app.graph_url}/.default"]
    return application(client, **options).acquire_token_for_client(scopes)


def test_msal_in_process_by_secret(client):
    for tenant in (client.tenant.tenant_id, client.tenant.domain):
        result = ask(client, tenant=tenant)
        assert (result["token_type"], result["expires_in"]) == ("Bearer", 3599)
    client.session.headers["Authorization"] = f"Bearer {result['access_token']}"
    assert client.get(BUSINESSES).status_code == 200


def test_msal_over_https_by_secret_and_by_certificate(tmp_path, certificate):
    private, public, thumbprint = certificate
    app = SandboxApp(build_tenant("small", now=NOW))
    app.tenant.register_certificate(public)
    with serve(app, certificate_dir=tmp_path) as served:
        client = Client(app, served.ca_path)
        credential = {"private_key": private, "thumbprint": thumbprint}
        for result in (ask(client), ask(client, client_credential=credential)):
            client.session.headers["Authorization"] = f"Bearer {result['access_token']}"
            assert client.get(business_path()).json()["id"] == ATELIER


@pytest.mark.parametrize("named_by", ["thumbprint", "public_certificate", "both"])
def test_msal_by_certificate(client, certificate, named_by):
    private, public, thumbprint = certificate
    client.tenant.register_certificate(private + public)
    credential = {"private_key": private}
    if named_by != "thumbprint":
        credential["public_certificate"] = public
    if named_by != "public_certificate":
        credential["thumbprint"] = thumbprint
    assert "access_token" in ask(client, client_credential=credential)


def test_a_certificate_that_nobody_registered(client, certificate):
    private, _, thumbprint = certificate
    result = ask(client, client_credential={"private_key": private, "thumbprint": thumbprint})
    assert result["error_codes"] == [700027]


def test_the_key_of_another_certificate(client, certificate):
    other_private, _, _ = make_certificate()
    _, public, thumbprint = certificate
    client.tenant.register_certificate(public)
    credential = {"private_key": other_private, "thumbprint": thumbprint}
    assert ask(client, client_credential=credential)["error_codes"] == [700027]


def test_an_expired_certificate(client):
    private, public, thumbprint = make_certificate(days=-1)
    client.tenant.register_certificate(public)
    result = ask(client, client_credential={"private_key": private, "thumbprint": thumbprint})
    assert result["error_codes"] == [700027]
    assert "expired" in result["error_description"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"aud": "https://login.elsewhere.invalid/token"}, 700023),
        ({"exp": 1}, 700024),
        ({"nbf": 4102444800}, 700024),
        ({"iss": "another"}, 700021),
        ({"sub": "another"}, 700021),
    ],
)
def test_assertions_that_claim_what_is_not_so(client, certificate, change, code):
    private, public, _ = certificate
    client.tenant.register_certificate(public)
    assert send_assertion(client, private, public, change) == [code]


def test_an_assertion_of_a_clock_ten_minutes_off(client, certificate):
    private, public, _ = certificate
    client.tenant.register_certificate(public)
    begins = int(datetime.now(timezone.utc).timestamp()) + 600
    assert send_assertion(client, private, public, {"nbf": begins}) == [700024]


def send_assertion(client, private, public, change):
    """The error codes for an assertion that is right but for ``change``."""
    der = x509.load_pem_x509_certificate(public.encode())
    now = int(datetime.now(timezone.utc).timestamp())
    url = f"{client.app.authority_url}/{client.tenant.tenant_id}/oauth2/v2.0/token"
    claims = {
        "aud": url,
        "iss": client.tenant.client_id,
        "sub": client.tenant.client_id,
        "jti": "1",
        "nbf": now,
        "exp": now + 60,
    }
    thumbprint = jwt.utils.base64url_encode(der.fingerprint(hashes.SHA256())).decode()
    header = {"x5t#S256": thumbprint}
    assertion = jwt.encode(claims | change, private, "PS256", headers=header)
    return assert_codes(client, assertion)


def assert_codes(client, assertion):
    """The error codes that the token endpoint gives for an assertion."""
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {"client_assertion_type": kind, "client_assertion": assertion, "client_secret": None}
    answer = client.token_request(**form)
    assert answer.status_code == 401
    return answer.json()["error_codes"]


def test_assertions_that_are_none(client):
    assert assert_codes(client, "gibberish") == [50027]
    secret = jwt.encode({"iss": "me"}, "k" * 32, "HS256")
    assert assert_codes(client, secret) == [5002738]


def test_secrets_wrong_expired_and_renewed(client):
    tenant = client.tenant
    wrong = ask(client, client_credential="not the secret")
    assert (wrong["error"], wrong["error_codes"]) == ("invalid_client", [7000215])
    tenant.expire_secret()
    assert ask(client)["error_codes"] == [7000222]
    assert "access_token" in ask(client, client_credential=tenant.add_secret())


def test_an_unknown_tenant_fails_at_discovery(client):
    url = f"{client.app.authority_url}/%s/v2.0/.well-known/openid-configuration"
    answer = client.session.get(url % "99999999-0000-4000-8000-000000000000")
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])
    assert answer.json()["error"] == "invalid_tenant"
    assert client.session.get(url % "fabrikam.example").json()["error_codes"] == [90002]
    assert client.session.get(url % "Contoso").json()["error_codes"] == [900023]
    with pytest.raises(ValueError):
        application(client, tenant="fabrikam.example")


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"client_id": "00000000-0000-4000-8000-000000000000"}, 400, 700016),
        ({"client_id": None}, 400, 900144),
        ({"grant_type": "password"}, 400, 70003),
        ({"scope": "Bookings.Read.All"}, 400, 70011),
        ({"scope": "https://graph.sandbox.invalid/Bookings.Read.All"}, 400, 1002012),
        ({"scope": "https://graph.elsewhere.invalid/.default"}, 400, 500011),
        ({"client_secret": None}, 401, 7000216),
        ({"tenant": "common"}, 400, 9001023),
    ],
)
def test_what_the_token_endpoint_refuses(client, form, status, code):
    answer = client.token_request(**form)
    assert (answer.status_code, answer.json()["error_codes"]) == (status, [code])
    body = answer.json()
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert body["trace_id"] and body["correlation_id"] and body["timestamp"]


@pytest.mark.parametrize("code", [65001, 53003, 7000112])
def test_a_sign_in_that_the_directory_refuses(client, code):
    client.tenant.refuse_sign_in(code)
    assert ask(client)["error_codes"] == [code]
    client.tenant.refuse_sign_in(None)
    assert "access_token" in ask(client)
    with pytest.raises(ValueError):
        client.tenant.refuse_sign_in(1)


def test_the_token_carries_the_roles_of_its_time(client):
    token = ask(client)["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["aud"] == client.app.graph_url
    assert claims["roles"] == [
        "Bookings.Read.All",
        "Bookings.ReadWrite.All",
        "BookingsAppointment.ReadWrite.All",
    ]
    client.tenant.revoke()
    assert client.get(BUSINESSES).status_code == 200
    claims = jwt.decode(ask(client)["access_token"], options={"verify_signature": False})
    assert "roles" not in claims
    with pytest.raises(ValueError):
        client.tenant.grant("Calendars.Read")


def test_the_token_is_signed_with_the_published_key(client):
    discovery = f"{client.app.authority_url}/{client.tenant.domain}/v2.0/.well-known/"
    configuration = client.session.get(discovery + "openid-configuration").json()
    key_set = client.session.get(configuration["jwks_uri"]).json()
    key = jwt.PyJWKSet.from_dict(key_set).keys[0].key
    token = ask(client)["access_token"]
    claims = jwt.decode(token, key, ["RS256"], audience=client.app.graph_url)
    assert claims["iss"] == configuration["issuer"]
    assert configuration["token_endpoint"].startswith(client.app.authority_url)


def test_tokens_that_graph_does_not_take(client):
    token = client.session.headers.pop("Authorization")
    assert refused(client, None) == "Access token is empty."
    assert "well formed" in refused(client, "Bearer abc")
    assert "failure" in refused(client, token[:-8] + "AAAAAAAA")
    other_cloud = client.token_request(scope="https://graph.microsoft.us/.default").json()
    assert "audience" in refused(client, f"Bearer {other_cloud['access_token']}")
    client.app.tokens.clock = lambda: datetime.now(timezone.utc) + timedelta(seconds=3600)
    assert "expired" in refused(client, token)


def refused(client, authorization):
    """What Graph's 401 says."""
    headers = {"Authorization": authorization} if authorization else {}
    answer = client.get(BUSINESSES, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    error = answer.json()["error"]
    assert error["code"] == "InvalidAuthenticationToken"
    return error["message"]


def test_each_half_has_its_own_host(client):
    assert client.session.get(f"{client.app.authority_url}/v1.0{BUSINESSES}").status_code == 400
    token_path = f"{client.app.graph_url}/{client.tenant.tenant_id}/oauth2/v2.0/token"
    assert client.session.post(token_path).status_code == 400
    with pytest.raises(requests.ConnectionError):
        client.session.get("https://graph.elsewhere.invalid/v1.0/")
    assert client.adapter.foreign[-1] == ("GET", "https://graph.elsewhere.invalid/v1.0/", True)
