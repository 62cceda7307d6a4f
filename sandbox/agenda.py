# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Finding free time in a shop's days, so that nobody is in two places at once."""

from datetime import date, datetime, time, timedelta, timezone
from random import Random

from .shops import Shop

OPENS, CLOSES = time(9), time(19)
QUARTER = timedelta(minutes=15)


class Agenda:
    """The days of one shop over a range of dates; Sundays are closed.

    :param first: first day relative to ``today``, for example -58
    :param last: last day, inclusive
    """

    def __init__(self, shop: Shop, random: Random, today: date, first: int, last: int):
        self.shop = shop
        self.random = random
        days = (today + timedelta(days=offset) for offset in range(first, last + 1))
        # For each day and staff member: the local time from which they are free.
        self._free = {
            (day, staff): datetime.combine(day, OPENS)
            for day in days
            if day.weekday() < 6
            for staff in shop.staff
        }

    def take(self, length: timedelta) -> tuple[datetime, str]:
        """(start in UTC, staff id) of a slot of that length, taken at random.

        Starts are on quarter hours, with a pause now and then. ValueError when nothing is free.
        """
        keys = sorted(self._free)
        while keys:
            key = keys.pop(self.random.randrange(len(keys)))
            day, staff = key
            start = self._free[key] + QUARTER * self.random.choice((0, 0, 1, 2))
            if start + length <= datetime.combine(day, CLOSES):
                self._free[key] = start + length
                local = start.replace(tzinfo=self.shop.zone)
                return local.astimezone(timezone.utc), staff
        raise ValueError("the agenda is full")
