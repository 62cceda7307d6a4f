import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

const tours = registry.category("web_tour.tours");

// Nothing here is found by its words: the same tours run in every language.
const CREATE = ".o_control_panel .o_booking_create_invoices";
const ROW = ".o_list_view .o_data_row";
const READY = `${ROW} td[name=status] .text-bg-success`;
const TO_CHECK = `${ROW} td[name=status] .text-bg-warning`;
// Of the list of bookings and not of the invoices that comes after it.
const BOOKINGS = ".o_list_view td[name=billing_state], .o_list_view td[name=status]";

const filter = (position) => [
    {trigger: ".o_searchview_dropdown_toggler", run: "click"},
    {trigger: `.o_filter_menu .o_menu_item:eq(${position})`, run: "click"},
    {trigger: ".o_searchview .o_searchview_facet"},
    {trigger: ".o_searchview_dropdown_toggler", run: "click"},
];
const select = (position) => ({
    content: `Select row ${position}`,
    trigger: `${ROW}:eq(${position}) .o_list_record_selector input`,
    run: "check",
});
const confirmDrafts = [
    {
        content: "The preview names who pays",
        trigger: ".modal .o_booking_preview tbody tr",
    },
    {trigger: ".modal footer button[name=action_create_invoices]", run: "click"},
    {trigger: "body:not(:has(.modal))"},
];
const oneDraft = {
    content: "The draft is open",
    trigger:
        ".o_form_view:has([name=invoice_line_ids]) .o_statusbar_status button[data-value=draft].o_arrow_button_current",
};
const severalDrafts = {
    content: "The drafts are listed",
    trigger: ".o_list_view td[name=invoice_partner_display_name]",
};
const back = [
    {trigger: ".o_breadcrumb .o_back_button, .breadcrumb .o_back_button", run: "click"},
    {content: "Back among the bookings", trigger: BOOKINGS},
];

tours.add("microsoft_bookings_invoice", {
    steps: () => [
        {content: "Something is to check", trigger: TO_CHECK},
        ...filter(0),
        {
            content: "Only what is ready",
            trigger: `body:not(:has(${TO_CHECK})) ${READY}`,
        },
        // One
        select(0),
        {trigger: CREATE, run: "click"},
        ...confirmDrafts,
        oneDraft,
        ...back,
        // Several
        select(0),
        select(1),
        {trigger: CREATE, run: "click"},
        ...confirmDrafts,
        severalDrafts,
        ...back,
        // The rest, of what is shown
        {trigger: ".o_searchview .o_facet_remove", run: "click"},
        {trigger: TO_CHECK},
        {trigger: ".o_control_panel .o_booking_invoice_all", run: "click"},
        {
            content: "It says what is left out",
            trigger: ".modal .o_booking_preview .alert-warning li",
        },
        ...confirmDrafts,
        severalDrafts,
    ],
});

tours.add("microsoft_bookings_invoice_filtered", {
    steps: () => [
        {trigger: READY},
        ...filter(0),
        {trigger: ".o_list_view thead .o_list_record_selector input", run: "check"},
        {trigger: ".o_control_panel .o_select_domain", run: "click"},
        {trigger: CREATE, run: "click"},
        {
            content: "It says by which filter",
            trigger: ".modal .o_field_widget[name=domain] .o_facet_value",
        },
        {
            content: "And how many, on all pages",
            trigger: ".modal .o_field_widget[name=selected_text]:contains(5)",
        },
        ...confirmDrafts,
        severalDrafts,
    ],
});

tours.add("microsoft_bookings_invoice_stale", {
    steps: () => [
        {trigger: ".o_control_panel .o_booking_invoice_all", run: "click"},
        {
            content: "A choice that has to be kept",
            trigger: ".modal .o_field_widget[name=grouping] input[data-value=booking]",
            run: "click",
        },
        {trigger: ".modal button[name=action_sync]", run: "click"},
        {
            content: "The wizard is still there, and says what goes on",
            trigger: ".modal .alert-info .fa-spin",
        },
        {
            trigger:
                ".modal .o_field_widget[name=grouping] input[data-value=booking]:checked",
        },
        {trigger: ".modal footer button[name=action_create_invoices]", run: "click"},
        {
            content: "It asks once more",
            trigger: ".modal:not(:has(.o_booking_preview)) footer .btn-secondary",
            run: "click",
        },
        {trigger: ".modal footer button[name=action_create_invoices]", run: "click"},
        {
            trigger: ".modal:not(:has(.o_booking_preview)) footer .btn-primary",
            run: "click",
        },
        {trigger: "body:not(:has(.modal))"},
        severalDrafts,
    ],
});

