# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cloud *sandbox*: a Bookings tenant in this very process, so that anybody can try the add-on without Microsoft."""

import threading
from datetime import datetime, timedelta, timezone

import requests

from ..graph.auth import Credentials
from ..sandbox import SandboxApp, WsgiAdapter, build_tenant

SANDBOX_URLS = ("https://login.sandbox.invalid", "https://graph.sandbox.invalid")


class SandboxTime:
    """The clock of one client of the sandbox: what it waits for a tenant in its own process passes at once.

    :ivar slept: how long it has waited, as a ``timedelta``
    """

    def __init__(self):
        self.slept = timedelta(0)

    def now(self):
        """The present, later by what was slept: an aware UTC datetime."""
        return datetime.now(timezone.utc) + self.slept

    def sleep(self, seconds):
        """Let the time pass."""
        self.slept += timedelta(seconds=seconds)


_lock = threading.Lock()
_apps = {}


def _get_key(settings):
    return (settings.env.cr.dbname, settings.id, settings.create_date)


def _get_app(settings):
    """The tenant of these settings, the same in every process: its data depend on nothing but when they were made."""
    key = _get_key(settings)
    with _lock:
        if key not in _apps:
            now = settings.create_date.replace(tzinfo=timezone.utc, microsecond=0)
            tenant = build_tenant("small", seed=settings.id, now=now)
            for business in tenant.businesses.values():
                # A trial is not about a currency that the company has not.
                business.properties["defaultCurrencyIso"] = settings.company_id.currency_id.name
            _apps[key] = SandboxApp(tenant)
        return _apps[key]


def use_app(settings, app):
    """Let another program answer these settings, such as a tenant that a test has made.

    :param app: a :class:`..sandbox.SandboxApp`
    """
    with _lock:
        _apps[_get_key(settings)] = app


def forget_app(settings):
    """Undo :func:`use_app`."""
    with _lock:
        _apps.pop(_get_key(settings), None)


def sandbox_session(settings):
    """A session that answers from the sandbox, and from no network.

    :param settings: the ``microsoft.booking.settings`` whose cloud is *sandbox*
    :return: a ``requests.Session``
    """
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", WsgiAdapter(_get_app(settings)))
    return session


def sandbox_credentials(settings):
    """What the sandbox wants to sign in with.

    :return: a :class:`..graph.auth.Credentials`
    """
    tenant = _get_app(settings).tenant
    return Credentials(
        tenant_id=tenant.tenant_id, client_id=tenant.client_id, secret=tenant.client_secret
    )
