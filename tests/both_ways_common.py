# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A business that is synchronised both ways, and what is written to it."""

from ..sandbox import Fault
from .common import BUSINESS, BookingCommon


class BothWaysCommon(BookingCommon):
    def setUp(self):
        super().setUp()
        self.business = self.tenant.business(BUSINESS)
        self.settings.write(
            {
                "sync_customers": "both",
                "sync_services": "both",
                "create_contacts": False,
                "create_products": False,
                "customer_filter": "[('ref', '=', 'bookings')]",
                "service_filter": "[('default_code', '=', 'BOOK')]",
            }
        )

    def contact(self, name, email, **values):
        """A person who is in the filter."""
        return self.env["res.partner"].create(
            {"name": name, "email": email, "ref": "bookings", **values}
        )

    def make_product(self, name, **values):
        """A service that is in the filter."""
        return self.env["product.product"].create(
            {"name": name, "type": "service", "default_code": "BOOK", "taxes_id": False, **values}
        )

    def fault(self, kind, **rule):
        """Let a fault strike from now on, and nothing else."""
        self.app.faults[:] = [Fault(kind, **rule)]

    def heal(self):
        """No more faults."""
        self.app.faults.clear()

    def written(self, settings=None, **kw):
        """Synchronise, and return the run and what it wrote to Bookings: pairs of method and kind."""
        before = len(self.app.requests)
        run = self.sync(settings, **kw)
        writes = [
            (method, path.split("/")[5])
            for method, path, _status in list(self.app.requests)[before:]
            if method in ("POST", "PATCH", "DELETE") and "bookingBusinesses" in path
        ]
        return run, writes

    def in_bookings(self, email):
        """The customers that Bookings has under an address."""
        return [
            customer
            for customer in self.business.customers.values()
            if customer["emailAddress"] == email
        ]

    def service_of(self, name):
        """The services that Bookings has under a name."""
        return [s for s in self.business.services.values() if s["displayName"] == name]

    def customers(self, **values):
        """The customers that Odoo knows, by the values of their fields."""
        domain = [("settings_id", "=", self.settings.id)]
        return self.env["microsoft.booking.customer"].search(
            domain + [(name, "=", value) for name, value in values.items()]
        )

    def messages(self, run):
        """The problems of a run, in words."""
        return "\n".join(run.problem_ids.mapped("message"))
