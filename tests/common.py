# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A company with a chart of accounts, and a Bookings tenant that answers in process."""

from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from odoo.tests import common, new_test_user
from odoo.tools import SQL

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..models import sandbox_session
from ..sandbox import SandboxApp, build_tenant
from ..sandbox.tenant import Tenant

BUSINESS = "studio@contoso.example"


class SandboxMixin:
    """Lets requests reach the sandbox tenant, which answers in this process."""

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        if urlsplit(r.url).hostname.endswith(".sandbox.invalid"):
            return common._super_send(s, r, **kw)
        return super()._request_handler(s, r, **kw)


class BookingCommon(SandboxMixin, AccountTestInvoicingCommon):
    """One connected business with a fixed-price, an hourly and an open-priced service."""

    def setUp(self):
        super().setUp()
        self.now = datetime.now(timezone.utc).replace(microsecond=0)
        self.tenant = tenant = Tenant(seed=1, now=self.now)
        currency = self.env.company.currency_id.name
        tenant.add_business(BUSINESS, "Studio", currency=currency, time_zone="Europe/Zurich")
        self.haircut = tenant.add_service(BUSINESS, "Haircut", price="50", price_type="fixedPrice")
        self.lesson = tenant.add_service(BUSINESS, "Lesson", price="80", price_type="hourly")
        self.audit = tenant.add_service(BUSINESS, "Audit", price="0", price_type="priceVaries")
        self.zoe = tenant.add_staff(BUSINESS, "Zoé", email="zoe@contoso.example")
        self.ana = tenant.add_customer(BUSINESS, "Ana Müller", email="ana@example.com")
        self.bob = tenant.add_customer(BUSINESS, "Bob", email="bob@example.com")
        self.app = SandboxApp(tenant)
        self.settings = self.connect(self.app)

    def connect(self, app, **values):
        """Booking Sync Settings whose sandbox is ``app``, connected but not synchronised."""
        settings = self.env["microsoft.booking.settings"].create(
            {
                "name": "Studio",
                "cloud": "sandbox",
                "business_id": BUSINESS,
                "create_contacts": True,
                "sync_services": "import",
                **values,
            }
        )
        sandbox_session.use_app(settings, app)
        self.addCleanup(self.disconnect, settings)
        settings.action_test_connection()
        return settings

    def disconnect(self, settings):
        """Forget the tenant of the settings, unless they are gone and it with them."""
        if settings.exists():
            sandbox_session.forget_app(settings)

    def connect_profile(self, profile, business_id, **values):
        """Settings connected to a business of one of the sandbox's own profiles, and its tenant."""
        tenant = build_tenant(profile, now=self.now)
        return self.connect(
            SandboxApp(tenant), name=business_id, business_id=business_id, **values
        ), tenant

    def sync(self, settings=None, **kw):
        """Run the scheduled action until the run is over, and return the run."""
        settings = settings or self.settings
        run = settings._start_sync(**kw)
        with self.enter_registry_test_mode():
            settings.sudo().cron_id.method_direct_trigger()
        return run

    def housekeep(self):
        """What the hourly housekeeping does at this moment."""
        self.call_cron("ir_cron_housekeeping")

    def call_cron(self, name):
        """Call a scheduled action of the add-on, as the scheduler does."""
        with self.enter_registry_test_mode():
            self.env.ref(f"microsoft_bookings.{name}").sudo().method_direct_trigger()
        self.env.invalidate_all()

    def speak(self, code="fr_FR"):
        """Have a language as somebody does who installs it: with this add-on's terms.

        :return: its code
        """
        self.env["res.lang"]._activate_lang(code)
        module = self.env["ir.module.module"].search([("name", "=", "microsoft_bookings")])
        module._update_translations([code])
        return code

    def make_user(self, group, **values):
        """A user of this company who is in one group beside those of every employee."""
        return new_test_user(
            self.env,
            login=f"user_{group.rpartition('_')[2]}",
            groups=f"base.group_user,{group}",
            company_id=self.env.company.id,
            company_ids=[(6, 0, self.env.company.ids)],
            **values,
        )

    def change_currency(self, company, currency):
        """Have a company with another currency, which Odoo refuses where the demo data have journal items."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE res_company SET currency_id = %s WHERE id = %s", currency.id, company.id)
        )
        self.env.invalidate_all()

    def ago(self, **delta):
        """A moment before now, at a full minute."""
        return (self.now - timedelta(**delta)).replace(second=0)

    def book(self, service=None, *, customers=None, days=2, **kw):
        """Book an appointment that began some days ago, an hour long unless said otherwise."""
        kw.setdefault("duration", timedelta(hours=1))
        kw.setdefault("staff", [self.zoe])
        return self.tenant.book(
            BUSINESS,
            service or self.haircut,
            self.ago(days=days),
            customers=[self.ana] if customers is None else customers,
            **kw,
        )

    def bookings(self, graph_id=None, settings=None):
        """The bookings of the settings, or of one appointment."""
        domain = [("settings_id", "=", (settings or self.settings).id)]
        if graph_id:
            domain.append(("graph_id", "=", graph_id))
        return self.env["microsoft.booking"].search(domain, order="start, id")
