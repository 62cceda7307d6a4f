// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

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

const call = (method, args) =>
    rpc(`/web/dataset/call_kw/microsoft.booking/${method}`, {
        model: "microsoft.booking",
        method,
        args,
        kwargs: {},
    });

tours.add("microsoft_bookings_emptiness_arrive", {
    steps: () => [
        {trigger: empty("as far as Odoo knows")},
        {trigger: ".o_booking_emptiness_text:contains(is under way)"},
        {
            content: "Somebody is about to search",
            trigger: ".o_searchview_input",
            run: "edit Cara",
        },
        {
            content: "Bookings arrive: nobody loads the list again",
            trigger: ".o_view_nocontent",
            async run() {
                const ids = await call("search", [[]]);
                await call("action_undo_exclude", [ids]);
            },
        },
        {trigger: ".o_data_row:contains(Ana)"},
        {
            content: "What was being typed is still there",
            trigger: ".o_searchview_input:value(Cara):focus",
        },
        {trigger: ".o_searchview_autocomplete .o-dropdown-item:contains(Cara)"},
        {trigger: ".o_search_panel_sidebar button", run: "click"},
        {
            content: "What stands beside them was counted again",
            trigger: ".o_search_panel_filter_value:contains(Haircut)",
        },
    ],
});
