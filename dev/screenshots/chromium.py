# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One window of Chromium, driven over its DevTools protocol as Odoo's own browser tests drive it."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

from ..environment.console import Complaint
from ..environment.process import ended

# How long anything may take that a page is to show (seconds), and how often it is looked at.
PATIENCE = 60
INTERVAL = 0.1
# A page that has not changed for so many looks has come to rest.
STILL = 8
SWITCHES = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--remote-debugging-port=0", "--no-first-run", "--no-proxy-server", "--hide-scrollbars"),
    *("--force-color-profile=srgb", "--disable-extensions", "--disable-background-networking"),
)
# What tells that something still comes: files that were loaded, and what stands on the page.
REST = "[performance.getEntriesByType('resource').length, document.body.innerHTML.length].join()"
# Neither our welcome robot nor a blinking cursor belongs on a picture.
STYLE = """
new MutationObserver((_changes, observer) => {
    if (document.head) {
        observer.disconnect();
        const style = document.createElement("style");
        style.textContent = ".o-mail-ChatHub { display: none } * { caret-color: transparent !important; "
            + "transition: none !important; animation: none !important }";
        document.head.append(style);
    }
}).observe(document, { childList: true, subtree: true });
"""
FIND = """
((selector, text) => [...document.querySelectorAll(selector)].find(
    (found) => found.offsetParent !== null && found.textContent.includes(text)
))(%s, %s)
"""


class Window:
    """A window of its own browser, with nobody signed in.

    :param address: of its DevTools, ``ws://...``
    """

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, PATIENCE, suppress_origin=True)
        self._number = 0
        self.call("Page.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=STYLE)

    def call(self, method: str, **parameters: Any) -> dict:
        """Call a method of the DevTools protocol.

        :return: its result
        :raise Complaint: when Chromium refuses it
        """
        self._number += 1
        request = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(request))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                break
        if "error" in answer:
            raise Complaint(f"Chromium refused {method}: {answer['error']['message']}")
        return answer["result"]

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression on the page."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise Complaint(f"The page failed: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def resize(self, width: int, height: int) -> None:
        """Make it a screen of this size; a narrow one is a telephone's, twice as fine."""
        phone = width < 600
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def open(self, url: str, selector: str) -> None:
        """Open a page and wait until it shows ``selector`` and has come to rest."""
        self.call("Page.navigate", url=url)
        self.wait(selector)
        self.rest()

    def wait(self, selector: str, text: str = "") -> None:
        """Wait until something visible of this selector holds ``text``."""
        self._until(f"!!{self._find(selector, text)}", f"{selector} {text}")

    def click(self, selector: str, text: str = "") -> None:
        """Click the first visible one of this selector that holds ``text``."""
        self.wait(selector, text)
        self.evaluate(f"{self._find(selector, text)}.click()")
        self.rest()

    def type(self, selector: str, text: str) -> None:
        """Put ``text`` into a field, as typed."""
        self.wait(selector)
        self.evaluate(
            f"(field => {{ field.value = {json.dumps(text)};"
            " for (const type of ['input', 'change'])"
            "  field.dispatchEvent(new Event(type, { bubbles: true }));"
            f"}})({self._find(selector, '')})"
        )

    def scroll_to(self, selector: str, text: str = "") -> None:
        """Bring something to the top of what is seen."""
        self.wait(selector, text)
        self.evaluate(f"{self._find(selector, text)}.scrollIntoView({{ block: 'start' }})")

    def rest(self) -> None:
        """Wait until the page has come to rest."""
        still, before = 0, None
        deadline = time.monotonic() + PATIENCE
        while still < STILL and time.monotonic() < deadline:
            time.sleep(INTERVAL)
            now = self.evaluate(f"document.readyState === 'complete' && {REST}")
            still = still + 1 if now and now == before else 0
            before = now

    def picture(self, part: str = "") -> bytes:
        """What it shows, as PNG.

        :param part: selector of the part to show; all that is seen without one
        """
        self.rest()
        options = {}
        if part:
            box = self.evaluate(f"{self._find(part, '')}.getBoundingClientRect().toJSON()")
            names = ("x", "y", "width", "height")
            options["clip"] = {name: box[name] for name in names} | {"scale": 1}
        answer = self.call("Page.captureScreenshot", format="png", **options)
        return base64.b64decode(answer["data"])

    def close(self) -> None:
        """Let go of it; the browser ends with its process."""
        self._socket.close()

    def _until(self, expression: str, meant: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.evaluate(expression):
                return
            time.sleep(INTERVAL)
        title = self.evaluate("document.title + ' ' + location.pathname")
        raise Complaint(f"The page does not show {meant.strip()}: {title}")

    @staticmethod
    def _find(selector: str, text: str) -> str:
        return FIND.strip() % (json.dumps(selector), json.dumps(text))


@contextmanager
def window(program: str) -> Iterator[Window]:
    """A new browser with a profile of its own, ended on the way out.

    :param program: Chromium's
    """
    with tempfile.TemporaryDirectory(prefix="chromium", ignore_cleanup_errors=True) as profile:
        command = [program, *SWITCHES, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with ended(process):
            opened = Window(_address(Path(profile) / "DevToolsActivePort", process))
            try:
                yield opened
            finally:
                opened.close()


def _address(told: Path, process: subprocess.Popen) -> str:
    """Where the DevTools of the window listen: Chromium writes its port into a file."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        port = told.read_text().split()[:1] if told.exists() else []
        if port:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://127.0.0.1:{port[0]}/json/list", timeout=PATIENCE) as answer:
                pages = [page for page in json.load(answer) if page["type"] == "page"]
            if pages:
                return pages[0]["webSocketDebuggerUrl"]
        time.sleep(INTERVAL)
    raise Complaint("Chromium does not start.")
