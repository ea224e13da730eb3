"""The list over any life: what stands is what has a live ground, what is impossible is refused, by an oracle's word."""

from datetime import date, timedelta

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.transforms.law.law_oracle import months_after
from tests.transforms.law.listing.listing_examples import FIRM, GROUND, LAW
from tests.transforms.law.listing.listing_oracle import NEW_44, NEW_107, Facts, Matter, Unknown
from tests.transforms.law.matters.decision_examples import step
from tests.transforms.law.publicity.penalty_examples import CALENDAR
from transforms.law.listing.listings import ListingRecords, list_entries
from transforms.law.matters.decision_log import build_decision_log
from transforms.schemas import TABLES

FIRMS = ("e1", "e1", "e2")  # the second listing is of the first one's enterprise
LAST_LISTING = date(2026, 10, 1)  # later ones would need a notice of working days that nobody has
STARTS = [date(2018, 8, 20), date(2021, 8, 25), date(2022, 12, 1), date(2024, 2, 26), date(2025, 11, 3)]
WHICH = st.integers(0, len(FIRMS) - 1)
STEPS = st.sampled_from(
    ["publish_listing", "apply", "accept", "remove", "refuse_removal", "restore_listing", "revoke_listing", "hear"]
)


def _frame(kind, rows):
    return pl.DataFrame(rows, schema=TABLES[kind].schema).lazy()


class ListLife(RuleBasedStateMachine):
    """Steps of the register on a day each, and facts that change; then a look at the list on a day."""

    @initialize(start=st.sampled_from(STARTS), listed=st.sets(WHICH, min_size=1), is_published=st.booleans())
    def begin(self, start, listed, is_published):
        self.start = self.day = start
        self.log = []  # (n, matter, kind, on, situation)
        self.facts = [Facts() for _ in FIRMS]
        for which in sorted(listed):
            for kind in ("notify_listing", "list", "publish_listing")[: 3 if is_published else 2]:
                self._record(which, kind)

    def _record(self, which, kind, situation=None):
        self.log.append((len(self.log), which, kind, self.day, situation))
        self.day += timedelta(days=1)

    @rule(which=WHICH)
    def notify(self, which):
        self._record(which, "notify_listing")

    @precondition(lambda self: self.day < LAST_LISTING)
    @rule(which=WHICH, kind=st.sampled_from(["list", "list", "list", "not_list"]))
    def decide(self, which, kind):
        self._record(which, kind)

    @rule(which=WHICH, kind=STEPS, is_false=st.booleans())
    def take(self, which, kind, is_false):
        self._record(which, kind, "falsehood" if is_false and kind == "refuse_removal" else None)

    @rule(which=WHICH)
    def remove_duly_and_restore(self, which):
        for kind in ("apply", "accept", "remove", "restore_listing"):
            self._record(which, kind)

    @rule(which=WHICH)
    def annul(self, which):
        self.facts[which].annulled_on = self.day

    @rule(which=WHICH, days=st.none() | st.integers(900, 1900))
    def correct(self, which, days):
        self.facts[which].annulled_on = None
        self.facts[which].restricted_until = None if days is None else self.start + timedelta(days=days)

    @rule(which=st.sampled_from([0, 2]))
    def deregister(self, which):
        for facts, firm in zip(self.facts, FIRMS, strict=True):
            if firm == FIRMS[which]:
                facts.gone_on = self.day

    @rule(days=st.sampled_from([1, 20, 200, 365]))
    def next_day(self, days):
        self.day += timedelta(days=days)

    @rule(n=st.integers(0, 40), months=st.sampled_from([12, 24, 36, 36, 36, 60]), off=st.integers(-1, 1))
    def anniversary_of_a_step(self, n, months, off):
        self._go_to(months_after(self.log[n % len(self.log)][3], months) + timedelta(days=off))

    @rule(turn=st.sampled_from([NEW_44, NEW_107]), off=st.integers(-1, 1))
    def day_on_which_the_rules_change(self, turn, off):
        self._go_to(turn + timedelta(days=off))

    def _go_to(self, day):
        """There to look, and to go on from."""
        self.day = max(day, self.day)
        self._compare(self.day)

    @rule(back=st.sampled_from([0, 0, 0, 1, 30, 400]))
    def look(self, back):
        self._compare(self.day - timedelta(days=back))

    def teardown(self):
        if hasattr(self, "day"):
            self._compare(self.day)

    def _compare(self, day):
        matters = self._replayed(day)
        log = build_decision_log(self._records(), LAW, CALENDAR, day)
        entries = set(list_entries(log.listings)["decision_no"].to_list())
        refused = log.steps.filter("is_refused")
        assert refused["refusal"].str.contains("[\u4e00-\u9fff]").all()
        numbers = {int(key.removeprefix("r")) for key in refused["record_id"]}
        for which, matter in enumerate(matters):
            if matter is not None:
                told = (which, day, self.log, self.facts)
                assert (f"列{which}号" in entries) == matter.is_on(day), told
                assert numbers & {n for n, owner, *_ in self.log if owner == which} == set(matter.refused), told

    def _replayed(self, day):
        """Every matter after the steps up to `day`; None where the oracle's calendar does not reach."""
        return [self._replay(which, day) for which in range(len(FIRMS))]

    def _replay(self, which, day):
        matter = Matter(self.facts[which])
        try:
            for n, owner, kind, on, situation in self.log:
                if owner == which and on <= day:
                    matter.try_step(n, kind, on, situation)
            matter.end_by_itself(day)
            matter.is_on(day)
        except Unknown:
            return None
        return matter

    def _records(self):
        penalties = [
            GROUND | {"record_id": f"p{which}", "enterprise_id": firm, "decision_no": f"罚{which}号"} | _penalty(facts)
            for which, (firm, facts) in enumerate(zip(FIRMS, self.facts, strict=True))
        ]
        firms = [
            FIRM | {"enterprise_id": firm, "deregistered_on": facts.gone_on}
            for firm, facts in ((FIRMS[0], self.facts[0]), (FIRMS[2], self.facts[2]))
        ]
        return ListingRecords(
            _frame("decision", self._steps()), _frame("enterprise", firms), _frame("penalty", penalties)
        )

    def _steps(self):
        """Newest first: the order of rows says nothing."""
        return [self._step(*one) for one in reversed(self.log)]

    def _step(self, n, which, kind, on, situation):
        target = f"罚{which}号" if kind in ("notify_listing", "list", "not_list", "hear") else f"列{which}号"
        is_first = kind == "list" and not any(one[2] == "list" and one[1] == which for one in self.log[:n])
        number = f"列{which}号" if is_first else f"登{n}号"
        made = step(kind, on, number, target, enterprise_id=FIRMS[which], situation=situation)
        return made | {"record_id": f"r{n}"}


def _penalty(facts):
    restricted = {"penalty_kinds": ["restrict_trade"], "valid_until_on": facts.restricted_until}
    annulled = {"state": "revoked", "revoked_on": facts.annulled_on}
    return (restricted if facts.restricted_until else {}) | (annulled if facts.annulled_on else {})


ListLife.TestCase.settings = settings(max_examples=6, stateful_step_count=18, deadline=None)
TestListLife = ListLife.TestCase
