# Copyright 2026 microsoft_bookings contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Microsoft Bookings Invoicing",
    "summary": "Turn Microsoft Bookings appointments into draft customer invoices, in bulk, exactly once",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Accounting/Accounting",
    "website": "https://github.com/microsoft-bookings-odoo/microsoft_bookings",
    "author": "microsoft_bookings contributors",
    "license": "LGPL-3",
    "depends": ["account"],
    "external_dependencies": {"python": ["requests", "msal"]},
    "data": [],
}
