# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph's half: which operation a request is, whether it may, and the reads."""

import base64
import binascii
import bisect
import re
from urllib.parse import quote

from . import graph_writes
from .graph_call import Call
from .habits import Habits
from .permissions import DELEGATED_ONLY, REQUIRED
from .rendering import Renderer
from .replies import ODATA_JSON, GraphFault, Reply, bad_request, not_found
from .tenant import Tenant
from .wire import parse_moment
from .world import Business

MOST_BUSINESSES = 500
UNKNOWN_MEMBERS = "include-unknown-enum-members"
KINDS = {
    "services": "services",
    "staffMembers": "staff",
    "customers": "customers",
    "customQuestions": "questions",
}
TOKEN_MARK = b"RFNwdAoAAQ:"


class Graph:
    """The Bookings part of Graph over one tenant.

    :param root: callable: Graph's root address, without a slash at its end
    """

    def __init__(self, tenant: Tenant, habits: Habits, root):
        self.tenant = tenant
        self.habits = habits
        self.root = root
        self._renderers = {v: Renderer(habits, v) for v in ("v1.0", "beta")}

    def handle(self, call: Call) -> Reply:
        """The answer to a call. GraphFault for every refusal."""
        match call.segments:
            case ("solutions", "bookingBusinesses"):
                return self._businesses(call)
            case ("solutions", "bookingBusinesses", business_id):
                return self._business(call, business_id)
            case ("solutions", "bookingBusinesses", business_id, *rest):
                return self._below(call, business_id, rest)
            case ("solutions", "bookingCurrencies", *_):
                self.authorise(call, "currencies")
        raise self._no_segment(call)

    def authorise(self, call: Call, operation: str):
        """Raise a 403 unless the token has a role for the operation."""
        if operation in DELEGATED_ONLY:
            message = f"Api {operation} does not support the token type: App."
            raise GraphFault(403, "Forbidden", message)
        if not REQUIRED[operation] & call.roles:
            message = "Access is denied. Check credentials and try again."
            raise GraphFault(403, "ErrorAccessDenied", message)

    def renderer(self, call: Call) -> Renderer:
        """The renderer of the version that was called."""
        return self._renderers[call.version]

    # -- businesses ----------------------------------------------------------------------------

    def _businesses(self, call: Call) -> Reply:
        if call.method == "POST":
            self.authorise(call, "create business")
        self._only(call, "GET")
        self.authorise(call, "list businesses")
        self._no_filter(call)
        wanted = call.query.get("query", "").casefold()
        found = [
            self.renderer(call).business_item(business.properties)
            for business in self.tenant.businesses.values()
            if wanted in business.display_name.casefold()
        ]
        # No paging here: what is beyond the limit is not shown, and nothing says so.
        return self.collection(call, found[:MOST_BUSINESSES])

    def _business(self, call: Call, business_id: str) -> Reply:
        if call.method == "DELETE":
            self.authorise(call, "delete business")
        self._only(call, "GET", "PATCH")
        self.authorise(call, "get business" if call.method == "GET" else "update business")
        business = self.find_business(business_id)
        if call.method == "PATCH":
            return graph_writes.update_business(self, call, business)
        return self.entity(call, self.renderer(call).business(business.properties))

    def find_business(self, business_id: str) -> Business:
        """The business, or one of the two 404 that a business can answer with."""
        try:
            business = self.tenant.business(business_id)
        except KeyError as error:
            raise not_found(self.habits.business_not_found) from error
        if not business.mailbox:
            message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
            raise GraphFault(404, "MailboxNotEnabledForRESTAPI", message)
        return business

    # -- what a business has -------------------------------------------------------------------

    def _below(self, call: Call, business_id: str, rest: list) -> Reply:
        match rest:
            case ["calendarView"]:
                return self._calendar_view(call, business_id)
            case ["appointments"] | ["appointments", _]:
                return self._appointments(call, business_id, *rest[1:])
            case ["appointments" | "calendarView", appointment_id, "cancel"]:
                self._only(call, "POST")
                self.authorise(call, "cancel")
                business = self.find_business(business_id)
                return graph_writes.cancel(self, business, appointment_id)
            case ["publish" | "unpublish"]:
                self._only(call, "POST")
                self.authorise(call, "publish")
                self.find_business(business_id).properties["isPublished"] = rest == ["publish"]
                return Reply(204)
            case [kind] | [kind, _] if kind in KINDS:
                return self._records(call, business_id, kind, *rest[1:])
        raise self._no_segment(call)

    def _calendar_view(self, call: Call, business_id: str) -> Reply:
        self._only(call, "GET")
        self.authorise(call, "calendarView")
        if not self.habits.calendar_view:
            message = "Access is denied. Check credentials and try again."
            raise GraphFault(403, "ErrorAccessDenied", message)
        business = self.find_business(business_id)
        self._no_filter(call)
        try:
            start, end = (parse_moment(call.query[name]) for name in ("start", "end"))
        except (KeyError, ValueError) as error:
            message = "The query needs start and end, in ISO 8601."
            raise bad_request(message, "ErrorInvalidRequest") from error
        if end < start:
            raise bad_request("The end is before the start.", "ErrorInvalidRequest")
        found = business.calendar(start, end)
        render = self.renderer(call).appointment
        return self.page(call, found, lambda a: render(business, a, detail=False, view=True))

    def _appointments(self, call: Call, business_id: str, appointment_id=None) -> Reply:
        reads = call.method == "GET"
        self.authorise(call, "read appointments" if reads else "write appointments")
        business = self.find_business(business_id)
        render = self.renderer(call).appointment
        if appointment_id is None:
            self._only(call, "GET", "POST")
            if not reads:
                return graph_writes.create_appointment(self, call, business)
            self._no_filter(call)
            listed = business.listed()
            return self.page(call, listed, lambda a: render(business, a, detail=False))
        self._only(call, "GET", "PATCH", "DELETE")
        item = business.appointments.get(appointment_id)
        if item is None:
            raise not_found()
        if reads:
            return self.entity(call, render(business, item, detail=True))
        if call.method == "PATCH":
            return graph_writes.update_appointment(self, call, business, item)
        return graph_writes.cancel(self, business, appointment_id)

    def _records(self, call: Call, business_id: str, kind: str, record_id=None) -> Reply:
        reads = call.method == "GET"
        self.authorise(call, f"{'read' if reads else 'write'} {kind}")
        business = self.find_business(business_id)
        records = getattr(business, KINDS[kind])
        if record_id is None:
            self._only(call, "GET", "POST")
            if not reads:
                return graph_writes.create_record(self, call, business, kind)
            self._no_filter(call)
            listed = sorted(records.values(), key=lambda record: record["id"])
            return self.page(call, listed, lambda r: self.record(call, kind, r, detail=False))
        self._only(call, "GET", "PATCH", "DELETE")
        record = records.get(record_id)
        if record is None:
            raise not_found("ResourceNotFound")
        if reads:
            return self.entity(call, self.record(call, kind, record, detail=True))
        if call.method == "PATCH":
            return graph_writes.update_record(self, call, kind, record)
        del records[record_id]
        return Reply(204)

    def record(self, call: Call, kind: str, record: dict, *, detail: bool) -> dict:
        """The JSON of a service, staff member, customer or question."""
        renderer = self.renderer(call)
        if kind == "services":
            return renderer.service(record, detail=detail)
        if kind == "staffMembers":
            return renderer.staff(record, unknown_members=call.prefers(UNKNOWN_MEMBERS))
        return renderer.customer(record) if kind == "customers" else renderer.question(record)

    # -- shapes of answers ---------------------------------------------------------------------

    def entity(self, call: Call, body: dict, status: int = 200) -> Reply:
        """One object."""
        context = {"@odata.context": self._context(call, "/$entity")}
        return Reply(status, context | body, self._headers(call))

    def collection(self, call: Call, items: list, next_link=None, total=None) -> Reply:
        """A list of rendered items, with the address of the next page when there is one.

        :param total: how many there are on all pages; by default these are all
        """
        body = {"@odata.context": self._context(call)}
        if call.query.get("$count") == "true":
            body["@odata.count"] = len(items) if total is None else total
        if next_link:
            body["@odata.nextLink"] = next_link
        return Reply(200, body | {"value": items}, self._headers(call))

    def page(self, call: Call, items: list, render) -> Reply:
        """One page of ``items``, which are sorted by id, and the way to the next one.

        The token holds the last id that was given, so that pages neither repeat nor leave out
        what stays while others come and go.
        """
        first = 0
        if "$skiptoken" in call.query:
            last_id = self._read_token(call.query["$skiptoken"])
            first = bisect.bisect_right(items, last_id, key=_identifier)
        last = first + self.habits.page_size
        shown = items[first:last]
        next_link = None
        if last < len(items):
            token = base64.urlsafe_b64encode(TOKEN_MARK + _identifier(shown[-1]).encode())
            bare = re.sub(r"&?(%24|\$)skiptoken=[^&]*", "", call.target)
            next_link = (
                f"{self.root()}/{call.version}{bare}{'&' if '?' in bare else '?'}"
                f"%24skiptoken={quote(token.decode(), safe='')}"
            ).replace("?&", "?")
        return self.collection(call, [render(item) for item in shown], next_link, len(items))

    def _read_token(self, token: str) -> str:
        try:
            raw = base64.urlsafe_b64decode(token)
            if not raw.startswith(TOKEN_MARK):
                raise ValueError("another mark")
            return raw[len(TOKEN_MARK) :].decode()
        except (ValueError, binascii.Error) as error:
            raise bad_request("The skip token is not valid.") from error

    def _context(self, call: Call, suffix: str = "") -> str:
        # The collection, without the id of the one that was read from it.
        collection = call.segments[: len(call.segments) // 2 * 2]
        path = "/".join(quote(segment, safe="@") for segment in collection)
        return f"{self.root()}/{call.version}/$metadata#{path}{suffix}"

    def _headers(self, call: Call) -> dict:
        headers = {"Content-Type": ODATA_JSON, "OData-Version": "4.0"}
        if call.prefers(UNKNOWN_MEMBERS):
            headers["Preference-Applied"] = UNKNOWN_MEMBERS
        return headers

    def _only(self, call: Call, *methods: str):
        if call.method not in methods:
            raise GraphFault(405, "MethodNotAllowed", "The method is not allowed on this resource.")

    def _no_filter(self, call: Call):
        if "$filter" in call.query:
            raise bad_request("Invalid filter clause: the property was not found on the type.")

    def _no_segment(self, call: Call) -> GraphFault:
        return bad_request(f"Resource not found for the segment '{call.segments[-1]}'.")


def _identifier(item) -> str:
    return item["id"] if isinstance(item, dict) else item.id
