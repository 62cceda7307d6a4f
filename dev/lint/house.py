# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What no linter of others knows: this house's own rules, and XML that can be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

LICENSE = "# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl)."
LONGEST_FILE = 400
# A copyright line may stand above the licence.
HEADER_LINES = 3
# Tests of the parts without Odoo are pytest's alone; Odoo's runner need not have pytest.
WITHOUT_ODOO = re.compile(r"test_(billing_|dev_|graph_|sandbox_|house)")


def findings(root: Path, files: Iterable[Path]) -> Iterator[str]:
    """Each offence as ``file:line: what is wrong``.

    :param root: the repository's folder, from which names are given
    :param files: what to look at
    """
    for path in files:
        check = {".py": _python, ".xml": _xml}.get(path.suffix)
        if check:
            for line, text in check(path):
                yield f"{path.relative_to(root)}:{line}: {text}"
    yield from _forgotten_tests(root / "tests")


def _forgotten_tests(tests: Path) -> Iterator[str]:
    """Test files that Odoo's own runner would never see."""
    init = (tests / "__init__.py").read_text(encoding="utf-8")
    for path in sorted(tests.glob("test_*.py")):
        known = re.search(rf"\b{path.stem}\b", init)
        if bool(known) == bool(WITHOUT_ODOO.match(path.name)):
            verb = "must not be" if known else "is not"
            yield f"tests/__init__.py:1: {path.name} {verb} imported"


def _python(path: Path) -> Iterator[tuple[int, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    if lines and LICENSE not in lines[:HEADER_LINES]:
        yield 1, "the licence line is missing"
    if len(lines) > LONGEST_FILE:
        yield len(lines), f"more than {LONGEST_FILE} lines: one idea to a file"


def _xml(path: Path) -> Iterator[tuple[int, str]]:
    try:
        ElementTree.parse(path)
    except ElementTree.ParseError as error:
        yield error.position[0], f"not well-formed: {error}"
