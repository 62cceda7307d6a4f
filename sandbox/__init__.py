# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A Microsoft Bookings tenant on your own machine: Entra, Graph, and data to try things with.

In process: ``session.mount("https://", WsgiAdapter(SandboxApp(build_tenant(now=...))))``.
Over HTTPS: ``with serve(app, certificate_dir=folder) as served: ...``, or ``python -m sandbox``.
"""

from .adapter import WsgiAdapter
from .app import SandboxApp
from .faults import Fault
from .habits import Habits
from .seeding import build_tenant
from .server import serve
from .tenant import Tenant
from .world import Attendee

__all__ = [
    "Attendee",
    "Fault",
    "Habits",
    "SandboxApp",
    "Tenant",
    "WsgiAdapter",
    "build_tenant",
    "serve",
]
