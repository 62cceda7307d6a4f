# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Products and the services of Bookings, both ways: by name once a person has said so, prices as Bookings has them."""

from odoo.fields import Command
from odoo.tests import tagged

from .both_ways_common import BothWaysCommon
from .common import BUSINESS


@tagged("post_install", "-at_install")
class TestBothServices(BothWaysCommon):
    def setUp(self):
        super().setUp()
        # The three services of the business are no matter of these tests unless they say so.
        for service_id in (self.lesson, self.audit):
            self.tenant.delete_service(service_id)

    def service(self, graph_id=None):
        domain = [("settings_id", "=", self.settings.id)]
        domain += [("graph_id", "=", graph_id or self.haircut)]
        return self.env["microsoft.booking.service"].search(domain)

    def adopted(self, **values):
        """The product “Haircut”, confirmed to be the service of that name, with all that differs sent."""
        product = self.make_product("Haircut", lst_price=50.0, **values)
        self.sync()
        self.service().action_use_suggested_product()
        self.sync()
        return product

    # === NEW ONES === #

    def test_a_product_is_made_in_bookings_once(self):
        product = self.make_product("Massage", lst_price=90.0, description_sale="One hour")
        run, writes = self.written()
        self.assertEqual((run.state, writes), ("done", [("POST", "services")]), self.messages(run))
        (made,) = self.service_of("Massage")
        self.assertEqual(
            (made["defaultDuration"], made["defaultPriceType"], float(made["defaultPrice"])),
            ("PT3600S", "hourly", 90.0),
        )
        self.assertEqual((made["description"], made["isHiddenFromCustomers"]), ("One hour", True))
        service = self.service(made["id"])
        self.assertEqual((service.product_id, service.default_duration), (product, 1.0))
        self.assertFalse(service.decided_by_id)
        for _again in range(2):
            self.assertEqual(self.written()[1], [])

    def test_what_new_services_get_is_set(self):
        self.settings.write({"new_service_minutes": 45, "new_service_price_type": "fixedPrice"})
        self.make_product("Massage", lst_price=90.0)
        self.make_product("Talk", lst_price=0.0)
        self.written()
        (made,) = self.service_of("Massage")
        self.assertEqual(
            (made["defaultDuration"], made["defaultPriceType"]), ("PT2700S", "fixedPrice")
        )
        # Without a price nobody is told that it costs nothing.
        self.assertEqual(self.service_of("Talk")[0]["defaultPriceType"], "notSet")

    def test_who_takes_part(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_product("Shampoo", type="consu")
        self.make_product("Outside", default_code="X")
        self.make_product("Archived", active=False)
        self.make_product("Theirs", company_id=other.id)
        self.assertEqual(self.written()[1], [])
        for direction in ("import", "no"):
            self.settings.sync_services = direction
            self.make_product(f"Of {direction}")
            self.assertEqual(self.written()[1], [])

    def test_products_of_one_name_make_one_service(self):
        self.make_product("Massage")
        self.make_product("massage")
        run, writes = self.written()
        self.assertEqual(len(writes), 1)
        self.assertIn("massage", self.messages(run))

    def test_a_creation_whose_answer_got_lost_is_not_repeated(self):
        product = self.make_product("Massage", lst_price=90.0)
        self.fault("504", method="POST", path="/services$", carried_out=True)
        run, writes = self.written()
        self.assertEqual((run.state, len(writes)), ("problems", 1))
        self.heal()
        _run, writes = self.written()
        self.assertEqual(writes, [])
        (made,) = self.service_of("Massage")
        service = self.service(made["id"])
        # Somebody says that it is the same, as of any other of the same name.
        self.assertEqual(service.suggested_product_id, product)
        service.action_use_suggested_product()
        run, writes = self.written()
        self.assertEqual((run.state, writes), ("done", []))

    # === THE SAME NAME === #

    def test_the_same_name_waits_for_a_person(self):
        self.settings.create_products = True
        product = self.make_product("haircut", lst_price=55.0)
        run, writes = self.written()
        self.assertEqual(writes, [])
        self.assertIn("haircut", self.messages(run))
        self.assertFalse(self.service().product_id)
        self.assertEqual(
            self.env["product.product"].search_count([("name", "ilike", "haircut")]), 1
        )
        self.service().action_use_suggested_product()
        self.assertEqual(self.service().product_id, product)
        self.assertEqual(self.service().decided_by_id, self.env.user)
        run, writes = self.written()
        self.assertEqual((run.state, writes), ("done", [("PATCH", "services")]))
        record = self.business.services[self.haircut]
        self.assertEqual((record["displayName"], float(record["defaultPrice"])), ("haircut", 55.0))

    def test_a_link_by_hand_to_another_name_is_for_invoicing_alone(self):
        product = self.make_product("Consulting", lst_price=1.0)
        self.sync()
        record = self.business.services[self.haircut]
        self.service().product_id = product
        self.tenant.reprice_service(self.haircut, 70)
        _run, writes = self.written()
        self.assertEqual(writes, [])
        self.assertEqual((record["displayName"], float(record["defaultPrice"])), ("Haircut", 70.0))
        self.assertEqual((product.name, product.lst_price), ("Consulting", 1.0))

    def test_products_are_created_when_asked_for_alone(self):
        self.settings.sync_services = "import"
        self.sync()
        self.assertFalse(self.service().product_id)
        self.settings.create_products = True
        self.sync()
        product = self.service().product_id
        self.assertEqual((product.name, product.lst_price), ("Haircut", 50.0))
        self.assertFalse(self.service().decided_by_id)

    # === CHANGES === #

    def test_odoo_wins_and_leaves_alone_what_it_does_not_know(self):
        product = self.adopted()
        record = self.business.services[self.haircut]
        record.update(defaultDuration="PT30M", staffMemberIds=[self.zoe], preBuffer="PT5M")
        self.tenant.reprice_service(self.haircut, 60)
        product.write({"name": "Cut", "lst_price": 65.0})
        run, writes = self.written()
        self.assertEqual((run.state, writes), ("done", [("PATCH", "services")]))
        self.assertEqual((record["displayName"], float(record["defaultPrice"])), ("Cut", 65.0))
        self.assertEqual(
            (record["defaultDuration"], record["defaultPriceType"], record["staffMemberIds"]),
            ("PT30M", "fixedPrice", [self.zoe]),
        )
        self.assertFalse(record["isHiddenFromCustomers"])
        self.assertEqual((self.service().name, self.service().default_price), ("Cut", 65.0))
        self.assertEqual(self.written()[1], [])

    def test_what_bookings_alone_changed_is_taken_over(self):
        for direction in ("both", "import"):
            with self.subTest(direction):
                self.settings.sync_services = direction
                product = self.service().product_id or self.adopted()
                self.tenant.rename_service(self.haircut, f"Cut {direction}")
                self.tenant.reprice_service(self.haircut, 61 if direction == "both" else 62)
                self.business.services[self.haircut]["description"] = "Wash and cut"
                _run, writes = self.written()
                self.assertEqual(writes, [])
                self.assertEqual(product.name, f"Cut {direction}")
                self.assertEqual(product.lst_price, 61 if direction == "both" else 62)
                self.assertEqual(product.description_sale, "Wash and cut")

    def test_the_price_of_one_variant_changes_no_other(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Length",
                "value_ids": [Command.create({"name": name}) for name in ("30", "60")],
            }
        )
        values = [Command.set(attribute.value_ids.ids)]
        line = {"attribute_id": attribute.id, "value_ids": values}
        template = self.env["product.template"].create(
            {
                "name": "Massage",
                "type": "service",
                "list_price": 50.0,
                "attribute_line_ids": [Command.create(line)],
            }
        )
        first, other = template.product_variant_ids
        self.tenant.rename_service(self.haircut, first.display_name)
        self.settings.sync_services = "import"
        self.sync()
        self.service().product_id = first
        self.sync()
        self.tenant.reprice_service(self.haircut, 80)
        self.sync()
        self.assertEqual((other.lst_price, other.name), (50.0, "Massage"))

    def test_import_keeps_what_a_person_changed(self):
        self.settings.write({"sync_services": "import", "create_products": True})
        self.sync()
        product = self.service().product_id
        product.write({"name": "Our cut", "lst_price": 80.0})
        self.tenant.reprice_service(self.haircut, 62)
        self.tenant.rename_service(self.haircut, "Cut")
        self.sync()
        self.assertEqual((product.name, product.lst_price), ("Our cut", 80.0))

    def test_a_price_that_means_nothing_is_left_alone(self):
        product = self.adopted()
        self.tenant.reprice_service(self.haircut, 0, "priceVaries")
        product.lst_price = 75.0
        _run, writes = self.written()
        self.assertEqual(writes, [])
        self.assertEqual(product.lst_price, 75.0)
        self.assertEqual(self.business.services[self.haircut]["defaultPriceType"], "priceVaries")

    def test_prices_are_those_that_bookings_shows(self):
        tax = self.env["account.tax"].create({"name": "20 %", "amount": 20.0})
        self.settings.write({"price_include_tax": True, "create_products": True})
        product = self.make_product("Massage", lst_price=100.0, taxes_id=[Command.set(tax.ids)])
        self.written()
        (made,) = self.service_of("Massage")
        self.assertEqual(float(made["defaultPrice"]), 120.0)
        self.tenant.reprice_service(made["id"], "59.90")
        _run, writes = self.written()
        self.assertEqual(writes, [])
        self.assertAlmostEqual(product.lst_price, 59.90 / 1.2, 6)
        self.assertEqual(self.written()[1], [])

    def test_a_price_that_includes_its_tax_is_the_same_on_both_sides(self):
        tax = self.env["account.tax"].create(
            {"name": "20 %", "amount": 20.0, "price_include_override": "tax_included"}
        )
        self.settings.price_include_tax = True
        product = self.make_product("Massage", lst_price=60.0, taxes_id=[Command.set(tax.ids)])
        self.written()
        (made,) = self.service_of("Massage")
        self.assertEqual(float(made["defaultPrice"]), 60.0)
        self.tenant.reprice_service(made["id"], "66")
        self.assertEqual(self.written()[1], [])
        self.assertAlmostEqual(product.lst_price, 66.0, 6)
        # Without tax in Bookings it is another number there.
        self.settings.price_include_tax = False
        product.lst_price = 72.0
        self.written()
        self.assertEqual(float(made["defaultPrice"]), 60.0)

    def test_new_products_cost_what_bookings_shows(self):
        tax = self.env["account.tax"].create({"name": "20 %", "amount": 20.0})
        template = self.env["product.template"].create(
            {"name": "Template", "type": "service", "taxes_id": [Command.set(tax.ids)]}
        )
        self.settings.write(
            {
                "price_include_tax": True,
                "create_products": True,
                "template_product_id": template.id,
                "sync_services": "import",
            }
        )
        self.tenant.reprice_service(self.haircut, "60")
        self.sync()
        self.assertAlmostEqual(self.service().product_id.lst_price, 50.0, 6)

    def test_prices_in_another_currency_are_left_alone_and_named(self):
        self.env.ref("base.JPY").active = True
        self.business.properties["defaultCurrencyIso"] = "JPY"
        product = self.adopted()
        self.tenant.reprice_service(self.haircut, 9000)
        run, writes = self.written()
        self.assertEqual(writes, [])
        self.assertIn("JPY", self.messages(run))
        self.assertIn("Haircut", self.messages(run))
        self.assertEqual(product.lst_price, 50.0)
        # Once for each change.
        self.assertEqual(self.written()[0].state, "done")
        product.lst_price = 51.0
        self.assertIn("JPY", self.messages(self.written()[0]))
        # What else changes goes over all the same, and what is new has no price.
        product.name = "Cut"
        self.make_product("Massage", lst_price=90.0)
        run, writes = self.written()
        self.assertEqual(writes, [("PATCH", "services"), ("POST", "services")])
        self.assertIn("JPY", self.messages(run))
        (made,) = self.service_of("Massage")
        self.assertEqual((made["defaultPriceType"], float(made["defaultPrice"])), ("notSet", 0.0))
        self.settings.create_products = True
        self.tenant.add_service(BUSINESS, "Sushi", price="9000")
        self.sync()
        sushi = self.env["product.product"].search([("name", "=", "Sushi")])
        self.assertEqual(sushi.lst_price, 0.0)

    def test_the_language_of_the_company_whoever_synchronises(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        product = self.adopted()
        product.with_context(lang="fr_FR").name = "Coupe"
        self.settings.user_id.lang = "fr_FR"
        self.assertEqual(self.written()[1], [])
        self.env.company.partner_id.lang = "fr_FR"
        self.assertEqual(self.written()[1], [("PATCH", "services")])
        self.assertEqual(self.business.services[self.haircut]["displayName"], "Coupe")

    def test_what_was_deleted_in_bookings_is_not_made_again(self):
        self.make_product("Massage")
        self.written()
        (made,) = self.service_of("Massage")
        self.tenant.delete_service(made["id"])
        self.assertEqual(self.written()[1], [])
        self.assertFalse(self.service_of("Massage"))

    def test_a_list_that_is_not_understood_makes_nothing(self):
        self.make_product("Massage")
        self.business.services["broken"] = self.business.services[self.haircut] | {"id": " "}
        run, writes = self.written()
        self.assertEqual((run.state, writes), ("problems", []))
