// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const empty = (title) => `.o_view_nocontent p:contains(${title})`;

tours.add("microsoft_bookings_emptiness_search", {
    steps: () => [
        {trigger: ".o_data_row"},
        {trigger: ".o_searchview_input", run: "edit nobody of this name"},
        {trigger: ".o_searchview_autocomplete .o-dropdown-item:first", run: "click"},
        {
            content: "It is the search that finds nothing",
            trigger: empty("No booking matches"),
        },
        {trigger: ".o_switch_view.o_kanban", run: "click"},
        {trigger: `.o_kanban_view ${empty("No booking matches")}`},
        {trigger: ".o_facet_remove", run: "click"},
        {trigger: ".o_kanban_record:not(.o_kanban_ghost)"},
    ],
});

tours.add("microsoft_bookings_emptiness_connect", {
    steps: () => [
        {trigger: empty("is connected")},
        {
            trigger: ".o_view_nocontent button:contains(Connect a Business)",
            run: "click",
        },
        {trigger: ".modal .o_field_widget[name=cloud]"},
    ],
});
