import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const menu = (xmlid) => `[data-menu-xmlid='${xmlid}']`;
const elsewhere = (section) => `body:not(:has(.o_menu_sections ${menu(section)}))`;

/** From anywhere to an entry of a menu of Invoicing: whoever is in Invoicing already need not go there. */
const goTo = (section, entry, contents) => [
    {
        // Odoo's own step of this kind is for its robot alone, and leaves a person at the start.
        isActive: ["community", "desktop", elsewhere(section)],
        trigger: ".o_navbar_apps_menu button:enabled",
        content: contents[0],
        tooltipPosition: "bottom",
        run: "click",
    },
    {
        isActive: [elsewhere(section)],
        trigger: `.o_app${menu("account.menu_finance")}`,
        content: contents[0],
        tooltipPosition: "right",
        run: "click",
    },
    {
        trigger: `.o_menu_sections ${menu(section)}`,
        content: contents[1],
        tooltipPosition: "bottom",
        run: "click",
    },
    {
        trigger: `.o-dropdown-item${menu(entry)}`,
        content: contents[2],
        tooltipPosition: "right",
        run: "click",
    },
];

// The first connection, with the tenant that nobody has to set up: nothing leaves the server.
tours.add("microsoft_bookings_connect_tour", {
    url: "/odoo",
    steps: () => [
        ...goTo(
            "account.menu_finance_configuration",
            "microsoft_bookings.microsoft_booking_settings_menu",
            [
                _t("Bookings are invoiced in Invoicing."),
                _t("A Bookings business is connected in the configuration."),
                _t("Each connected business has its settings here."),
            ]
        ),
        {
            trigger: ".o_control_panel .o_booking_connect",
            content: _t(
                "Connect a business. Nothing is imported before the last step."
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=cloud] input",
            content: _t(
                "Which cloud is yours? To try it out, choose the invented business at the end."
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:last",
            content: _t(
                "Its appointments are invented, and nothing leaves this server."
            ),
            tooltipPosition: "right",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".modal:not(:has(.o_field_widget[name=tenant_id]))",
        },
        {
            trigger: ".modal footer button[name=action_next]",
            content: _t("Sign in."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".modal .o_field_widget[name=connection_check_html] li:eq(2)",
        },
        {
            trigger: ".modal footer button[name=action_next]",
            content: _t("Every step of the sign-in is ticked: go on."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=business_ids] button[name=action_choose]",
            content: _t("Choose whose appointments are invoiced in this company."),
            tooltipPosition: "left",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".modal .o_field_widget[name=interval_number]",
        },
        {
            trigger: ".modal footer button[name=action_next]",
            content: _t(
                "How often, since when, and which contacts and products: all of it can be changed later."
            ),
            tooltipPosition: "top",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".modal .o_field_widget[name=first_look_html] tbody tr",
        },
        {
            trigger: ".modal footer button[name=action_connect]",
            content: _t(
                "These are the last appointments. Connect, and they are synchronised from now on."
            ),
            tooltipPosition: "top",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_field_widget[name=business_id]",
        },
    ],
});

// The first invoice.
tours.add("microsoft_bookings_invoice_tour", {
    url: "/odoo",
    steps: () => [
        ...goTo(
            "account.menu_finance_receivables",
            "microsoft_bookings.microsoft_booking_menu_uninvoiced",
            [
                _t("Bookings are invoiced in Invoicing."),
                _t("What customers owe begins here."),
                _t("Whatever has taken place and is on no invoice yet is listed here."),
            ]
        ),
        {
            trigger:
                ".o_list_view .o_data_row:has(.text-bg-success) .o_list_record_selector input",
            content: _t("Green is ready. Tick one booking, or several."),
            tooltipPosition: "right",
            // A person ticks by a click: nothing else is noticed.
            run: "click",
        },
        {
            trigger: ".o_control_panel .o_booking_create_invoices",
            content: _t("Make draft invoices of them. Nothing is posted."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".modal .o_booking_preview tbody tr",
        },
        {
            trigger: ".modal footer button[name=action_create_invoices]",
            content: _t("Who pays how much stands in the preview. Make the drafts."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            // Several payers have a draft each, in a list.
            trigger:
                ".o_form_view .o_field_widget[name=invoice_line_ids], .o_list_view td[name=invoice_partner_display_name]",
            content: _t(
                "A draft like any other. From invented appointments: undo it by its run. From real ones: review it, then confirm it."
            ),
            tooltipPosition: "top",
            run: "click",
        },
    ],
});
