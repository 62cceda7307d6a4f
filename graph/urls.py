# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addresses: made safely, kept to one host, and told without naming anybody."""

import hashlib
import re
from urllib.parse import quote, unquote, urljoin, urlsplit

from .errors import make_error

#: what may stand in a log as it is; every other part of a path is an id
_WORDS = frozenset(
    {
        "",
        "v1.0",
        "beta",
        "$batch",
        "solutions",
        "bookingBusinesses",
        "appointments",
        "calendarView",
        "customers",
        "customQuestions",
        "services",
        "staffMembers",
        "cancel",
    }
)

#: characters that programs read differently in an address: a way to smuggle another host in
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def path_of(*parts: str) -> str:
    """A path of words and ids below the version, each percent-encoded whole (ids hold ``@ = / +``).

    :raises ValueError: for an empty part and for dots, which would lead to another address
    """
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError("an id must not be empty or consist of dots")
    return "".join("/" + quote(part, safe="") for part in parts)


def short_hash(text: str) -> str:
    """A short stand-in for an id: enough to follow one through a log, useless to anybody else."""
    return "~" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def redacted(url: str) -> str:
    """The path of an address, its ids replaced by short hashes: what may be logged of it."""
    path = urlsplit(url).path
    return "/".join(
        part if part in _WORDS else short_hash(part)
        for part in (unquote(raw) for raw in path.split("/"))
    )


def host_of(url: str) -> str:
    """The host of an address, with its port where it is not the usual one: for messages."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "?") + (f":{parts.port}" if parts.port not in (None, 443) else "")
    except ValueError:
        return "?"


def pinned(root: str, url: str, base: str | None = None) -> str:
    """An address that the token may be sent to.

    :param root: the https root that was configured
    :param url: an address out of an answer, absolute or relative
    :param base: what a relative one is relative to; by default the root
    :returns: the address, absolute
    :raises ProtocolError: ``foreign_host`` when it leads to another host, port or scheme
    """
    try:
        absolute = urljoin(base or root + "/", url)
        parts, allowed = urlsplit(absolute), urlsplit(root)
        same = (
            parts.scheme == allowed.scheme == "https"
            and parts.hostname == allowed.hostname
            and (parts.port or 443) == (allowed.port or 443)
            and "@" not in parts.netloc
            and not _UNSAFE.search(url)
        )
    except ValueError:
        same, absolute = False, url
    if not same:
        raise make_error("foreign_host", details={"host": host_of(absolute)})
    return absolute
