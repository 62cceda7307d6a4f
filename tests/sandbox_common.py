# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of the sandbox share: a client that knows nothing but HTTP."""

from datetime import datetime, timezone
from urllib.parse import quote

import requests

from ..sandbox import SandboxApp, WsgiAdapter, build_tenant

NOW = datetime(2026, 4, 2, 8, tzinfo=timezone.utc)
ATELIER = "atelier@contoso.example"
SALON = "salon@contoso.example"
RANGE = {"start": "2026-01-01T00:00:00Z", "end": "2026-06-01T00:00:00Z"}


class Client:
    """An application that has signed in, in process or at a served sandbox."""

    def __init__(self, app, ca_path=None):
        self.app = app
        self.tenant = app.tenant
        self.session = requests.Session()
        self.session.trust_env = False
        self.adapter = None
        if ca_path:
            self.session.verify = ca_path
        else:
            self.adapter = WsgiAdapter(app)
            self.session.mount("https://", self.adapter)

    def token_request(self, tenant=None, **form):
        """The answer of the token endpoint; ``None`` leaves a field out."""
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.tenant.client_id,
            "client_secret": self.tenant.client_secret,
            "scope": f"{self.app.graph_url}/.default",
        } | form
        url = f"{self.app.authority_url}/{tenant or self.tenant.tenant_id}/oauth2/v2.0/token"
        return self.session.post(url, data={k: v for k, v in fields.items() if v is not None})

    def sign_in(self):
        """Take a token for all requests to come. Returns the client."""
        token = self.token_request().json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        return self

    def call(self, method, path, version="v1.0", **options):
        """A request to Graph; ``path`` is encoded already."""
        return self.session.request(method, f"{self.app.graph_url}/{version}{path}", **options)

    def get(self, path, version="v1.0", **options):
        """A GET."""
        return self.call("GET", path, version, **options)

    def pages(self, path, version="v1.0", **options):
        """The bodies of all pages of a list."""
        body = self.get(path, version, **options).json()
        yield body
        while "@odata.nextLink" in body:
            body = self.session.get(body["@odata.nextLink"]).json()
            yield body

    def items(self, path, version="v1.0", **options):
        """The items of all pages of a list."""
        return [item for body in self.pages(path, version, **options) for item in body["value"]]


def business_path(*segments, business_id=ATELIER):
    """The path of a business or of something below it, each segment encoded."""
    parts = ("solutions", "bookingBusinesses", business_id, *segments)
    return "/" + "/".join(quote(part, safe="") for part in parts)


def small_client(habits=None, **options):
    """A signed-in client of a new small tenant, in process."""
    tenant = build_tenant("small", now=NOW)
    return Client(SandboxApp(tenant, habits=habits, **options)).sign_in()


def error_of(answer):
    """(status, code) of a refusal, whose shape is checked on the way."""
    error = answer.json()["error"]
    assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
    return answer.status_code, error["code"]
