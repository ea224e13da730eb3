"""What is on display, day by day, with all that can end it or bring it back, against an oracle of plain dates."""

from datetime import date, timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.transforms.law.law_oracle import first_day_off, months_shown
from tests.transforms.law.matters.decision_examples import step
from tests.transforms.law.publicity.penalty_examples import CALENDAR, publicity_on
from tests.transforms.law.publicity.test_penalties_oracle import penalties
from tests.transforms.law.repair.repair_examples import LAW, log_on, records
from transforms.law.publicity.penalties import ON_DISPLAY

SYSTEMS = ("gsxt", "credit_china")
DEREGISTRATION_ENDS = date(2025, 12, 25)
LIVES = (
    (),
    ("repair",),
    ("repair", "revoke_repair"),
    ("temporary_repair",),
    ("temporary_repair", "end_temporary_repair"),
    ("temporary_repair", "repair"),
)
LATER = st.integers(1, 500)


@st.composite
def lives(draw):
    """A penalty, when its firm is gone, and the steps of its repair in each system."""
    p = draw(penalties()) | {"revoked_on": None}
    if draw(st.integers(0, 4)) == 0:
        p |= {"state": "revoked", "revoked_on": p["decided_on"] + timedelta(days=draw(LATER))}
    gone = p["decided_on"] + timedelta(days=draw(LATER)) if draw(st.integers(0, 4)) == 0 else None
    steps = {}
    for system in SYSTEMS:
        day, steps[system] = p["decided_on"], []
        for kind in draw(st.sampled_from(LIVES)):
            day += timedelta(days=draw(LATER))
            steps[system].append((kind, day))
    return p, gone, steps


def is_on_display(p, gone, steps, system, day):
    """Whether the penalty is to be seen on `day`."""
    if months_shown(p, system, p["decided_on"]) == 0:
        return False
    ends = [p["revoked_on"], max(gone, DEREGISTRATION_ENDS) if gone and system == "gsxt" else None]
    if any(end is not None and end <= day for end in ends):
        return False
    start, is_off, granted_on = p["published_on"] if system == "gsxt" else p["decided_on"], False, None
    for kind, on in steps:
        if on > day:
            break
        is_off = kind in ("repair", "temporary_repair")
        granted_on = on if kind == "repair" else granted_on
        if kind == "revoke_repair" and system == "gsxt" and granted_on < first_day_off(p, system, start):
            start = on
    return not is_off and day < first_day_off(p, system, start)


def _register(many):
    for n, (_, _, of_system) in enumerate(many):
        for system, steps in of_system.items():
            for kind, on in steps:
                number = f"{kind}{n}{system}"
                yield step(kind, on, number, f"{n}号", enterprise_id=f"e{n}", matter="penalty", system=system)


@given(st.lists(lives(), min_size=15, max_size=25), st.lists(st.integers(0, 1600), min_size=6, max_size=6))
@settings(max_examples=4, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_on_every_day_exactly_what_should_be_seen_is_on_display(many, offsets):
    firms = [{"enterprise_id": f"e{n}", "name": f"{n}厂", "region_code": "420100"} for n in range(len(many))]
    firms = [firm | {"deregistered_on": gone} for firm, (_, gone, _) in zip(firms, many, strict=True)]
    own = [p | {"enterprise_id": f"e{n}", "decision_no": f"{n}号"} for n, (p, _, _) in enumerate(many)]
    known, register = records(own, firms), list(_register(many))
    for offset in offsets:
        day = date(2025, 6, 1) + timedelta(days=offset)
        on_day = log_on(register, day, known)
        for row in publicity_on(known.penalties, known.enterprises, LAW, CALENDAR, day, log=on_day).rows(named=True):
            p, gone, steps = many[int(row["record_id"][1:])]
            expected = is_on_display(p, gone, steps[row["system"]], row["system"], day)
            assert (row["state"] in ON_DISPLAY) == expected, (day, row["system"], row["state"], p, gone, steps)
