# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.tools import formatLang
from odoo.tools.misc import format_date, format_datetime

from ..graph.errors import ComeBackLater, GraphError
from ..graph.records import Appointment

# So many appointments are shown.
SHOWN = 10
# Price types whose price is not yet a price to invoice are shown by their names.
FIRM_PRICES = ("fixedPrice", "hourly")


class MicrosoftBookingConnect(models.TransientModel):
    """A first look at what would come: read from Bookings, shown, and not imported."""

    _inherit = "microsoft.booking.connect"

    first_look = fields.Json(readonly=True)
    first_look_html = fields.Html(compute="_compute_first_look_html", sanitize=False)

    def _read_first_look(self, api):
        """Count what the first synchronisation would bring, newest first, as far as ten seconds go.

        :param api: a :class:`..graph.bookings.BookingsApi` with a deadline
        :raise GraphError: when not even the newest window can be read
        """
        settings = self.settings_id
        plan = settings._plan_run(self.env["microsoft.booking.run"].new({"full": True}))
        windows = [step[1:] for step in plan if step[0] == "window"]
        now = datetime.now(timezone.utc)
        appointments, first = {}, None
        for start, end in windows:
            try:
                listing = api.appointments_between(
                    settings.business_id, datetime.fromisoformat(start), datetime.fromisoformat(end)
                )
            except ComeBackLater:
                if first is None:
                    raise
                break
            first = start
            appointments |= {
                record.id: record for record in listing.records if settings._has_to_import(record)
            }
        held = [record for record in appointments.values() if record.end <= now]
        held.sort(key=lambda record: record.start, reverse=True)
        upcoming = [record for record in appointments.values() if record.end > now]
        upcoming.sort(key=lambda record: record.start)
        shown = sorted((held + upcoming)[:SHOWN], key=lambda record: record.start, reverse=True)
        self.first_look = {
            "first": first,
            "last": windows[0][1],
            "is_whole": first == windows[-1][0],
            "held": len(held),
            "upcoming": len(upcoming),
            "rows": [
                {**self._prepare_row(record), "is_upcoming": record.end > now}
                for record in self._with_customers(api, shown)
            ],
        }

    def _with_customers(self, api, records):
        """The same appointments with their customers, which lists leave out, where there is time to read them."""
        details = {record.id: record for record in records}
        try:
            for graph_id, answer in api.iter_appointments_by_id(
                self.settings_id.business_id, list(details)
            ):
                if isinstance(answer, Appointment):
                    details[graph_id] = answer
        except GraphError:
            # What the list tells is enough for a look.
            return list(details.values())
        return list(details.values())

    def _prepare_row(self, record):
        settings = self.settings_id
        price_types = dict(
            self.env["microsoft.booking"]._fields["price_type"]._description_selection(self.env)
        )
        start = record.start.astimezone(timezone.utc).replace(tzinfo=None)
        names = [attendee.name or attendee.email or "" for attendee in record.attendees]
        return {
            "start": format_datetime(self.env, start, tz=settings.tz or "UTC", dt_format="short"),
            "customer": ", ".join(filter(None, names)) or record.customer_name,
            "service": record.service_name,
            "price": (
                formatLang(self.env, float(record.price), currency_obj=settings.currency_id)
                if record.price_type in FIRM_PRICES
                else price_types.get(record.price_type, "")
            ),
        }

    @api.depends("first_look")
    @api.depends_context("lang")
    def _compute_first_look_html(self):
        for wizard in self:
            look = wizard.first_look
            if not look:
                wizard.first_look_html = False
                continue
            first, last = (
                format_date(self.env, datetime.fromisoformat(look[name]).date())
                for name in ("first", "last")
            )
            summary = self.env._(
                "Appointments from %(first)s to %(last)s: %(held)s held, %(upcoming)s upcoming.",
                first=first,
                last=last,
                held=look["held"],
                upcoming=look["upcoming"],
            )
            wizard.first_look_html = self.env["ir.qweb"]._render(
                "microsoft_bookings.booking_connect_first_look",
                {"look": look, "summary": summary, "zone": wizard.tz or "UTC"},
            )
