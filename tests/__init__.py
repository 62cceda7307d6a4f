# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_invoicing, test_sync
from . import test_words
