# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import format_datetime

UNINVOICED = "microsoft_bookings.microsoft_booking_action_uninvoiced"
BOOKINGS = "microsoft_bookings.microsoft_booking_action"
CHANGED = "microsoft_bookings.microsoft_booking_action_changed"
FAILURES = "microsoft_bookings.microsoft_booking_failure_action"
SETTINGS = "microsoft_bookings.microsoft_booking_settings_action"
CONNECT = "microsoft_bookings.microsoft_booking_connect_action"
# Of a synchronisation that goes on without anybody's or Microsoft's leave.
AT_WORK = ("queued", "running")
# Of so many businesses it is said what is the matter with each.
MOST_NAMED = 5


class MicrosoftBooking(models.Model):
    """Why a list of bookings is empty, asked when it is drawn: nothing of it may be remembered and be wrong.

    That nothing is left to invoice is said last, when nothing speaks against it: an accountant relies on it.
    """

    _inherit = "microsoft.booking"

    # Nearly always there is none, and that is asked whenever everything is invoiced.
    _changed_idx = models.Index("(settings_id) WHERE changed_after_invoicing IS TRUE")

    @api.model
    @api.readonly
    def get_emptiness(self, domain=None):
        """Say why a list shows nothing, and where to go from there, as this user may know it.

        With ``booking_uninvoiced`` in the context the list is of uninvoiced bookings.

        :param domain: what the list is of, without what is searched for in it
        :return: a dict of ``reason``, ``title``, ``text``, ``action`` (external id of an action,
            or ``False``) with its ``label``, and ``live`` where a synchronisation at work may change the answer;
            without a title it is as the action of the list says
        """
        uninvoiced = self.env.context.get("booking_uninvoiced")
        if self.search_count(domain or [], limit=1):
            return self._prepare_emptiness(
                "search",
                self.env._("No booking matches"),
                self.env._(
                    "Take a filter out of the search bar, or a tick out of the panel beside the list."
                ),
            )
        if not uninvoiced and self.search_count([], limit=1):
            # Of other lists their own help knows more.
            return self._prepare_emptiness("none")
        settings = self.env["microsoft.booking.settings"]._search_connected()
        if not settings:
            return self._prepare_emptiness_unconnected()
        answer = self._prepare_emptiness_connected(settings)
        return answer | {"live": any(one.open_run_id.state in AT_WORK for one in settings)}

    @api.model
    def _prepare_emptiness_connected(self, settings):
        if self.search_count(self._get_uninvoiced_domain(), limit=1):
            return self._prepare_emptiness(
                "elsewhere",
                self.env._("Nothing in this list"),
                self.env._("There are other bookings to invoice."),
                UNINVOICED,
                self.env._("All Uninvoiced Bookings"),
            )
        if doubtful := self._prepare_emptiness_doubtful(settings):
            return doubtful
        if self.search_count([("changed_after_invoicing", "=", True)], limit=1):
            return self._prepare_emptiness(
                "changed",
                self.env._("Nothing is left to invoice for the first time"),
                self.env._("Bookings that changed after they were invoiced are to be settled."),
                CHANGED,
                self.env._("Changed after Invoicing"),
            )
        return self._prepare_emptiness_done(settings)

    @api.model
    def _prepare_emptiness_unconnected(self):
        Settings = self.env["microsoft.booking.settings"].with_context(active_test=True)
        names = ", ".join(self.env.companies.mapped("name"))
        title = self.env._("No Bookings business of %(names)s is connected", names=names)
        if not Settings.has_access("create"):
            text = self.env._(
                "An administrator of Invoicing does that, once, in the configuration."
            )
            return self._prepare_emptiness("unconnected", title, text)
        if Settings.search_count([], limit=1):
            text = self.env._("A connection was begun: it can be gone on with.")
            label = self.env._("Booking Sync Settings")
            return self._prepare_emptiness("unconnected", title, text, SETTINGS, label)
        text = self.env._("Connect yours, or look around with sample data first.")
        label = self.env._("Connect a Business")
        return self._prepare_emptiness("unconnected", title, text, CONNECT, label)

    @api.model
    def _prepare_emptiness_doubtful(self, settings):
        """What Odoo does not know of these businesses, or ``None`` when it knows all of them.

        :param settings: ``microsoft.booking.settings``
        """
        doubts = [
            self.env._("%(name)s: %(text)s", name=one.name, text=doubt)
            for one in settings
            if (doubt := one._get_doubt())
        ]
        if doubts:
            texts = doubts[:MOST_NAMED]
            return self._prepare_emptiness(
                "doubtful",
                self.env._("Nothing here, as far as Odoo knows"),
                "\n".join(texts + ["…"] * (len(doubts) > MOST_NAMED)),
                SETTINGS,
                self.env._("Booking Sync Settings"),
            )
        unread = self.env["microsoft.booking.failure"].search_count(
            [("settings_id", "in", settings.ids), ("model", "=", self._name)]
        )
        if unread:
            return self._prepare_emptiness(
                "unreadable",
                self.env._("Nothing here, as far as Odoo knows"),
                self.env._("Appointments that could not be read: %(count)s.", count=unread),
                FAILURES,
                self.env._("Failed Records"),
            )
        return None

    @api.model
    def _prepare_emptiness_done(self, settings):
        eldest = min(settings, key=lambda one: one.last_success)
        moment = eldest._get_data_as_of_text()
        if not self.search_count([("stop", "<=", "now")], limit=1):
            return self._prepare_emptiness(
                "not_held",
                self.env._("No booking known here has ended yet"),
                self.env._(
                    "Bookings appear here once they have ended. Data as of %(moment)s.",
                    moment=moment,
                ),
                BOOKINGS,
                self.env._("Bookings"),
            )
        return self._prepare_emptiness(
            "all_invoiced",
            self.env._("Nothing is left to invoice"),
            self.env._(
                "Of the bookings known here as of %(moment)s, each that was held is on an invoice or a draft, "
                "or needs none.",
                moment=moment,
            ),
            BOOKINGS,
            self.env._("Bookings"),
        )

    @api.model
    def _prepare_emptiness(self, reason, title=False, text=False, action=False, label=False):
        return {
            "reason": reason,
            "title": title,
            "text": text,
            "action": action,
            "label": label,
            "live": False,
        }


class MicrosoftBookingSettings(models.Model):
    """What speaks against relying on the bookings of a business."""

    _inherit = "microsoft.booking.settings"

    @api.model
    def _search_connected(self):
        """The businesses that are connected, or were and have brought bookings."""
        return self.with_context(active_test=True).search(
            ["|", ("state", "!=", "draft"), ("last_success", "!=", False)]
        )

    def _get_doubt(self):
        """Why there may be bookings in Bookings that Odoo does not know, in a sentence.

        :return: text, or ``False`` when there is no reason
        """
        self.ensure_one()
        run = self.open_run_id
        if self.state == "draft":
            return self.env._("Not connected since its settings were changed.")
        if self.state == "paused":
            return self.env._("Paused: nothing new arrives until it is resumed.")
        if run.state == "waiting" and run.resume_at:
            return self.env._(
                "Microsoft has put the synchronisation off until %(moment)s.",
                moment=format_datetime(self.env, run.resume_at, dt_format="short"),
            )
        if not self.last_success and run:
            return self.env._(
                "The first synchronisation is under way (%(percent)s %%). Bookings appear here as they arrive.",
                percent=int(run.progress),
            )
        if self.state == "error":
            return self.last_problem or self.env._("The last synchronisation failed.")
        return self.stale_warning
