# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tokens for an application, by msal: client secret or certificate."""

import base64
import binascii
import json
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from types import SimpleNamespace

import msal
import requests

from .answers import looks_cut, read_failure, read_json
from .certificates import client_certificate
from .clouds import Cloud
from .entra import entra_error, is_guid
from .errors import GraphError, make_error
from .retry import utc_now
from .transport import exchange
from .urls import host_of, pinned

_logger = logging.getLogger(__name__)

#: bytes; the answers of a token endpoint are some kilobytes
_MAX_BODY = 1024 * 1024

#: msal computes the SHA-256 thumbprint itself from this version on
_THUMBPRINT_UNNEEDED = (1, 35)

#: codes after which the previous secret, where there is one, may still do
_SECRET_CODES = frozenset({"wrong_secret", "secret_expired", "secret_id_pasted"})

_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")


@dataclass(frozen=True)
class Credentials:
    """Who the application is. The secrets are in no ``repr``.

    :ivar tenant_id: directory id or domain of the tenant
    :ivar client_id: application id
    :ivar secret: value of a client secret
    :ivar private_key: PEM text of a private key with its certificate(s); beats the secret
    :ivar passphrase: of the private key
    :ivar previous_secret: tried when Microsoft refuses ``secret``: for a rotation without gap
    """

    tenant_id: str
    client_id: str
    secret: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    previous_secret: str | None = field(default=None, repr=False)

    def __post_init__(self):
        # Pasted values carry spaces and line ends; no credential of Entra's has any.
        for name in ("tenant_id", "client_id", "secret", "private_key", "previous_secret"):
            value = (getattr(self, name) or "").strip()
            object.__setattr__(self, name, value or None)

    def check(self) -> None:
        """See whether these can work at all.

        :raises ConfigurationError: what is missing or cannot be what it should be
        """
        if not self.tenant_id:
            raise make_error("tenant_missing")
        if self.tenant_id.lower() in ("common", "organizations", "consumers"):
            raise make_error("tenant_shared")
        if not is_guid(self.tenant_id) and not _DOMAIN.fullmatch(self.tenant_id):
            raise make_error("tenant_not_id")
        if not self.client_id:
            raise make_error("client_id_missing")
        if not is_guid(self.client_id):
            raise make_error("client_id_not_guid")
        if not (self.secret or self.private_key or self.previous_secret):
            raise make_error("credential_missing")

    def digest(self) -> str:
        """A hash that changes with any of the credentials and tells none of them."""
        values = (
            self.tenant_id,
            self.client_id,
            self.secret,
            self.private_key,
            self.passphrase,
            self.previous_secret,
        )
        return sha256(json.dumps(values).encode("utf-8", "surrogatepass")).hexdigest()


