// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
/* global Chart */
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** The names in the legend of a chart, each with its colour. */
const colours = (canvas) =>
    Object.fromEntries(
        Chart.getChart(canvas).data.datasets.map((dataset) => [
            dataset.label,
            dataset.backgroundColor,
        ])
    );

function expectColours(canvas, expected) {
    const found = colours(canvas);
    for (const [name, colour] of Object.entries(expected)) {
        if (found[name] !== colour) {
            throw new Error(`${name} is ${found[name]}, and not ${colour}`);
        }
    }
}

tours.add("microsoft_bookings_calendar", {
    steps: () => [
        {
            content: "Green is ready, as in the list",
            trigger: ".o_calendar_color_10.fc-event:contains(Cara · Haircut)",
            run: "click",
        },
        {trigger: ".o_cw_popover .o_cw_popover_fields_secondary:contains(Ready)"},
        {trigger: ".o_cw_popover_close", run: "click"},
        {trigger: ".o_calendar_filter_item.o_cw_filter_color_10:contains(Ready)"},
    ],
});

tours.add("microsoft_bookings_calendar_empty", {
    steps: () => [{trigger: ".o_calendar_renderer .fc-day-today"}],
});

tours.add("microsoft_bookings_calendar_phone", {
    steps: () => [
        {trigger: ".o_kanban_record:contains(Cara)"},
        {trigger: ".o_cp_switch_buttons button", run: "click"},
        {trigger: ".o-dropdown--menu .dropdown-item:has(.fa-calendar)", run: "click"},
        {trigger: ".fc-timeGridDay-view .fc-event:contains(Cara)"},
    ],
});

tours.add("microsoft_bookings_charts", {
    steps: () => [
        {
            trigger: ".o_graph_renderer canvas",
            run() {
                expectColours(this.anchor, {
                    Ready: "#43C5B1",
                    "To check": "#F4A261",
                    "Draft invoice": "#4EA7F2",
                });
            },
        },
        {trigger: ".o_graph_button[data-mode=line]", run: "click"},
        {trigger: ".o_graph_button[data-mode=line].active"},
        {
            trigger: ".o_graph_renderer canvas",
            run() {
                const [ready] = Chart.getChart(this.anchor).data.datasets.filter(
                    ({label}) => label === "Ready"
                );
                if (ready.borderColor !== "#43C5B1") {
                    throw new Error(`The line of Ready is ${ready.borderColor}`);
                }
            },
        },
    ],
});

tours.add("microsoft_bookings_charts_by_age", {
    steps: () => [
        {
            trigger: ".o_graph_renderer canvas",
            run() {
                expectColours(this.anchor, {
                    "To invoice": "#43C5B1",
                    "To check": "#F4A261",
                });
            },
        },
    ],
});
