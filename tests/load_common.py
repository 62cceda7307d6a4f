# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Importing a large business in processes of their own, on a copy of the database."""

from datetime import datetime, timezone
from functools import cache

from ..models import sandbox_session
from ..sandbox import SandboxApp, build_tenant
from .common import SandboxMixin
from .database_copy import DatabaseCopyCase

NOW = datetime.now(timezone.utc).replace(microsecond=0)


@cache
def load_app(size):
    """The same tenant in every process: it depends on nothing but its seed, size and time, and is made once."""
    tenant = build_tenant("load", seed=7, now=NOW, size=size)
    for business in tenant.businesses.values():
        # That of the companies: what other prices are told of is not what these tests are about.
        business.properties["defaultCurrencyIso"] = "USD"
    return SandboxApp(tenant)


def synchronise(env, settings_id, size, app=None):
    """What the scheduler does when the action is due, in a process that has just started.

    :param app: another program than the tenant itself that answers
    :return: whether the action was free
    """
    settings = env["microsoft.booking.settings"].browse(settings_id)
    sandbox_session.use_app(settings, app or load_app(size))
    Cron = env.registry["ir.cron"]
    job = Cron._acquire_one_job(env.cr, settings.cron_id.id, include_not_ready=True)
    if job:
        Cron._process_job(env.cr, job)
    return bool(job)


def places(size):
    """How many bookings the tenant makes: a customer each, all of it within what is read."""
    business = load_app(size).tenant.business("load-1@contoso.example")
    return sum(len(appointment.attendees) for appointment in business.appointments.values())


class LoadCase(SandboxMixin, DatabaseCopyCase):
    """Companies that are connected to the large business, and its import."""

    def make_company(self, env):
        number = env["res.company"].with_context(active_test=False).search_count([])
        company = env["res.company"].create(
            {"name": f"Company {number}", "country_id": env.ref("base.us").id}
        )
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        return company

    def connect(self, env, company, size):
        settings = (
            env["microsoft.booking.settings"]
            .with_company(company)
            .create(
                {
                    "name": company.name,
                    "company_id": company.id,
                    "cloud": "sandbox",
                    "business_id": "load-1@contoso.example",
                    "create_contacts": True,
                    "sync_services": "import",
                    "class_price": "appointment",
                }
            )
        )
        sandbox_session.use_app(settings, load_app(size))
        settings.action_test_connection()
        self.assertEqual(settings.state, "connected")
        return settings

    def finish(self, settings_id, size):
        """Let the scheduled action be called until the run is over."""
        for _call in range(50):
            result = self.start(synchronise, settings_id, size).result()
            self.assertNotIn("error", result)
            with self.environment() as env:
                run = env["microsoft.booking.settings"].browse(settings_id).run_ids[:1]
                if run.state not in ("queued", "running"):
                    return run.state
        self.fail("the synchronisation never ends")

    def wait_for_the_dead(self, cron_id):
        """PostgreSQL takes a moment to notice that a client is gone: its lock tells."""
        with self.environment() as env:
            env.cr.execute("SELECT id FROM ir_cron WHERE id = %s FOR UPDATE", [cron_id])
