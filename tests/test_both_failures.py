# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What cannot be brought together with Bookings: told once, kept, tried again for a reason, cleared when it works."""

from odoo.tests import tagged

from .both_ways_common import BothWaysCommon


@tagged("post_install", "-at_install")
class TestBothFailures(BothWaysCommon):
    def setUp(self):
        super().setUp()
        self.settings.failure_limit = 3

    def failure(self):
        return self.settings.failure_ids

    def refused(self):
        """A contact that Bookings refuses from now on."""
        self.fault("400", method="POST", path="/customers$")
        return self.contact("Carla", "carla@example.com")

    def tries(self):
        """Synchronise: the state of the run, and how many writes it tried."""
        run, writes = self.written()
        return run.state, len(writes)

    def test_what_is_refused_is_told_once_and_given_up(self):
        carla = self.refused()
        run, writes = self.written()
        self.assertEqual((run.state, len(writes)), ("problems", 1))
        self.assertEqual(self.settings.unreadable_count, 1)
        failure = self.failure()
        self.assertEqual((failure.model, failure.res_id), ("res.partner", carla.id))
        self.assertEqual(failure.message, run.problem_ids.message)
        self.assertIn("Carla", failure.message)
        self.assertTrue(failure.request_id)
        self.assertEqual(failure.action_open_record()["res_id"], carla.id)
        self.assertEqual(
            [self.tries() for _run in range(3)], [("done", 1), ("done", 1), ("done", 0)]
        )
        self.assertEqual((failure.attempts, failure.given_up), (3, True))

    def test_it_is_tried_and_told_again_when_it_changes(self):
        carla = self.refused()
        for _run in range(4):
            self.written()
        carla.phone = "1"
        self.assertEqual(self.tries(), ("problems", 1))
        self.assertEqual((self.failure().attempts, self.failure().given_up), (1, False))
        self.heal()
        self.assertEqual(self.tries(), ("done", 1))
        self.assertFalse(self.failure())
        self.assertEqual(len(self.in_bookings("carla@example.com")), 1)

    def test_it_is_tried_and_told_again_when_somebody_asks_for_it(self):
        self.refused()
        runs = [self.written()[0] for _run in range(4)]
        self.failure().action_retry()
        self.assertEqual(self.tries(), ("problems", 1))
        for _run in range(3):
            self.written()
        self.heal()
        self.assertEqual(self.tries(), ("done", 0))
        runs[0].problem_ids.action_retry()
        self.assertEqual(self.tries(), ("done", 1))
        self.assertFalse(self.failure())

    def test_a_full_synchronisation_tries_everything(self):
        self.refused()
        for _run in range(4):
            self.written()
        self.heal()
        _run, writes = self.written(full=True)
        self.assertEqual(len(writes), 1)
        self.assertFalse(self.failure())

    def test_a_change_that_is_refused(self):
        self.contact("Ana Müller", "ana@example.com", phone="1")
        self.fault("400", method="PATCH", path="/customers/")
        tries = [self.tries() for _run in range(4)]
        self.assertEqual(tries, [("problems", 1), ("done", 1), ("done", 1), ("done", 0)])
        # It came to agree in another way.
        self.tenant.change_customer(self.ana, phones=[{"number": "1", "type": "home"}])
        self.assertEqual(self.tries(), ("done", 0))
        self.assertFalse(self.failure())

    def test_what_nobody_knows_whether_it_was_carried_out_is_never_given_up(self):
        self.contact("Carla", "carla@example.com")
        self.fault("504", method="POST", path="/customers$")
        tries = [self.tries() for _run in range(5)]
        self.assertEqual(tries, [("problems", 1)] + [("done", 1)] * 4)
        self.heal()
        self.assertEqual(self.tries(), ("done", 1))
        self.assertFalse(self.failure())

    def test_who_no_longer_takes_part_is_forgotten(self):
        carla = self.refused()
        self.written()
        carla.ref = False
        self.assertEqual(self.tries(), ("done", 0))
        self.assertFalse(self.failure())
        carla.ref = "bookings"
        self.written()
        self.settings.sync_customers = "import"
        self.assertEqual(self.tries(), ("done", 0))
        self.assertFalse(self.failure())

    def test_what_is_in_the_way_is_told_once_and_costs_nothing(self):
        mother = self.contact("Mother", "home@example.com")
        self.contact("Child", "home@example.com")
        self.assertEqual(self.tries(), ("problems", 0))
        failure = self.failure()
        before = failure.read()
        for _run in range(4):
            self.assertEqual(self.tries(), ("done", 0))
        self.assertEqual(failure.read(), before)
        # Somebody else has the address now: that is news.
        self.contact("Grandmother", "home@example.com")
        self.assertEqual(self.tries(), ("problems", 0))
        self.assertIn("Grandmother", self.failure().message)
        self.env["res.partner"].search(
            [("email", "=", "home@example.com"), ("id", "!=", mother.id)]
        ).active = False
        self.assertEqual(self.tries(), ("done", 1))
        self.assertFalse(self.failure())

    def test_an_address_that_another_customer_has(self):
        ana = self.contact("Ana Müller", "ana@example.com")
        self.contact("Bob", "bob@example.com")
        self.written()
        ana.write({"email": "bob@example.com", "phone": "1"})
        run, writes = self.written()
        self.assertEqual((run.state, len(writes)), ("problems", 1))
        self.assertIn("bob@example.com", self.messages(run))
        self.assertEqual(self.business.customers[self.ana]["phones"][0]["number"], "1")
        self.assertEqual(self.tries(), ("done", 0))
        ana.email = "ana@example.org"
        self.assertEqual(self.tries(), ("done", 1))
        self.assertFalse(self.failure())

    def test_products_that_wait_for_somebody_to_confirm_them(self):
        product = self.make_product("haircut")
        run, _writes = self.written()
        self.assertIn("haircut", self.messages(run))
        self.assertEqual(self.tries(), ("done", 0))
        self.make_product("lesson")
        run, _writes = self.written()
        self.assertIn("lesson", self.messages(run))
        self.assertNotIn("haircut", self.messages(run))
        self.assertEqual(len(self.failure()), 2)
        service = self.env["microsoft.booking.service"].search([("graph_id", "=", self.haircut)])
        service.product_id = product
        self.written()
        self.assertEqual(
            self.failure().res_id, self.env["product.product"].search([("name", "=", "lesson")]).id
        )

    def test_a_product_that_is_refused(self):
        self.make_product("Massage")
        self.fault("400", method="POST", path="/services$")
        tries = [self.tries() for _run in range(4)]
        self.assertEqual(tries, [("problems", 1), ("done", 1), ("done", 1), ("done", 0)])
        self.heal()
        self.failure().action_retry()
        self.assertEqual(self.tries(), ("done", 1))
        self.assertFalse(self.failure())

    def test_what_odoo_refuses_to_take_over_is_told_once(self):
        ana = self.contact("Ana Müller", "ana@example.com", phone="1")
        self.written()
        self.env.cr.execute(
            "ALTER TABLE res_partner ADD CONSTRAINT booking_no_seven CHECK (phone <> '7')"
        )
        self.tenant.change_customer(self.ana, phones=[{"number": "7", "type": "home"}])
        run, _writes = self.written()
        self.assertEqual(run.state, "problems")
        self.assertIn("could not take over", self.messages(run))
        self.assertEqual(
            self.failure().action_open_record()["res_model"], "microsoft.booking.customer"
        )
        self.assertEqual(self.tries(), ("done", 0))
        self.tenant.change_customer(self.ana, phones=[{"number": "8", "type": "home"}])
        self.assertEqual(self.tries(), ("done", 0))
        self.assertEqual(ana.phone, "8")
        self.assertFalse(self.failure())

    def test_uninvoiced_bookings_know_of_no_doubt_about_appointments(self):
        self.refused()
        self.written()
        answer = self.env["microsoft.booking"].get_emptiness()
        self.assertNotEqual(answer["reason"], "unreadable")
