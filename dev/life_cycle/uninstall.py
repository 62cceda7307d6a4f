# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Told to Odoo's shell, which gives `env`: uninstall the add-on as the Apps menu does."""

env = globals()["env"]
module = env["ir.module.module"].search([("name", "=", "microsoft_bookings")])
module.button_immediate_uninstall()
print("ANSWER {}")
