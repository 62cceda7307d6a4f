# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A connection as to Microsoft itself (own cloud, tenant, application, secret), answered by the sandbox in process."""

from urllib.parse import urlsplit

from odoo.tests import common

from ..models import sandbox_session
from ..sandbox import WsgiAdapter
from .common import BUSINESS, BookingCommon


class ConnectionCommon(BookingCommon):
    """``self.real`` signs in with credentials of its own; ``self.app`` and ``self.tenant`` answer it."""

    app = None

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        if cls.app and urlsplit(r.url).hostname.endswith(".sandbox.invalid"):
            s.mount("https://", WsgiAdapter(cls.app))
            return common._super_send(s, r, **kw)
        return super()._request_handler(s, r, **kw)

    def setUp(self):
        super().setUp()
        type(self).app = self.app
        self.addCleanup(setattr, type(self), "app", None)
        self.settings.active = False
        self.env.flush_all()
        authority_url, graph_url = sandbox_session.SANDBOX_URLS
        self.real = self.env["microsoft.booking.settings"].create(
            {
                "name": "Real",
                "cloud": "custom",
                "authority_url": authority_url,
                "graph_url": graph_url,
                "tenant_id": self.tenant.tenant_id,
                "client_id": self.tenant.client_id,
                "client_secret": self.tenant.client_secret,
                "business_id": BUSINESS,
            }
        )

    def check(self, settings=None):
        """Test the connection; return the problem in words, or nothing."""
        settings = settings or self.real
        settings.action_test_connection()
        return settings.last_problem
