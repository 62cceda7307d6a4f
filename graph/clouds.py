# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft's clouds that have Bookings: where tokens come from and where Graph is.

China (21Vianet) and the newer sovereign clouds have no Bookings API; GCC is part of the global
cloud.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from .errors import make_error


@dataclass(frozen=True)
class Cloud:
    """A cloud: two https roots, without trailing slash, tenant and version.

    :ivar key: ``global``, ``usgov_l4``, ``usgov_l5``, ``custom`` or ``sandbox``
    :ivar authority_url: the root of the token endpoints
    :ivar graph_url: the root of Microsoft Graph
    """

    key: str
    authority_url: str
    graph_url: str

    @property
    def scope(self) -> str:
        """The scope of an application's token: all that was consented to."""
        return f"{self.graph_url}/.default"


CLOUDS = {
    cloud.key: cloud
    for cloud in (
        Cloud("global", "https://login.microsoftonline.com", "https://graph.microsoft.com"),
        Cloud("usgov_l4", "https://login.microsoftonline.us", "https://graph.microsoft.us"),
        Cloud("usgov_l5", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    )
}

#: the clouds whose two roots are given by hand
OPEN_CLOUDS = ("custom", "sandbox")


def get_cloud(key: str, authority_url: str | None = None, graph_url: str | None = None) -> Cloud:
    """The cloud of a key.

    :param key: a key of :data:`CLOUDS`, or one of :data:`OPEN_CLOUDS`, which need both addresses
    :param authority_url: https root of the token endpoints; ignored for Microsoft's own clouds
    :param graph_url: https root of Microsoft Graph; ignored for Microsoft's own clouds
    :raises ConfigurationError: unknown key, or an address that is not the https root of a host
    """
    if key in CLOUDS:
        return CLOUDS[key]
    if key not in OPEN_CLOUDS:
        raise make_error("cloud_unknown", details={"cloud": str(key)})
    return Cloud(key, _root("authority_url", authority_url), _root("graph_url", graph_url))


def _root(field: str, url: str | None) -> str:
    """The https root of an address, in lower case; ConfigurationError when it is anything else."""
    details = {"field": field}
    text = (url or "").strip()
    if not text:
        raise make_error("url_missing", details=details)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise make_error("url_no_host", details=details) from None
    if parts.scheme.lower() != "https":
        raise make_error("url_not_https", details=details)
    if "@" in parts.netloc:
        raise make_error("url_has_credentials", details=details)
    if not host or any(character.isspace() or character in "\\%" for character in parts.netloc):
        raise make_error("url_no_host", details=details)
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in text or "#" in text:
        raise make_error("url_has_path", details=details)
    if ":" in host:
        host = f"[{host}]"
    return f"https://{host}" + (f":{port}" if port and port != 443 else "")
