# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Building a tenant from a profile and a seed."""

from datetime import datetime
from random import Random

from . import profile_demo, profile_load, profile_small
from .tenant import Tenant

PROFILES = {"small": profile_small, "demo": profile_demo, "load": profile_load}


def build_tenant(
    profile: str = "small",
    *,
    seed=1,
    now: datetime,
    size: int | None = None,
    businesses=None,
) -> Tenant:
    """A tenant with its data. The same arguments give the same answers, byte for byte.

    Dates depend on ``now``, identifiers do not: a tenant that is built anew for another day has the
    same appointments, moved.

    :param profile: "small" (every oddity in forty appointments), "demo" (400 held bookings in
        two shops) or "load"
    :param seed: of all that is left to chance, and of the identifiers and the secret
    :param now: aware; the past ends here
    :param size: of "load" only: appointments per business
    :param businesses: of "load" only: how many
    :raises ValueError: for an unknown profile, a naive ``now``, or a size where there is none
    """
    if profile not in PROFILES:
        raise ValueError(f"no such profile: {profile!r} (there are {', '.join(PROFILES)})")
    if profile != "load" and (size is not None or businesses is not None):
        raise ValueError(f"the profile {profile!r} has a size of its own")
    tenant = Tenant(seed=seed, now=now)
    random = Random(f"{profile}/{seed}")
    options = {} if businesses is None else {"businesses": businesses}
    PROFILES[profile].build(tenant, random, size, **options)
    return tenant
