import {CalendarModel} from "@web/views/calendar/calendar_model";
import {browser} from "@web/core/browser/browser";
import {calendarView} from "@web/views/calendar/calendar_view";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {registry} from "@web/core/registry";

/** Opens where there is something to see: what is uninvoiced lies in the past, and mostly not in this week. */
export class BookingCalendarModel extends CalendarModel {
    /** Seven columns are too narrow on a telephone; whoever chose them all the same keeps them. */
    getLocalStorageScale() {
        const chosen = browser.localStorage.getItem(this.storageKey);
        return this.env.isSmall && !chosen ? "day" : super.getLocalStorageScale();
    }

    async load(params = {}) {
        const {context, domain} = params;
        if (!this.meta.date && context?.booking_uninvoiced) {
            const [newest] = await this.orm.searchRead(
                this.meta.resModel,
                domain,
                ["start"],
                {context, limit: 1, order: "start desc"}
            );
            if (newest) {
                this.meta.date = deserializeDateTime(newest.start).startOf("day");
            }
        }
        return super.load(params);
    }
}

registry.category("views").add("microsoft_bookings_calendar", {
    ...calendarView,
    Model: BookingCalendarModel,
});
