# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a person does with the add-on from the first day on, done over Odoo's public interface.

The administrator connects each company to its Bookings business and synchronises; the accountant
looks at what is to be invoiced and makes the drafts. A second telling finds what is there already.
"""

from __future__ import annotations

import time
from datetime import datetime, timezone

from ..environment.console import Complaint, Progress, step
from .rpc import Odoo, Refused
from .table import Row, money
from .world import COMPANIES, Company

SETTINGS = "microsoft.booking.settings"
BOOKING = "microsoft.booking"
RUN = "microsoft.booking.run"
ENDED = ("done", "problems", "failed", "cancelled")
# How long a synchronisation of the demo's size may take on a busy machine (seconds).
PATIENCE = 240


def connect(admin: Odoo, company: Company, company_id: int, tenant: dict) -> int:
    """Make sure the company's Booking Sync Settings lead to the tenant, and test the connection.

    :param tenant: what the sandbox says of itself
    :return: the settings' id
    :raise Complaint: with the sentence that the person would read, when the test fails
    """
    address = {"authority_url": tenant["url"], "graph_url": tenant["url"]}
    domain = [("business_id", "=", company.business), ("company_id", "=", company_id)]
    found = admin.read(SETTINGS, domain, ["state", *address])
    if found:
        settings_id = found[0]["id"]
        if any(found[0][name] != url for name, url in address.items()):
            admin.call(SETTINGS, "write", [settings_id], vals=address)
    else:
        values = {
            "name": company.name,
            "company_id": company_id,
            "cloud": "custom",
            **address,
            "tenant_id": tenant["tenant_id"],
            "client_id": tenant["client_id"],
            "client_secret": tenant["client_secret"],
            "business_id": company.business,
            "create_contacts": True,
            "sync_services": "import",
            "template_product_id": _template_product(admin, company_id),
        }
        (settings_id,) = admin.call(SETTINGS, "create", vals_list=[values])
    admin.call(SETTINGS, "action_test_connection", [settings_id])
    (settings,) = admin.read(SETTINGS, [("id", "=", settings_id)], ["state", "last_problem"])
    if settings["state"] != "connected":
        raise Complaint(f"{company.name} is not connected: {settings['last_problem']}")
    return settings_id


def synchronise(admin: Odoo, settings_ids: list[int]) -> dict[int, dict]:
    """Press *Sync now* on each and wait until all are through.

    :return: the run of each, by the settings' id
    :raise Complaint: when one does not succeed in time
    """
    step("Synchronising with Microsoft Bookings")
    before = admin.read(RUN, [("kind", "=", "sync")], ["state"])
    # One that an earlier start left under way is joined.
    ended = [run["id"] for run in before if run["state"] in ENDED]
    admin.call(SETTINGS, "action_sync", settings_ids)
    progress = Progress()
    fields = ["settings_id", "state", "progress", "read_count", "problem_count"]
    domain = [("kind", "=", "sync"), ("id", "not in", ended), ("settings_id", "in", settings_ids)]
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        runs = admin.read(RUN, domain, fields)
        progress.show(f"{sum(run['read_count'] for run in runs)} bookings read")
        if len(runs) == len(settings_ids) and all(run["state"] in ENDED for run in runs):
            break
        time.sleep(0.5)
    else:
        states = ", ".join(f"{run['settings_id'][1]}: {run['state']}" for run in runs)
        raise Complaint(
            f"The synchronisation is not through after {PATIENCE} s ({states or 'none has begun'})."
            " Start again: it goes on where it was."
        )
    bad = [run for run in runs if run["state"] != "done"]
    if bad:
        raise Complaint(f"A synchronisation ended with problems: {bad}")
    progress.done()
    return {run["settings_id"][0]: run for run in runs}


def invoice(accountant: Odoo, settings: dict[int, Company]) -> list[Row]:
    """Make drafts of everything that is ready, and count what there is before and after.

    :param settings: the company of each Booking Sync Settings' id
    :return: one row for each company
    """
    step("Creating draft invoices")
    summary = {
        row["settings_id"]: row for row in accountant.call(BOOKING, "get_uninvoiced_summary")
    }
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    held = [("stop", "<=", now)]
    rows = []
    for settings_id, company in settings.items():
        here = [("settings_id", "=", settings_id)]
        bookings = accountant.read(
            BOOKING, here + held, ["billing_state", "amount", "partner_id", "issue"]
        )
        ready = [one for one in bookings if one["billing_state"] == "to_invoice"]
        answer = {"invoiced_count": 0, "skipped_count": 0, "invoice_ids": []}
        if ready:
            answer = accountant.call(
                BOOKING, "action_create_draft_invoices", [one["id"] for one in ready]
            )
        told = summary.get(settings_id, {})
        after = accountant.read(BOOKING, here + held, ["invoice_id", "amount"])
        invoiced = [one for one in after if one["invoice_id"]]
        drafts = _invoices(accountant, sorted({one["invoice_id"][0] for one in invoiced}))
        rows.append(
            Row(
                company=company,
                read=len(accountant.read(BOOKING, here, ["id"])),
                held=len(bookings),
                matched=sum(bool(one["partner_id"]) for one in bookings),
                ready=len(ready),
                told_ready=told.get("ready", 0),
                told_amount=money(told.get("amount", 0)),
                to_check=told.get("to_check_by_reason", {}),
                settled_before=len(bookings) - len(ready) - told.get("to_check", 0),
                invoiced_now=answer["invoiced_count"],
                left_out=answer["skipped_count"],
                drafts_now=len(answer["invoice_ids"]),
                booked_amount=sum((money(one["amount"]) for one in invoiced), money(0)),
                ready_amount=sum((money(one["amount"]) for one in ready), money(0)),
                drafts=len(drafts),
                lines=_count_lines(accountant, drafts),
                invoiced=len(invoiced),
                states=sorted({move["state"] for move in drafts}),
                net=sum((money(move["amount_untaxed"]) for move in drafts), money(0)),
                total=sum((money(move["amount_total"]) for move in drafts), money(0)),
            )
        )
    return rows


def to_check_sentences(accountant: Odoo) -> dict[str, str]:
    """The words that the screens have for each reason, in English like the table."""
    described = accountant.call(
        BOOKING, "fields_get", allfields=["issue"], attributes=["selection"]
    )
    return dict(described["issue"]["selection"])


def _invoices(accountant: Odoo, ids: list[int]) -> list[dict]:
    fields = ["state", "amount_untaxed", "amount_total"]
    return accountant.read("account.move", [("id", "in", ids)], fields)


def _count_lines(accountant: Odoo, moves: list[dict]) -> int:
    domain = [
        ("move_id", "in", [move["id"] for move in moves]),
        ("display_type", "=", "product"),
    ]
    return accountant.call("account.move.line", "search_count", domain=domain)


def _template_product(admin: Odoo, company_id: int) -> int:
    """A service with the company's own sales tax, of which the products are copies."""
    name = "Prestation"
    domain = [("name", "=", name), ("company_id", "=", company_id)]
    found = admin.read("product.template", domain, ["id"])
    if found:
        return found[0]["id"]
    (company,) = admin.read("res.company", [("id", "=", company_id)], ["account_sale_tax_id"])
    values = {
        "name": name,
        "type": "service",
        "company_id": company_id,
        "sale_ok": True,
        "purchase_ok": False,
    }
    if company["account_sale_tax_id"]:
        values["taxes_id"] = [(6, 0, [company["account_sale_tax_id"][0]])]
    (product_id,) = admin.call("product.template", "create", vals_list=[values])
    return product_id


def connect_all(admin: Odoo, companies: dict[str, int], tenant: dict) -> dict[int, Company]:
    """Connect every company to its Bookings business, and synchronise.

    :param companies: ids of the companies by name
    :return: the company of each Booking Sync Settings' id
    """
    step("Connecting both companies to their Bookings business")
    settings = {
        connect(admin, company, companies[company.name], tenant): company for company in COMPANIES
    }
    synchronise(admin, list(settings))
    return settings


def tell(admin: Odoo, accountant: Odoo, companies: dict[str, int], tenant: dict) -> list[Row]:
    """The whole path, for both companies.

    :param companies: ids of the companies by name
    :raise Complaint: in Odoo's own words, when it refuses something
    """
    try:
        settings = connect_all(admin, companies, tenant)
        return invoice(accountant, settings)
    except Refused as refused:
        raise Complaint(f"Odoo refused: {refused}") from None
