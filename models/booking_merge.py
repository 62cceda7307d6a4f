# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which side of a twin, a record here and one of Bookings, has the say over each of their values.

Both sides are dicts of the same names with texts that are levelled for comparison; "" is nothing. What each of them
said when they were last brought together is kept as a pair of digests per name, so that a change can be told from a
difference: the side that changed a value since then has the say, Odoo where both did, and nobody takes away what the
other side alone knows.
"""

import hashlib


def digest(value):
    """What stands for a value in what is kept: it can be compared and not be read."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def digest_all(values):
    """What stands for all of these values, of whatever types."""
    return digest(repr(sorted(values.items())))


def settle(odoo, bookings, names=()):
    """What to keep once both sides have been brought together.

    :param names: those that count as settled although the sides still differ
    :return: a dict of name -> list of the digests of Odoo and of Bookings
    """
    return {
        name: [digest(mine), digest(bookings[name])]
        for name, mine in odoo.items()
        if name in names or mine == bookings[name]
    }


def to_take(odoo, bookings, settled):
    """What Odoo takes over: what Bookings has changed, where Odoo has nothing or has changed nothing.

    :param settled: what :func:`settle` returned when it was last done; without a name it never was
    :return: a list of names
    """
    return [
        name
        for name, mine in odoo.items()
        if bookings[name]
        and bookings[name] != mine
        and has_changed(bookings[name], settled.get(name), 1)
        and (not mine or not has_changed(mine, settled.get(name), 0))
    ]


def to_send(odoo, bookings, settled):
    """What Bookings is told: what Odoo has changed, whatever Bookings has made of it.

    What was emptied in Odoo is emptied in Bookings as long as nobody has changed it there.

    :param settled: as for :func:`to_take`
    :return: a list of names
    """
    return [
        name
        for name, mine in odoo.items()
        if mine != bookings[name]
        and has_changed(mine, settled.get(name), 0)
        and (mine or not has_changed(bookings[name], settled.get(name), 1))
    ]


def has_changed(value, digests, side):
    """Whether a side says something else than when both were brought together, or never were.

    :param digests: of that moment, as of :func:`settle`; ``None`` for never
    :param side: 0 for Odoo, 1 for Bookings
    """
    return digests is None or digests[side] != digest(value)
