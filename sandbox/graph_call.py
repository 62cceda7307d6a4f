# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One request to Graph, already taken apart."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from .replies import bad_request


@dataclass(frozen=True)
class Call:
    """A request to Graph, or a part of a $batch.

    :ivar version: "v1.0" or "beta"
    :ivar segments: the decoded segments of the path after the version
    :ivar target: path and query after the version as they came, encoded: next links repeat it
    :ivar headers: a mapping whose keys are found whatever their case
    :ivar body: the raw body, or the JSON value that a part of a batch carried
    """

    method: str
    version: str
    segments: tuple
    query: dict
    target: str
    headers: object
    body: object
    roles: frozenset
    part: bool = False

    def json(self) -> dict:
        """The body as a JSON object. Raises a 400 when it is none."""
        value = self.body
        if isinstance(value, bytes):
            try:
                value = json.loads(value)
            except ValueError as error:
                raise bad_request("Unable to read JSON request payload.") from error
        if not isinstance(value, dict):
            raise bad_request("Unable to read JSON request payload.")
        return value

    def prefers(self, preference: str) -> bool:
        """Whether a Prefer header names that preference."""
        return preference in (self.headers.get("Prefer") or "").replace(" ", "").split(",")


def split_target(target: str) -> tuple[tuple, dict]:
    """(decoded segments, query) of a path that begins with "/" and may have a query.

    The path is split before it is decoded, so an encoded slash stays part of its segment.
    """
    path, _, query = target.partition("?")
    segments = tuple(unquote(part) for part in path.strip("/").split("/"))
    return segments, dict(parse_qsl(query, keep_blank_values=True))
