# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is wrong with a language: terms left out, placeholders lost, forms that Odoo does not read.

The same questions are asked by ``translations --check``, by ``make pot`` and by the house's tests.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib

# Says in a translator's comment that a term is the same in this language. Odoo and the OCA leave
# the translation of such a term empty, which alone would look as if it were forgotten.
SAME = "idem"
# What a translation takes over unchanged: names of values, expressions of templates, tags.
MARK = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\{.*?\}\}|\{\w+\}|</?\w+[^>]*>")
NAMED = re.compile(r"%\((\w+)\)[a-z]")


def languages(i18n: Path) -> list[Path]:
    """The catalogues of a folder ``i18n``, one per language, by name."""
    return sorted(i18n.glob("*.po"))


def translation(entry: polib.POEntry) -> str:
    """What a language says for a term; empty when it has no translation of it."""
    if entry.msgstr.strip():
        return entry.msgstr
    return entry.msgid if entry.tcomment == SAME else ""


def untranslated(catalogue: polib.POFile) -> list[str]:
    """The terms of a catalogue that have no translation, or one that a program guessed."""
    return [
        entry.msgid
        for entry in catalogue
        if not entry.obsolete and (entry.fuzzy or not translation(entry))
    ]


def complaints(catalogue: polib.POFile, language: str) -> Iterator[str]:
    """Say what else is wrong with a catalogue, term by term.

    :param catalogue: what the language has of the terms
    :param language: its code, which is the name of its file: ``fr``, ``es_419``
    :return: a line for every fault
    """
    if catalogue.metadata.get("Language") != language:
        yield f"the header's Language is not {language}"
    if not re.fullmatch(r"nplurals=\d+; plural=.+;", catalogue.metadata.get("Plural-Forms", "")):
        yield "the header says no Plural-Forms"
    for entry in catalogue:
        if entry.obsolete:
            continue
        for fault in _faults(entry):
            yield f"{entry.msgid!r}: {fault}"


def _faults(entry: polib.POEntry) -> Iterator[str]:
    """What is wrong with the translation of one term; nothing of one that has none."""
    if entry.msgid_plural or entry.msgstr_plural:
        # Odoo reads msgstr alone, so that every one of the forms would be lost.
        yield "Odoo reads no plural forms"
    words = translation(entry)
    if not words:
        return
    wanted, found = Counter(MARK.findall(entry.msgid)), Counter(MARK.findall(words))
    if wanted != found:
        lost, added = (wanted - found).elements(), (found - wanted).elements()
        yield f"lacks {', '.join(lost) or 'nothing'}, adds {', '.join(added) or 'nothing'}"
    elif not _formats(words):
        yield "a % that is no placeholder has to be doubled"
    if entry.msgid.endswith(".") != words.endswith("."):
        yield "only one of the two ends with a full stop"


def _formats(words: str) -> bool:
    """Whether Odoo can put values into a sentence, if it names any."""
    names = NAMED.findall(words)
    if not names:
        return True
    try:
        return bool(words % dict.fromkeys(names, 0))
    except (TypeError, ValueError):
        return False
