# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tokens for an application, by msal: client secret or certificate."""

import base64
import binascii
import json
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import msal
import requests

from .certificates import client_certificate
from .clouds import Cloud
from .entra import EntraWire, entra_error, is_guid
from .errors import GraphError, make_error
from .retry import utc_now
from .urls import host_of

_logger = logging.getLogger(__name__)

#: msal computes the SHA-256 thumbprint itself from this version on
_THUMBPRINT_UNNEEDED = (1, 35)

#: codes after which the previous secret, where there is one, may still do
_SECRET_CODES = frozenset({"wrong_secret", "secret_expired", "secret_id_pasted"})

#: what can be sent as a bearer token
_TOKEN = re.compile(r"[\x21-\x7e]+")

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
    :param patience: seconds for one sign-in, all its requests together
    :param clock: returns the present as aware UTC datetime
    """

    def __init__(
        self,
        cloud: Cloud,
        credentials: Credentials,
        *,
        session_factory: Callable[[], requests.Session] | None = None,
        timeout: tuple[float, float] = (10, 30),
        patience: float = 90,
        clock: Callable[[], datetime] | None = None,
    ):
        self.cloud = cloud
        self._credentials = credentials
        self._session_factory = session_factory or requests.Session
        self._timeout = timeout
        self._patience = patience
        self._end = 0.0
        self._clock = clock or utc_now
        self._lock = threading.Lock()
        self._session = None
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
            self._end = time.monotonic() + self._patience
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
        if self._session is None:
            self._session = self._session_factory()
        wire = EntraWire(
            self.cloud.authority_url,
            self._session,
            self._timeout,
            self._clock,
            lambda: self._end - time.monotonic(),
        )
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
        if isinstance(result, dict) and "error" in result:
            raise entra_error(result, host=host, secret=secret)
        token = result.get("access_token") if isinstance(result, dict) else None
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            # It is to become a header.
            raise make_error("unexpected_answer", details={"host": host})
        return token


def _roles(token: str | None) -> frozenset[str]:
    parts = (token or "").split(".")
    if len(parts) != 3:
        return frozenset()
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return frozenset()
    roles = claims.get("roles") if isinstance(claims, dict) else None
    if not isinstance(roles, list):
        return frozenset()
    return frozenset(role for role in roles if isinstance(role, str))


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