tours.add("microsoft_bookings_invoice_phone", {
    steps: () => [
        {
            content: "A card says what is to check",
            trigger: ".o_kanban_record .text-bg-warning",
        },
        {
            content: "Open one that is ready",
            trigger: ".o_kanban_record:has(.text-bg-success):eq(0)",
            run: "click",
        },
        {trigger: ".o_form_view .o_field_widget[name=payer_id]"},
        {trigger: ".o_statusbar_buttons .o_booking_create_invoices", run: "click"},
        ...confirmDrafts,
        {trigger: ".o_form_view .o_field_widget[name=invoice_line_ids]"},
        {trigger: ".o_back_button", run: "click"},
        {trigger: ".o_form_view .o_field_widget[name=payer_id]"},
        {trigger: ".o_back_button", run: "click"},
        {trigger: ".o_kanban_record .text-bg-success"},
        {trigger: ".o_control_panel .o_booking_invoice_all", run: "click"},
        ...confirmDrafts,
        {
            content: "The drafts are listed",
            trigger:
                ".o_kanban_view .o_kanban_record [name=amount_total_in_currency_signed]",
        },
    ],
});

tours.add("microsoft_bookings_exclude", {
    steps: () => [
        select(0),
        {trigger: ".o_control_panel button[name=action_exclude]", run: "click"},
        {trigger: ".modal .o_field_widget[name=reason_id] input:eq(1)", run: "click"},
        {trigger: ".modal footer button[name=action_exclude]", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {
            content: "Two of three are left",
            trigger: `.o_list_view:not(:has(.o_data_row:eq(2))) .o_data_row:eq(1)`,
        },
    ],
});

tours.add("microsoft_bookings_undo_exclude", {
    steps: () => [
        {trigger: ".o_form_view .o_field_widget[name=exclusion_reason_id]"},
        {
            trigger: ".o_statusbar_buttons button[name=action_undo_exclude]",
            run: "click",
        },
        {
            content: "It is ready again",
            trigger:
                ".o_statusbar_status button[data-value=to_invoice].o_arrow_button_current",
        },
    ],
});

tours.add("microsoft_bookings_price", {
    steps: () => [
        {content: "One row waits for its price", trigger: TO_CHECK},
        {
            trigger: `${ROW}:has(.text-bg-warning) .o_list_record_selector input`,
            run: "check",
        },
        {trigger: `${ROW}.o_data_row_selected td[name=unit_price]`, run: "click"},
        {
            trigger: `${ROW}.o_data_row_selected td[name=unit_price] input`,
            run: "edit 180 && press Enter",
        },
        {content: "The row is ready", trigger: `body:not(:has(${TO_CHECK})) ${READY}`},
    ],
});

// A booking that names no customer gets its payer in the list.
tours.add("microsoft_bookings_payer", {
    steps: () => [
        {content: "One row waits for its payer", trigger: TO_CHECK},
        {
            trigger: `${ROW}:has(.text-bg-warning) .o_list_record_selector input`,
            run: "check",
        },
        {trigger: `${ROW}.o_data_row_selected td[name=payer_id]`, run: "click"},
        {
            trigger: `${ROW}.o_data_row_selected td[name=payer_id] input`,
            run: "edit Ana",
        },
        {
            trigger:
                ".o-autocomplete--dropdown-menu .o-autocomplete--dropdown-item:contains(Ana Müller)",
            run: "click",
        },
        {content: "The row is ready", trigger: `body:not(:has(${TO_CHECK})) ${READY}`},
    ],
});

// From the settings: the synchronisation is on its way, and says so.
tours.add("microsoft_bookings_sync_now", {
    steps: () => [
        {
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_sync]",
            run: "click",
        },
        {
            content: "It is under way",
            trigger: ".o_form_view .alert .o_field_widget[name=open_run_id]",
        },
        {content: "And not failed", trigger: ".o_form_view:not(:has(.alert-danger))"},
    ],
});

// From the card of the sales journal to what it counts.
tours.add("microsoft_bookings_card", {
    steps: () => [
        {
            trigger: ".o_booking_card a[name=action_view_uninvoiced_bookings]",
            run: "click",
        },
        {content: "What was counted is listed", trigger: READY},
        {trigger: TO_CHECK},
    ],
});

const next = {trigger: ".modal footer button[name=action_next]", run: "click"};

