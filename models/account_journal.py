# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain


class AccountJournal(models.Model):
    """What is to invoice of Bookings, on the card of the sales journal that its drafts will be in."""

    _inherit = "account.journal"

    def _get_journal_dashboard_data_batched(self):
        dashboard_data = super()._get_journal_dashboard_data_batched()
        self._fill_booking_dashboard_data(dashboard_data)
        return dashboard_data

    def _fill_booking_dashboard_data(self, dashboard_data):
        """Add ``bookings`` to the data of the journals that have any: numbers and texts, ready to be shown.

        Amounts of different currencies are told beside each other: nothing is converted.
        """
        if not self.filtered(lambda journal: journal.type == "sale"):
            return
        for journal, rows in self._get_uninvoiced_bookings_by_journal().items():
            if journal in self:
                dashboard_data[journal.id]["bookings"] = self._prepare_booking_card(rows)

    def _prepare_booking_card(self, rows):
        """What the card says of these rows of :meth:`_get_uninvoiced_bookings_by_journal`."""
        amounts = defaultdict(float)
        settings = self.env["microsoft.booking.settings"]
        for connection, currency, state, _count, amount, _oldest in rows:
            settings |= connection
            if state == "to_invoice":
                amounts[currency] += amount
        oldest = min(row[-1] for row in rows)
        count = sum(row[3] for row in rows)
        days = max((fields.Date.context_today(self) - oldest).days, 0)
        stale = settings.filtered("is_stale")
        # The oldest data of all, or somebody would rely on the freshest.
        eldest = min(
            stale or settings,
            key=lambda one: one.last_success or fields.Datetime.from_string("1970-01-01"),
        )
        return {
            "count": count,
            "label": self.env._("1 Booking to Invoice")
            if count == 1
            else self.env._("%(count)s Bookings to Invoice", count=count),
            "to_check": sum(row[3] for row in rows if row[2] == "to_check"),
            "amount": " + ".join(currency.format(amount) for currency, amount in amounts.items()),
            "oldest": self.env._("Oldest: 1 day")
            if days == 1
            else self.env._("Oldest: %(days)s days", days=days),
            "data_as_of": eldest._get_data_as_of_text(),
            "is_stale": bool(stale),
        }

    def _get_uninvoiced_bookings_by_journal(self):
        """What this user sees of uninvoiced bookings, by the journal that their drafts will be in.

        That is the journal of the settings, else the one that Odoo takes for an invoice of that company and currency.

        :return: a dict of journal -> list of rows (settings, currency, billing state, number, amount, first day);
            empty for those who may not see bookings
        """
        Booking = self.env["microsoft.booking"]
        if not Booking.has_access("read"):
            return {}
        rows = Booking._read_group(
            Booking._get_uninvoiced_domain(),
            ["settings_id", "currency_id", "billing_state"],
            ["__count", "amount:sum", "service_date:min"],
        )
        by_journal = defaultdict(list)
        undecided = any(not settings.journal_id for settings, *_row in rows)
        sales = self.search([("type", "=", "sale")]) if undecided else self
        for row in rows:
            settings, currency = row[:2]
            if journal := settings.journal_id or sales._get_default_booking_journal(
                settings.company_id, currency
            ):
                by_journal[journal].append(row)
        return by_journal

    def _get_default_booking_journal(self, company, currency):
        """Which of these sales journals an invoice of the company gets when nobody names one: as Odoo chooses."""
        journals = self.filtered_domain(self._check_company_domain(company))
        if currency and currency != company.currency_id:
            own = journals.filtered(lambda journal: journal.currency_id == currency)
            journals = own or journals
        return journals[:1]

    def action_view_uninvoiced_bookings(self):
        """Open the bookings that the card of this journal counts.

        :return: a window action
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action_uninvoiced"
        )
        rows = self._get_uninvoiced_bookings_by_journal().get(self, [])
        kinds = {(settings.id, currency.id) for settings, currency, *_row in rows}
        domain = Domain(self.env["microsoft.booking"]._get_uninvoiced_domain()) & Domain.OR(
            Domain("settings_id", "=", settings) & Domain("currency_id", "=", currency)
            for settings, currency in kinds
        )
        context = {"booking_uninvoiced": True, "booking_data_as_of": True}
        if self.env.context.get("booking_to_check"):
            context["search_default_to_check"] = True
        return action | {"domain": list(domain), "context": context}
