# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MicrosoftBookingMirror(models.AbstractModel):
    """A record of Odoo that mirrors an object of Microsoft Graph.

    What Graph says of the object is written by :meth:`_mirror` alone; what people decide about it
    (the product of a service, the contact of a customer) lives in fields that no synchronisation touches.
    """

    _name = "microsoft.booking.mirror"
    _description = "Mirror of a Microsoft Bookings object"
    _check_company_auto = True

    settings_id = fields.Many2one(
        "microsoft.booking.settings",
        string="Booking Sync Settings",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="settings_id.company_id", store=True, index=True)
    graph_id = fields.Char("Microsoft Graph ID", required=True, readonly=True, copy=False)
    name = fields.Char(required=True, readonly=True)
    active = fields.Boolean(default=True)
    fingerprint = fields.Char(readonly=True, copy=False, export_string_translation=False)

    @api.model
    def _mirror(self, settings, records):
        """Store what Graph says of these objects, in sets: one search, one create, grouped writes.

        :param settings: the ``microsoft.booking.settings`` that was read
        :param records: the records of ``graph/`` that were read, one per Graph id
        :return: a dict with the recordsets ``created``, ``changed`` and ``unchanged``
        """
        found = {mirror.graph_id: mirror for mirror in self._search_mirrors(settings)}
        to_create, changed, unchanged = [], [], []
        for record in records:
            vals = self._prepare_mirror_vals(settings, record)
            mirror = found.get(record.id)
            if mirror is None:
                to_create.append({"settings_id": settings.id, "graph_id": record.id, **vals})
            elif mirror._update_mirror({"active": True, **vals}):
                changed.append(mirror.id)
            else:
                unchanged.append(mirror.id)
        created = self.create(to_create)
        return {
            "created": created,
            "changed": self.browse(changed),
            "unchanged": self.browse(unchanged),
        }

    def _update_mirror(self, vals):
        """Write those of ``vals`` that differ and tell whether there were any: unchanged data costs no write."""
        self.ensure_one()
        difference = {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if difference:
            self.write(difference)
        return bool(difference)

    @api.model
    def _search_mirrors(self, settings):
        """Every mirror of these settings, archived ones too."""
        return self.with_context(active_test=False).search([("settings_id", "=", settings.id)])

    @api.model
    def _follow_listing(self, settings, run, api, listing):
        """What follows once a list was mirrored: matching, and the other direction. Hook.

        :param run: the ``microsoft.booking.run`` that counts and keeps the problems
        :param api: a :class:`..graph.bookings.BookingsApi`
        :param listing: the :class:`..graph.bookings.Listing` that was read
        :return: whether it is done; else the next call begins the step again, and finds what was done already
        """
        return True

    @api.model
    def _prepare_mirror_vals(self, settings, record):
        """What Graph's ``record`` says, as values of this model. Hook for the models that mirror something.

        :return: a dict that :meth:`write` and :meth:`create` accept, without anything that people decide
        """
        return {"name": record.display_name or record.id}

    @api.model
    def _get_placeholders(self, settings, names):
        """The mirrors of these Graph ids; an id that nobody knows gets an archived placeholder.

        A deleted service stays on its appointments as a dangling id, with its name beside it.

        :param names: dict of Graph id -> name to give a placeholder
        :return: dict of Graph id -> mirror
        """
        found = {mirror.graph_id: mirror for mirror in self._search_mirrors(settings)}
        missing = [graph_id for graph_id in names if graph_id not in found]
        created = self.create(
            [
                {
                    "settings_id": settings.id,
                    "graph_id": graph_id,
                    "name": names[graph_id] or graph_id,
                    "active": False,
                }
                for graph_id in missing
            ]
        )
        found.update(zip(missing, created, strict=True))
        return found
