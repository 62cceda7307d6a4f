# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is photographed, and how a person gets there: from the first bookings to the drafts.

The order counts: later pictures show what was done for the earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..demo.world import ACCOUNTANT, ADMINISTRATOR, COMPANIES

if TYPE_CHECKING:
    from .camera import Camera

DESK, LOW, PHONE = (1400, 900), (1400, 640), (390, 844)
LIST, FORM, DIALOG = ".o_data_row", ".o_form_view .o_form_sheet", ".modal .o_form_view"
# Of those who get an invoice, one with a company behind and several bookings.
PAYER = "Alizée Rochat"
NEXT = ".modal footer button[name=action_next]"


@dataclass(frozen=True)
class Picture:
    """One picture.

    :param name: of its file, without ``.png``
    :param login: who looks; the administrator's screens are in English, the accountant's in French
    :param size: of the screen
    :param go: what is done to get there
    :param part: selector of the part of the screen that is shown; all of it without one
    """

    name: str
    login: str
    size: tuple[int, int]
    go: Callable[[Camera], None]
    part: str = ""


def _uninvoiced(camera: Camera) -> None:
    camera.open("uninvoiced-bookings", LIST)


def _on_a_phone(camera: Camera) -> None:
    camera.open("uninvoiced-bookings", ".o_kanban_record")


def _to_check(camera: Camera) -> None:
    _uninvoiced(camera)
    camera.click(".o_searchview_dropdown_toggler")
    camera.click(".o_filter_menu .o_menu_item", "To Check")
    camera.click(".o_searchview_dropdown_toggler")


def _booking(camera: Camera) -> None:
    _uninvoiced(camera)
    camera.click(f"{LIST} td[name=customer_name]")
    camera.window.wait(FORM)


def _journal(camera: Camera) -> None:
    camera.open("accounting", ".o_kanban_record")


def _report(camera: Camera) -> None:
    camera.open("uninvoiced-by-age", ".o_graph_renderer canvas")


def _preview(camera: Camera) -> None:
    _uninvoiced(camera)
    camera.click(".o_booking_invoice_all")
    camera.window.wait(".modal .o_booking_preview tbody tr")


def _draft(camera: Camera) -> None:
    _preview(camera)
    camera.click(".modal footer button[name=action_create_invoices]")
    camera.click(".o_notification_close")
    camera.click(f"{LIST} td[name=invoice_partner_display_name]", PAYER)
    camera.window.wait(FORM)


def _month_check(camera: Camera) -> None:
    camera.open("bookings-month-check", FORM)
    camera.click(".o_field_widget[name=settings_id] input")
    camera.click(".o-autocomplete--dropdown-item", COMPANIES[0].name)
    camera.click("button[name=action_check]")
    camera.window.wait(".alert-success, .alert-warning")


def _runs(camera: Camera) -> None:
    camera.open("booking-runs", LIST)


def _settings(camera: Camera) -> None:
    camera.open("booking-sync-settings", LIST)
    camera.click(f"{LIST} td[name=name]")
    camera.window.wait(FORM)


def _connect(camera: Camera) -> None:
    camera.open("booking-sync-settings", LIST)
    camera.click(".o_booking_connect")
    camera.window.wait(DIALOG)


def _business(camera: Camera) -> None:
    camera.click(".modal .o_field_widget[name=cloud] input")
    camera.click(".o_select_menu_item", "Try it without Microsoft")
    for button in (NEXT, NEXT):
        camera.click(button)
    camera.window.wait(".modal [name=business_ids] .o_data_row")


def _options(camera: Camera) -> None:
    camera.click(".modal button[name=action_choose]")
    camera.window.wait(".modal .o_field_widget[name=create_contacts]")


def _first_look(camera: Camera) -> None:
    camera.click(NEXT)
    camera.window.wait(".modal [name=first_look_html] table")


PICTURES = (
    Picture("uninvoiced", ADMINISTRATOR, DESK, _uninvoiced),
    Picture("uninvoiced_french", ACCOUNTANT, DESK, _uninvoiced),
    Picture("uninvoiced_phone", ADMINISTRATOR, PHONE, _on_a_phone),
    Picture("to_check", ADMINISTRATOR, DESK, _to_check),
    Picture("booking_french", ACCOUNTANT, DESK, _booking),
    Picture("journal", ADMINISTRATOR, LOW, _journal),
    Picture("report", ADMINISTRATOR, DESK, _report),
    Picture("preview", ADMINISTRATOR, DESK, _preview),
    Picture("draft", ADMINISTRATOR, DESK, _draft),
    Picture("month_check", ADMINISTRATOR, LOW, _month_check),
    Picture("runs", ADMINISTRATOR, LOW, _runs),
    Picture("settings", ADMINISTRATOR, DESK, _settings),
    Picture("connect_application", ADMINISTRATOR, DESK, _connect, ".modal-content"),
    Picture("connect_business", ADMINISTRATOR, DESK, _business, ".modal-content"),
    Picture("connect_options", ADMINISTRATOR, DESK, _options, ".modal-content"),
    Picture("connect_first_look", ADMINISTRATOR, DESK, _first_look, ".modal-content"),
)
