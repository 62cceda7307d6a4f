# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs inside Odoo's Python: makes the files of ``i18n/`` out of what Odoo exported.

Everything but the terms is left out of the template, above all dates and Odoo's exact version, so
that unchanged terms make an unchanged file, on whichever machine and day it is made.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polib

from .review import SAME, complaints, languages, translation, untranslated

HEADER = "Terms of microsoft_bookings, exported by Odoo (make pot)."
METADATA = {
    "Project-Id-Version": "microsoft_bookings 19.0",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}


def main(exported: str, i18n: str, *options: str) -> int:
    """Write the template and every language, or with ``--check`` only compare them.

    What is not translated, or not rightly, is listed either way, and counted per language.

    :param exported: the file that Odoo wrote
    :param i18n: the folder of the template and of ``<language>.po``
    :return: with ``--check`` 1 when a file is not current, not complete or not right, else 0
    """
    check = "--check" in options
    terms = polib.pofile(exported)
    folder = Path(i18n)
    template = polib.POFile()
    template.header, template.metadata = HEADER, METADATA
    template.extend(_entry(term) for term in terms)
    faults = _store(folder / Path(exported).name, template, check)
    for path in languages(folder):
        faults += _language(path, terms, check)
    return 1 if check and faults else 0


def _language(path: Path, terms: polib.POFile, check: bool) -> int:
    """Bring one language up to the terms and print what it lacks; how much there is to say."""
    former = polib.pofile(str(path))
    known = {entry.msgid: entry for entry in former if not entry.obsolete}
    merged = polib.POFile()
    merged.header, merged.metadata = former.header, former.metadata
    merged.extend(_entry(term, known.get(term.msgid)) for term in terms)
    stale = _store(path, merged, check)
    left = untranslated(merged)
    wrong = list(complaints(merged, path.stem))
    for term in left:
        print(f"{path.name}: not translated: {term!r}")
    for complaint in wrong:
        print(f"{path.name}: {complaint}")
    print(f"    {path.name}: {len(merged) - len(left)} of {len(merged)} terms translated")
    return stale + len(left) + len(wrong)


def _entry(term: polib.POEntry, former: polib.POEntry | None = None) -> polib.POEntry:
    """A term as Odoo wants to read it, its comments saying where it is used.

    :param former: what a language has of the term, if it knows it
    """
    entry = polib.POEntry(
        msgid=term.msgid,
        comment=term.comment,
        occurrences=term.occurrences,
        flags=list(term.flags),
    )
    if former is None:
        return entry
    if translation(former) == term.msgid:
        entry.tcomment = SAME
    else:
        entry.msgstr = translation(former)
        entry.tcomment = "" if former.tcomment == SAME else former.tcomment
    # Kept, so that neither a guess nor a form that Odoo does not read is taken for a translation.
    entry.msgid_plural, entry.msgstr_plural = former.msgid_plural, former.msgstr_plural
    entry.flags += ["fuzzy"] if former.fuzzy else []
    return entry


def _store(path: Path, content: polib.POFile, check: bool) -> int:
    """Write a file, if it differs; with ``check`` say so instead and return 1."""
    text = str(content)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return 0
    if check:
        print(f"{path.name} is not current: make pot, then translate what is new")
        return 1
    path.write_text(text, encoding="utf-8")
    print(f"    {path.name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
