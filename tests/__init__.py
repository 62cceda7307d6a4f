# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_adversary,
    test_adversary_faults,
    test_adversary_sums,
    test_concurrency,
    test_invoicing,
    test_security,
    test_sync,
)
