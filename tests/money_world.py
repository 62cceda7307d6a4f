# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Random businesses for the property test of invoicing: what is drawn, and what it has to come to: a second opinion."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from odoo.fields import Command

PRICES = (0, 0.05, 7.77, 19.99, 33.33, 49.9, 80, 1234.55)
OPEN_TYPES = ("startingAt", "priceVaries", "callUs", "notSet", "undefined", "unknownFutureValue")
CURRENCIES = {None: 2, "JPY": 0, "KWD": 3}


@dataclass(eq=False)
class Stay:
    """One booking: what Bookings says of it, what people decided, and the line that bills it.

    :ivar minutes: how long it is
    :ivar sharers: how many attend, and ``position``, which of them it is
    :ivar payable: somebody can be invoiced, for a product
    :ivar held: it has ended
    """

    price_type: str
    price: float
    minutes: int
    sharers: int
    position: int
    payable: bool
    held: bool
    outcome: str = "attended"
    excluded: bool = False
    typed_price: float | None = None
    typed_quantity: float | None = None
    typed_fee: float | None = None


@dataclass(frozen=True)
class Rules:
    """The settings of a business, as they are drawn."""

    rounding: str
    step: int
    minimum: int
    no_show: tuple
    late: tuple
    shared: bool
    included: bool
    currency: str | None

    @property
    def decimals(self):
        """Of the currency."""
        return CURRENCIES[self.currency]

    def rounded(self, amount):
        """In the currency, the half up."""
        return amount.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)


def draw_rules(draw):
    """Settings of a business."""
    fees = (("none", 0), ("percent", 50), ("percent", 33), ("fixed", 25))
    return Rules(
        rounding=draw.choice(("none", "up", "nearest", "down")),
        step=draw.choice((5, 15, 30)),
        minimum=draw.choice((0, 0, 20, 60)),
        no_show=draw.choice(fees),
        late=draw.choice(fees),
        shared=draw.random() < 0.3,
        included=draw.random() < 0.4,
        currency=draw.choice((None, None, None, "JPY", "KWD")),
    )


def draw_stay(draw, payable):
    """A booking."""
    kind = draw.choice(("fixedPrice",) * 4 + ("hourly",) * 4 + ("free", draw.choice(OPEN_TYPES)))
    sharers = draw.choice((1, 1, 1, 2, 3, 7))
    return Stay(
        price_type=kind,
        price=float(draw.choice(PRICES)),
        minutes=draw.choice((0, 10, 20, 25, 50, 60, 90, 95, 1440)),
        sharers=sharers,
        position=draw.randrange(sharers),
        payable=payable,
        held=draw.random() < 0.9,
    )


# === WHAT IT HAS TO COME TO === #


def amount_of(stay, rules):
    """What this booking costs as things are, a :class:`Decimal`; ``None`` when a person has to say."""
    if stay.outcome == "cancelled":
        return Decimal(0)
    attended = _attended(stay, rules)
    if stay.outcome == "attended":
        return attended if attended is None else rules.rounded(attended)
    # The share of the hours as they were, and not as a line shows them.
    attended = _attended(stay, rules, exact=True)
    if stay.typed_fee is not None:
        return rules.rounded(_exact(stay.typed_fee))
    kind, value = rules.no_show if stay.outcome == "no_show" else rules.late
    if kind != "percent":
        return Decimal(value)
    return None if attended is None else rules.rounded(attended * value / 100)


def where(stay, rules):
    """Where a booking that is on no invoice has to stand: a key of ``billing_state``."""
    amount = amount_of(stay, rules)
    if stay.excluded:
        return "excluded"
    if stay.outcome == "cancelled" or (stay.outcome != "attended" and amount == 0):
        return "cancelled"
    return "to_check" if amount is None or not stay.payable else "to_invoice"


def _two(quantity):
    """A quantity as an invoice line has it."""
    return quantity.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _attended(stay, rules, exact=False):
    """What attending costs, not rounded, or ``None``.

    :param exact: by the hours as they are, and not as an invoice line has them
    """
    typed = stay.typed_quantity
    minutes = _minutes(stay.minutes, rules)
    hourly = stay.price_type == "hourly"
    if stay.typed_price is None:
        if stay.price_type == "free":
            return Decimal(0)
        if stay.price_type not in ("fixedPrice", "hourly") or not stay.price:
            return None
    if hourly and typed is None and (not minutes or stay.minutes >= 1440):
        return None

    def cost(price, exact):
        if typed is not None:
            return (_exact(typed) if exact else _two(_exact(typed))) * price
        if not hourly:
            return price
        return price * minutes / 60 if exact else _two(Decimal(minutes) / 60) * price

    if stay.typed_price is not None:
        return cost(_exact(stay.typed_price), exact)
    price = _exact(stay.price)
    if not rules.shared or stay.sharers == 1:
        return cost(price, exact)
    if typed is not None:
        return cost(_share(price, stay, rules), exact)
    return _share(cost(price, exact=True), stay, rules)