// From the list of settings to a connected one, by the set-up wizard and the trial tenant.
tours.add("microsoft_bookings_connect", {
    steps: () => [
        {
            content: "Start the set-up",
            trigger: ".o_control_panel .o_booking_connect",
            run: "click",
        },
        {
            content: "Which cloud",
            trigger: ".modal .o_field_widget[name=cloud] input",
            run: "click",
        },
        {
            content: "The trial",
            // On a phone the choices are a sheet of their own, above the dialog.
            trigger: "body:has(.o_select_menu_item)",
            run() {
                [...document.querySelectorAll(".o_select_menu_item")].at(-1).click();
            },
        },
        {trigger: ".modal:not(:has(.o_field_widget[name=tenant_id]))"},
        next,
        {
            content: "Signed in",
            trigger: ".modal .o_field_widget[name=connection_check_html] li:eq(2)",
        },
        next,
        {
            content: "Leave it",
            trigger: ".modal footer button[name=action_finish_later]",
            run: "click",
        },
        {
            content: "Resume it",
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_set_up]",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=business_ids] button[name=action_choose]",
            run: "click",
        },
        {
            content: "The options",
            trigger: ".modal .o_field_widget[name=interval_number]",
        },
        next,
        {
            content: "A first look",
            trigger: ".modal .o_field_widget[name=first_look_html] tbody tr",
        },
        {trigger: ".modal footer button[name=action_connect]", run: "click"},
        {
            content: "Connected",
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_field_widget[name=business_id]",
        },
    ],
});

const call = (model, method, args) =>
    rpc(`/web/dataset/call_kw/${model}/${method}`, {model, method, args, kwargs: {}});

tours.add("microsoft_bookings_live_run", {
    steps: () => [
        {
            content: "It waits for a worker",
            trigger: ".o_statusbar_status [data-value=queued]",
        },
        {
            content: "Somebody else pauses the connection",
            trigger: ".o_form_view .fa-refresh",
            run: async () => {
                const name = "microsoft.booking.settings";
                await call(name, "action_pause", [await call(name, "search", [[]])]);
            },
        },
        {
            content: "The form says so by itself",
            trigger: ".o_statusbar_status [data-value=paused].o_arrow_button_current",
        },
    ],
});

const settle = [
    {
        content: "What changed is said",
        trigger: ".modal .o_field_widget[name=line_ids] .o_data_row",
    },
    {
        content: "What needs no money needs a reason",
        trigger: ".modal .o_field_widget[name=reason] input",
        run: "edit Moved with the customer",
    },
    {trigger: ".modal footer button[name=action_settle]", run: "click"},
    severalDrafts,
];

tours.add("microsoft_bookings_settle", {
    steps: () => [
        {content: "Three changed", trigger: `${ROW}:eq(2)`},
        {trigger: ".o_control_panel .o_booking_settle_all", run: "click"},
        ...settle,
        ...back.slice(0, 1),
        {content: "Nothing is left", trigger: ".o_view_nocontent_smiling_face"},
    ],
});

tours.add("microsoft_bookings_settle_phone", {
    steps: () => [
        {
            content: "A card says what changed",
            trigger: ".o_kanban_record .o_booking_changes",
        },
        {
            content: "Open it",
            trigger: ".o_kanban_record:has(.o_booking_changes):eq(0)",
            run: "click",
        },
        {trigger: ".o_statusbar_buttons .o_booking_settle", run: "click"},
        {
            content: "What would become of it",
            trigger: ".modal .o_kanban_record .o_booking_changes",
        },
        {trigger: ".modal footer button[name=action_settle]", run: "click"},
        {
            content: "The draft is open",
            trigger: ".o_form_view .o_field_widget[name=invoice_line_ids]",
        },
    ],
});

tours.add("microsoft_bookings_nobody", {
    steps: () => [{trigger: ".o_form_view .oe_title h1:contains(No customer)"}],
});

tours.add("microsoft_bookings_month_check", {
    steps: () => [
        {trigger: ".o_form_view button[name=action_check]", run: "click"},
        {trigger: ".o_form_view .alert-success, .o_form_view .alert-warning"},
        {trigger: ".o_form_view button[name=action_check]", run: "click"},
        {
            content: "It is one screen, and not one on top of the other",
            trigger:
                ".o_control_panel:not(:has(.breadcrumb-item)):not(:has(.o_form_button_create))",
        },
        {trigger: ".o_form_view .o_field_widget[name=read_at]"},
    ],
});
