# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sandbox as a program: ``python -m sandbox``."""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import threading
from datetime import datetime, timezone
from pathlib import Path

from .app import SandboxApp
from .faults import KINDS, parse_fault
from .habits import Habits
from .seeding import PROFILES, build_tenant
from .server import serve
from .tenant import Tenant
from .wire import parse_moment


def main(arguments=None) -> int:
    """Serve a tenant until SIGTERM or SIGINT. Returns the exit code: 0, or 1 with a sentence.

    One line of JSON on standard output says that it is ready, and with what: url, ca (path of the
    authority's certificate), tenant_id, client_id, client_secret, businesses. The log goes to
    standard error, so that nobody who reads that line has to go on reading.
    """
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    temporary = None
    try:
        tenant = build_tenant(
            options.profile,
            seed=options.seed,
            now=options.now,
            size=options.size,
            businesses=options.businesses,
        )
        habits = Habits(
            page_size=options.page_size,
            spelling=options.spelling,
            us_government=options.us_government,
        )
        app = SandboxApp(tenant, habits=habits, faults=options.fault)
        app.log = _log
        if options.state_dir is None:
            temporary = options.state_dir = Path(tempfile.mkdtemp(prefix="bookings-sandbox-"))
        options.state_dir.mkdir(parents=True, exist_ok=True)
        with serve(
            app, host=options.host, port=options.port, certificate_dir=options.state_dir
        ) as served:
            print(json.dumps(_ready(served, tenant)), flush=True)
            stop.wait()
    except (OSError, ValueError) as error:
        print(f"The sandbox cannot start: {_sentence(error)}", file=sys.stderr)
        return 1
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
    return 0


def _ready(served, tenant: Tenant) -> dict:
    return {
        "url": served.url,
        "ca": served.ca_path,
        "tenant_id": tenant.tenant_id,
        "client_id": tenant.client_id,
        "client_secret": tenant.client_secret,
        "businesses": [
            {"id": b.id, "displayName": b.display_name, "currency": b.currency}
            for b in tenant.businesses.values()
        ],
    }


def _sentence(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    filename = getattr(error, "filename", None)
    return f"{filename}: {text}" if filename else text


def _log(line: str):
    """To standard error; who has closed it does not want to know."""
    try:
        print(f"{datetime.now():%H:%M:%S} {line}", file=sys.stderr, flush=True)
    except OSError:
        sys.stderr = None


def _moment(text: str) -> datetime:
    try:
        return parse_moment(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error} (like 2026-04-02T08:00:00Z)") from error


def _fault(text: str):
    try:
        return parse_fault(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sandbox",
        description="A Microsoft Bookings tenant on your own machine, over HTTPS on loopback.",
        epilog=(
            "A fault is kind:setting=value,setting=value, for example "
            "429:path=calendarView,times=3,retry_after=2 or cut:method=POST,probability=0.2. "
            f"Kinds: {', '.join(KINDS)}. They can be changed while it runs: GET, POST and "
            "DELETE /_sandbox/faults."
        ),
    )
    now = datetime.now(timezone.utc).replace(microsecond=0)
    parser.add_argument("--profile", choices=PROFILES, default="small")
    parser.add_argument("--seed", type=int, default=1, help="of ids, secret and chance")
    parser.add_argument("--now", type=_moment, default=now, help="the past ends here; ISO 8601")
    parser.add_argument("--size", type=int, help="of the profile load: appointments a business")
    parser.add_argument("--businesses", type=int, help="of the profile load")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--state-dir", type=Path, help="where the certificate is kept")
    parser.add_argument("--page-size", type=int, default=Habits.page_size)
    parser.add_argument("--spelling", choices=("docs", "graph"), default=Habits.spelling)
    parser.add_argument("--us-government", action="store_true", help="the older model")
    parser.add_argument("--fault", type=_fault, action="append", default=[], metavar="RULE")
    return parser
