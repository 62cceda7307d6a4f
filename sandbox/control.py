# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The control endpoint of a served sandbox: faults switched on and off from outside."""

import json

from .faults import fault_from
from .replies import Reply

CONTROL = "/_sandbox/"
JSON = {"Content-Type": "application/json"}


def control(app, request, path: str) -> Reply:
    """``/_sandbox/faults``: GET shows the rules, POST adds one, DELETE takes all away.

    A POST is JSON: an object with the settings of ``faults.Fault``, or a list of such.
    """
    if path != f"{CONTROL}faults":
        return Reply(404, {"error": "There is /_sandbox/faults alone."}, dict(JSON))
    if request.method == "DELETE":
        app.faults.clear()
        return Reply(204)
    if request.method == "POST":
        # A page of another site could send a form here without asking, but not JSON.
        if request.mimetype != "application/json":
            return Reply(415, {"error": "Send application/json."}, dict(JSON))
        try:
            settings = json.loads(request.get_data())
            rules = settings if isinstance(settings, list) else [settings]
            app.faults.extend([fault_from(dict(rule)) for rule in rules])
        except (TypeError, ValueError) as error:
            return Reply(400, {"error": str(error)}, dict(JSON))
    elif request.method != "GET":
        return Reply(405, {"error": "GET, POST or DELETE."}, dict(JSON))
    return Reply(200, {"faults": [rule.describe() for rule in app.faults]}, dict(JSON))
