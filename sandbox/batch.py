# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""$batch: up to twenty requests in one, answered in whatever order."""

from random import Random
from urllib.parse import urlsplit

from .graph_call import Call, split_target
from .replies import Reply, bad_request

MOST_PARTS = 20
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


class Headers(dict):
    """Headers of a part: a dict whose keys are found whatever their case."""

    def __init__(self, pairs: dict):
        super().__init__({str(name).lower(): str(value) for name, value in pairs.items()})

    def get(self, name, default=None):
        return super().get(name.lower(), default)


def handle_batch(call: Call, answer, shuffle: Random) -> Reply:
    """The envelope for a $batch: 200 whatever became of its parts.

    :param answer: callable(Call) -> Reply that works on one part and never raises
    :param shuffle: decides the order of the answers
    :raises GraphFault: 400 for a batch that is malformed as a whole
    """
    parts = [_part(call, raw) for raw in _requests(call)]
    if len({part_id for part_id, _, _ in parts}) < len(parts):
        raise bad_request("The ids of the requests of a batch must be unique.")
    statuses: dict[str, int] = {}
    responses = []
    for part_id, depends_on, part in parts:
        if any(statuses.get(other, 424) >= 400 for other in depends_on):
            error = {
                "code": "FailedDependency",
                "message": "A request it depends on failed.",
            }
            reply = Reply(424, {"error": error}, {"Content-Type": "application/json"})
        else:
            reply = answer(part)
        statuses[part_id] = reply.status
        response = {"id": part_id, "status": reply.status, "headers": _headers(reply)}
        if reply.body is not None:
            response["body"] = _body(reply)
        responses.append(response)
    shuffle.shuffle(responses)
    return Reply(200, {"responses": responses}, {"Content-Type": "application/json"})


def _requests(call: Call) -> list:
    requests = call.json().get("requests")
    if not isinstance(requests, list) or not requests:
        raise bad_request("The batch has no requests.")
    if len(requests) > MOST_PARTS:
        raise bad_request(f"A batch takes at most {MOST_PARTS} requests.")
    return requests


def _part(call: Call, raw) -> tuple[str, list, Call]:
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or not raw["id"]:
        raise bad_request("Each request of a batch needs an id.")
    method, url = raw.get("method"), raw.get("url")
    if method not in METHODS or not isinstance(url, str) or not url:
        raise bad_request("Each request of a batch needs a method and a url.")
    if urlsplit(url).netloc:
        raise bad_request("The urls of a batch must be relative.")
    headers = Headers(raw.get("headers") or {})
    if raw.get("body") is not None and not headers.get("Content-Type"):
        raise bad_request("A request with a body needs a Content-Type.")
    target = url if url.startswith("/") else f"/{url}"
    segments, query = split_target(target)
    if segments == ("$batch",):
        raise bad_request("A batch cannot be within a batch.")
    part = Call(
        method=method,
        version=call.version,
        segments=segments,
        query=query,
        target=target,
        headers=headers,
        body=raw.get("body"),
        roles=call.roles,
        part=True,
    )
    return raw["id"], raw.get("dependsOn") or [], part


def _headers(reply: Reply) -> dict:
    kept = ("Content-Type", "Retry-After", "Location", "request-id")
    return {name: reply.headers[name] for name in kept if name in reply.headers}


def _body(reply: Reply):
    return reply.body.decode() if isinstance(reply.body, bytes) else reply.body
