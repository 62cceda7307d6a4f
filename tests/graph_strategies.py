# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generated Graph payloads: plausible ones, and the same with something wrong in them."""

import copy
from datetime import datetime, timedelta

from hypothesis import strategies as st

from ..graph.values import PRICE_TYPES
from .graph_common import an_appointment

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "UTC", "P1D", "2026-01-01T00:00:00Z", "hourly", "1e999", "\ud800", "\x00"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)

zones = st.sampled_from(
    [None, "", "UTC", "Europe/Zurich", "Pacific Standard Time", "(UTC+01:00) Rome", "Nowhere"]
)


@st.composite
def moments(draw):
    moment = draw(st.datetimes(datetime(1990, 1, 1), datetime(2080, 1, 1)))
    decimals = draw(st.sampled_from(["", ".0000000", f".{moment.microsecond:06d}7"]))
    suffix = draw(st.sampled_from(["", "Z", "+00:00", "-07:30"]))
    return {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}{decimals}{suffix}", "timeZone": draw(zones)}


@st.composite
def plausible(draw):
    """An appointment as Microsoft might send it, in any of its spellings."""
    start = draw(st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)))
    end = start + timedelta(minutes=draw(st.integers(0, 3000)))
    names = draw(st.sampled_from([("startDateTime", "endDateTime"), ("start", "end")]))
    data = an_appointment(
        id=draw(st.text("aZ09=-_/+", min_size=1, max_size=1000).filter(lambda i: i.strip())),
        price=draw(st.none() | st.floats(0, 1e6) | st.integers(0, 10**6)),
        priceType=draw(st.none() | st.sampled_from(PRICE_TYPES) | st.text(max_size=8)),
        filledAttendeesCount=draw(st.none() | st.integers(0, 50)),
        staffMemberIds=draw(st.lists(st.text(max_size=5), max_size=4)),
        serviceName=draw(st.none() | st.text(max_size=30)),
    )
    del data["startDateTime"], data["endDateTime"]
    for name, moment in zip(names, (start, end), strict=True):
        data[name] = {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}.0000000Z", "timeZone": "UTC"}
    for name in draw(st.sets(st.sampled_from(sorted(data)), max_size=4)):
        if name not in ("id", *names):
            data.pop(name)
    return data


@st.composite
def mutated(draw):
    """A payload with up to three members, at any depth, replaced by anything or removed."""
    data = copy.deepcopy(draw(plausible() | st.just(an_appointment())))
    for _number in range(draw(st.integers(1, 3))):
        target = data
        while True:
            keys = list(target) if isinstance(target, dict) else list(range(len(target)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = target[key]
            if isinstance(inner, dict | list) and draw(st.booleans()):
                target = inner
                continue
            if draw(st.booleans()):
                target[key] = draw(anything | moments())
            else:
                del target[key]
            break
    return data
