# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..graph.certificates import certificate_expiry, client_certificate
from ..graph.errors import GraphError
from .booking_credential import SECRET_FIELDS
from .graph_messages import explain

# Who signs in: a secret that was made for another application is no previous one of this.
APPLICATION_FIELDS = {"cloud", "authority_url", "tenant_id", "client_id"}


class MicrosoftBookingSettings(models.Model):
    """The secrets of a connection: they go in, replace one another without a gap, and never come out."""

    _inherit = "microsoft.booking.settings"

    client_secret = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_secrets",
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="The secret's value, not its id. It is stored and never shown again.",
    )
    previous_client_secret = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_secrets",
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="Used when Microsoft refuses the client secret. A new client secret makes the one before it the previous.",
    )
    private_key = fields.Text(
        "Private Key and Certificate (PEM)",
        compute="_compute_secrets",
        inverse="_inverse_secrets",
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="The PEM text of the private key, followed by its certificate. It is stored and never shown again.",
    )
    private_key_passphrase = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_secrets",
        groups="base.group_system",
        copy=False,
        exportable=False,
    )
    has_secret = fields.Boolean(compute="_compute_has_secret", string="Secret Stored")
    has_previous_secret = fields.Boolean(
        compute="_compute_has_secret", string="Previous Secret Stored"
    )
    secret_expiry = fields.Date(
        "Secret Expires On",
        copy=False,
        help="As Entra shows it, or as the certificate says; the responsible person is reminded before.",
    )

    def _compute_secrets(self):
        """Secrets go in and never come out."""
        for name in SECRET_FIELDS:
            self[name] = False

    def _inverse_secrets(self):
        """Keep the secrets that were typed; an emptied field keeps the stored one, and so does an unchanged form."""
        for settings in self:
            typed = {name: (settings[name] or "").strip() for name in SECRET_FIELDS}
            typed = {name: value for name, value in typed.items() if value}
            if typed:
                settings._store_secrets(typed)
        self.invalidate_recordset([*SECRET_FIELDS, "has_secret", "has_previous_secret"])

    def _store_secrets(self, typed):
        """Keep these secrets beside those that are stored.

        :param typed: values by the names of ``SECRET_FIELDS``
        :raise ValidationError: when key, certificate and passphrase cannot be used together, in words
        """
        self.ensure_one()
        self._take_turn()
        credential = self._get_credential()
        if "private_key" in typed or "private_key_passphrase" in typed:
            self._check_certificate({name: credential[name] for name in SECRET_FIELDS} | typed)
        replaced = credential.client_secret
        if replaced and typed.get("client_secret", replaced) != replaced:
            typed.setdefault("previous_client_secret", replaced)
        (credential or credential.create({"settings_id": self.id}))._write_secrets(typed)

    def _check_certificate(self, secrets):
        """See whether the key can sign in, and take over until when.

        :raise ValidationError: saying what is missing, unreadable, expired or does not fit
        """
        if not secrets["private_key"]:
            return
        now = datetime.now(timezone.utc)
        try:
            certificate = client_certificate(
                secrets["private_key"], secrets["private_key_passphrase"] or None, now
            )
        except GraphError as error:
            raise ValidationError(explain(self.env, error)["text"]) from error
        if self.auth_method == "certificate":
            self.secret_expiry = certificate_expiry(certificate["public_certificate"]).date()

    def _get_credential(self):
        """Where the secrets lie; for the code that signs in, and for no answer to anybody."""
        return (
            self.env["microsoft.booking.credential"].sudo().search([("settings_id", "=", self.id)])
        )

    @api.depends("auth_method")
    def _compute_has_secret(self):
        credentials = (
            self.env["microsoft.booking.credential"]
            .sudo()
            .search([("settings_id", "in", self._origin.ids)])
        )
        by_settings = credentials.grouped("settings_id")
        for settings in self:
            credential = by_settings.get(settings._origin, credentials.browse())
            name = "private_key" if settings.auth_method == "certificate" else "client_secret"
            settings.has_secret = bool(credential[name])
            settings.has_previous_secret = settings.auth_method == "secret" and bool(
                credential.previous_client_secret
            )

    def write(self, vals):
        replaced = self.browse()
        if secret := (vals.get("client_secret") or "").strip():
            replaced = self.filtered(lambda s: s._get_credential().client_secret != secret)
        moved = self.filtered(
            lambda s: any(s[name] != vals[name] for name in APPLICATION_FIELDS & vals.keys())
        )
        # A secret is for the address that it was typed for, and never sent to another.
        elsewhere = self.filtered(
            lambda s: any(
                s[name] != vals[name] for name in ("cloud", "authority_url") if name in vals
            )
        )
        for settings in elsewhere:
            settings._get_credential().unlink()
        res = super().write(vals)
        elsewhere.invalidate_recordset(["has_secret", "has_previous_secret"])
        if "secret_expiry" not in vals:
            # The date was that of the secret before.
            replaced.filtered(lambda s: s.auth_method == "secret").secret_expiry = False
        moved.action_forget_previous_secret()
        return res

    def action_forget_previous_secret(self):
        """Sign in with the present client secret alone: the rotation is over."""
        self.check_access("write")
        for settings in self:
            settings._get_credential().previous_client_secret = False
        self.invalidate_recordset(["has_previous_secret"])
        return True
