# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contacts and the customers of Bookings, both ways: once, never twice, and nobody takes away what the other knows."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .both_ways_common import BothWaysCommon
from .common import BUSINESS


@tagged("post_install", "-at_install")
class TestBothCustomers(BothWaysCommon):
    # === FROM ODOO === #

    def test_a_contact_is_made_in_bookings_once(self):
        self.contact(
            "Carla Weiß",
            "Carla@Example.com",
            phone="+41 79 111 22 33",
            street="Gasse 1",
            street2="Hof",
            zip="3000",
            city="Bern",
            country_id=self.env.ref("base.ch").id,
        )
        run, writes = self.written()
        self.assertEqual(writes, [("POST", "customers")])
        self.assertEqual(run.state, "done", self.messages(run))
        self.assertEqual(run.sent_count, 1)
        (made,) = self.in_bookings("carla@example.com")
        self.assertEqual(made["displayName"], "Carla Weiß")
        self.assertEqual([phone["number"] for phone in made["phones"]], ["+41 79 111 22 33"])
        (address,) = made["addresses"]
        self.assertEqual(
            (address["street"], address["postalCode"], address["city"], address["countryOrRegion"]),
            ("Gasse 1\nHof", "3000", "Bern", "Switzerland"),
        )
        customer = self.customers(graph_id=made["id"])
        self.assertEqual(customer.partner_id.name, "Carla Weiß")
        self.assertFalse(customer.is_chosen)
        for _again in range(2):
            run, writes = self.written()
            self.assertEqual((run.state, writes, run.sent_count), ("done", [], 0))

    def test_who_takes_part(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.contact("A company", "company@example.com", is_company=True)
        self.contact("Outside", "outside@example.com", ref="elsewhere")
        self.contact("Theirs", "theirs@example.com", company_id=other.id)
        self.contact("Archived", "archived@example.com", active=False)
        self.contact("No address", False)
        self.contact("Delivery", "delivery@example.com", type="delivery")
        self.contact("Ours", "ours@example.com", company_id=self.env.company.id)
        self.contact("Shared", "shared@example.com", company_id=False)
        _run, writes = self.written()
        self.assertEqual(len(writes), 2)
        self.assertTrue(self.in_bookings("ours@example.com"))
        self.assertTrue(self.in_bookings("shared@example.com"))
        # A wider filter is heard by the next run, a narrower one takes nothing away.
        self.settings.customer_filter = "[('ref', 'in', ('bookings', 'elsewhere'))]"
        _run, writes = self.written()
        self.assertEqual(len(writes), 1)
        self.settings.customer_filter = "[('ref', '=', 'nobody')]"
        self.assertEqual(self.written()[1], [])
        self.assertTrue(self.in_bookings("outside@example.com"))

    def test_import_and_no_write_nothing(self):
        self.contact("Carla", "carla@example.com", phone="1")
        ana = self.contact("Ana", "ana@example.com", phone="2")
        for direction in ("import", "no"):
            self.settings.sync_customers = direction
            self.assertEqual(self.written()[1], [])
            ana.phone = "3"
            self.assertEqual(self.written()[1], [])
        self.assertEqual(self.business.customers[self.ana]["phones"], [])

    def test_only_what_changed_is_sent_and_nothing_else_is_lost(self):
        self.tenant.change_customer(
            self.ana,
            phones=[
                {"number": "111", "type": "mobile"},
                {"number": "222", "type": "business"},
            ],
            addresses=[
                {"street": "Rue 1", "city": "Nyon", "postalCode": "1260", "state": None}
                | {"countryOrRegion": "CH"}
            ],
        )
        ana = self.contact("Ana Müller", "ana@example.com")
        run, writes = self.written()
        # Odoo had neither: it takes over what Bookings knows, and sends nothing.
        self.assertEqual(writes, [])
        self.assertEqual(
            (ana.phone, ana.street, ana.zip, ana.city), ("111", "Rue 1", "1260", "Nyon")
        )
        self.assertEqual(ana.country_id.code, "CH")
        told = ana.message_ids[:1].body
        self.assertIn("Microsoft Bookings", told)
        self.assertNotIn("False", told, "what was empty is told as such")
        ana.phone = "333"
        run, writes = self.written()
        self.assertEqual(writes, [("PATCH", "customers")])
        self.assertEqual(run.state, "done")
        record = self.business.customers[self.ana]
        self.assertEqual(
            [(phone["number"], phone["type"]) for phone in record["phones"]],
            [("333", "mobile"), ("222", "business")],
        )
        self.assertEqual(record["addresses"][0]["city"], "Nyon")
        self.assertEqual(self.customers(graph_id=self.ana).phone, "333")
        self.assertEqual(self.written()[1], [])
        # What was emptied in Odoo is emptied there, as long as nobody changed it there.
        ana.phone = False
        self.written()
        self.assertEqual([phone["number"] for phone in record["phones"]], ["222"])

    def test_odoo_wins_conflicts(self):
        ana = self.contact("Ana Müller", "ana@example.com", phone="1")
        self.written()
        self.assertEqual(self.business.customers[self.ana]["phones"][0]["number"], "1")
        self.tenant.change_customer(self.ana, phones=[{"number": "2", "type": "home"}])
        ana.phone = "3"
        self.written()
        self.assertEqual(self.business.customers[self.ana]["phones"][0]["number"], "3")
        self.assertEqual(ana.phone, "3")

    def test_a_new_address_of_the_contact_is_sent_unless_another_customer_has_it(self):
        ana = self.contact("Ana Müller", "ana@example.com")
        self.contact("Bob", "bob@example.com")
        self.written()
        ana.email = "ana.new@example.com"
        self.written()
        self.assertEqual(self.business.customers[self.ana]["emailAddress"], "ana.new@example.com")
        self.assertEqual(self.customers(graph_id=self.ana).partner_id, ana)
        ana.write({"email": "bob@example.com", "phone": "9"})
        run, writes = self.written()
        self.assertEqual(writes, [("PATCH", "customers")])
        self.assertEqual(self.business.customers[self.ana]["emailAddress"], "ana.new@example.com")
        self.assertEqual(self.business.customers[self.ana]["phones"][0]["number"], "9")
        self.assertIn("bob@example.com", self.messages(run))

    # === FROM BOOKINGS === #

    def test_what_bookings_alone_changed_is_taken_over(self):
        ana = self.contact("Ana Müller", "ana@example.com", phone="1")
        self.written()
        self.tenant.change_customer(
            self.ana, displayName="Ana Keller", phones=[{"number": "2", "type": "home"}]
        )
        run, writes = self.written()
        self.assertEqual((run.state, writes), ("done", []))
        self.assertEqual((ana.name, ana.phone), ("Ana Keller", "2"))
        # Invoices went to this name: nobody changes it from outside.
        self.init_invoice("out_invoice", partner=ana, amounts=[10.0], post=True)
        self.tenant.change_customer(
            self.ana, displayName="Somebody Else", phones=[{"number": "3", "type": "home"}]
        )
        _run, writes = self.written()
        self.assertEqual((ana.name, ana.phone, writes), ("Ana Keller", "3", []))

    def test_import_fills_what_is_missing_and_overwrites_nothing(self):
        self.settings.sync_customers = "import"
        phones = [{"number": "2", "type": "home"}]
        self.tenant.change_customer(self.ana, phones=phones)
        self.tenant.change_customer(self.bob, phones=phones, displayName="Robert")
        ana = self.contact("Ana", "ana@example.com")
        bob = self.contact("Bob", "bob@example.com", phone="1")
        self.sync()
        self.assertEqual((ana.name, ana.phone), ("Ana", "2"))
        self.assertEqual((bob.name, bob.phone), ("Bob", "1"))
        # Emptied on purpose, it is not filled again until Bookings says something new.
        ana.phone = False
        self.sync()
        self.assertFalse(ana.phone)
        self.tenant.change_customer(self.ana, phones=[{"number": "5", "type": "home"}])
        self.sync()
        self.assertEqual(ana.phone, "5")

    def test_a_country_that_odoo_does_not_know_is_told_once(self):
        address = {"street": "Weg 1", "city": "X", "postalCode": "1", "state": None}
        self.tenant.change_customer(self.ana, addresses=[address | {"countryOrRegion": "Narnia"}])
        ana = self.contact("Ana Müller", "ana@example.com")
        run, writes = self.written()
        self.assertIn("Narnia", self.messages(run))
        self.assertFalse(ana.street)
        run, again = self.written()
        self.assertEqual((run.state, writes, again), ("done", [], []))

    def test_an_employee_keeps_the_address_of_the_company(self):
        acme = self.env["res.partner"].create(
            {"name": "ACME", "is_company": True, "street": "Platz 1", "city": "Bern"}
        )
        ana = self.contact("Ana Müller", "ana@example.com", parent_id=acme.id)
        self.written()
        address = {"street": "Home 2", "city": "Thun", "postalCode": "1", "state": None}
        self.tenant.change_customer(self.ana, addresses=[address | {"countryOrRegion": None}])
        self.written()
        self.assertEqual((acme.street, ana.street), ("Platz 1", "Platz 1"))

    def test_new_contacts_bring_their_address_along(self):
        self.settings.write({"create_contacts": True, "sync_customers": "import"})
        address = {"street": "Weg 1\nHaus B", "city": "Sion", "postalCode": "1950", "state": "VS"}
        self.tenant.change_customer(self.ana, addresses=[address | {"countryOrRegion": "Suisse"}])
        self.sync()
        ana = self.customers(graph_id=self.ana).partner_id
        self.assertEqual((ana.street, ana.street2, ana.zip), ("Weg 1", "Haus B", "1950"))
        self.assertEqual((ana.state_id.code, ana.country_id.code), ("VS", "CH"))

    # === THE SAME PERSON, TWICE === #

    def test_two_customers_of_one_person_have_one_contact(self):
        twin = self.tenant.add_customer(BUSINESS, "Ana Müller", email="ANA@example.com")
        ana = self.contact("Ana Müller", "ana@example.com", phone="1")
        self.written()
        self.assertEqual(self.customers(partner_id=ana.id).mapped("graph_id").__len__(), 2)
        numbers = [self.business.customers[key]["phones"][0]["number"] for key in (self.ana, twin)]
        self.assertEqual(numbers, ["1", "1"])
        # A change of one of them reaches the contact, and by it the other, in one run.
        self.tenant.change_customer(twin, phones=[{"number": "7", "type": "home"}])
        self.written()
        self.assertEqual(ana.phone, "7")
        self.assertEqual(self.business.customers[self.ana]["phones"][0]["number"], "7")
        self.assertEqual(self.written()[1], [])

    def test_nobody_is_guessed_between_contacts_of_one_address(self):
        self.contact("Mother", "home@example.com")
        self.contact("Child", "home@example.com")
        run, writes = self.written()
        self.assertEqual(writes, [])
        self.assertIn("home@example.com", self.messages(run))
        self.assertEqual(len(run.problem_ids), 1)

    def test_a_link_by_hand_to_another_address_is_for_invoicing_alone(self):
        mother = self.contact("Mother", "mother@example.com", phone="1")
        self.sync()
        self.customers(graph_id=self.bob).partner_id = mother
        self.tenant.change_customer(self.bob, phones=[{"number": "2", "type": "home"}])
        self.written()
        bob = self.business.customers[self.bob]
        self.assertEqual((bob["displayName"], bob["phones"][0]["number"]), ("Bob", "2"))
        self.assertEqual(mother.phone, "1")

    # === WHAT GOES WRONG === #

    def test_a_creation_whose_answer_got_lost_is_not_repeated(self):
        for kind in ("504", "cut", "cut_body"):
            with self.subTest(kind):
                email = f"{kind}@example.com"
                contact = self.contact(kind, email)
                self.fault(kind, method="POST", path="/customers$", carried_out=True)
                run, writes = self.written()
                self.assertEqual(writes, [("POST", "customers")])
                self.assertEqual(run.state, "problems")
                self.assertIn(kind, self.messages(run))
                self.heal()
                run, writes = self.written()
                self.assertEqual((run.state, writes), ("done", []))
                self.assertEqual(len(self.in_bookings(email)), 1)
                self.assertEqual(self.customers(partner_id=contact.id).email, email)

    def test_a_change_whose_answer_got_lost_is_not_repeated(self):
        ana = self.contact("Ana Müller", "ana@example.com")
        self.written()
        ana.phone = "1"
        self.fault("504", method="PATCH", path="/customers/", carried_out=True)
        run, _writes = self.written()
        self.assertEqual(run.state, "problems")
        self.heal()
        self.assertEqual(self.written()[1], [])
        self.assertEqual(self.business.customers[self.ana]["phones"][0]["number"], "1")

    def test_what_was_certainly_not_carried_out_is_tried_again(self):
        self.contact("Carla", "carla@example.com")
        self.fault("429", method="POST", path="/customers$", times=1)
        run, writes = self.written()
        self.assertEqual((run.state, len(writes)), ("done", 2))
        self.assertEqual(len(self.in_bookings("carla@example.com")), 1)

    def test_one_that_is_refused_does_not_hold_up_the_others(self):
        for number in range(4):
            self.contact(f"Contact {number}", f"c{number}@example.com")
        self.fault("400", method="POST", path="/customers$", nth=2)
        self.book()
        run, writes = self.written()
        self.assertEqual(len(writes), 4)
        (problem,) = run.problem_ids
        self.assertIn("Contact 1", problem.message)
        self.assertTrue(problem.request_id)
        self.assertTrue(self.bookings())
        self.heal()
        run, writes = self.written()
        self.assertEqual((run.state, len(writes)), ("done", 1))
        self.assertEqual(self.business.customers.keys().__len__(), 6)

    def test_nothing_more_is_written_when_nobody_answers(self):
        for number in range(6):
            self.contact(f"Contact {number}", f"c{number}@example.com")
        self.fault("504", method="POST", path="/customers$")
        self.book()
        run, writes = self.written()
        self.assertEqual(len(writes), 3)
        self.assertEqual(run.state, "problems")
        self.assertTrue(self.bookings())

    def test_a_missing_permission_is_named_and_bookings_come_all_the_same(self):
        self.contact("Carla", "carla@example.com")
        self.contact("Dora", "dora@example.com")
        self.make_product("Massage")
        self.tenant.roles = {"Bookings.Read.All"}
        self.book()
        run, writes = self.written()
        self.assertEqual(run.state, "problems")
        # Once each: what is refused to the application is refused for every record.
        self.assertEqual(writes, [("POST", "services"), ("POST", "customers")])
        messages = run.problem_ids.mapped("message")
        self.assertTrue(any("BookingsAppointment.ReadWrite.All" in text for text in messages))
        self.assertTrue(any("Bookings.ReadWrite.All" in text for text in messages))
        self.assertTrue(self.bookings())
        self.settings.action_test_connection()
        self.assertIn("Bookings.ReadWrite.All", self.settings.last_problem)

    def test_a_shortened_list_makes_nobody_twice(self):
        contacts = [self.contact(f"C {n}", f"c{n}@example.com") for n in range(4)]
        self.written()
        number = len(self.business.customers)
        contacts[1].phone = "1"
        self.fault("empty_list", path="/customers$")
        self.written()
        self.assertEqual(len(self.business.customers), number)
        (record,) = self.in_bookings("c1@example.com")
        self.assertEqual(record["phones"][0]["number"], "1")

    def test_a_list_that_is_not_understood_makes_nobody(self):
        self.contact("Carla", "carla@example.com")
        self.business.customers["broken"] = self.business.customers[self.ana] | {"id": " "}
        run, writes = self.written()
        self.assertEqual((run.state, writes), ("problems", []))
        del self.business.customers["broken"]
        self.assertEqual(self.written()[1], [("POST", "customers")])

    def test_what_was_deleted_in_bookings_stays_deleted_until_the_contact_changes(self):
        carla = self.contact("Carla", "carla@example.com")
        self.written()
        (made,) = self.in_bookings("carla@example.com")
        self.tenant.delete_customer(made["id"])
        self.assertEqual(self.written()[1], [])
        carla.phone = "1"
        self.assertEqual(self.written()[1], [("POST", "customers")])
        self.assertEqual(self.written()[1], [])
        # Nothing is deleted there either.
        carla.unlink()
        self.assertEqual(self.written()[1], [])
        self.assertEqual(len(self.in_bookings("carla@example.com")), 1)

    def test_a_contact_that_odoo_refuses_does_not_hold_up_the_others(self):
        ana = self.contact("Ana Müller", "ana@example.com", phone="1")
        bob = self.contact("Bob", "bob@example.com", phone="1")
        self.written()
        self.env.cr.execute(
            "ALTER TABLE res_partner ADD CONSTRAINT only_short CHECK (length(phone) < 5) NOT VALID"
        )
        self.tenant.change_customer(self.ana, phones=[{"number": "123456789", "type": "home"}])
        self.tenant.change_customer(self.bob, phones=[{"number": "22", "type": "home"}])
        with self.assertLogs("odoo.sql_db", "ERROR"):
            run, _writes = self.written()
        self.assertIn("Ana Müller", self.messages(run))
        self.assertEqual((ana.phone, bob.phone), ("1", "22"))

    def test_a_filter_that_is_none_is_refused(self):
        for text in ("customer", "[('nothing', '=', 1)]", "[1, 2", "[('ref', 'sounds like', 1)]"):
            with self.subTest(text), self.assertRaises(ValidationError):
                self.settings.customer_filter = text
