# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The state of a Bookings tenant: businesses, appointments and who attends them."""

import bisect
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

ZERO = timedelta(0)


@dataclass(slots=True, eq=False)
class Attendee:
    """One entry of an appointment's ``customers``; without ``customer_id``: not in the list."""

    customer_id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    notes: str | None = None
    time_zone: str | None = None
    answers: tuple = ()


@dataclass(slots=True, eq=False)
class Appointment:
    """One appointment; all times are aware and in UTC.

    :ivar serial: its number in the tenant; what is arbitrary about it is derived from this
    :ivar generation: how often Exchange has changed its id
    :ivar unnamed: places that are taken by people whom ``attendees`` does not name
    :ivar flat_only: the customer is in the flat members alone, ``customers`` stays empty
    :ivar invoice: the invoice members of beta, by their names
    """

    id: str
    serial: int
    business_id: str
    service_id: str | None
    service_name: str
    start: datetime
    end: datetime
    price: Decimal
    price_type: str
    staff_ids: list
    attendees: list
    created: datetime
    last_updated: datetime
    maximum_attendees: int = 1
    self_service_id: str | None = None
    label: str | None = None
    customer_notes: str | None = None
    service_notes: str | None = None
    location: str | None = None
    online: bool = False
    flat_only: bool = False
    generation: int = 0
    unnamed: int = 0
    invoice: dict = field(default_factory=dict)

    @property
    def duration(self) -> timedelta:
        return self.end - self.start


@dataclass(eq=False)
class Business:
    """One Bookings business. Services, staff, customers and questions are kept as Graph's JSON.

    :ivar properties: the bookingBusiness itself
    :ivar mailbox: False once its mailbox is soft-deleted
    """

    id: str
    properties: dict
    services: dict = field(default_factory=dict)
    staff: dict = field(default_factory=dict)
    customers: dict = field(default_factory=dict)
    questions: dict = field(default_factory=dict)
    appointments: dict = field(default_factory=dict)
    mailbox: bool = True
    _by_id: list | None = field(default=None, repr=False)
    _by_start: list | None = field(default=None, repr=False)
    _longest: timedelta = ZERO
    _views: dict = field(default_factory=dict, repr=False)

    @property
    def display_name(self) -> str:
        return self.properties["displayName"]

    @property
    def currency(self) -> str | None:
        return self.properties["defaultCurrencyIso"]

    @property
    def time_zone(self) -> str | None:
        return self.properties["bookingPageSettings"]["businessTimeZone"]

    def changed(self):
        """To be called whenever an appointment came, went or moved."""
        self._by_id = self._by_start = None
        self._views.clear()

    def listed(self) -> list:
        """All appointments, in the order of their ids, which is as good as none."""
        if self._by_id is None:
            self._by_id = sorted(self.appointments.values(), key=lambda a: a.id)
        return self._by_id

    def calendar(self, start: datetime, end: datetime) -> list:
        """The appointments that occur in [start, end), in the order of their ids.

        One that begins before the window and ends in it belongs to it too.
        """
        view = self._views.get((start, end))
        if view is None:
            if self._by_start is None:
                self._by_start = sorted(self.appointments.values(), key=lambda a: a.start)
                self._longest = max((a.duration for a in self._by_start), default=ZERO)
            first = bisect.bisect_left(self._by_start, start - self._longest, key=lambda a: a.start)
            last = bisect.bisect_left(self._by_start, end, key=lambda a: a.start)
            view = [a for a in self._by_start[first:last] if a.end > start or a.start >= start]
            view.sort(key=lambda a: a.id)
            if len(self._views) > 15:
                self._views.clear()
            self._views[start, end] = view
        return view
