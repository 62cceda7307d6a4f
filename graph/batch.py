# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Many requests in few: Graph's ``$batch``.

A batch that succeeded says nothing about its parts: each has its own status, and its own
``Retry-After`` when it was throttled. Parts to be repeated travel with the next new ones, so that
repeating costs hardly any request more.
"""

import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from .answers import read_failure
from .errors import GraphError, make_error, remake_error

#: Graph takes no more in one batch
MAX_PARTS = 20


@dataclass(frozen=True)
class BatchRequest:
    """One part of a batch.

    :ivar id: what its result is found by; unique in the batch
    :ivar method: GET, POST, PATCH or DELETE
    :ivar path: below the version, ids percent-encoded (see :func:`~.urls.path_of`)
    :ivar body: JSON object of a write
    :ivar headers: of this part
    """

    id: str
    method: str
    path: str
    body: dict | None = None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True)
class BatchResult:
    """What became of one part.

    :ivar status: its HTTP status, or None when no answer came
    :ivar body: its JSON object, or None
    :ivar error: what went wrong, or None
    """

    status: int | None
    body: dict | None
    error: GraphError | None = None


@dataclass
class _Part:
    request: BatchRequest
    attempts: int = 0
    renewed: bool = False
    throttled: bool = False
    not_before: datetime | None = None
    client_request_id: str = ""

    @property
    def is_read(self) -> bool:
        return self.request.method == "GET"


class BatchRunner:
    """Sends the parts of one call in order, twenty at a time, one batch after the other.

    :param client: the :class:`~.client.GraphClient` that sends the batches
    :param requests: the parts; :class:`ValueError` when two have the same id
    """

    def __init__(self, client, requests: Iterable[BatchRequest]):
        self._client = client
        self._queue = deque(_Part(request) for request in requests)
        if len({part.request.id for part in self._queue}) != len(self._queue):
            raise ValueError("two parts of a batch have the same id")

    def results(self) -> Iterator[tuple[str, BatchResult]]:
        """Each part's id and result, as the batches come back.

        :raises GraphError: when a whole batch cannot be had (no token, no connection, ...), or
            ComeBackLater; what was yielded before stands
        """
        while self._queue:
            chunk = self._next_chunk()
            waits = [part.not_before for part in chunk if part.not_before]
            if waits:
                self._client.wait_until(max(waits))
            answers = self._send(chunk)
            again = []
            for number, part in enumerate(chunk):
                result = self._result(part, answers.get(str(number)))
                if result.error is not None and self._repeatable(part, result.error):
                    again.append(part)
                else:
                    yield part.request.id, _confirmed(part, result)
            self._requeue(again)

    def _next_chunk(self) -> list[_Part]:
        """Up to twenty parts; never reads and writes together, as they are repeated differently."""
        chunk = [self._queue.popleft()]
        while self._queue and len(chunk) < MAX_PARTS and self._queue[0].is_read == chunk[0].is_read:
            chunk.append(self._queue.popleft())
        return chunk

    def _send(self, chunk: list[_Part]) -> dict[str, dict]:
        """The parts' answers by their number in the batch."""
        body = {"requests": [_as_json(number, part) for number, part in enumerate(chunk)]}
        answer = self._client.send_batch(body, read=chunk[0].is_read, parts=len(chunk))
        responses = answer.get("responses")
        if not isinstance(responses, list):
            raise make_error("unexpected_answer", details={"host": self._client.host})
        return {
            str(response.get("id")): response
            for response in responses
            if isinstance(response, dict)
        }

    def _result(self, part: _Part, answer: dict | None) -> BatchResult:
        details = {"host": self._client.host}
        status = answer.get("status") if answer else None
        if not isinstance(status, int):
            return BatchResult(None, None, make_error("empty_answer", details=details))
        body = answer.get("body")
        if 200 <= status < 300:
            if isinstance(body, dict):
                return BatchResult(status, body)
            if body is None and not part.is_read:
                return BatchResult(status, None)
            code = "empty_answer" if body is None else "not_json"
            return BatchResult(status, None, make_error(code, status=status, details=details))
        headers = answer.get("headers")
        error = read_failure(
            status,
            headers if isinstance(headers, dict) else {},
            body,
            read=part.is_read,
            host=self._client.host,
            now=self._client.now(),
            client_request_id=part.client_request_id,
            is_page=body is not None and not isinstance(body, dict),
        )
        return BatchResult(status, body if isinstance(body, dict) else None, error)

    def _repeatable(self, part: _Part, error: GraphError) -> bool:
        """Whether to send a part again, and when."""
        if error.code == "token_rejected" and not part.renewed:
            part.renewed = True
            self._client.renew_token()
        elif self._client.may_repeat(error, part.is_read, part.attempts):
            part.not_before = self._client.when_to_repeat(error, part.attempts)
            part.throttled = error.code == "throttled"
            part.attempts += 1
        else:
            return False
        return True

    def _requeue(self, again: list[_Part]) -> None:
        self._client.retry_count += len(again)
        if again and not again[0].is_read:
            # Writes keep their order.
            self._queue.extendleft(reversed(again))
        else:
            # Behind the new ones: by then it is no longer too early.
            self._queue.extend(again)
        throttled = [part.not_before for part in again if part.throttled]
        if throttled:
            # What is asked for while Microsoft throttles counts too: nobody goes ahead.
            self._queue[0].not_before = max(throttled)


def _confirmed(part: _Part, result: BatchResult) -> BatchResult:
    """A part's last result; a write that may or may not have been carried out says so."""
    error = result.error
    if error is None or part.is_read or not error.retryable or error.not_carried_out:
        return result
    return BatchResult(result.status, result.body, remake_error(error, "write_unconfirmed"))


def _as_json(number: int, part: _Part) -> dict:
    request, part.client_request_id = part.request, str(uuid.uuid4())
    entry = {"id": str(number), "method": request.method, "url": request.path}
    headers = {"client-request-id": part.client_request_id, **(request.headers or {})}
    if request.body is not None:
        entry["body"] = request.body
        headers.setdefault("Content-Type", "application/json")
    entry["headers"] = headers
    return entry
