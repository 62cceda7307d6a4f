# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The languages: each is brought up to the terms, and none that is incomplete passes."""

import polib
import pytest

from ..dev.translations.merge import main
from ..dev.translations.review import MARK

TERMS = ("Payer", "ID", "%(count)s of %(total)s bookings.")
FRENCH = ("Payeur", "ID", "%(count)s réservations sur %(total)s.")
DUTCH = ("Betaler", "ID", "%(count)s van %(total)s boekingen.")


def catalogue(language, translations, terms=TERMS):
    """A file of a language, as somebody writes it."""
    made = polib.POFile()
    made.metadata = {"Language": language, "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    made.extend(
        polib.POEntry(msgid=term, msgstr=words)
        for term, words in zip(terms, translations, strict=True)
    )
    return made


class Languages:
    """What Odoo exported, and a folder with two languages of it that are complete."""

    def __init__(self, folder, capsys):
        self.capsys = capsys
        self.exported = folder / "microsoft_bookings.pot"
        self.i18n = folder / "i18n"
        self.i18n.mkdir()
        self.export(*TERMS)
        self.put("fr", FRENCH)
        self.put("nl", DUTCH)
        self.run()

    def export(self, *terms):
        catalogue("", [""] * len(terms), terms).save(str(self.exported))

    def put(self, language, translations, change=None):
        made = catalogue(language, translations)
        if change:
            change(made)
        made.save(str(self.i18n / f"{language}.po"))

    def get(self, language):
        return polib.pofile(str(self.i18n / f"{language}.po"))

    def run(self, *options):
        """What is printed, and the exit code."""
        code = main(str(self.exported), str(self.i18n), *options)
        return self.capsys.readouterr().out, code


@pytest.fixture
def languages(tmp_path, capsys):
    return Languages(tmp_path, capsys)


def test_complete_languages_pass_and_are_counted(languages):
    assert languages.run("--check") == (
        "    fr.po: 3 of 3 terms translated\n    nl.po: 3 of 3 terms translated\n",
        0,
    )


def test_what_is_the_same_says_so_and_is_left_empty(languages):
    entry = languages.get("nl").find("ID")
    assert (entry.msgstr, entry.tcomment) == ("", "idem")


def test_a_word_found_later_replaces_the_same(languages):
    later = languages.get("nl")
    later.find("ID").msgstr = "Kenmerk"
    later.save()
    languages.run()
    entry = languages.get("nl").find("ID")
    assert (entry.msgstr, entry.tcomment) == ("Kenmerk", "")


def test_a_new_term_is_missing_in_every_language(languages):
    languages.export(*TERMS, "Outcome")
    before = {path: path.read_bytes() for path in languages.i18n.iterdir()}
    told, code = languages.run("--check")
    assert code == 1
    assert {path: path.read_bytes() for path in languages.i18n.iterdir()} == before
    told, code = languages.run()
    assert code == 0
    for language in ("fr", "nl"):
        assert f"{language}.po: not translated: 'Outcome'" in told
        assert f"{language}.po: 3 of 4 terms translated" in told
        assert [entry.msgid for entry in languages.get(language)] == [*TERMS, "Outcome"]
    told, code = languages.run("--check")
    assert code == 1
    assert "is not current" not in told


def test_a_term_that_is_gone_goes_from_every_language(languages):
    languages.export(*TERMS[1:])
    languages.run()
    assert [entry.msgid for entry in languages.get("fr")] == list(TERMS[1:])
    assert languages.run("--check")[1] == 0


def test_a_file_that_was_typed_by_hand_alone_is_not_current(languages):
    languages.put("nl", DUTCH)
    told, code = languages.run("--check")
    assert code == 1
    assert "nl.po is not current" in told
    assert "fr.po is not current" not in told
    assert languages.run()[1] == 0
    assert languages.run("--check")[1] == 0


def test_one_incomplete_language_is_enough_to_fail(languages):
    languages.put("nl", ("Betaler", "ID", " "))
    languages.run()
    told, code = languages.run("--check")
    assert code == 1
    assert f"nl.po: not translated: {TERMS[2]!r}" in told
    assert "fr.po: 3 of 3 terms translated" in told


def test_a_guess_is_no_translation(languages):
    languages.put("nl", DUTCH, lambda made: made.find("Payer").flags.append("fuzzy"))
    languages.run()
    told, code = languages.run("--check")
    assert code == 1
    assert "nl.po: not translated: 'Payer'" in told


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("%(count)s van de boekingen.", "lacks %(total)s, adds nothing"),
        ("%(aantal)s van %(total)s boekingen.", "lacks %(count)s, adds %(aantal)s"),
        ("%(count)s, %(count)s van %(total)s.", "lacks nothing, adds %(count)s"),
        ("%(count)s van %(total)s, 100 %.", "a % that is no placeholder"),
        ("%(count)s van %(total)s boekingen", "full stop"),
    ],
)
def test_a_sentence_that_would_break_fails(languages, sentence, fault):
    languages.put("nl", (*DUTCH[:2], sentence))
    languages.run()
    told, code = languages.run("--check")
    assert code == 1
    assert f"nl.po: {TERMS[2]!r}: " in told
    assert fault in told


def test_plural_forms_which_odoo_does_not_read_fail(languages):
    def pluralise(made):
        entry = made.find("Payer")
        entry.msgid_plural, entry.msgstr_plural = "Payers", {0: "Betaler", 1: "Betalers"}

    languages.put("nl", DUTCH, pluralise)
    languages.run()
    told, code = languages.run("--check")
    assert code == 1
    assert "nl.po: 'Payer': Odoo reads no plural forms" in told


@pytest.mark.parametrize("member", ["Language", "Plural-Forms"])
def test_a_header_of_another_language_fails(languages, member):
    languages.put("nl", DUTCH, lambda made: made.metadata.update({member: "fr"}))
    languages.run()
    told, code = languages.run("--check")
    assert code == 1
    assert member in told


def test_what_has_to_stay_is_recognised():
    text = '%(a)s %s {{ object.name }} {service} <i class="fa fa-check"/> <b>x</b> 5 % de'
    assert MARK.findall(text) == [
        "%(a)s",
        "%s",
        "{{ object.name }}",
        "{service}",
        '<i class="fa fa-check"/>',
        "<b>",
        "</b>",
    ]
