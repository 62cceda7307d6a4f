# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The house's own rules: which way the arrows point, and that words and documents keep up with the code.

Everything is read from the files, so that these tests need no Odoo.
"""

import ast
import io
import re
import subprocess
import sys
import unittest
from pathlib import Path

import polib
from docutils.core import publish_doctree

from ..billing.pricing import REASONS
from ..dev.screenshots.pictures import PICTURES
from ..dev.translations.review import complaints, languages, translation, untranslated
from ..graph.errors import ALL_CODES, ERROR_CODES
from ..graph.permissions import OPERATIONS

ROOT = Path(__file__).resolve().parents[1]
MODULE = "microsoft_bookings"
LICENSE = "# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl)."
# What stands below Odoo: each may import nothing of it, and nothing of the others of ours.
GROUND = ("billing", "graph", "sandbox")
# Tests that need no Odoo, and so are not loaded by Odoo's own runner.
NO_ODOO = ("test_billing_", "test_dev_", "test_graph_", "test_sandbox_", "test_house")
# What one thing is called, in the order of the design, in every language that there is.
TRADE_TERMS = (
    "Booking Sync Settings",
    "Uninvoiced Bookings",
    "Payer",
    "Draft Invoices",
    "To check",
    "Service",
    "Outcome",
)
TRADE = {
    "de": (
        "Bookings-Sync-Einstellungen",
        "Nicht abgerechnete Buchungen",
        "Rechnungsempfänger",
        "Rechnungsentwürfe",
        "Zu prüfen",
        "Dienstleistung",
        "Ergebnis",
    ),
    "es": (
        "Ajustes de sincronización de reservas",
        "Reservas sin facturar",
        "Pagador",
        "Borradores de factura",
        "Para revisar",
        "Servicio",
        "Resultado",
    ),
    "fr": (
        "Paramètres synch. réservations",
        "Réservations non facturées",
        "Payeur",
        "Factures brouillon",
        "À vérifier",
        "Prestation",
        "Issue",
    ),
    "it": (
        "Impostazioni sinc. prenotazioni",
        "Prenotazioni non fatturate",
        "Intestatario",
        "Fatture in bozza",
        "Da controllare",
        "Servizio",
        "Esito",
    ),
    "nl": (
        "Instellingen reserveringssynchronisatie",
        "Niet-gefactureerde reserveringen",
        "Betaler",
        "Conceptfacturen",
        "Te controleren",
        "Dienst",
        "Uitkomst",
    ),
}
LANGUAGES = {"de": "German", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch"}

# Imports every module of the packages below Odoo, where there is none.
CLEAN_IMPORT = """
import importlib, pkgutil, sys, types
class NoOdoo:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "odoo":
            raise ModuleNotFoundError(f"{name} is out of reach here")
sys.meta_path.insert(0, NoOdoo())
module, root, *packages = sys.argv[1:]
parent = sys.modules[module] = types.ModuleType(module)
parent.__path__ = [root]
for package in packages:
    found = importlib.import_module(f"{module}.{package}")
    names = [info.name for info in pkgutil.iter_modules(found.__path__) if info.name != "__main__"]
    for name in names:
        importlib.import_module(f"{module}.{package}.{name}")
    print(package, len(names))
"""


def python_files(*folders):
    """The Python files of these folders of the house, or of the whole of it."""
    starts = [ROOT / folder for folder in folders] if folders else [ROOT]
    return [
        path
        for start in starts
        for path in sorted(start.rglob("*.py"))
        if "__pycache__" not in path.parts and ".git" not in path.parts
    ]


def imports_of(path):
    """What a file imports, as dotted names; what lies in the house begins with the module's name."""
    package = (MODULE, *path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            base += [node.module] if node.module else []
            yield from (".".join([*base, alias.name]) for alias in node.names)


def our_parts(path):
    """The folders of the house that a file imports from."""
    ours = re.compile(rf"(?:odoo\.addons\.)?{MODULE}\.(\w+)")
    return {found[1] for name in imports_of(path) if (found := ours.match(name))}


def assigned(name, folder="models"):
    """The literal value of a module-level name, wherever in the folder it is assigned."""
    for path in python_files(folder):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == name for target in node.targets
            ):
                return ast.literal_eval(node.value)
    raise AssertionError(f"{name} is assigned nowhere in {folder}/")


