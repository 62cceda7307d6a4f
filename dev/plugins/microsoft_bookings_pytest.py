# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What pytest does beyond its own, for all tests of this add-on."""

import os

import pytest
from hypothesis import HealthCheck, settings

# Examples are judged by what they show, not by how busy the machine is.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Turn the skip of a browser test into a failure when ``CI=true``.

    Odoo skips such a test when it finds no browser or cannot start it, and a green run would then
    hide that nothing was tested.
    """
    report = yield
    in_ci = os.environ.get("CI", "").lower() in ("1", "true", "yes")
    bases = {base.__name__ for base in item.cls.__mro__} if item.cls else set()
    if in_ci and report.skipped and "HttpCase" in bases:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI=true does not allow: {report.longrepr}"
    return report
