# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo 19 as Debian packages it, unpacked into the cache; nothing is installed.

Debian unstable is the one archive that carries ``odoo-19``. Its tree has relative links to files
of other packages, which are therefore unpacked beside it. apt checks the archive's signatures and
the packages' checksums.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from .console import Complaint, Progress, step
from .layout import cache, digest, folder, logs, need_space
from .locks import exclusive
from .process import output_of, run_logged, tail

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ODOO = "odoo-19"
PACKAGES = {
    "sid": (
        ODOO,
        "libjs-jquery",
        "libjs-jquery-form",
        "libjs-underscore",
        "fonts-roboto-unhinted",
        "fonts-montserrat",
        "fonts-inconsolata",
        "fonts-ocr-b",
        "fonts-glyphicons-halflings",
    ),
    # Odoo needs the files of version 4.7, which later releases no longer have.
    "bookworm": ("fonts-font-awesome",),
}
# Taken out of Debian's package for its licence. The web client asks for it on every page, and the
# browser reports an error when it is not there.
EMPTY_FILES = ("odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js",)
RECIPE = digest(repr(PACKAGES), repr(EMPTY_FILES))[:8]
OTHER_WAY = (
    "You can also name an Odoo 19 of your own: make ... ODOO_SRC=/path/to/odoo (a checkout, or "
    "the folder that holds the odoo package)."
)


def unpacked() -> Path:
    """The folder that holds the ``odoo`` package, downloaded and unpacked when needed.

    An Odoo that is already there is kept, so that no network is needed to start again.

    :raise Complaint: when apt or the archive cannot be used
    """
    with exclusive("odoo", "unpacking Odoo"):
        present = _newest()
        if present is None:
            step("Downloading Odoo 19 from Debian's archive (150 MB) and unpacking it (1.2 GB)")
            _fetch()
            present = _newest()
        if present is None:
            raise Complaint(f"Debian's package of Odoo holds no odoo package. {OTHER_WAY}")
    return present


def _newest() -> Path | None:
    found = list((cache() / "odoo").glob(f"*-{RECIPE}/usr/lib/python3/dist-packages/odoo"))
    return max(found, key=lambda path: path.stat().st_mtime).parent if found else None


def _fetch() -> None:
    missing = [name for name in ("apt-get", "dpkg-deb") if not shutil.which(name)]
    if missing or not KEYRING.is_file():
        what = ", ".join(missing) or str(KEYRING)
        raise Complaint(
            f"This machine has no {what}, so Debian's Odoo is out of reach.\n{OTHER_WAY}"
        )
    need_space(2500, "to unpack Odoo")
    home = folder(cache() / "odoo")
    for left_over in home.glob(".half-*"):
        shutil.rmtree(left_over)
    half = Path(tempfile.mkdtemp(prefix=".half-", dir=home))
    try:
        archives = _download(half)
        root = folder(half / "root")
        progress = Progress()
        for number, archive in enumerate(archives, start=1):
            progress.show(f"unpacking {archive.name} ({number}/{len(archives)})")
            output_of(["dpkg-deb", "-x", archive, root])
        progress.done("unpacked")
        for name in EMPTY_FILES:
            empty = root / "usr/lib/python3/dist-packages" / name
            folder(empty.parent)
            empty.touch()
        odoo = next(path for path in archives if path.name.startswith(f"{ODOO}_"))
        version = output_of(["dpkg-deb", "-f", odoo, "Version"])
        root.rename(home / f"{version.replace(':', '_')}-{RECIPE}")
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _download(half: Path) -> list[Path]:
    """Download the packages into ``half``; return the files, Odoo's among them."""
    state = folder(half / "apt")
    for name in ("lists/partial", "cache/archives/partial"):
        folder(state / name)
    sources = state / "sources.list"
    sources.write_text(
        "".join(f"deb [signed-by={KEYRING}] {_archive()} {suite} main\n" for suite in PACKAGES),
        encoding="ascii",
    )
    options = [
        f"Dir::Etc::sourcelist={sources}",
        "Dir::Etc::sourceparts=/dev/null",
        f"Dir::State::lists={state / 'lists'}",
        f"Dir::Cache={state / 'cache'}",
        "Acquire::Languages=none",
        "Acquire::Retries=3",
    ]
    if os.geteuid() == 0:
        # apt would otherwise fetch as the user _apt, who cannot write into a private cache.
        options.append("APT::Sandbox::User=root")
    apt = ["apt-get", *(part for option in options for part in ("-o", option))]
    wanted = [f"{name}/{suite}" for suite, names in PACKAGES.items() for name in names]
    log = logs() / "apt.log"
    log.unlink(missing_ok=True)
    for arguments in (["update"], ["download", *wanted]):
        code = run_logged([*apt, *arguments], log, cwd=half, progress=_progress, append=True)
        if code:
            raise Complaint(
                f"Debian's archive could not be read (apt-get {arguments[0]}):\n{tail(log)}\n"
                f"Check the network connection and start again. {OTHER_WAY}"
            )
    return sorted(half.glob("*.deb"))


def _progress(line: str) -> str | None:
    return line if line.startswith("Get:") else None


def _archive() -> str:
    """The address of the Debian archive this machine is configured for."""
    try:
        addresses = output_of(
            ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
        )
    except Complaint:
        addresses = ""
    for address in addresses.splitlines():
        if address.endswith("/debian/"):
            return address
    raise Complaint(
        "This machine's apt knows no Debian archive (no source whose address ends in /debian/).\n"
        f"{OTHER_WAY}"
    )
