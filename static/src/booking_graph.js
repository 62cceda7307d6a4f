import {darkenColor, getCustomColor, lightenColor} from "@web/core/colors/colors";
import {GraphRenderer} from "@web/views/graph/graph_renderer";
import {cookie} from "@web/core/browser/cookie";
import {graphView} from "@web/views/graph/graph_view";
import {registry} from "@web/core/registry";

const GREEN = "#43C5B1";
const ORANGE = "#F4A261";
const BLUE = "#3188E6";
const LIGHT_BLUE = "#4EA7F2";
const PURPLE = "#8481DD";
const GREY = "#A4A8B6";
const DARK_GREY = "#7E8290";

/** As the badges in the lists: colours of Odoo's own charts, by field and value. */
const COLOURS = {
    billing_state: {
        to_check: ORANGE,
        to_invoice: GREEN,
        draft: LIGHT_BLUE,
        invoiced: BLUE,
        paid: PURPLE,
        excluded: GREY,
        cancelled: DARK_GREY,
    },
    standing: {
        "1_to_invoice": GREEN,
        "2_to_check": ORANGE,
        "3_invoiced": BLUE,
        "4_excluded": GREY,
        "5_cancelled": DARK_GREY,
    },
};

/** Odoo colours by order: what is ready would be red in one chart and blue in the next. */
export class BookingGraphRenderer extends GraphRenderer {
    /** By the words of the legend: none when something else than a state tells the parts apart. */
    get stateColours() {
        const {fields, groupBy} = this.model.metaData;
        const name = groupBy.length === 2 ? groupBy[1].fieldName : "";
        const colours = COLOURS[name] || {};
        const selection = fields[name]?.selection || [];
        return Object.fromEntries(
            selection.map(([value, words]) => [words, colours[value]])
        );
    }

    getBarChartData() {
        const data = super.getBarChartData();
        const colours = this.stateColours;
        for (const dataset of data.datasets) {
            dataset.backgroundColor = colours[dataset.label] || dataset.backgroundColor;
        }
        return data;
    }

    getLineChartData() {
        const data = super.getLineChartData();
        const colours = this.stateColours;
        const scheme = cookie.get("color_scheme");
        for (const dataset of data.datasets) {
            const colour = colours[dataset.label];
            if (colour) {
                Object.assign(dataset, {
                    backgroundColor: getCustomColor(
                        scheme,
                        lightenColor(colour, 0.5),
                        darkenColor(colour, 0.5)
                    ),
                    borderColor: colour,
                    hoverBackgroundColor: colour,
                    pointBackgroundColor: colour,
                });
            }
        }
        return data;
    }
}

registry.category("views").add("microsoft_bookings_graph", {
    ...graphView,
    Renderer: BookingGraphRenderer,
});
