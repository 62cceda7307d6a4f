// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const row = (name) => `.o_data_row:has(td[name=name]:contains(${name}))`;
const without = (name) => `.o_list_view:not(:has(${row(name)}))`;

tours.add("microsoft_bookings_choices", {
    steps: () => [
        {
            content: "One of several is chosen on the form",
            trigger: `${row("Bob")} .o_list_record_open_form_view button`,
            run: "click",
        },
        {trigger: ".o_form_view .alert-warning .o_field_widget[name=match_text]"},
        {
            trigger:
                ".o_form_view .o_field_widget[name=candidate_ids] .o_data_row:contains(Second) button[name=action_choose_for_booking_customer]",
            run: "click",
        },
        {trigger: ".o_form_view .o_field_widget[name=match_state] .text-bg-success"},
        {trigger: ".o_back_button", run: "click"},
        {content: "It is no longer listed", trigger: `${without("Bob")} ${row("Ana")}`},
        {
            content: "An archived one is restored",
            trigger: `${row("Cara")} button[name=action_restore_contact]`,
            run: "click",
        },
        {
            content: "A missing one is created",
            trigger: `${without("Cara")} ${row("Ana")} button[name=action_create_contact]`,
            run: "click",
        },
        {
            content: "Every customer has its contact",
            trigger: ".o_view_nocontent, .o_list_view:not(:has(.o_data_row))",
        },
    ],
});

tours.add("microsoft_bookings_undo_choice", {
    steps: () => [
        {trigger: `${row("Bob")} button[name=action_undo_choice]`, run: "click"},
        {trigger: `${without("Bob")} ${row("Ana")}`},
    ],
});

tours.add("microsoft_bookings_choice_phone", {
    steps: () => [
        {
            trigger:
                ".o_field_widget[name=candidate_ids] .o_kanban_record:contains(Second) button[name=action_choose_for_booking_customer]",
            run: "click",
        },
        {trigger: ".o_form_view .o_field_widget[name=match_state] .text-bg-success"},
    ],
});
