# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""axe-core, which looks for what keeps people from using a screen: fetched once by npm, for the tests alone."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from pathlib import Path

from .console import step
from .layout import cache, folder, logs
from .locks import exclusive
from .npm import missed
from .process import run_logged, tail

VARIABLE = "AXE_CORE"
VERSION = "4.10.3"
MEMBER = "package/axe.min.js"
SHA256 = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"


def ensure() -> Path | None:
    """The script that a page runs to examine itself.

    :return: None when npm is missing or cannot fetch it, after having said so loudly
    :raise Complaint: in continuous integration (``CI=true``), where tests must not be skipped
    """
    script = cache() / "axe" / VERSION / "axe.min.js"
    with exclusive("axe-core", "fetching axe-core"):
        if not script.exists():
            complaint = _fetch(script)
            if complaint:
                missed(complaint, "THE TESTS OF ACCESSIBILITY WILL BE SKIPPED.")
                return None
    return script


def _fetch(script: Path) -> str | None:
    """Fetch the package and unpack the script; what went wrong, in a sentence."""
    npm = shutil.which("npm")
    if not npm:
        return "There is no npm to fetch axe-core with."
    step(f"Fetching axe-core {VERSION} (for the tests of accessibility)")
    target, log = folder(script.parent), logs() / "axe.log"
    command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", target]
    if run_logged(command, log):
        return f"npm could not fetch axe-core: {tail(log, 3)}"
    package = target / f"axe-core-{VERSION}.tgz"
    with tarfile.open(package) as archive:
        content = archive.extractfile(MEMBER).read()
    package.unlink()
    if hashlib.sha256(content).hexdigest() != SHA256:
        return f"What npm calls axe-core {VERSION} is something else."
    # Complete or absent, also for whoever looks at this very moment.
    partial = script.with_suffix(".part")
    partial.write_bytes(content)
    partial.replace(script)
    return None
