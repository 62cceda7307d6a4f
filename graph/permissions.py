# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which application permission each operation needs.

After Microsoft's permissions reference; for each operation the least one first, and only those
that have proved to work in practice.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .sentences import _lt

READ = "Bookings.Read.All"
APPOINTMENTS = "BookingsAppointment.ReadWrite.All"
WRITE = "Bookings.ReadWrite.All"
MANAGE = "Bookings.Manage.All"


@dataclass(frozen=True)
class Operation:
    """Something to do with Bookings.

    :ivar phrase: what it does, to follow "needed to"
    :ivar permissions: any one of these allows it; the first is the one to ask for
    """

    phrase: str
    permissions: tuple[str, ...]


OPERATIONS = {
    "list_businesses": Operation(_lt("list the Bookings businesses"), (READ, WRITE, MANAGE)),
    "read_business": Operation(
        _lt("read the Bookings business"), (READ, APPOINTMENTS, WRITE, MANAGE)
    ),
    "read_appointments": Operation(_lt("read appointments"), (READ, APPOINTMENTS, WRITE, MANAGE)),
    "read_customers": Operation(_lt("read customers"), (READ, APPOINTMENTS, WRITE, MANAGE)),
    "read_services": Operation(_lt("read services"), (READ, APPOINTMENTS, WRITE, MANAGE)),
    "read_staff_members": Operation(_lt("read staff members"), (READ, APPOINTMENTS, WRITE, MANAGE)),
    "read_custom_questions": Operation(_lt("read custom questions"), (READ, WRITE, MANAGE)),
    "write_appointments": Operation(_lt("change appointments"), (APPOINTMENTS, WRITE, MANAGE)),
    "write_customers": Operation(_lt("change customers"), (APPOINTMENTS, WRITE, MANAGE)),
    "write_services": Operation(_lt("change services"), (WRITE, MANAGE)),
}


def missing_permissions(
    roles: Iterable[str], operations: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    """What to ask for.

    :param roles: the permissions that the application has (:meth:`~.auth.TokenProvider.roles`)
    :param operations: keys of :data:`OPERATIONS` that are wanted
    :returns: pairs of permission and operation, for each operation that no role allows
    """
    granted = frozenset(roles)
    return tuple(
        (OPERATIONS[operation].permissions[0], operation)
        for operation in operations
        if granted.isdisjoint(OPERATIONS[operation].permissions)
    )
