import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

import {Component, onMounted, onWillUnmount, xml} from "@odoo/owl";

const INTERVAL = 3000;

/**
 * Reads the record of a form again every few seconds, so that a synchronisation is seen at work.
 *
 * It lives in the part of the form that shows the progress, and so ends with it. A form in which
 * somebody types, or that nobody looks at, is left alone; a wizard, with the option save, is saved instead.
 */
export class BookingLive extends Component {
    static template = xml`<i class="fa fa-refresh fa-spin me-2" role="presentation" />`;
    static props = {...standardWidgetProps, save: {type: Boolean, optional: true}};

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.refresh(), INTERVAL);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    async refresh() {
        const record = this.props.record;
        if (this.busy || document.hidden || record.isNew) {
            return;
        }
        this.busy = true;
        try {
            if (!(await record.isDirty())) {
                await record.load();
            } else if (this.props.save) {
                await record.save();
            }
        } catch {
            // No connection for a moment: the next turn reads again.
        } finally {
            this.busy = false;
        }
    }
}

registry.category("view_widgets").add("microsoft_bookings_live", {
    component: BookingLive,
    fieldDependencies: [],
    extractProps: ({options}) => ({save: options.save}),
});
