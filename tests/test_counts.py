# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One booking is not several: what is counted is told rightly, in every language."""

from odoo.tests import tagged

from ..models.booking_counts import say_bookings, say_drafts, say_invoiced
from .common import BookingCommon

ONE_AND_TWO = {
    "en_US": ("1 draft invoice from 1 booking", "2 draft invoices from 2 bookings"),
    "fr_FR": (
        "1 facture brouillon pour 1 réservation",
        "2 factures brouillon pour 2 réservations",
    ),
    "de_DE": ("1 Rechnungsentwurf aus 1 Buchung", "2 Rechnungsentwürfe aus 2 Buchungen"),
    "it_IT": (
        "1 fattura in bozza da 1 prenotazione",
        "2 fatture in bozza da 2 prenotazioni",
    ),
    "nl_NL": ("1 conceptfactuur van 1 reservering", "2 conceptfacturen van 2 reserveringen"),
    "es_ES": ("1 borrador de factura de 1 reserva", "2 borradores de factura de 2 reservas"),
}


@tagged("post_install", "-at_install")
class TestCounts(BookingCommon):
    def test_one_and_several_in_every_language(self):
        for code, sentences in ONE_AND_TWO.items():
            self.speak(code)
            env = self.env(context={"lang": code})
            for count, sentence in enumerate(sentences, start=1):
                with self.subTest(code, count=count):
                    self.assertTrue(
                        say_invoiced(env, count, count, 0).startswith(sentence),
                        say_invoiced(env, count, count, 0),
                    )
                    self.assertIn(say_bookings(env, count), sentence)
                    self.assertIn(say_drafts(env, count), sentence)

    def test_an_undone_run_tells_what_it_did(self):
        self.book(days=1)
        self.book(self.lesson, days=2)
        self.sync()
        result = self.bookings()._create_invoices()
        told = result["runs"].action_undo()["params"]["message"]
        self.assertEqual(told, "1 draft invoice deleted; 2 bookings listed again.")
        self.assertEqual(set(self.bookings().mapped("billing_state")), {"to_invoice"})

    def test_the_note_on_a_draft_of_one(self):
        graph_id = self.book()
        self.sync()
        move = self.bookings(graph_id)._create_invoices()["invoices"]
        self.assertIn("Draft made of 1 booking (", move.message_ids[:1].body)
