# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everybody can open every screen of ours that they have a right to, with something on it."""

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import BookingCommon

WRITERS = ("account.group_account_invoice", "account.group_account_manager", "base.group_system")
GROUPS = (*WRITERS, "account.group_account_readonly")
WIZARDS = (
    "microsoft.booking.invoice",
    "microsoft.booking.exclude",
    "microsoft.booking.amend",
    "microsoft.booking.outcome",
)
# Nobody at all: its secrets go in and never come out.
HIDDEN = "microsoft.booking.credential"


@tagged("post_install", "-at_install")
class TestViews(BookingCommon):
    def setUp(self):
        super().setUp()
        self.book(self.lesson)
        self.book(self.haircut, customers=[self.bob])
        self.book(self.audit, customers=[])
        self.sync()
        invoiced = self.bookings().filtered(lambda booking: booking.customer_name == "Bob")
        self.move = invoiced._create_invoices()["invoices"]
        run = self.settings._start_sync().sudo()
        run._add_problem("A problem to look at.", graph_id="unreadable")
        self.settings._erase({"somebody": False}, "together")
        self.env["microsoft.booking.write.back"].sudo().create(
            {"settings_id": self.settings.id, "graph_id": self.bookings()[0].graph_id}
        )

    def make_user(self, group, **values):
        """A user with one of the groups; a system administrator does accounting too, as the first one does."""
        user = super().make_user(group, **values)
        if group == "base.group_system":
            user.group_ids |= self.env.ref("account.group_account_manager")
        return user

    def our_models(self):
        """The models of this add-on that have records of their own to show."""
        models = self.env["ir.model"].search([("model", "=like", "microsoft.booking%")])
        return [
            name
            for name in models.mapped("model")
            if not self.env[name]._transient and not self.env[name]._abstract and name != HIDDEN
        ]

    def specification(self, node, model):
        """What the web client asks for to show this view: its fields, and those of the lists inside."""
        result = {}
        for child in node:
            if child.tag != "field":
                result |= self.specification(child, model)
                continue
            field = model._fields[child.get("name")]
            spec = {}
            if field.type in ("one2many", "many2many"):
                comodel = self.env[field.comodel_name]
                spec["fields"] = {"display_name": {}}
                for view in child.iter("list", "kanban"):
                    spec["fields"] |= self.specification(view, comodel)
            elif field.type == "many2one":
                spec["fields"] = {"display_name": {}}
            result[field.name] = spec
        return result

    def test_every_view_opens_for_every_group(self):
        opened = set()
        for group in GROUPS:
            user = self.make_user(group)
            for name in self.our_models():
                Model = self.env[name].with_user(user)
                for view in self.env["ir.ui.view"].search([("model", "=", name)]):
                    with self.subTest(group=group, view=view.xml_id):
                        if view.type == "search":
                            Model.get_views([(view.id, "search")])
                            continue
                        views = Model.get_views([(view.id, view.type)])["views"]
                        arch = etree.fromstring(views[view.type]["arch"])
                        records = Model.web_search_read([], self.specification(arch, Model))
                        self.assertTrue(records["records"])
                        opened.add((group, view.type))
        # Nothing was passed over: of booking alone there are six kinds of views.
        self.assertEqual(
            opened,
            {
                (group, kind)
                for group in GROUPS
                for kind in ("list", "form", "kanban", "calendar", "pivot", "graph")
            },
        )

    def test_every_menu_opens_for_those_who_see_it(self):
        for group in GROUPS:
            user = self.make_user(group)
            Menu = self.env["ir.ui.menu"].with_user(user)
            visible = Menu.browse(Menu._visible_menu_ids())
            ours = visible.filtered(
                lambda menu: (
                    menu.action
                    and (menu.sudo().action.xml_id or "").startswith("microsoft_bookings.")
                )
            )
            self.assertIn("Uninvoiced Bookings", ours.with_context(lang="en_US").mapped("name"))
            for menu in ours:
                action = menu.sudo().action
                with self.subTest(group=group, menu=menu.name):
                    self.env[action.res_model].with_user(user).check_access("read")

    def test_smart_buttons_lead_to_the_bookings(self):
        bob = self.bookings().filtered(lambda booking: booking.customer_name == "Bob")
        records = (self.move, bob.payer_id, bob.service_id.product_id.product_tmpl_id)
        forms = ("account.view_move_form", "base.view_partner_form", False)
        for group in WRITERS:
            user = self.make_user(group)
            for record, form in zip(records, forms, strict=True):
                with self.subTest(group=group, model=record._name):
                    record = record.with_user(user)
                    view_id = form and self.env.ref(form).id
                    arch = record.get_views([(view_id, "form")])["views"]["form"]["arch"]
                    self.assertIn('name="action_view_bookings"', arch)
                    self.assertGreaterEqual(
                        record.web_read({"booking_count": {}})[0]["booking_count"], 1
                    )
                    domain = record.action_view_bookings()["domain"]
                    self.assertIn(bob, self.env["microsoft.booking"].with_user(user).search(domain))

    def test_wizards_open_for_those_who_invoice_and_for_nobody_else(self):
        context = {"active_model": "microsoft.booking", "active_ids": self.bookings().ids}
        for group in WRITERS:
            user = self.make_user(group)
            for name in WIZARDS:
                with self.subTest(group=group, wizard=name):
                    form = Form(self.env[name].with_user(user).with_context(**context))
                    self.assertEqual(len(form.booking_ids), len(self.bookings()))
        auditor = self.make_user("account.group_account_readonly")
        for name in WIZARDS:
            with self.assertRaises(AccessError):
                self.env[name].with_user(auditor).with_context(**context).create({})
        with self.assertRaises(AccessError):
            (self.bookings() - self.move.booking_ids).with_user(auditor).action_exclude(1)

    def test_data_as_of_is_said_where_bookings_are_invoiced(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action_uninvoiced"
        )
        self.assertIn("booking_data_as_of", action["context"])
        settings = self.settings.with_context(booking_data_as_of=True, tz="UTC")
        self.assertTrue(settings.display_name.endswith("· Studio"))
        self.assertFalse(settings.is_stale)
        self.assertFalse(settings.display_name.startswith("⚠"))
        self.settings.last_success = self.ago(days=2).replace(tzinfo=None)
        settings.invalidate_recordset()
        self.assertTrue(settings.is_stale)
        self.assertTrue(settings.display_name.startswith("⚠"))
        self.assertEqual(self.settings.display_name, "Studio")
        wizard = self.env["microsoft.booking.invoice"].create(
            {"booking_ids": [(6, 0, self.bookings().ids)]}
        )
        self.assertIn("Studio", wizard.stale_warning)
        self.assertTrue(wizard.data_as_of.startswith("⚠"))

    def test_a_trial_needs_no_typing(self):
        # The trial's business bills in francs.
        self.env.ref("base.CHF").active = True
        form = Form(self.env["microsoft.booking.settings"])
        form.cloud = "sandbox"
        settings = form.save()
        settings.action_test_connection()
        self.assertEqual(settings.state, "connected")
        run = self.sync(settings)
        self.assertEqual(run.state, "done")
        self.assertIn("to_invoice", self.bookings(settings=settings).mapped("billing_state"))
        with Form(settings) as form:
            form.cloud = "global"
            self.assertFalse(form.business_id)