class TokenProvider:
    """Gives the token of one application in one tenant; safe to share between threads.

    msal keeps the token for its life of about an hour. It also keeps refusals for up to a minute,
    so after each refusal its application object is made anew: whoever corrects something at
    Microsoft's must not be shown the old answer.

    :param cloud: where the tokens come from and what they are for
    :param credentials: checked when the first token is asked for
    :param session_factory: makes the `requests` session; it carries proxies and certificates
    :param timeout: seconds for connecting and between two packets
    :param clock: returns the present as aware UTC datetime
    """

    def __init__(
        self,
        cloud: Cloud,
        credentials: Credentials,
        *,
        session_factory: Callable[[], requests.Session] | None = None,
        timeout: tuple[float, float] = (10, 30),
        clock: Callable[[], datetime] | None = None,
    ):
        self.cloud = cloud
        self._credentials = credentials
        self._session_factory = session_factory or requests.Session
        self._timeout = timeout
        self._clock = clock or utc_now
        self._lock = threading.Lock()
        self._application = None
        self._token = None
        #: whether the previous secret is the one that Microsoft accepts
        self.used_previous_secret = False

    def get_token(self, *, force: bool = False) -> str:
        """The bearer token for Graph, from memory while it is good for five minutes more.

        :param force: ask Microsoft for a new one
        :raises ConfigurationError: the credentials cannot work
        :raises AuthError: Microsoft refuses
        :raises GraphError: no connection, throttled, no JSON, ... (``not_carried_out`` is set)
        """
        with self._lock:
            if force:
                self._application = None
            try:
                self._token = self._acquire()
            except GraphError as error:
                self._application = self._token = None
                error.not_carried_out = True
                _logger.info("no token from %s: %s", host_of(self.cloud.authority_url), error.code)
                raise
            return self._token

    def roles(self) -> frozenset[str]:
        """The application permissions in the last token; empty before the first.

        They are read without verifying anything: for messages only, never to grant.
        """
        return _roles(self._token)

    def _acquire(self) -> str:
        if self._application is not None:
            try:
                return self._ask(self._application, None)
            except GraphError as error:
                # One of two secrets ran out since; the other may do.
                if error.code not in _SECRET_CODES or not self._credentials.previous_secret:
                    raise
        self._credentials.check()
        if self._credentials.private_key:
            self._application = self._make(self._certificate())
            return self._ask(self._application, None)
        refusal = None
        secrets = (self._credentials.secret, self._credentials.previous_secret)
        for secret in filter(None, secrets):
            application = self._make(secret)
            try:
                token = self._ask(application, secret)
            except GraphError as error:
                if error.code not in _SECRET_CODES:
                    raise
                refusal = refusal or error
            else:
                self._application = application
                self.used_previous_secret = refusal is not None
                return token
        raise refusal

    def _certificate(self) -> dict[str, str]:
        credential = client_certificate(
            self._credentials.private_key, self._credentials.passphrase, self._clock()
        )
        version = tuple(int(part) for part in re.findall(r"\d+", msal.__version__)[:2])
        if version >= _THUMBPRINT_UNNEEDED:
            del credential["thumbprint"]
        return credential

    def _make(self, credential) -> msal.ConfidentialClientApplication:
        """msal's application object; making it fetches the tenant's endpoints."""
        host = host_of(self.cloud.authority_url)
        wire = _EntraWire(self.cloud, self._session_factory(), self._timeout, self._clock)
        try:
            return msal.ConfidentialClientApplication(
                self._credentials.client_id,
                client_credential=credential,
                authority=f"{self.cloud.authority_url}/{self._credentials.tenant_id}",
                http_client=wire,
                # The authority is configured; asking another host about it would hide the true
                # error behind a firewall.
                instance_discovery=False,
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            # msal's way of saying that the discovery document is not one.
            raise make_error("unexpected_answer", details={"host": host}) from None

    def _ask(self, application, secret) -> str:
        host = host_of(self.cloud.authority_url)
        try:
            result = application.acquire_token_for_client([self.cloud.scope])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise make_error("unexpected_answer", details={"host": host}) from None
        token = result.get("access_token") if isinstance(result, dict) else None
        if (
            not token
            or not isinstance(token, str)
            or not token.isascii()
            or not token.isprintable()
        ):
            if isinstance(result, dict) and result.get("error"):
                raise entra_error(result, host=host, secret=secret)
            raise make_error("unexpected_answer", details={"host": host})
        return token


class _EntraWire:
    """msal's HTTP client: timeouts, one host, no redirects, faults as errors of ours."""

    def __init__(self, cloud, session, timeout, clock):
        self._root = cloud.authority_url
        self._session = session
        self._timeout = timeout
        self._clock = clock

    def get(self, url, params=None, headers=None, **_ignored):
        """Fetch the tenant's endpoints."""
        return self._exchange("GET", url, params=params, headers=headers)

    def post(self, url, params=None, data=None, headers=None, **_ignored):
        """Ask for a token; the secret goes to the configured host and to no other."""
        return self._exchange("POST", url, params=params, data=data, headers=headers)

    def close(self):
        """End the connections."""
        self._session.close()

    def _exchange(self, method, url, **options):
        url = pinned(self._root, url)
        host = host_of(url)
        answer = exchange(
            self._session, method, url, timeout=self._timeout, max_body=_MAX_BODY, **options
        )
        try:
            payload, is_page = read_json(answer.body), False
        except ValueError:
            payload, is_page = None, bool(answer.body.strip())
        status = answer.status
        if 200 <= status < 300 and not isinstance(payload, dict):
            code = "truncated" if looks_cut(answer.body) else "not_json"
            raise make_error(
                code if is_page else "empty_answer", status=status, details={"host": host}
            )
        if 400 <= status < 500 and status not in (407, 408, 429):
            if not isinstance(payload, dict):
                raise make_error("not_json", status=status, details={"host": host})
            if method == "GET":
                # The tenant has no endpoints: msal would drop why.
                raise entra_error(payload, host=host, status=status)
        elif not 200 <= status < 300:
            raise read_failure(
                status,
                answer.headers,
                None,
                read=True,
                host=host,
                now=self._clock(),
                is_page=is_page,
            )
        return SimpleNamespace(
            status_code=status,
            text=answer.body.decode("utf-8", "replace"),
            headers=answer.headers,
            raise_for_status=lambda: None,
        )


def _roles(token: str | None) -> frozenset[str]:
    parts = (token or "").split(".")
    if len(parts) != 3:
        return frozenset()
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return frozenset()
    roles = claims.get("roles") if isinstance(claims, dict) else None
    return (
        frozenset(role for role in (roles or ()) if isinstance(role, str))
        if isinstance(roles, list)
        else frozenset()
    )


#: configurations whose token is kept per process; beyond it the one unused longest goes
_MAX_PROVIDERS = 64

_providers: "OrderedDict[tuple, TokenProvider]" = OrderedDict()
_providers_lock = threading.Lock()


def token_provider(cloud: Cloud, credentials: Credentials, **options) -> TokenProvider:
    """The provider of a configuration, one per process, so that its token is asked for once.

    Any change of cloud, credentials or options makes a new one, with nothing remembered.

    :param options: as for :class:`TokenProvider`; each must be hashable, and a
        ``session_factory`` or ``clock`` the same object each time, or nothing is found again
    """
    key = (cloud, credentials.digest(), tuple(sorted(options.items())))
    with _providers_lock:
        provider = _providers.get(key)
        if provider is None:
            provider = _providers[key] = TokenProvider(cloud, credentials, **options)
            while len(_providers) > _MAX_PROVIDERS:
                _providers.popitem(last=False)
        _providers.move_to_end(key)
        return provider
