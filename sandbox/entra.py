# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Entra's half: discovery and the token endpoint of the client credentials grant."""

import re
from dataclasses import dataclass
from datetime import datetime

from .aadsts import ERRORS
from .assertions import AssertionRefused, check_assertion
from .registration import Registration
from .replies import Reply
from .tokens import LIFETIME, Tokens, key_set

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OTHER_CLOUDS = (
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
)


@dataclass(frozen=True)
class EntraRequest:
    """A request to Entra. ``trace_id`` is what it will be known by."""

    method: str
    segments: list
    form: dict
    headers: object
    trace_id: str


class EntraRefusal(Exception):
    """Entra refuses, with an AADSTS code of ``ERRORS`` and what its text speaks of."""

    def __init__(self, code: int, detail: str = ""):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class Entra:
    """The endpoints of one tenant.

    :param authority: callable: the root under which tenants are found, without a slash
    :param graph: callable: Graph's root, the one resource tokens are good for here
    """

    def __init__(self, registration: Registration, tokens: Tokens, authority, graph, clock):
        self.registration = registration
        self.tokens = tokens
        self.authority = authority
        self.graph = graph
        self.clock = clock

    def handle(self, request: EntraRequest) -> Reply:
        """The answer to a request: a token, a document, or an error as Entra words it."""
        tenant, *path = request.segments
        try:
            self._find_tenant(tenant)
            if path[-2:] == [".well-known", "openid-configuration"]:
                return Reply(200, self._configuration(), _json_headers())
            if path == ["discovery", "v2.0", "keys"]:
                return Reply(200, key_set(), _json_headers())
            if path == ["oauth2", "v2.0", "token"] and request.method == "POST":
                return self._token(request)
        except EntraRefusal as refusal:
            return self.refuse(refusal, tenant, request)
        return Reply(
            404,
            b"<html><body>404 - Not found</body></html>",
            {"Content-Type": "text/html"},
        )

    def refuse(self, refusal: EntraRefusal, tenant: str, request: EntraRequest) -> Reply:
        """The JSON of an error."""
        status, error, suberror, text = ERRORS[refusal.code]
        when = f"{self.clock():%Y-%m-%d %H:%M:%SZ}"
        correlation = request.headers.get("client-request-id") or request.trace_id
        words = {
            "app": self.registration.client_id,
            "tenant": tenant,
            "detail": refusal.detail,
        }
        description = (
            f"AADSTS{refusal.code}: {text.format(**words)} Trace ID: {request.trace_id} "
            f"Correlation ID: {correlation} Timestamp: {when}"
        )
        body = {
            "error": error,
            "error_description": description,
            "error_codes": [refusal.code],
            "timestamp": when,
            "trace_id": request.trace_id,
            "correlation_id": correlation,
            "error_uri": f"{self.authority()}/error?code={refusal.code}",
        }
        if suberror:
            body["suberror"] = suberror
        return Reply(status, body, _json_headers())

    def issuer(self) -> str:
        """The issuer named in tokens and in the discovery document."""
        return f"{self.authority()}/{self.registration.tenant_id}/v2.0"

    def _find_tenant(self, name: str):
        if name.lower() in ("common", "organizations", "consumers"):
            return
        if self.registration.is_called(name):
            return
        guid = re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name.lower())
        raise EntraRefusal(90002 if guid or "." in name.strip(".") else 900023)

    def _configuration(self) -> dict:
        root = f"{self.authority()}/{self.registration.tenant_id}"
        return {
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": [
                "client_secret_post",
                "private_key_jwt",
            ],
            "jwks_uri": f"{root}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": self.issuer(),
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
            "tenant_region_scope": "EU",
        }

    def _token(self, request: EntraRequest) -> Reply:
        form = request.form
        for name in ("grant_type", "client_id", "scope"):
            if not form.get(name):
                raise EntraRefusal(900144, name)
        if form["grant_type"] != "client_credentials":
            raise EntraRefusal(70003, form["grant_type"])
        if request.segments[0].lower() in ("common", "organizations", "consumers"):
            raise EntraRefusal(9001023)
        if form["client_id"].lower() != self.registration.client_id:
            raise EntraRefusal(700016, form["client_id"])
        audience = self._audience(form["scope"])
        self._authenticate(form)
        if self.registration.sign_in_error is not None:
            raise EntraRefusal(self.registration.sign_in_error)
        seconds = int(LIFETIME.total_seconds())
        body = {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": self.tokens.issue(audience, request.trace_id),
        }
        return Reply(200, body, _json_headers())

    def _audience(self, scope: str) -> str:
        resource, slash, rest = scope.rpartition("/")
        if " " in scope.strip() or "://" not in scope:
            raise EntraRefusal(70011, scope)
        if not slash or rest != ".default":
            raise EntraRefusal(1002012, scope)
        if resource != self.graph() and resource not in OTHER_CLOUDS:
            raise EntraRefusal(500011, resource)
        return resource

    def _authenticate(self, form: dict):
        if form.get("client_assertion_type") == ASSERTION_TYPE and form.get("client_assertion"):
            root = f"{self.authority()}/{self.registration.tenant_id}"
            audiences = [f"{root}/oauth2/v2.0/token", f"{root}/v2.0"]
            audiences.append(f"{self.authority()}/{self.registration.domain}/oauth2/v2.0/token")
            now: datetime = self.clock()
            try:
                check_assertion(form["client_assertion"], self.registration, audiences, now)
            except AssertionRefused as error:
                raise EntraRefusal(error.code, error.reason) from error
        elif form.get("client_secret"):
            state = self.registration.secret_state(form["client_secret"])
            if state != "valid":
                raise EntraRefusal({"unknown": 7000215, "expired": 7000222}[state])
        else:
            raise EntraRefusal(7000216)


def _json_headers() -> dict:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store, no-cache",
        "Pragma": "no-cache",
    }
