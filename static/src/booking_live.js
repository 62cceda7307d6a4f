import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

import {Component, onMounted, onWillUnmount, xml} from "@odoo/owl";

const INTERVAL = 3000;

/**
 * Calls `refresh` every few seconds as long as the component is there: one call after the other, and none
 * while nobody looks.
 */
export function useLive(refresh) {
    let busy = false;
    let timer = null;
    async function turn() {
        if (busy || document.hidden) {
            return;
        }
        busy = true;
        try {
            await refresh();
        } catch {
            // No connection for a moment: the next turn reads again.
        } finally {
            busy = false;
        }
    }
    onMounted(() => {
        timer = setInterval(turn, INTERVAL);
    });
    onWillUnmount(() => clearInterval(timer));
}

/**
 * Reads the record of a form again every few seconds, so that a synchronisation is seen at work.
 *
 * It lives in the part of the form that shows the progress, and so ends with it. A form in which
 * somebody types is left alone; a wizard, with the option save, is saved instead.
 */
export class BookingLive extends Component {
    static template = xml`<i class="fa fa-refresh fa-spin me-2" role="presentation" />`;
    static props = {...standardWidgetProps, save: {type: Boolean, optional: true}};

    setup() {
        useLive(() => this.refresh());
    }

    async refresh() {
        const record = this.props.record;
        if (record.isNew) {
            return;
        }
        if (!(await record.isDirty())) {
            await record.load();
        } else if (this.props.save) {
            await record.save();
        }
    }
}

registry.category("view_widgets").add("microsoft_bookings_live", {
    component: BookingLive,
    fieldDependencies: [],
    extractProps: ({options}) => ({save: options.save}),
});
