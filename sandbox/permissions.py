# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which application permission each operation asks for (permissions.json, August 2026).

Where that table lists Bookings.Read.All for a write, which nobody has seen work, it is left out.
"""

from .registration import APPOINTMENT, MANAGE, READ, WRITE

_ANY = frozenset((READ, APPOINTMENT, WRITE, MANAGE))
_NOT_APPOINTMENT = frozenset((READ, WRITE, MANAGE))
_BOOKING_WRITERS = frozenset((APPOINTMENT, WRITE, MANAGE))
_WRITERS = frozenset((WRITE, MANAGE))
_MANAGERS = frozenset((MANAGE,))
DELEGATED_ONLY = frozenset(("create business", "delete business", "currencies"))

REQUIRED = {
    "list businesses": _NOT_APPOINTMENT,
    "get business": _ANY,
    "update business": _WRITERS,
    "publish": _MANAGERS,
    "read appointments": _ANY,
    "calendarView": _ANY,
    "write appointments": _BOOKING_WRITERS,
    "cancel": _WRITERS,
    "read customers": _ANY,
    "write customers": _BOOKING_WRITERS,
    "read services": _ANY,
    "write services": _WRITERS,
    "read staffMembers": _ANY,
    "write staffMembers": _WRITERS,
    "read customQuestions": _NOT_APPOINTMENT,
    "write customQuestions": _WRITERS,
}
