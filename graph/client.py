# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests to Microsoft Graph, done right: repeated when that helps, never past the deadline,
never with the token to another host."""

import logging
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import requests

from .answers import read_failure, read_json, read_success
from .batch import BatchRequest, BatchResult, BatchRunner
from .clouds import Cloud
from .errors import ComeBackLater, GraphError, make_error, remake_error
from .retry import backoff, utc_now
from .transport import MAX_BODY, Answer, exchange
from .urls import host_of, pinned, redacted

_logger = logging.getLogger(__name__)

#: without it Graph hides the members that an enumeration got after it was first published
UNKNOWN_MEMBERS = "include-unknown-enum-members"

#: seconds; a request that starts just before the deadline still gets as long as this
_SHORTEST_TIMEOUT = 1.0


class GraphClient:
    """One conversation with Graph. For one thread; make another for another.

    :param cloud: where Graph is; the token goes to this host alone
    :param tokens: a :class:`~.auth.TokenProvider`, or anything with its ``get_token``
    :param session: the `requests` session; by default one of its own
    :param sleep: called with seconds
    :param clock: returns the present as aware UTC datetime
    :param deadline: aware UTC datetime; nothing is begun and nothing slept beyond it:
        :class:`~.errors.ComeBackLater` is raised instead
    :param max_retries: repetitions of one request
    :param timeout: seconds for connecting and between two packets
    :param version: ``v1.0`` or ``beta``
    :param jitter: returns from 0 to 1; spreads the waits
    :param max_wait: longest wait in seconds; a longer one is a ComeBackLater too
    :param max_body: bytes of one answer, after decompression
    :param max_pages: pages of one list; beyond it the list is taken to have no end
    :ivar request_count: requests sent to Graph, batches as one
    :ivar detail_count: GETs sent inside batches
    :ivar retry_count: requests and parts of batches that were repeated
    """

    def __init__(
        self,
        cloud: Cloud,
        tokens,
        *,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = utc_now,
        deadline: datetime | None = None,
        max_retries: int = 4,
        timeout: tuple[float, float] = (10, 60),
        version: str = "v1.0",
        jitter: Callable[[], float] = random.random,
        max_wait: float = 120,
        max_body: int = MAX_BODY,
        max_pages: int = 10_000,
    ):
        self.cloud = cloud
        self.host = host_of(cloud.graph_url)
        self.tokens = tokens
        self.deadline = deadline
        self.now = clock
        self.request_count = 0
        self.detail_count = 0
        self.retry_count = 0
        self._session = session or requests.Session()
        self._sleep = sleep
        self._max_retries = max_retries
        self._timeout = timeout
        self._version = version
        self._renew = False
        self._jitter = jitter
        self._max_wait = timedelta(seconds=max_wait)
        self._max_body = max_body
        self._max_pages = max_pages

    # One request

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> dict:
        """Read one object or one page.

        :param path: below the version, ids percent-encoded (see :func:`~.urls.path_of`)
        :param params: the query, not encoded
        :param headers: beside those of the client
        :raises GraphError: after the repetitions that could help
        """
        return self._send("GET", self._url(path), params=params, headers=headers, read=True)

    def get_all(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict]:
        """The members of a list, page by page as they are consumed.

        A list that breaks off raises: what was yielded until then is not the whole.

        :raises ProtocolError: ``foreign_host`` when the next page is elsewhere, ``paging_loop``
            when the pages come round, ``unexpected_answer`` when a page is none
        """
        url, seen = self._url(path), set()
        while url:
            page = self._send("GET", url, params=params, read=True)
            members = page.get("value")
            if not isinstance(members, list):
                raise make_error("unexpected_answer", details={"host": self.host})
            yield from members
            link = page.get("@odata.nextLink")
            if not link:
                return
            if not isinstance(link, str):
                raise make_error("unexpected_answer", details={"host": self.host})
            seen.add(url)
            # The link is complete: parameters of ours would be doubled.
            url, params = pinned(self.cloud.graph_url, link, url), None
            if url in seen or len(seen) >= self._max_pages:
                raise make_error("paging_loop", details={"host": self.host})

    def post(
        self, path: str, json: dict | None = None, *, version: str | None = None
    ) -> dict | None:
        """Create or do something.

        :returns: the object of the answer, or None when it is empty
        :raises GraphError: ``write_unconfirmed`` when it is not known whether it was done
        """
        return self._send("POST", self._url(path, version), json=json)

    def patch(
        self, path: str, json: dict | None = None, *, version: str | None = None
    ) -> dict | None:
        """Change what is in ``json``. :returns: the object of the answer, or None"""
        return self._send("PATCH", self._url(path, version), json=json)

    def delete(
        self, path: str, json: dict | None = None, *, version: str | None = None
    ) -> dict | None:
        """Delete. :returns: the object of the answer, mostly None"""
        return self._send("DELETE", self._url(path, version), json=json)

    # Many requests

    def batch(self, requests: Iterable[BatchRequest]) -> dict[str, BatchResult]:
        """The results of many requests by their ids; see :meth:`iter_batch`."""
        return dict(self.iter_batch(requests))

    def iter_batch(self, requests: Iterable[BatchRequest]) -> Iterator[tuple[str, BatchResult]]:
        """Ids and results of many requests, as each batch of twenty comes back.

        What fails for one part is the error of its result. What stops the work (no token, no
        connection, the deadline) is raised; what was yielded before stands.
        """
        return BatchRunner(self, requests).results()

    def send_batch(self, body: dict, *, read: bool, parts: int) -> dict:
        """Send one batch, for :class:`~.batch.BatchRunner`.

        :param read: whether it holds reads only, so that the whole may be repeated
        :param parts: how many
        """
        if read:
            self.detail_count += parts
        return self._send("POST", self._url("/$batch"), json=body, read=read, needed=True)

    # When to repeat

    def may_repeat(self, error: GraphError, read: bool, attempts: int) -> bool:
        """Whether to try a request again: reads when it may help, writes only when the first
        attempt was certainly not carried out."""
        return attempts < self._max_retries and error.retryable and (read or error.not_carried_out)

    def when_to_repeat(self, error: GraphError, attempts: int) -> datetime:
        """The moment to try again: Microsoft's, or else one of ours, further off each time."""
        return error.retry_at or self.now() + backoff(attempts, self._jitter())

    def wait_until(self, moment: datetime, cause: GraphError | None = None) -> None:
        """Sleep until a moment.

        :raises ComeBackLater: instead of sleeping past the deadline, or for very long
        """
        wait = moment - self.now()
        if wait <= timedelta(0):
            return
        if wait > self._max_wait or (self.deadline and moment > self.deadline):
            raise self._come_back(moment, cause) from cause
        self._sleep(wait.total_seconds())

    def renew_token(self) -> None:
        """Let the next request ask for a new token."""
        self._renew = True

    def _come_back(self, moment: datetime, cause: GraphError | None) -> GraphError:
        details = {"retry_at": f"{moment:%Y-%m-%d %H:%M:%S} UTC"}
        if cause is None:
            return make_error("come_back_later", retry_at=moment, details=details)
        later = remake_error(cause, "come_back_later", cause=cause.code, **details)
        later.retry_at = moment
        return later

    # The request itself

    def _url(self, path: str, version: str | None = None) -> str:
        return f"{self.cloud.graph_url}/{version or self._version}{path}"

    def _send(self, method, url, *, read=False, needed=None, **options) -> dict | None:
        """Send until it succeeds or repeating no longer helps."""
        attempts, renewed = 0, False
        while True:
            try:
                return self._once(method, url, read, read if needed is None else needed, options)
            except ComeBackLater:
                raise
            except GraphError as error:
                if error.code == "token_rejected" and not renewed:
                    renewed = True
                    self.renew_token()
                elif self.may_repeat(error, read, attempts):
                    self.wait_until(self.when_to_repeat(error, attempts), error)
                    attempts += 1
                elif error.retryable and not read and not error.not_carried_out:
                    raise remake_error(error, "write_unconfirmed", cause=error.code) from error
                else:
                    raise
                self.retry_count += 1

    def _once(self, method, url, read, needed, options) -> dict | None:
        now = self.now()
        if self.deadline and now >= self.deadline:
            raise self._come_back(now, None)
        token = self.tokens.get_token(force=self._renew)
        self._renew = False
        client_request_id = str(uuid.uuid4())
        headers = {
            "Accept": "application/json",
            "client-request-id": client_request_id,
            **({"Prefer": UNKNOWN_MEMBERS} if method == "GET" else {}),
            **(options.get("headers") or {}),
        }
        self.request_count += 1
        try:
            answer = exchange(
                self._session,
                method,
                url,
                timeout=self._timeouts(now),
                token=token,
                give_up=self._is_late,
                max_body=self._max_body,
                **{**options, "headers": headers},
            )
            result = self._read(answer, read, needed, client_request_id)
        except GraphError as error:
            error.client_request_id = error.client_request_id or client_request_id
            _logger.info(
                "%s %s failed: %s (status %s, code %s, request-id %s, client-request-id %s)",
                method,
                redacted(url),
                error.code,
                error.status,
                error.graph_code,
                error.request_id,
                client_request_id,
            )
            raise
        _logger.debug(
            "%s %s: %s in %s ms (request-id %s, client-request-id %s)",
            method,
            redacted(url),
            answer.status,
            answer.milliseconds,
            answer.headers.get("request-id"),
            client_request_id,
        )
        return result

    def _read(self, answer: Answer, read, needed, client_request_id) -> dict | None:
        if 200 <= answer.status < 300:
            try:
                return read_success(answer.status, answer.body, host=self.host, needed=needed)
            except GraphError as error:
                error.request_id = answer.headers.get("request-id")
                error.date = answer.headers.get("Date")
                raise
        try:
            payload, is_page = read_json(answer.body), False
        except ValueError:
            payload, is_page = None, bool(answer.body.strip())
        raise read_failure(
            answer.status,
            answer.headers,
            payload,
            read=read,
            host=self.host,
            now=self.now(),
            client_request_id=client_request_id,
            is_page=is_page,
        )

    def _timeouts(self, now: datetime) -> tuple[float, float]:
        if not self.deadline:
            return self._timeout
        left = max((self.deadline - now).total_seconds(), _SHORTEST_TIMEOUT)
        return tuple(min(limit, left) for limit in self._timeout)

    def _is_late(self) -> bool:
        return bool(self.deadline) and self.now() > self.deadline + timedelta(
            seconds=_SHORTEST_TIMEOUT
        )