def _minutes(minutes, rules):
    """As the settings round them; nothing stays nothing."""
    if not minutes:
        return 0
    step = 1 if rules.rounding == "none" else rules.step
    whole, rest = divmod(minutes, step)
    up = {"up": rest > 0, "nearest": 2 * rest >= step and rest > 0}.get(rules.rounding, False)
    least = -(-rules.minimum // step) * step
    return max((whole + up) * step, least)


def _share(total, stay, rules):
    unit = Decimal(1).scaleb(-rules.decimals)
    each, odd = divmod(int(rules.rounded(total) / unit), stay.sharers)
    return (each + (stay.position < odd)) * unit


def _exact(number):
    return Decimal(str(number))


# === IN ODOO === #


class MoneyWorld:
    """A business in Odoo, and what is known of each of its bookings.

    :param case: the test, which has ``products`` to choose from
    :param draw: the ``random.Random`` of this world
    """

    def __init__(self, case, draw):
        self.env, self.draw = case.env, draw
        self.rules = draw_rules(draw)
        self.env.company.tax_calculation_rounding_method = draw.choice(
            ("round_per_line", "round_globally")
        )
        self.settings = self._connect()
        services = self._create_services(case.products)
        customers = self._create_customers()
        self.stays = self._create_bookings(services, customers)

    def _connect(self):
        rules, draw, env = self.rules, self.draw, self.env
        currency = env.company.currency_id
        if rules.currency:
            currency = (
                env["res.currency"]
                .with_context(active_test=False)
                .search([("name", "=", rules.currency)])
            )
            currency.active = True
        return env["microsoft.booking.settings"].create(
            {
                "name": "World",
                "cloud": "sandbox",
                "business_id": "world@contoso.example",
                "tz": draw.choice(("Europe/Zurich", "America/New_York", "Asia/Tokyo")),
                "currency_id": currency.id,
                "price_include_tax": rules.included,
                "class_price": "appointment" if rules.shared else "attendee",
                "duration_rounding": rules.rounding,
                "rounding_minutes": rules.step,
                "minimum_minutes": rules.minimum,
                "no_show_fee": rules.no_show[0],
                "no_show_fee_value": rules.no_show[1],
                "late_cancellation_fee": rules.late[0],
                "late_cancellation_fee_value": rules.late[1],
                "invoice_grouping": draw.choice(("payer", "month", "service", "booking")),
                "line_mode": draw.choice(("booking", "merged")),
                "line_sections": draw.random() < 0.3,
            }
        )

    def _create_services(self, products):
        chosen = [self.draw.choice(products) for _service in range(3)]
        services = (
            self.env["microsoft.booking.service"]
            .sudo()
            .create(
                [
                    {
                        "settings_id": self.settings.id,
                        "graph_id": f"s{number}",
                        "name": f"Service {number}",
                        "product_id": product.id,
                    }
                    for number, product in enumerate(chosen)
                ]
            )
        )
        return list(zip(services, chosen, strict=True))

    def _create_customers(self):
        """Some pay themselves, some are paid for by another or by their company, one is nobody that Odoo knows."""
        Partner = self.env["res.partner"]
        company = Partner.create({"name": "ACME", "is_company": True})
        partners = Partner.create(
            [
                {"name": "Ana"},
                {"name": "Bob", "booking_payer_id": company.id},
                {"name": "Carla", "parent_id": company.id},
                {"name": "Dan"},
            ]
        )
        return (
            self.env["microsoft.booking.customer"]
            .sudo()
            .create(
                [
                    {
                        "settings_id": self.settings.id,
                        "graph_id": f"c{number}",
                        "name": partner.name or "Nobody",
                        "partner_id": partner.id,
                    }
                    for number, partner in enumerate((*partners, Partner))
                ]
            )
        )

    def _create_bookings(self, services, customers):
        """The bookings: dict of id -> :class:`Stay`."""
        draw, stays, rows = self.draw, [], []
        for number in range(draw.randint(6, 14)):
            service, product = draw.choice(services)
            customer = draw.choice(customers)
            stay = draw_stay(draw, bool(product and customer.partner_id))
            stays.append(stay)
            length = timedelta(minutes=stay.minutes)
            ago = timedelta(days=draw.randint(2, 70), minutes=draw.randrange(1440))
            start = self.env.cr.now().replace(microsecond=0) + (-ago if stay.held else ago)
            rows.append(
                {
                    "settings_id": self.settings.id,
                    "graph_id": f"a{number}",
                    "attendee_key": "",
                    "service_id": service.id,
                    "customer_id": customer.id,
                    "customer_name": customer.name,
                    "start": start,
                    "stop": start + length,
                    "duration": stay.minutes / 60,
                    "price_type": stay.price_type,
                    "price": stay.price,
                    "currency_id": self.settings.currency_id.id,
                    "attendee_count": stay.sharers,
                    "attendee_position": stay.position,
                }
            )
        bookings = self.env["microsoft.booking"].sudo().create(rows)
        return dict(zip(bookings.ids, stays, strict=True))

    @property
    def bookings(self):
        """All of them."""
        return self.env["microsoft.booking"].browse(self.stays)


def create_products(env):
    """Products of every kind of tax, and none at all for a service that has none."""
    products = env["product.product"]
    for number, (amount, included) in enumerate(
        ((0, False), (8.1, False), (20, True), (7.7, True))
    ):
        tax = env["account.tax"].create(
            {
                "name": f"Tax {number} of the worlds",
                "amount": amount,
                "type_tax_use": "sale",
                "price_include_override": "tax_included" if included else "tax_excluded",
            }
        )
        products |= env["product.product"].create(
            {
                "name": f"Product {number}",
                "type": "service",
                "taxes_id": [Command.set(tax.ids)],
            }
        )
    return [*products, *products, env["product.product"]]
