# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

SECRET_FIELDS = (
    "client_secret",
    "previous_client_secret",
    "private_key",
    "private_key_passphrase",
)


class MicrosoftBookingCredential(models.Model):
    """Where the secrets of a connection lie: nobody has a right on this model, so they go in and never come out.

    ``microsoft.booking.settings`` writes them by the inverse of its fields and reads them only to ask for a token.
    """

    _name = "microsoft.booking.credential"
    _description = "Microsoft Bookings credential"
    _log_access = False

    settings_id = fields.Many2one("microsoft.booking.settings", required=True, ondelete="cascade")
    client_secret = fields.Char(copy=False, exportable=False)
    previous_client_secret = fields.Char(copy=False, exportable=False)
    private_key = fields.Text(copy=False, exportable=False)
    private_key_passphrase = fields.Char(copy=False, exportable=False)

    _settings_uniq = models.Constraint(
        "UNIQUE(settings_id)", "A connection has one set of secrets."
    )
