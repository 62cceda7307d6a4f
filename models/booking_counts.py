# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Counts in words. Odoo reads no plural forms, so one thing and several are two terms."""


def say_bookings(env, count):
    """So many bookings, in the language of ``env``.

    :param count: a whole number
    :return: such as “1 booking” or “3 bookings”
    """
    return env._("1 booking") if count == 1 else env._("%(count)s bookings", count=count)


def say_drafts(env, count):
    """So many draft invoices, in the language of ``env``.

    :param count: a whole number
    :return: such as “1 draft invoice” or “3 draft invoices”
    """
    if count == 1:
        return env._("1 draft invoice")
    return env._("%(count)s draft invoices", count=count)


def say_invoiced(env, drafts, bookings, skipped):
    """What a making of drafts came to, in the language of ``env``.

    :param drafts: how many drafts were made
    :param bookings: how many bookings are on them
    :param skipped: how many were left out
    :return: a sentence
    """
    return env._(
        "%(drafts)s from %(bookings)s; %(skipped)s left out.",
        drafts=say_drafts(env, drafts),
        bookings=say_bookings(env, bookings),
        skipped=skipped,
    )
