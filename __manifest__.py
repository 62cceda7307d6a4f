# Copyright 2026 microsoft_bookings contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Microsoft Bookings Invoicing",
    "summary": "Turn Microsoft Bookings appointments into draft customer invoices, in bulk, exactly once",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "microsoft_bookings contributors",
    "license": "LGPL-3",
    "depends": ["account"],
    "external_dependencies": {"python": ["requests", "msal"]},
    "data": [
        "security/ir.model.access.csv",
        "security/booking_security.xml",
        "data/ir_cron_data.xml",
        "data/booking_exclusion_reason_data.xml",
        "data/mail_template_data.xml",
        "wizards/booking_connect_views.xml",
        "wizards/booking_amend_views.xml",
        "wizards/booking_exclude_views.xml",
        "wizards/booking_invoice_views.xml",
        "wizards/booking_outcome_views.xml",
        "views/booking_settings_views.xml",
        "views/booking_run_views.xml",
        "views/booking_customer_views.xml",
        "views/booking_views.xml",
        "views/booking_change_views.xml",
        "views/account_views.xml",
        "views/booking_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["microsoft_bookings/static/tests/tours/*.js"],
    },
}
