# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Told to Odoo's shell: connect the sample tenant, synchronise, make drafts, and leave every kind of trace."""

import json

from odoo.modules import get_module_path

env = globals()["env"]
Booking = env["microsoft.booking"]
company = env.company
env.ref("base.CHF").active = True
env.ref("base.EUR").active = True
settings = env["microsoft.booking.settings"].create(
    {
        "name": "Atelier",
        "cloud": "sandbox",
        "business_id": "atelier@contoso.example",
        "create_contacts": True,
        "sync_services": "import",
        "client_secret": "secret",
    }
)
settings.action_test_connection()
settings.copy()
settings.message_post(body="Note")
settings.activity_schedule("mail.mail_activity_data_todo", summary="Look")
settings.action_sync()
env.cr.commit()
settings.cron_id.method_direct_trigger()
# The scheduled action has worked in a transaction of its own.
env.cr.commit()
env.invalidate_all()
# Products of an earlier installation have the same names: a person confirms them.
settings.service_ids.action_use_suggested_product()
bookings = Booking.search(Booking._get_uninvoiced_domain())
ready = bookings.filtered(lambda booking: booking.billing_state == "to_invoice")

# Without a chart of accounts nothing can be made, and each booking says why.
without_chart = company.chart_template and True
if not company.chart_template:
    result = ready[:2]._create_invoices()
    without_chart = not result["invoices"] and all(text for *_booking, text in result["skipped"])
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
drafts = ready._create_invoices()["invoices"]
drafts[:1].action_post()

# What people may make their own of what the add-on brought along.
env.ref("microsoft_bookings.exclusion_reason_goodwill").name = "Gift"
env.ref("microsoft_bookings.mail_template_sync_alarm").subject = "Look at the bookings"
env.ref("microsoft_bookings.ir_cron_invoice_runs").interval_number = 7
env.ref("microsoft_bookings.ir_cron_scheduled_drafts").active = False
env.ref("microsoft_bookings.ir_cron_sync_all").unlink()
env.ref("microsoft_bookings.exclusion_reason_internal").unlink()
env.ref("microsoft_bookings.microsoft_booking_rule_company").perm_unlink = False
env.cr.commit()
env.cr.execute(
    "SELECT m.id::text, m.state, m.amount_total::text, count(l.id)::text FROM account_move m"
    " LEFT JOIN account_move_line l ON l.move_id = m.id AND l.display_type = 'product'"
    " WHERE m.move_type = 'out_invoice' GROUP BY m.id ORDER BY m.id"
)
answer = {
    "module": get_module_path("microsoft_bookings"),
    "bookings": len(bookings),
    "drafts": len(drafts),
    "without_chart": bool(without_chart),
    "invoices": env.cr.fetchall(),
}
print("ANSWER " + json.dumps(answer))
