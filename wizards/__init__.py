# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    booking_connect,
    booking_connect_preview,
    booking_exclude,
    booking_invoice,
    booking_month_check,
)
