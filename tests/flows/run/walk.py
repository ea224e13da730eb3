"""Many runs of a demo region, with records of every kind on the way, of two offices that share one inbox."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from flows.demo import deliver, write_demo
from flows.demo.model import PROVINCE, Streams, credit_code, enterprises, identity_number
from flows.run.context import RunContext
from flows.run.ingest import IngestSummary, ingest
from flows.run.run import RunResult, RunSetup, RunSteps
from flows.settings import DEFAULT_POLICY_DIR, Settings
from flows.store.store import Store
from tests.flows.ingest.inboxes import put
from tests.flows.run.run_helpers import run_day, setup_at

BEGIN = date(2026, 1, 20)  # values of the scheme change on the 8th day
SCHEME = Path(__file__).with_name("walk.yaml")
TRADES = (
    Path(__file__).parents[2] / "fixtures" / "policy" / "rating.yaml"
)  # in force from the 8th day on, as are other values of the scheme
KINDS = ("罚款", "警告", "罚款；警告", "责令停产停业", "没收非法财物")


@dataclass(frozen=True)
class Plan:
    """How long and how wide a walk is."""

    days: int = 15
    enterprises: int = 80
    rows: int = 3  # of each kind, on a day that brings records
    seed: int = 7
    scheme: str = "walk"
    gate_every: int = 13
    report_every: int = 5

    @property
    def last(self) -> date:
        """The day of the last run."""
        return BEGIN + timedelta(days=self.days - 1)


class News:
    """What comes in beside the region's own files: written into the inbox, the same for the same seed."""

    def __init__(self, inbox: Path, firms: list[tuple[str, str]], plan: Plan) -> None:
        self.inbox, self.firms, self.plan = inbox, firms, plan
        self.random = Random(plan.seed)
        self.penalties: list[dict[str, str]] = []
        self.inspections: list[dict[str, str]] = []
        self.listed: list[dict[str, str]] = []

    def of(self, day: date, number: int) -> None:
        """The files of one day; only every third day brings any."""
        if number % 3:
            return
        folder = f"新闻/{day}-{number}"
        if number == 0:  # the region's own files begin later
            put(self.inbox, f"{folder}/全部企业登记.csv", [_entry(*firm) for firm in self.firms])
        put(self.inbox, f"{folder}/行政处罚.csv", self._penalties(day, number))
        put(self.inbox, f"{folder}/监督检查.csv", self._inspections(day, number))
        put(self.inbox, f"{folder}/荣誉表彰.csv", self._honours(day, number))
        if number % 6 == 3:
            put(self.inbox, f"{folder}/信用办决定.csv", self._decisions(day, number))
        if number and number % 6 == 0:
            put(self.inbox, f"{folder}/企业登记.csv", self._register(day))

    def _party(self) -> tuple[str, str]:
        return self.random.choice(self.firms)

    def _penalties(self, day: date, number: int) -> list[dict[str, str]]:
        made = [self._penalty(day, f"验〔2026〕{number + 1}-{n}号") for n in range(self.plan.rows)]
        made.append(self._penalty(day, f"验〔2026〕{number + 1}-人号") | _PERSON)
        self.penalties += made[:-1]
        late = self._penalty(day - timedelta(days=30), f"验〔2025〕{number + 1}-迟号")
        return [*made, late, *self._changed(day)]

    def _penalty(self, day: date, number: str) -> dict[str, str]:
        uscc, name = self._party()
        return {
            "行政相对人名称": name,
            "统一社会信用代码": uscc,
            "行政处罚决定书文号": number,
            "处罚类别": self.random.choice(KINDS),
            "罚款金额（万元）": str(self.random.choice((0.5, 2))),
            "处罚决定日期": (day - timedelta(days=self.random.randrange(6))).isoformat(),
            "当前状态": "有效",
            "撤销日期": "",
            "违法行为编号": f"{number}-行为",
            "最后修改时间": f"{day} 08:00:00",
            "相对人类别": "",
            "证件号码": "",
            "领域": self.random.choice(("药品", "医疗器械", "", "化妆品")),
        }

    def _changed(self, day: date) -> list[dict[str, str]]:
        """One penalty corrected, one revoked (some ahead of their day)."""
        if not self.penalties:
            return []
        now = {"最后修改时间": f"{day} 09:00:00"}
        corrected, revoked = self.random.choice(self.penalties), self.random.choice(self.penalties)
        ahead = day + timedelta(days=self.random.randrange(-2, 9))
        return [
            corrected | now | {"罚款金额（万元）": "3"},
            revoked | now | {"当前状态": "撤销", "撤销日期": ahead.isoformat(), "最后修改时间": f"{day} 10:00:00"},
        ]

    def _inspections(self, day: date, number: int) -> list[dict[str, str]]:
        made = []
        for n in range(self.plan.rows):
            uscc, name = self._party()
            row = {"统一社会信用代码": uscc, "被检查单位": name, "检查编号": f"验检{number}-{n}"}
            made.append(row | {"检查日期": day.isoformat(), "严重缺陷数": str(self.random.randrange(4))})
        self.inspections += made
        # An inspection that was entered for the wrong enterprise, and one of a day to come.
        uscc, name = self._party()
        moved = self.random.choice(self.inspections) | {"统一社会信用代码": uscc, "被检查单位": name}
        tomorrow = made[0] | {"检查编号": f"验检{number}-预", "检查日期": (day + timedelta(days=2)).isoformat()}
        return [*made, moved, tomorrow]

    def _honours(self, day: date, number: int) -> list[dict[str, str]]:
        uscc, name = self._party()
        until = (day + timedelta(days=9)).isoformat()
        row = {"统一社会信用代码": uscc, "名称": name, "表彰文号": f"验荣{number}", "荣誉名称": "先进单位"}
        return [row | {"级别": "市级", "授予日期": day.isoformat(), "有效期至": until}]

    def _decisions(self, day: date, number: int) -> list[dict[str, str]]:
        """A tier held from the next day, a listing, the removal of one, the repair of a penalty, an objection to it."""
        uscc, name = self._party()
        ends, ahead = ((day + timedelta(days=days)).isoformat() for days in (7, 1))
        shared = {"提出人": "甲", "决定人": "乙", "决定日期": day.isoformat()}
        who = {"统一社会信用代码": uscc, "企业名称": name}
        hold = {"决定类型": "暂缓", "决定文号": f"验暂{number}", "决定日期": ahead, "等级": "C", "终止日期": ends}
        listed = who | {"决定类型": "列入", "决定文号": f"验列{number}", "对象文号": f"验案{number}"}
        self.listed.append(listed)
        ended = self.random.choice(self.listed)
        removed = ended | {"决定类型": "移出", "决定文号": f"验移{number}", "对象文号": ended["决定文号"]}
        penalty = self.random.choice(self.penalties)
        repaired = {"统一社会信用代码": penalty["统一社会信用代码"], "企业名称": penalty["行政相对人名称"]}
        repaired |= {"决定类型": "准予修复", "事项": "行政处罚", "公示系统": "国家公示系统"}
        repaired |= {"决定文号": f"验修{number}", "对象文号": penalty["行政处罚决定书文号"]}
        objected = {"统一社会信用代码": repaired["统一社会信用代码"], "企业名称": repaired["企业名称"]}
        objected |= {"决定类型": "提出异议", "决定文号": f"验异{number}", "对象文号": repaired["对象文号"]}
        objected |= {"公示系统": "信用中国", "理由": "处罚对象有误"}
        rows = [shared | who | hold, shared | listed, shared | removed, shared | repaired, shared | objected]
        headings = ("等级", "终止日期", "对象文号", "事项", "公示系统", "理由")
        return [dict.fromkeys(headings, "") | row for row in rows]

    def _register(self, day: date) -> list[dict[str, str]]:
        """A new firm, one that changed its name, and one that is no more."""
        new = (_NEW_FIRMS[self.random.randrange(len(_NEW_FIRMS))], f"新办{day:%m%d}药房")
        renamed, gone = self._party(), self._party()
        self.firms.append(new)
        old = _entry(renamed[0], f"{renamed[1]}（新）")
        return [_entry(*new), old, _entry(*gone) | {"登记状态": "注销", "注销日期": day.isoformat()}]


