import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";

import {ActionHelper} from "@web/views/action_helper";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {KeepLast} from "@web/core/utils/concurrency";
import {ListRenderer} from "@web/views/list/list_renderer";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {useLive} from "./booking_live";
import {useService} from "@web/core/utils/hooks";

/**
 * Says why there are no bookings, each time that none are found: the help of an action is
 * remembered by the browser and by the server, and would be wrong an hour later.
 *
 * While a synchronisation is at work it asks again, and has the list loaded when bookings have arrived.
 */
export class BookingEmptiness extends Component {
    static template = "microsoft_bookings.BookingEmptiness";
    static components = {ActionHelper};
    static props = {
        // What is searched for: another one asks anew.
        domain: Array,
        context: Object,
        noContentHelp: {type: String, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({});
        onWillStart(() => this.load(this.props));
        // Whatever the answer, the list itself is drawn at once.
        onWillUpdateProps((nextProps) => {
            this.load(nextProps);
        });
        useLive(() => this.state.live && this.load(this.props));
    }

    async load({context}) {
        const domain = this.env.searchModel.globalDomain;
        try {
            const answer = this.orm.silent.call(
                "microsoft.booking",
                "get_emptiness",
                [domain],
                {
                    context,
                }
            );
            const found = await this.keepLast.add(answer);
            if (this.state.live && found.reason === "search") {
                // Once: whoever filters them out is told so by the next answer.
                this.state.live = false;
                await this.reload();
            } else {
                Object.assign(this.state, found);
            }
        } catch {
            // The help of the action is better than a list that cannot be drawn.
            this.state.title = false;
        }
    }

    /** Load the list, and what the panel beside it counts; what is typed into the search bar stays. */
    async reload() {
        await this.env.searchModel._notify();
    }
}

export class BookingListRenderer extends ListRenderer {
    static template = "microsoft_bookings.BookingListRenderer";
    static components = {...ListRenderer.components, BookingEmptiness};
}

export class BookingKanbanRenderer extends KanbanRenderer {
    static template = "microsoft_bookings.BookingKanbanRenderer";
    static components = {...KanbanRenderer.components, BookingEmptiness};
}

const views = registry.category("views");
views.add("microsoft_bookings_list", {...listView, Renderer: BookingListRenderer});
views.add("microsoft_bookings_kanban", {
    ...kanbanView,
    Renderer: BookingKanbanRenderer,
});
