# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs inside Odoo's Python, which has what talks to Chromium: takes all pictures of a running Odoo."""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack
from pathlib import Path

from PIL import Image

from ..environment.console import Complaint, say
from .chromium import Window, window
from .pictures import PICTURES

# Screens are of few colours: a palette makes a third of the file, and nobody sees it.
COLOURS = 128
# What a picture may have at most (bytes).
LARGEST = 150_000


class Camera:
    """One person before a screen.

    :param seen: the window
    :param url: of Odoo
    :param login: who it is; the demo's passwords are their logins
    :param companies: ids of the companies that are ticked
    """

    def __init__(self, seen: Window, url: str, login: str, companies: str) -> None:
        self.window = seen
        self._url = url
        seen.call("Network.setCookie", name="cids", value=companies, url=url)
        seen.open(f"{url}/web/login", "input[name=login]")
        seen.type("input[name=login]", login)
        seen.type("input[name=password]", login)
        seen.evaluate("document.querySelector('form.oe_login_form').submit()")
        seen.wait(".o_main_navbar")

    def open(self, path: str, selector: str) -> None:
        """Open a screen by its path and wait for ``selector``."""
        self.window.open(f"{self._url}/odoo/{path}", selector)

    def click(self, selector: str, text: str = "") -> None:
        """Click something, and wait until the page has come to rest."""
        self.window.click(selector, text)


def small(picture: bytes) -> bytes:
    """The same picture with a palette of its own.

    :raise Complaint: when it is too large all the same
    """
    result = io.BytesIO()
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image = image.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    image.save(result, "PNG", optimize=True)
    if result.tell() > LARGEST:
        raise Complaint(f"A picture has {result.tell()} bytes, more than {LARGEST}.")
    return result.getvalue()


def main(program: str, url: str, companies: str, folder: str) -> None:
    """Take all pictures.

    :param program: Chromium's
    :param url: of an Odoo that holds the demo's bookings, none of them invoiced
    :param companies: ids of both companies, ``1-2``
    :param folder: where the pictures go
    """
    cameras: dict[tuple[str, int], Camera] = {}
    with ExitStack() as stack:
        for picture in PICTURES:
            width, _height = picture.size
            person = (picture.login, width)
            if person not in cameras:
                seen = stack.enter_context(window(program))
                seen.resize(*picture.size)
                cameras[person] = Camera(seen, url, picture.login, companies)
            camera = cameras[person]
            camera.window.resize(*picture.size)
            picture.go(camera)
            content = small(camera.window.picture(picture.part))
            (Path(folder) / f"{picture.name}.png").write_bytes(content)
            say(f"    {picture.name} ({len(content) // 1000} kB)")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Complaint as complaint:
        sys.exit(f"{complaint}")