def _entry(uscc: str, name: str) -> dict[str, str]:
    trade = {"监管领域": _FIELDS[sum(uscc.encode()) % len(_FIELDS)], "环节": _ROLES[ord(uscc[-2]) % len(_ROLES)]}
    return {"统一社会信用代码": uscc, "企业名称": name, "登记状态": "存续", "注销日期": ""} | trade


_FIELDS = ("药品", "药品；医疗器械", "医疗器械", "化妆品；药品", "")
_ROLES = ("生产", "零售", "零售；批发", "使用", "")
_PERSON = {
    "行政相对人名称": "赵甲乙",
    "统一社会信用代码": "",
    "相对人类别": "自然人",
    "证件号码": identity_number(Random(1)),
}
_NEW_FIRMS = tuple(credit_code("91", PROVINCE, 900_000 + n) for n in range(9))


def region_of(folder: Path, plan: Plan) -> list[tuple[str, str]]:
    """Write the region of a plan below `folder`; its enterprises by code and name."""
    write_demo(folder, plan.enterprises, plan.days, plan.seed, plan.last)
    return [(one.uscc, one.name) for one in enterprises(Streams(plan.seed), plan.enterprises, plan.last)]


class Once:
    """Takes in what came for the first office that asks, and hands the others what that one staged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.brought: IngestSummary | None = None

    def __call__(self, store: Store, settings: Settings, context: RunContext) -> IngestSummary:
        """As `flows.run.ingest.ingest`."""
        staged = context.folder / "stage"
        if self.brought is None:
            self.brought = ingest(store, settings, context)
            shutil.rmtree(self.folder, ignore_errors=True)
            staged.mkdir(exist_ok=True)
            shutil.copytree(staged, self.folder)
        else:
            shutil.copytree(self.folder, staged)
        return self.brought


class Walkers:
    """Offices that share an inbox and a policy: what comes in comes to all, and each day is run by all.

    ways: by name what is set otherwise in an office. are_alike: whether all stores have as many buckets.
    """

    def __init__(self, root: Path, plan: Plan, ways: dict[str, dict[str, object]], are_alike: bool = False) -> None:
        self.are_alike = are_alike
        self.plan, self.region, self.inbox, self.policy = plan, root / "region", root / "inbox", root / "policy"
        self.news = News(self.inbox, region_of(self.region, plan), plan)
        shutil.copytree(DEFAULT_POLICY_DIR, self.policy)
        shutil.copy(SCHEME, self.policy / "schemes")
        if plan.scheme == SCHEME.stem:
            shutil.copy(TRADES, self.policy)
        self.ways = {name: (root / name, more) for name, more in ways.items()}

    def offices(self) -> dict[str, RunSetup]:
        """The offices as the policy now makes them."""
        own = {"inbox": self.inbox, "policy_dir": self.policy, "scheme": self.plan.scheme}
        return {name: setup_at(root, **(own | more)) for name, (root, more) in self.ways.items()}

    def receive(self, number: int) -> date:
        """Deliver what comes in before run `number`, from 0; its day."""
        day = BEGIN + timedelta(days=number)
        deliver(self.region, self.inbox, day)
        self.news.of(day, number)
        return day

    def walk(self, day: date, steps: RunSteps, known_at: datetime | None = None) -> dict[str, RunResult]:
        """Run `day` in every office. Where stores are alike the files are read once for all."""
        if self.are_alike:
            steps = replace(steps, ingest=Once(self.region.parent / "brought"))
        return {name: run_day(office, day, steps, known_at) for name, office in self.offices().items()}

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a policy file from the next run on."""
        path = self.policy / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} does not say {old}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
