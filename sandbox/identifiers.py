# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Identifiers that look like Microsoft's and are the same for the same seed."""

import base64
import hashlib
import uuid


def guid(*parts) -> str:
    """A GUID that depends on nothing but ``parts``."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def exchange_id(seed, serial: int, generation: int = 0) -> str:
    """The Exchange item id of an appointment: 152 characters, case-sensitive.

    One in three is in the standard base64 alphabet and so may hold "/" and "+" as well as "=";
    the others are in the URL-safe one, as Graph mostly gives them. Of each hundred appointments
    the second has the id of the first but for the case of one letter: both are right.

    :param serial: the number of the appointment in its tenant
    :param generation: how often Exchange has moved the item since
    """
    twin = generation == 0 and serial % 100 == 1
    text = f"{seed}/appointment/{serial - twin}/{generation}"
    digest = hashlib.sha512(text.encode()).digest()
    raw = b"\x00\x03\x24\x00" + digest + hashlib.sha512(digest).digest()[:45]
    encode = base64.b64encode if (serial - twin) % 3 == 0 else base64.urlsafe_b64encode
    result = encode(raw).decode()
    return swap_one_case(result) if twin else result


def swap_one_case(text: str) -> str:
    """``text`` with the case of the first letter after its fixed prefix changed."""
    for index in range(8, len(text)):
        if text[index].isalpha():
            return text[:index] + text[index].swapcase() + text[index + 1 :]
    return text
