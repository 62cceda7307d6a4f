# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A connection as to Microsoft itself (own cloud, tenant, application, secret), answered by the sandbox in process."""

from urllib.parse import urlsplit

from odoo.tests import common

from ..models import sandbox_session
from ..sandbox import WsgiAdapter
from .common import BookingCommon

SECOND = "second@contoso.example"


class ConnectionCommon(BookingCommon):
    """``self.real`` signs in with credentials of its own; ``self.app`` and ``self.tenant`` answer it."""

    answering = None

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        if cls.answering and urlsplit(r.url).hostname.endswith(".sandbox.invalid"):
            s.mount("https://", WsgiAdapter(cls.answering))
            return common._super_send(s, r, **kw)
        return super()._request_handler(s, r, **kw)

    def setUp(self):
        super().setUp()
        type(self).answering = self.app
        self.addCleanup(setattr, type(self), "answering", None)
        self.tenant.add_business(SECOND, "Second", currency="CHF", time_zone="Europe/Zurich")
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
                "business_id": SECOND,
            }
        )

    def check(self, settings=None):
        """Test the connection; return the problem in words, or nothing."""
        settings = settings or self.real
        settings.action_test_connection()
        return settings.last_problem

    def notices(self, settings, text):
        """The activities and the mails to the responsible person that hold a text."""
        activities = settings.activity_ids.filtered(lambda a: text in (a.summary or ""))
        mails = self.env["mail.mail"].search(
            [("model", "=", settings._name), ("res_id", "=", settings.id)]
        )
        return activities, mails.filtered(lambda mail: text in f"{mail.subject}{mail.body_html}")
