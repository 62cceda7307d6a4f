# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .connection_common import ConnectionCommon


@tagged("post_install", "-at_install")
class TestConnection(ConnectionCommon):
    def test_a_connection_that_works(self):
        self.assertFalse(self.check())
        self.assertEqual(self.real.state, "connected")
        self.assertEqual(
            [step["name"] for step in self.real.connection_check],
            ["token", "permissions", "businesses", "business", "calendar", "appointment"],
        )
