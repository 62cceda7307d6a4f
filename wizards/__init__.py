# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    account_move_reversal,
    booking_amend,
    booking_connect,
    booking_connect_preview,
    booking_exclude,
    booking_invoice,
    booking_invoice_selection,
    booking_month_check,
    booking_month_compare,
    booking_outcome,
)
