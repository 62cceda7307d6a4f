# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter, defaultdict

from psycopg2 import DataError, IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

# Drafts in one create(): larger batches gain nothing and cost the planner's statistics when rolled back.
CHUNK = 100
# How to make drafts, each with what the settings say when it is left out.
OPTIONS = (
    *("grouping", "line_mode", "sections", "date_mode", "invoice_date", "journal_id"),
    *("include_free", "minimum_amount", "lone_fees"),
)


class MicrosoftBooking(models.Model):
    """From bookings to draft invoices: claimed under a lock, grouped, created and linked, exactly once."""

    _inherit = "microsoft.booking"

    @api.model
    def _get_uninvoiced_domain(self):
        """Ended, not excluded, not cancelled, without a live invoice line. Hook.

        :return: a domain as a list that can be written down, since window actions carry it as text
        """
        return [
            ("stop", "<=", "now"),
            ("billing_state", "in", ("to_check", "to_invoice")),
        ]

    @api.model
    def get_uninvoiced_summary(self, domain=None):
        """What is to be invoiced, in numbers: for dashboards, server actions and RPC.

        :param domain: narrows the bookings, on top of being uninvoiced
        :return: a list of dicts, one per Bookings business and currency of its bookings: ``settings_id``, ``name``,
            ``company_id``, ``company``, ``currency``, ``count``, ``ready``, ``to_check``, ``to_check_by_reason`` (dict
            of issue -> number), ``hours``, ``amount`` (of the ready ones), ``oldest`` (date or ``False``),
            ``data_as_of`` (UTC or ``False``)
        """
        full_domain = Domain(self._get_uninvoiced_domain()) & Domain(domain or Domain.TRUE)
        rows = self._read_group(
            full_domain,
            ["settings_id", "currency_id", "issue"],
            ["__count", "duration:sum", "amount:sum", "service_date:min"],
        )
        # What has no currency yet will have that of the business.
        sums, reasons = defaultdict(list), defaultdict(Counter)
        for settings, currency, *row in rows:
            key = (settings, currency or settings.currency_id)
            sums[key].append(row)
            reasons[key] += Counter({row[0]: row[1]} if row[0] else {})
        return [
            {
                "settings_id": settings.id,
                "name": settings.name,
                "company_id": settings.company_id.id,
                "company": settings.company_id.name,
                "currency": currency.name,
                "count": sum(count for _issue, count, *_rest in row_list),
                "ready": sum(count for issue, count, *_rest in row_list if not issue),
                "to_check": sum(count for issue, count, *_rest in row_list if issue),
                "to_check_by_reason": dict(reasons[settings, currency]),
                "hours": sum(hours for _issue, _count, hours, *_rest in row_list),
                "amount": sum(
                    amount for issue, _count, _hours, amount, _oldest in row_list if not issue
                ),
                "oldest": min(oldest for *_row, oldest in row_list),
                "data_as_of": settings.last_success,
            }
            for (settings, currency), row_list in sums.items()
        ]

    def action_create_draft_invoices(self, at_once=False):
        """Make draft invoices of these bookings as their settings say: for server actions and RPC.

        Safe to call twice: what is invoiced already is skipped and said so. Many drafts are made by runs in the
        background, which commit as they go (:meth:`_create_many_invoices`): of what is not made yet only
        ``run_ids`` knows.

        :param at_once: make all of them before the answer, however many, in this transaction
        :return: the dict of :meth:`_create_invoices` in values that RPC carries: ``run_ids``, ``invoice_ids``,
            ``invoiced_count``, ``skipped_count``, ``skipped_by_reason`` and ``skipped``, a list of dicts of
            ``booking_id``, ``reason`` and ``text``
        """
        result = self._create_invoices() if at_once else self._create_many_invoices()
        return {
            "run_ids": result["runs"].ids,
            "invoice_ids": result["invoices"].ids,
            "invoiced_count": len(result["bookings"]),
            "skipped_count": len(result["skipped"]),
            "skipped_by_reason": dict(
                Counter(reason for _booking, reason, _text in result["skipped"])
            ),
            "skipped": [
                {"booking_id": booking.id, "reason": reason, "text": text}
                for booking, reason, text in result["skipped"]
            ],
        }

    def _create_invoices(self, options=None):
        """Turn the ready ones of these bookings into draft customer invoices, at once and in this transaction.

        :param options: dict of :data:`OPTIONS`; what is left out is taken from the settings of each booking
        :return: a dict with ``invoices`` (``account.move``), ``bookings`` (those invoiced now), ``skipped`` (a list of
            booking, machine word of the reason, sentence) and ``runs`` (``microsoft.booking.run``, one per company)
        :raise AccessError: when the user may not create invoices
        """
        options = options or {}
        self.env["account.move"].check_access("create")
        claimed, skipped = self._claim(options)
        invoices, runs = self.env["account.move"], self.env["microsoft.booking.run"]
        for company, bookings in claimed.grouped("company_id").items():
            run = runs.sudo().create(bookings._prepare_invoice_run(company))
            made, failed = bookings._make_run_invoices(run, options)
            skipped += [(booking, "invoicing_failed", message) for booking, message in failed]
            run.write(
                {
                    "state": "problems" if failed else "done",
                    "end_time": fields.Datetime.now(),
                    "progress": 100.0,
                }
            )
            invoices |= made
            runs |= run
        failed_ids = {
            booking.id for booking, reason, _text in skipped if reason == "invoicing_failed"
        }
        return {
            "invoices": invoices,
            "bookings": claimed.filtered(lambda booking: booking.id not in failed_ids),
            "skipped": skipped,
            "runs": runs.sudo(False),
        }

    def _make_run_invoices(self, run, options):
        """Make the drafts of these claimed bookings of one company, and note on the run what came of it.

        :return: the drafts, and a list of booking and why its draft could not be made
        """
        made, failed = self.with_company(run.company_id)._create_company_invoices(options)
        for booking, message in failed:
            run._add_problem(message, kind="invoice", booking=booking)
        run.write(
            {
                "invoice_ids": [Command.link(move.id) for move in made],
                "booking_count": run.booking_count + len(self) - len(failed),
            }
        )
        made._log_booking_run(run)
        run._cover(self - self.browse([booking.id for booking, _message in failed]))
        return made, failed

    def _prepare_invoice_run(self, company):
        return {
            "kind": "invoice",
            "company_id": company.id,
            "settings_id": self.settings_id.id if len(self.settings_id) == 1 else False,
            "state": "running",
            "started_by": self.env.uid,
            "start_time": fields.Datetime.now(),
        }

    # === CLAIM === #

    def _claim(self, options):
        """Lock what can be invoiced, and say of each of the rest why not.

        A row that another transaction holds is being invoiced there. One that another has changed since this
        transaction began makes PostgreSQL refuse the lock: Odoo then runs the request again, on what is true.

        :return: the locked bookings, and a list of booking, machine word, sentence
        """
        locked = self.try_lock_for_update(allow_referencing=True)
        locked.invalidate_recordset(["invoice_line_id", "billing_state", "issue", "issue_detail"])
        locked._reprice_claimed()
        text = self.env._("Somebody else is invoicing it right now.")
        claimed, skipped = locked._split_invoiceable(options)
        return claimed, [(booking, "locked", text) for booking in self - locked] + skipped

    def _split_invoiceable(self, options):
        """Tell those of these bookings that can be invoiced from those that cannot, and why.

        :return: the bookings to invoice, and a list of booking, machine word, sentence
        """
        ready_ids, skipped = [], []
        now = fields.Datetime.now()
        states = dict(self._fields["billing_state"]._description_selection(self.env))
        for booking in self:
            retry = booking.issue == "invoicing_failed"
            if booking.billing_state == "to_check" and not retry:
                skipped.append((booking, booking.issue, booking.issue_text))
            elif booking.billing_state not in ("to_check", "to_invoice") or booking._is_invoiced():
                text = self.env._(
                    "Not to be invoiced: %(state)s.", state=states[booking.billing_state]
                )
                skipped.append((booking, booking.billing_state, text))
            elif booking.stop > now:
                skipped.append((booking, "upcoming", self.env._("It has not ended yet.")))
            elif not booking.amount and not options.get("include_free"):
                skipped.append((booking, "free", self.env._("There is nothing to pay.")))
            else:
                ready_ids.append(booking.id)
        return self.browse(ready_ids), skipped

    # === CREATE === #

    def _create_company_invoices(self, options):
        """The drafts of one company's claimed bookings, in chunks; a group that fails does not hold up the rest.

        :return: the drafts, and a list of booking and why its draft could not be made
        """
        invoices, failed = self.env["account.move"], []
        included_taxes = self[:1]._has_included_taxes()
        bookings = self.with_context(booking_included_taxes=included_taxes, booking_positions={})
        groups = bookings._group_for_invoices(options)
        for index in range(0, len(groups), CHUNK):
            chunk = groups[index : index + CHUNK]
            made, message = self._try_create_moves(chunk, options)
            if message is None:
                invoices |= made
                continue
            for group in chunk:
                made, message = self._try_create_moves([group], options)
                invoices |= made
                if message is not None:
                    group.sudo().issue_detail = message
                    failed += [(booking, message) for booking in group]
        made = self - self.browse([booking.id for booking, _message in failed])
        made.sudo().filtered("issue_detail").issue_detail = False
        return invoices, failed

    @api.model
    def _try_create_moves(self, groups, options):
        """Create the drafts of these groups, or nothing at all and say why.

        :return: the drafts and ``None``, or no drafts and the message
        """
        Move = self.env["account.move"]
        try:
            with self.env.cr.savepoint():
                bookings = self.browse().union(*groups)
                former_lines = bookings.invoice_line_id
                bookings._forget_invoiced_facts()
                vals_list = [group._prepare_invoice(options) for group in groups]
                # What follows from the line is computed once for all of them, and not as each is put on its own.
                bookings.modified(["invoice_line_id"], before=True)
                with self.env.protecting([self._fields["invoice_line_id"]], bookings):
                    # The creation message of each would cost a third of the time: the run's note stands for it.
                    drafts = Move.with_context(mail_create_nolog=True, booking_drafts=True)
                    moves = drafts.create(vals_list).with_env(self.env)
                bookings.modified(["invoice_line_id"])
                bookings._keep_invoiced_facts()
                former_lines.sudo().booking_superseded = True
                self.env.flush_all()
            return moves, None
        except (UserError, ValueError, IntegrityError, DataError) as error:
            self.env.invalidate_all()
            return Move, str(error.args[0] if error.args else error)

    def _get_invoice_grouping_keys(self, options=None):
        """The fields whose values a draft's bookings share. Hook, with the name that sale gives it.

        :return: a list of field names of this model
        """
        return ["company_id", "payer_id", "currency_id", "settings_id"]

    def _get_invoice_journal(self, options):
        """The chosen journal where it is of the company of these bookings, else that of their settings.

        :raise UserError: when that one is archived, which Odoo would let pass
        """
        chosen = options.get("journal_id")
        journal = self.env["account.journal"].browse(getattr(chosen, "id", chosen) or [])
        settings = self.settings_id[:1]
        journal = journal if journal.company_id == self.company_id else settings.journal_id
        if journal and not journal.active:
            raise UserError(
                self.env._(
                    "The journal “%(journal)s” is archived. "
                    "Choose another in the Booking Sync Settings “%(settings)s”.",
                    journal=journal.name,
                    settings=settings.name,
                )
            )
        return journal

    def _check_receivable(self, partner):
        """That what this contact owes can be booked.

        :raise UserError: when its receivable account is archived: the draft could never be posted
        """
        account = partner.with_company(self.company_id).property_account_receivable_id
        if account and not account.active:
            raise UserError(
                self.env._(
                    "The receivable account %(account)s of “%(payer)s” is archived. Choose another on the contact.",
                    account=account.display_name,
                    payer=partner.display_name,
                )
            )

    def _group_for_invoices(self, options):
        """The bookings of each draft, in the order of their start.

        :return: a list of recordsets
        """
        groups = defaultdict(list)
        for booking in self.sorted(lambda booking: (booking.start, booking.id)):
            grouping = options.get("grouping") or booking.settings_id.invoice_grouping
            key = [booking[name] for name in self._get_invoice_grouping_keys(options)]
            key.append(booking.payer_id.property_payment_term_id)
            key.append(booking._get_customer_reference() or False)
            # What they pay for themselves is addressed otherwise than what their company pays.
            key.append(booking._is_paid_privately())
            if grouping == "month":
                key.append((booking.service_date.year, booking.service_date.month))
            elif grouping == "service":
                key.append(booking.service_id)
            elif grouping == "staff":
                key.append(booking.staff_ids.sorted("id"))
            elif grouping == "booking":
                key.append(booking)
            groups[tuple(key)].append(booking.id)
        # What is read of one group is read of all of them.
        return [self.browse(ids).with_prefetch(self._prefetch_ids) for ids in groups.values()]

    def _prepare_invoice(self, options=None):
        """The values of the draft of these bookings, which share a payer, company and currency. Hook.

        Accounts, taxes, fiscal position and terms are left to Odoo: they come from the payer and the products.

        :return: a dict for ``account.move.create``
        """
        options = options or {}
        settings = self.settings_id[:1]
        invoice_partner = self._get_invoice_partner()
        self._check_receivable(invoice_partner)
        journal = self._get_invoice_journal(options)
        vals = {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": invoice_partner.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self._get_invoice_date(options),
            "invoice_origin": settings.business_name or settings.name,
            "invoice_line_ids": self._prepare_invoice_lines(options, invoice_partner),
        }
        if reference := self._get_invoice_reference():
            vals["ref"] = reference
        if journal:
            vals["journal_id"] = journal.id
        if salesperson := self._get_invoice_salesperson():
            vals["invoice_user_id"] = salesperson.id
        return vals

    def _get_invoice_salesperson(self):
        """Who has rendered all of these bookings, else the salesperson of the settings. Hook.

        :return: a ``res.users``; empty for Odoo's own choice
        """
        users = self.staff_ids.user_id
        is_one = len(users) == 1 and all(booking.staff_ids.user_id for booking in self)
        return users if is_one else self.settings_id[:1].salesperson_id
