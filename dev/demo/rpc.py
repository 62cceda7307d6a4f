# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's public JSON-2 interface, as any program of a customer's would use it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from ..environment.console import Complaint

# The longest a call may take: creating some hundred drafts on a busy machine (seconds).
PATIENCE = 300
# Neither Odoo nor the sandbox is ever behind a proxy: both are on this machine.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


# What Odoo answers when the database of the key cannot be reached.
NOT_FOUND = 404


class Refused(Exception):
    """Odoo's answer to a call that did not work, in its own words."""


class Odoo:
    """One user's access to a running Odoo.

    :param url: the server, such as ``http://127.0.0.1:8069``
    :param database: the database's name
    :param key: the user's API key
    :param companies: ids of the companies the user has ticked
    """

    def __init__(self, url: str, database: str, key: str, companies: list[int]) -> None:
        self._url = url
        self._headers = {
            "Authorization": f"bearer {key}",
            "Content-Type": "application/json",
            "X-Odoo-Database": database,
        }
        self._context = {"allowed_company_ids": companies}

    def call(self, model: str, method: str, ids: list[int] | None = None, **arguments: Any) -> Any:
        """Call a method; ``arguments`` are its keyword arguments.

        :return: what it returns, as JSON carries it
        :raise Refused: when it raises
        :raise Complaint: when the server does not answer
        """
        body = {"context": self._context, **arguments}
        if ids is not None:
            body["ids"] = ids
        request = urllib.request.Request(
            f"{self._url}/json/2/{model}/{method}",
            data=json.dumps(body).encode(),
            headers=self._headers,
        )
        try:
            with OPENER.open(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == NOT_FOUND:
                raise Complaint(
                    "Odoo no longer finds its database: PostgreSQL has ended. Start again."
                ) from None
            raise Refused(f"{model}.{method}: {_message(error)}") from None
        except OSError as error:
            raise Complaint(f"Odoo at {self._url} does not answer: {error}") from None

    def read(self, model: str, domain: list, fields: list[str], **options: Any) -> list[dict]:
        """Search and read."""
        return self.call(model, "search_read", domain=domain, fields=fields, **options)


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return json.load(error)["message"]
    except (ValueError, KeyError, TypeError, OSError):
        return f"{error.code} {error.reason}"
