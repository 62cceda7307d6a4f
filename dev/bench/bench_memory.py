# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How much memory an import takes beside what Odoo has in use anyway."""

from __future__ import annotations

import os
from collections.abc import Iterator

from odoo import api

from .cost import forget_peak, peak_megabytes
from .ratio import Ratio
from .tenant import served_tenant

# The design's budget is for 50,000: BENCH_APPOINTMENTS=50000 make bench ARGS=memory
APPOINTMENTS = int(os.environ.get("BENCH_APPOINTMENTS", "10000"))
BUDGET = 150


def measure(env: api.Environment) -> Iterator[Ratio]:
    """The peak of a first import, after a small one has loaded what every import needs."""
    with served_tenant(200, businesses=2) as tenant:
        tenant.synchronise(tenant.connect(env, 2))
    with served_tenant(APPOINTMENTS) as tenant:
        settings = tenant.connect(env, 1)
        env.invalidate_all()
        before = forget_peak()
        run = tenant.synchronise(settings)
        growth = peak_megabytes() - before
    print(f"    {run.read_count} read in {before:.0f} MB + {growth:.0f} MB", flush=True)
    yield Ratio(
        f"growth of memory while {APPOINTMENTS} are imported / {BUDGET} MB",
        growth / BUDGET,
        at_most=1,
    )
