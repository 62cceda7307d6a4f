# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_connect_wizard, test_connection, test_connection_watch
from . import test_fault_sync, test_invoicing, test_sync
