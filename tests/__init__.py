# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_adversary
from . import test_adversary_faults
from . import test_adversary_sums
from . import test_changes
from . import test_concurrency
from . import test_connect_wizard
from . import test_connection
from . import test_connection_watch
from . import test_decisions
from . import test_fault_sync
from . import test_invoicing
from . import test_life_cycle_invoice
from . import test_screens
from . import test_security
from . import test_sync
from . import test_views
from . import test_words
