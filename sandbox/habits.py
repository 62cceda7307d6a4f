# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What differs between the real tenants: how the sandbox is to behave."""

from dataclasses import dataclass


@dataclass
class Habits:
    """The switches of a sandbox's behaviour. The defaults are the worst of what was seen.

    :ivar page_size: items a page of any list but that of the businesses, which never pages
    :ivar spelling: "docs": v1.0 calendarView says ``start``/``end``, as its page shows;
        "graph": ``startDateTime``/``endDateTime`` everywhere in v1.0, as the metadata says.
        Beta says ``start``/``end`` always.
    :ivar us_government: the older model of the US Government clouds: members absent
    :ivar sparse: some appointments leave members out that others give as null
    :ivar flat_customers: lists fill the flat customer members of some v1.0 appointments;
        False: of none, as before 2024
    :ivar invoice_members: what a beta PATCH of the invoice members does: "kept", "ignored" (204
        and nothing read back) or "refused" (400)
    :ivar business_not_found: error code of an unknown business. By default the same as that of
        an unknown appointment, so that nobody can tell a lost business from a cancelled booking
        by the code alone.
    :ivar concurrency: requests in flight for one mailbox before Exchange says 429; None: no limit
    :ivar calendar_view: False refuses calendarView (403), as it once was for applications
    """

    page_size: int = 100
    spelling: str = "docs"
    us_government: bool = False
    sparse: bool = True
    flat_customers: bool = True
    invoice_members: str = "kept"
    business_not_found: str = "ErrorItemNotFound"
    concurrency: int | None = 4
    calendar_view: bool = True