def dict_keys_in(function, folder="models"):
    """The literal keys of every dict within a method, wherever in the folder it is defined."""
    return {
        key.value
        for path in python_files(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name == function
        for inner in ast.walk(node)
        if isinstance(inner, ast.Dict)
        for key in inner.keys
        if isinstance(key, ast.Constant)
    }


def document(name):
    """A document's text with its lines joined, so that a sentence may be wrapped anywhere."""
    return " ".join((ROOT / name).read_text(encoding="utf-8").split())


def can_be_none(answer):
    """Whether the expression of a ``return`` says ``None``, at least in one case."""
    if isinstance(answer, ast.IfExp):
        return can_be_none(answer.body) or can_be_none(answer.orelse)
    return answer is None or (isinstance(answer, ast.Constant) and answer.value is None)


class TestArrows(unittest.TestCase):
    """Arrows point down only: wizards, then models, then graph and billing; the sandbox stands apart."""

    def test_ground_imports_no_odoo_and_no_neighbour(self):
        for part in GROUND:
            files = python_files(part)
            self.assertGreater(len(files), 2)
            for path in files:
                with self.subTest(path.name):
                    odoo = [name for name in imports_of(path) if name.split(".")[0] == "odoo"]
                    self.assertEqual(odoo, [])
                    self.assertLessEqual(our_parts(path), {part})

    def test_models_do_not_look_up(self):
        for path in python_files("models"):
            with self.subTest(path.name):
                self.assertLessEqual(our_parts(path), {"models", *GROUND})

    def test_only_tests_and_programs_import_tests_or_programs(self):
        for path in python_files("models", "wizards"):
            with self.subTest(path.name):
                self.assertTrue(our_parts(path).isdisjoint({"tests", "dev"}))

    def test_ground_imports_where_there_is_no_odoo(self):
        command = [sys.executable, "-I", "-c", CLEAN_IMPORT, MODULE, str(ROOT), *GROUND]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = dict(line.split() for line in done.stdout.splitlines())
        for part in GROUND:
            modules = {path.stem for path in (ROOT / part).glob("*.py")}
            self.assertEqual(int(told[part]), len(modules - {"__init__", "__main__"}))


class TestFiles(unittest.TestCase):
    def test_every_python_file_names_its_licence(self):
        for path in python_files():
            lines = path.read_text(encoding="utf-8").splitlines()
            if lines:
                with self.subTest(str(path.relative_to(ROOT))):
                    self.assertIn(LICENSE, lines[:2])

    def test_every_odoo_test_is_loaded(self):
        loaded = {
            name.rpartition(".")[2]
            for name in imports_of(ROOT / "tests" / "__init__.py")
            if name.startswith(f"{MODULE}.tests.")
        }
        files = {
            path.stem
            for path in (ROOT / "tests").glob("test_*.py")
            if not path.stem.startswith(NO_ODOO)
        }
        self.assertEqual(loaded, files)

    def test_every_action_answers_rpc(self):
        """Over XML-RPC nothing may be answered by ``None``."""
        silent = []
        for path in (*ROOT.glob("models/*.py"), *ROOT.glob("wizards/*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("action_"):
                    answers = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
                    ends = isinstance(node.body[-1], ast.Return | ast.Raise)
                    if not ends or any(map(can_be_none, answers)):
                        silent.append(f"{path.name}: {node.name}")
        self.assertEqual(silent, [])


class TestLanguages(unittest.TestCase):
    """Every language in i18n/ is complete, and calls one thing by one word."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = polib.pofile(str(ROOT / "i18n" / f"{MODULE}.pot"))
        cls.terms = {entry.msgid for entry in cls.template}
        cls.catalogues = {path.stem: polib.pofile(str(path)) for path in languages(ROOT / "i18n")}

    def test_every_term_is_translated_with_its_placeholders(self):
        self.assertGreater(len(self.terms), 500)
        for language, catalogue in self.catalogues.items():
            with self.subTest(language):
                self.assertEqual(
                    {entry.msgid for entry in catalogue if not entry.obsolete}, self.terms
                )
                self.assertEqual(untranslated(catalogue), [])
                self.assertEqual(list(complaints(catalogue, language)), [])

    def test_every_graph_error_is_marked(self):
        for code in ALL_CODES:
            with self.subTest(code):
                self.assertLessEqual(set(ERROR_CODES[code]), self.terms)

    def test_every_operation_is_marked(self):
        self.assertLessEqual({operation.phrase for operation in OPERATIONS.values()}, self.terms)

    def test_the_words_of_the_trade(self):
        self.assertEqual(set(TRADE), set(self.catalogues))
        for language, words in TRADE.items():
            for term, word in zip(TRADE_TERMS, words, strict=True):
                with self.subTest(term, language=language):
                    self.assertEqual(translation(self.catalogues[language].find(term)), word)

    def test_the_languages_are_named(self):
        for name in ("README.rst", "CHANGELOG.rst"):
            for language in self.catalogues:
                with self.subTest(name, language=language):
                    self.assertIn(LANGUAGES[language], document(name))


class TestReasons(unittest.TestCase):
    def test_every_reason_says_what_to_do(self):
        self.assertLessEqual(dict(assigned("ISSUES")).keys(), dict_keys_in("_get_issue_text"))

    def test_every_price_type_is_known_everywhere(self):
        """``graph/`` and ``billing/`` import nothing of each other, so each says them for itself."""
        shown = [name for name, _label in assigned("PRICE_TYPES")]
        for folder in ("graph", "billing"):
            self.assertEqual(list(assigned("PRICE_TYPES", folder)), shown)

    def test_every_reason_of_pricing_is_shown(self):
        self.assertLessEqual(set(REASONS), dict(assigned("ISSUES")).keys())

    def test_every_reason_is_in_the_readme(self):
        readme = document("README.rst")
        for issue, label in assigned("ISSUES"):
            with self.subTest(issue):
                self.assertIn(f"*{label}*", readme)


class TestDocuments(unittest.TestCase):
    def test_every_command_of_the_documents_exists(self):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
        self.assertLessEqual({"demo", "test", "lint"}, targets)
        for name in ("README.rst", "CONTRIBUTING.rst"):
            command = re.compile(r"``make ([a-z]+)|^ +make ([a-z]+)$", re.MULTILINE)
            text = (ROOT / name).read_text(encoding="utf-8")
            commands = {first or second for first, second in command.findall(text)}
            self.assertTrue(commands)
            self.assertLessEqual(commands, targets, name)

    def test_every_file_that_contributing_names_exists(self):
        named = re.findall(r"``((?:[\w.]+/)+[\w.*<>]*)``", document("CONTRIBUTING.rst"))
        self.assertGreater(len(named), 20)
        for name in named:
            with self.subTest(name):
                self.assertTrue("<" in name or list(ROOT.glob(name.rstrip("/"))))

    def test_every_method_that_the_documents_name_exists(self):
        defined = {
            node.name
            for path in python_files()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
        for name in ("README.rst", "CONTRIBUTING.rst"):
            # Python's own and the ORM's that the examples use are of one word.
            methods = set(re.findall(r"\b(_*[a-z]+_\w+)\(", self._code(name)))
            self.assertTrue(methods)
            self.assertEqual(methods - defined, set(), name)

    def test_the_documents_are_well_formed(self):
        for name in ("README.rst", "CONTRIBUTING.rst", "CHANGELOG.rst"):
            told = io.StringIO()
            options = {"report_level": 1, "halt_level": 5, "warning_stream": told}
            text = (ROOT / name).read_text(encoding="utf-8")
            publish_doctree(text, source_path=name, settings_overrides=options)
            self.assertEqual(told.getvalue(), "", name)

    def test_every_picture_is_shown_and_taken(self):
        folder = ROOT / "static" / "description"
        readme = (ROOT / "README.rst").read_text(encoding="utf-8")
        shown = set(re.findall(r"^ *\.\. image:: static/description/(\S+)$", readme, re.MULTILINE))
        shown |= set(
            re.findall(
                r'<img [^>]*src="(\S+)"', (folder / "index.html").read_text(encoding="utf-8")
            )
        )
        there = {path.name for path in folder.glob("*.png")} - {"icon.png"}
        self.assertEqual(shown, there)
        self.assertEqual({f"{picture.name}.png" for picture in PICTURES}, there)
        for name in there:
            with self.subTest(name):
                self.assertLess((folder / name).stat().st_size, 150_000)

    def test_every_message_of_troubleshooting_is_one(self):
        terms = {entry.msgid for entry in polib.pofile(str(ROOT / "i18n" / f"{MODULE}.pot"))}
        said = [re.sub(r"%\(\w+\)s", "…", term) for term in terms]
        text = (ROOT / "README.rst").read_text(encoding="utf-8")
        table = re.search(r"^(=+) =+\nMessage +What to do\n=+ =+\n(.*?)^=+ =+$", text, re.S | re.M)
        messages = []
        for line in table[2].splitlines():
            left = line[: len(table[1])].strip()
            if left and messages and not messages[-1].endswith((".", "…")):
                messages[-1] += f" {left}"
            elif left:
                messages.append(left)
        self.assertGreater(len(messages), 20)
        for message in messages:
            with self.subTest(message):
                self.assertTrue(any(message.strip("… ") in term for term in said))

    def test_the_version_is_in_the_changelog(self):
        manifest = ast.literal_eval((ROOT / "__manifest__.py").read_text(encoding="utf-8"))
        self.assertIn(manifest["version"], document("CHANGELOG.rst"))

    @staticmethod
    def _code(name):
        """What a document shows as code: literals and indented blocks."""
        text = (ROOT / name).read_text(encoding="utf-8")
        blocks = re.findall(r"^(?: {3,}|\t).+$", text, re.MULTILINE)
        return "\n".join([*re.findall(r"``[^`]+``", text), *blocks])
