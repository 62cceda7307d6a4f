# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import SQL

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

    def _write_secrets(self, vals):
        """Write secrets by a statement that is not logged when it fails, as those of the ORM are.

        :param vals: values by the names of ``SECRET_FIELDS``
        """
        self.ensure_one()
        self.flush_recordset()
        assignments = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), vals[name])
            for name in SECRET_FIELDS
            if name in vals
        )
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id = %s", SQL.identifier(self._table), assignments, self.id
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset(SECRET_FIELDS)
