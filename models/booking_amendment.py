# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

# What can be done about a booking that changed after it was invoiced.
PROPOSALS = [
    ("refresh", "Refresh the draft"),
    ("remove", "Take off the draft"),
    ("credit", "Credit note"),
    ("complement", "Supplement"),
    ("replace", "Credit note, invoice again"),
    ("accept", "Accept as is"),
]
# What a person says to that: do it, do it over what was typed on the draft by hand too, leave the invoice as it is.
DECISIONS = ("propose", "overwrite", "accept")


class MicrosoftBooking(models.Model):
    """Bookings that changed after they were invoiced are settled: each in the way that its invoice allows."""

    _inherit = "microsoft.booking"

    accepted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    accepted_at = fields.Datetime(readonly=True, copy=False)
    accept_reason = fields.Char("Accepted Because", readonly=True, copy=False)
    proposal = fields.Selection(PROPOSALS, compute="_compute_proposal")

    @api.depends("changed_after_invoicing", "invoiced_facts", "settled_facts")
    def _compute_proposal(self):
        for booking in self:
            changed = booking.changed_after_invoicing and booking._origin
            booking.proposal = changed and changed._get_proposal(changed._get_due())

    def _get_proposal(self, due):
        """How to settle this booking, as its invoice allows. Hook.

        A draft follows the booking. A posted invoice stands: what differs goes on a credit note or a supplement, and
        where it was the wrong payer, product or currency, all of it is credited and invoiced again.

        :param due: what :meth:`_get_due` answers
        :return: a key of :data:`PROPOSALS`
        """
        self.ensure_one()
        line = self.invoice_line_id
        is_elsewhere = due.payer != self._get_invoiced_payer() or due.currency != line.currency_id
        if self._is_on_draft():
            leaves = self.gone_at or is_elsewhere or due.reason or not due.amount
            leaves = leaves or self._has_another_reference()
            return "remove" if leaves or self.stop > fields.Datetime.now() else "refresh"
        if not self.gone_at and (
            is_elsewhere or due.reason or due.product != self._get_invoiced_product()
        ):
            return "replace"
        settled = self._get_settled_amount()
        if self._is_same_amount(settled, due.amount):
            return "accept"
        return "credit" if due.amount < settled else "complement"

    def _is_on_draft(self):
        """Whether this booking is invoiced on a draft that can still follow it."""
        self.ensure_one()
        return self.invoice_line_id.parent_state == "draft" and not self._get_live_adjustments()

    def action_settle_changes(self, decision="propose", reason=None):
        """Settle those of these bookings that changed after they were invoiced: for server actions and RPC.

        Drafts are refreshed, draft credit notes and supplements are made for posted invoices; nothing is posted.
        Safe to call twice: what is settled already is skipped and said so.

        :param decision: ``propose``; ``overwrite`` to refresh also what was typed on a draft by hand; or ``accept``
            to leave the invoices as they are
        :param reason: why they are accepted as they are; where nothing can be done but accept, without one they
            are skipped
        :return: a dict of ``refreshed_ids``, ``credit_note_ids`` and ``supplement_ids`` (of ``account.move``),
            ``settled_count``, and ``skipped``, a list of dicts of ``booking_id``, ``reason`` and ``text``
        """
        result = self._settle_changes(dict.fromkeys(self, decision), reason)
        return {
            "refreshed_ids": result["refreshed"].ids,
            "credit_note_ids": result["credit_notes"].ids,
            "supplement_ids": result["supplements"].ids,
            "settled_count": len(result["bookings"]),
            "skipped": [
                {"booking_id": booking.id, "reason": why, "text": text}
                for booking, why, text in result["skipped"]
            ],
        }

    def action_review_changes(self):
        """Show what would become of these bookings, and of each what is to be done.

        :return: the wizard's window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_amend_action"
        )
        context = {"default_booking_ids": self.ids, "dialog_size": "extra-large"}
        return action | {"context": context}

    @api.model
    def _settle_changes(self, decisions, reason=None):
        """Settle bookings, each as decided.

        :param decisions: dict of booking -> one of :data:`DECISIONS`
        :param reason: why those that are accepted are
        :return: a dict of ``refreshed``, ``credit_notes``, ``supplements`` (``account.move``; drafts that were left
            empty and deleted are not among them), ``bookings`` (those settled) and ``skipped`` (a list of booking,
            machine word, sentence)
        :raise UserError: for a decision that is none
        :raise AccessError: when the user may not create invoices
        """
        if unknown := set(decisions.values()) - set(DECISIONS):
            raise UserError(
                self.env._("No such decision: %(names)s.", names=", ".join(map(str, unknown)))
            )
        # What is a default in the wizard means something else on the lines of an invoice.
        env = self.env(context=clean_context(self.env.context))
        env["account.move"].check_access("create")
        bookings = env[self._name].browse([booking.id for booking in decisions])
        bookings.check_access("write")
        changed, skipped = bookings._claim_changed()
        nothing = bookings.browse()
        by_way, overwrite = {way: nothing for way, _label in PROPOSALS}, nothing
        for booking in changed:
            due = booking._get_due()
            decision = decisions[booking]
            way = "accept" if decision == "accept" else booking._get_proposal(due)
            if way == "accept" and not (reason or "").strip():
                text = self.env._("To accept it as it is, say why.")
                skipped.append((booking, "no_reason", text))
                continue
            by_way[way] |= booking
            overwrite |= booking if decision == "overwrite" else nothing
        settled = nothing.union(*by_way.values())
        by_way["accept"]._accept_changes(reason)
        refreshed = (by_way["refresh"] | by_way["remove"])._refresh_drafts(overwrite)
        corrections = (by_way["credit"] | by_way["complement"] | by_way["replace"])._correct()
        return {
            "refreshed": refreshed,
            "credit_notes": corrections.filtered(lambda move: move.move_type == "out_refund"),
            "supplements": corrections.filtered(lambda move: move.move_type != "out_refund"),
            "bookings": settled,
            "skipped": skipped,
        }

    def _claim_changed(self):
        """Lock those of these bookings that are still to settle, with whatever shares their invoice lines.

        Who comes second finds them settled: a row that another transaction has changed since this one began makes
        PostgreSQL refuse the lock, and Odoo runs the request again, on what is true.

        :return: the locked bookings, and a list of booking, machine word, sentence
        """
        company = (self | self.invoice_line_id.booking_ids).try_lock_for_update(
            allow_referencing=True
        )
        locked = self & company
        locked.invalidate_recordset()
        text = self.env._("Somebody else is at it right now.")
        skipped = [(booking, "locked", text) for booking in self - locked]
        changed = locked.filtered("changed_after_invoicing")
        text = self.env._("There is nothing to settle: it is as it was invoiced.")
        return changed, skipped + [(booking, "settled", text) for booking in locked - changed]

    def _settle(self):
        """These bookings are dealt with as they are now: flagged again only when they change again."""
        for booking in self.sudo():
            booking.settled_facts = {
                "facts": booking._get_billable_facts(),
                "amount": booking._get_settled_amount(),
                **{name: booking[name] for name in ("quantity", "unit_price")},
            }

    def _accept_changes(self, reason):
        """Leave the invoices of these bookings as they are, for a reason that is kept with who and when."""
        notes = self._get_change_notes()
        self._settle()
        self.sudo().write(
            {
                "accepted_by_id": self.env.uid,
                "accepted_at": fields.Datetime.now(),
                "accept_reason": reason,
            }
        )
        heading = self.env._("Left as it is although Bookings changed: %(reason)s", reason=reason)
        self._log_on_invoices(heading, notes)

    def _get_change_notes(self):
        """What changed of each of these bookings, for the notes on its invoice: a dict of booking -> text."""
        return {
            booking: "{}: {}".format(
                booking.display_name,
                "; ".join(booking._get_change_words()),
            )
            for booking in self
        }

    def _log_on_invoices(self, heading, notes):
        """Note on the invoice of each of these bookings what became of it.

        :param notes: dict of booking -> text
        """
        self.invoice_id._log_booking_notes(
            {
                move: [heading, *(notes[booking] for booking in bookings)]
                for move, bookings in self.grouped("invoice_id").items()
            }
        )

    @api.model
    def _summarise_settlement(self, result):
        """What :meth:`_settle_changes` did, in a sentence and the reasons of what it left out.

        :return: a list of texts
        """
        words = [
            self.env._(
                "%(settled)s bookings settled: %(refreshed)s drafts refreshed, %(credits)s draft credit notes, "
                "%(supplements)s draft supplements; %(skipped)s left out.",
                settled=len(result["bookings"]),
                refreshed=len(result["refreshed"]),
                credits=len(result["credit_notes"]),
                supplements=len(result["supplements"]),
                skipped=len(result["skipped"]),
            )
        ]
        texts = Counter(text for _booking, _why, text in result["skipped"])
        return words + [f"{count} × {text}" for text, count in texts.most_common()]
