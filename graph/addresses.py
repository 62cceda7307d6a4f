# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The address of a business, out of the address itself or the link of its booking page."""

import re
from urllib.parse import unquote, urlsplit

from .errors import make_error

_ADDRESS = re.compile(r"[^\s@/?#]+@[^\s@/?#]+\.[^\s@/?#]+")


def business_id_from(text: str | None) -> str:
    """The id of a Bookings business.

    :param text: its mail address, or the link of its booking page, which holds it
    :raises ConfigurationError: ``business_missing``, ``personal_page`` ("Bookings with me"), or
        ``business_not_address``
    """
    value = (text or "").strip()
    if not value:
        raise make_error("business_missing")
    if "bookwithme" in value.lower():
        raise make_error("personal_page")
    if "://" in value:
        try:
            parts = [unquote(part) for part in urlsplit(value).path.split("/")]
        except ValueError:
            parts = []
        value = next((part for part in parts if _ADDRESS.fullmatch(part)), "")
    if not _ADDRESS.fullmatch(value):
        raise make_error("business_not_address")
    return value
