"""What the demo region consists of: its vocabulary, reproducible random draws, a period, enterprises, and records about
them. Places, firms and people are invented; division codes are real.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Literal, TypeVar

from stdnum.cn import ric, uscc

from transforms.records.uscc import organisation_check_character
from transforms.schemas.vocabularies import POSITIONS

# Division codes of GB/T 2260, the invented place that represents each in names and addresses, and a weight.
DIVISIONS = (
    (("350102", "云岭"), 14),
    (("350103", "漓泉"), 12),
    (("350203", "榕湾"), 9),
    (("350302", "岩溪"), 9),
    (("350404", "苍浦"), 6),
    (("350502", "银屿"), 6),
    (("350503", "岚港"), 4),
    (("350602", "茅洲"), 5),
    (("350702", "荷塘"), 6),
    (("350703", "桂垌"), 8),
    (("350802", "驮岭"), 5),
    (("350803", "姑婆"), 4),
    (("350902", "凤岩"), 4),
    (("350104", "盘桥"), 4),
    (("350212", "花屏"), 4),
)
STEM_FIRST = "瑾岐沅泓珩璟翊祺骐筠菘蘅芷荃莳蕙楹榆桉檀"
STEM_SECOND = "康泰济宁安和禾源堂生民仁德信诚益寿春葆颐"
TRADES = {
    ("drug", "maker"): ("制药", "药业", "中药饮片", "生物制药"),
    ("drug", "wholesaler"): ("医药", "医药物流", "药材"),
    ("drug", "retailer"): ("大药房", "药店", "药房"),
    ("drug", "user"): ("门诊部", "卫生所", "诊所"),
    ("device", "maker"): ("医疗器械", "医疗科技"),
    ("device", "wholesaler"): ("医疗设备", "器械贸易"),
    ("device", "retailer"): ("眼镜店", "医疗用品店"),
    ("device", "user"): ("口腔门诊部", "康复门诊部"),
    ("cosmetic", "maker"): ("化妆品", "日化"),
    ("cosmetic", "wholesaler"): ("日化贸易", "美妆贸易"),
    ("cosmetic", "retailer"): ("美妆店", "化妆品店"),
    ("cosmetic", "user"): ("美容院", "美容会所"),
}
COMPANY_FORMS = ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司")
BRACKETED_FORM = "（示例）有限公司"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "甲乙丙丁戊己庚辛壬癸"
ROADS = ("示范路", "样本街", "演示大道", "试行路", "虚构巷")
PRODUCTS = {
    "drug": ("板蓝根颗粒", "当归饮片", "复方甘草片", "维生素C片", "黄芪饮片"),
    "device": ("一次性使用医用口罩", "软性接触镜", "电子血压计", "医用退热贴"),
    "cosmetic": ("祛斑霜", "染发膏", "保湿面膜", "防晒乳"),
}
SPECIFICATIONS = {
    "drug": ("10g×20袋", "500g", "0.1g×100片"),
    "device": ("10只/包", "-3.00D", "1台/盒"),
    "cosmetic": ("30g/瓶", "120ml/支", "25ml×5片"),
}
FAILING_ITEMS = {
    "drug": ("性状", "含量测定", "水分", "微生物限度"),
    "device": ("细菌过滤效率", "直径", "示值误差"),
    "cosmetic": ("菌落总数", "汞", "激素", "防晒指数"),
}
VIOLATIONS = {
    "drug": ("未按药品经营质量管理规范经营药品", "销售劣药", "未凭处方销售处方药", "从无资质企业购进药品"),
    "device": ("经营未注册的第二类医疗器械", "未建立进货查验记录", "使用过期医疗器械"),
    "cosmetic": ("经营未备案的普通化妆品", "经营标签不符合规定的化妆品", "未履行进货查验义务"),
}
GRAVE_VIOLATIONS = {
    "drug": "生产销售假药",
    "device": "生产未注册的第三类医疗器械",
    "cosmetic": "生产非法添加可能危害人体健康物质的化妆品",
}
BASES = {
    "drug": "《中华人民共和国药品管理法》",
    "device": "《医疗器械监督管理条例》",
    "cosmetic": "《化妆品监督管理条例》",
}
STANDARDS = {
    "drug": "药品经营质量管理规范（2016年修正）",
    "device": "医疗器械经营质量管理规范（2023年）",
    "cosmetic": "",
}
BUREAU = "示例省药品监督管理局"
OTHER_BUREAU = "邻省药品监督管理局"
CREDIT_OFFICE = "示例省药品监督管理局信用办"
SCOPES = {
    "drug": ("中药饮片；中成药；化学药", "中成药；化学药；生物制品", "非处方药（甲类、乙类）"),
    "device": ("6866医用高分子材料及制品", "软性接触镜及护理用液", "6821医用电子仪器设备"),
    "cosmetic": ("一般液态单元", "膏霜乳液单元", "粉单元"),
}
LABORATORIES = ("示例省药品检验研究院", "示例省医疗器械检测中心")
SIGNAL_TEXTS = {
    "complaint": "群众反映购进产品与标签不符",
    "adverse_event": "使用后出现皮疹，已按程序上报",
    "public_opinion": "网络平台出现质量质疑",
    "recall": "企业主动召回一批次产品",
    "approval_finding": "许可现场核查发现与申报材料不一致",
    "review_finding": "技术审评发现研究数据不完整",
}
MATTERS = ("药品经营许可延续", "医疗器械经营备案", "化妆品生产许可变更", "信用修复申请")
HONOURS = ("质量管理示范单位", "诚信经营示范店", "放心消费单位")


T = TypeVar("T")
PROVINCE = "350000"
OTHER_PROVINCE = "520000"  # both have a known limit for low fines, so that every penalty can be dated
ORGANISATION_CODES = 1_000_000
_STRIDE = 611_953  # coprime to the number of codes: consecutive enterprises get codes far apart, none twice


@dataclass(frozen=True)
class Streams:
    """Random streams, one per purpose and subject, so that a larger region leaves its first enterprises unchanged."""

    seed: int

    def of(self, *names: object) -> Random:
        """A new generator for `names`, such as ("penalty", 17): the same on every machine."""
        return Random("/".join(str(name) for name in (self.seed, *names)))


def weighted(rng: Random, table: Sequence[tuple[T, int]]) -> T:
    """One of the values of `table`, drawn by its positive whole-number weight."""
    left = rng.randrange(sum(weight for _, weight in table))
    for value, weight in table:
        left -= weight
        if left < 0:
            return value
    raise AssertionError("the weights of a table are positive")


def chance(rng: Random, per_mille: int) -> bool:
    """True in `per_mille` of a thousand draws; without floating point, so the same everywhere."""
    return rng.randrange(1000) < per_mille


def days_of_events(rng: Random, days: int, per_mille: int) -> list[int]:
    """Days before the end (0 is the last) of events, latest first; each 30 days have one with that chance.

    Every month draws the same number of times, so that a longer history leaves the latest months unchanged.
    """
    draws = [(chance(rng, per_mille), start + rng.randrange(30)) for start in range(0, days, 30)]
    return [ago for happens, ago in draws if happens and ago < days]


def credit_code(prefix: str, region: str, serial: int) -> str:
    """A unified social credit code (GB 32100-2015). `prefix` 91 is a company, 92 a sole trader, 11 an authority.

    The organisation part starts with MX, which has not been issued; serials below ORGANISATION_CODES differ.
    """
    body = f"MX{serial * _STRIDE % ORGANISATION_CODES:06d}"
    code = f"{prefix}{region}{body}{organisation_check_character(body)}"
    return code + str(uscc.calc_check_digit(code))


def authority_code(province: str) -> str:
    """The code of the bureau of a province."""
    return credit_code("11", province, 0)


def wrong_check(code: str) -> str:
    """The same code with another last character: well formed, but its check fails."""
    return code[:-1] + ("1" if code[-1] == "0" else "0")


def wrong_organisation(code: str) -> str:
    """The same code with a wrong check of its organisation part, and a correct last character."""
    part = code[8:16] + ("1" if code[16] == "0" else "0")
    return code[:8] + part + str(uscc.calc_check_digit(code[:8] + part))


def identity_number(rng: Random) -> str:
    """A resident identity number with a correct check character, of a birth in the nineteenth century.

    Its division is the province as a whole, which no card carries: it cannot be a real person's.
    """
    head = f"{PROVINCE}{rng.randrange(1850, 1900)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    number = f"{head}{rng.randrange(1000):03d}"
    return number + str(ric.calc_check_digit(number + "0"))


@dataclass(frozen=True)
class DemoPerson:
    """An invented person: name as on the sample of a form, and identity number."""

    name: str
    number: str


def person_in(streams: Streams, serial: int, position: str) -> DemoPerson:
    """Who holds a post in the enterprise. Of one enterprise no two have the same name.

    A few managers manage the enterprise before as well, so that a ban there concerns a post here.
    """
    is_shared = position == "manager" and serial % SHARED_MANAGER_EVERY == SHARED_MANAGER_SERIAL
    rng = streams.of("person", serial - 1 if is_shared else serial, position)
    last = GIVEN[list(POSITIONS).index(position)]
    return DemoPerson(rng.choice(SURNAMES) + rng.choice(GIVEN) + last, identity_number(rng))


# Shares in whole numbers; docs/demo-region.md states them and tests check them.
ROLES = (("retailer", 56), ("user", 27), ("wholesaler", 9), ("maker", 8))
FIELDS = (("drug", 58), ("device", 27), ("cosmetic", 15))
HABITS = (("clean", 850), ("occasional", 120), ("repeat", 25), ("chronic", 5))
SOLE_TRADER_PER_MILLE = {"retailer": 520, "user": 430, "wholesaler": 20, "maker": 0}
SECOND_FIELD_PER_MILLE = 180
FORMER_NAME_PER_MILLE = 30
DEREGISTERED_PER_MILLE = 25
STORIES = {13: "listed", 113: "removed", 213: "held", 313: "candidate"}  # by serial within each 400
STORY_EVERY = 400
# By serial within each 1000: what is rare in a real office, so that every step of the law occurs.
RARE_STORIES = {
    38: "repaired",
    88: "annulled",
    138: "repair_refused",
    188: "restored",
    238: "repair_revoked",
    288: "not_listed",
    338: "repair_open",
    388: "impossible",
}
RARE_STORY_EVERY = 1000
SHARED_MANAGER_EVERY, SHARED_MANAGER_SERIAL = 40, 14  # by serial: the manager is that of the enterprise before
TWIN_EVERY = 200  # of so many enterprises, one has the same name as the one before it
LAGS = ((1, 6), (7, 12), (30, 4), (120, 1))  # days within which a record is sent, with weights
FieldValue = str | int | bool | date | tuple[str, ...] | None


@dataclass(frozen=True)
class DemoPeriod:
    """The days of the demo's history: `days` of them, the last one `end_on`."""

    days: int
    end_on: date

    def ago(self, days: int) -> date:
        """The day `days` before the end."""
        return self.end_on - timedelta(days=days)


@dataclass(frozen=True)
class Enterprise:
    """An invented enterprise; the fields are those of the register, `habit` determines its records."""

    serial: int
    uscc: str
    name: str
    former_name: str | None
    licence_no: str
    party_class: str
    fields: tuple[str, ...]
    role: str
    region: str
    place: str
    address: str
    established_on: date
    deregistered_on: date | None
    habit: str

    @property
    def field(self) -> str:
        """The field it mainly works in."""
        return self.fields[0]

    @property
    def story(self) -> str | None:
        """What the credit office decides about it (see `credit_office`); None for nearly all."""
        return STORIES.get(self.serial % STORY_EVERY) or RARE_STORIES.get(self.serial % RARE_STORY_EVERY)

    def decision_no(self, decided_on: date) -> str:
        """The number of the penalty decided that day."""
        return f"示药监罚〔{decided_on.year}〕{self.serial:05d}{decided_on:%m%d}号"

    def inspection_no(self, inspected_on: date) -> str:
        """The number of the inspection of that day."""
        return f"JC{inspected_on:%Y%m%d}{self.serial:06d}"


def enterprises(streams: Streams, count: int, end_on: date) -> Iterator[Enterprise]:
    """`count` enterprises; the first ones are the same however many follow."""
    name_counts: dict[str, int] = {}
    previous: Enterprise | None = None
    for serial in range(count):
        enterprise = _enterprise(streams.of("enterprise", serial), serial, end_on)
        if previous is not None and is_second_twin(serial):
            enterprise = replace(enterprise, name=previous.name)
        else:
            name = enterprise.name
            name_counts[name] = name_counts.get(name, 0) + 1
            if name_counts[name] > 1:
                enterprise = replace(enterprise, name=f"{name}第{name_counts[name]}分店")
        previous = enterprise
        yield enterprise


def is_second_twin(serial: int) -> bool:
    """Whether the enterprise has the name of the one before it."""
    return serial % TWIN_EVERY == TWIN_EVERY - 1


def is_twin(serial: int) -> bool:
    """Whether the enterprise shares its name with another one."""
    return serial % TWIN_EVERY >= TWIN_EVERY - 2


def _enterprise(rng: Random, serial: int, end_on: date) -> Enterprise:
    region, place = weighted(rng, DIVISIONS)
    role, field = weighted(rng, ROLES), weighted(rng, FIELDS)
    is_sole = chance(rng, SOLE_TRADER_PER_MILLE[role])
    stem = rng.choice(STEM_FIRST) + rng.choice(STEM_SECOND)
    tail = rng.choice(TRADES[field, role])
    if not is_sole:
        tail += BRACKETED_FORM if chance(rng, 60) else rng.choice(COMPANY_FORMS)
    former_name = f"{place}{rng.choice(STEM_FIRST)}{stem[1]}{serial}号{tail}"
    second_field = rng.choice([other for other, _ in FIELDS if other != field])
    return Enterprise(
        serial=serial,
        uscc=credit_code("92" if is_sole else "91", region, serial),
        name=f"{place}{stem}{tail}",
        former_name=former_name if chance(rng, FORMER_NAME_PER_MILLE) else None,
        licence_no=f"示{region[2:4]}{field[0].upper()}{rng.randrange(2019, 2025)}{serial:06d}",
        party_class="sole_trader" if is_sole else "organisation",
        fields=(field, second_field) if chance(rng, SECOND_FIELD_PER_MILLE) else (field,),
        role=role,
        region=region,
        place=place,
        address=f"示例省{place}{rng.choice(ROADS)}{rng.randrange(1, 400)}号",
        established_on=end_on - timedelta(days=rng.randrange(700, 7000)),
        deregistered_on=end_on - timedelta(days=rng.randrange(5, 300)) if chance(rng, DEREGISTERED_PER_MILLE) else None,
        habit=weighted(rng, HABITS),
    )


@dataclass(frozen=True)
class DemoRecord:
    """A record as it should arrive: `values` by the column names of its kind, in the product's own codes.

    `sent_on` is the day its office sends it. `cells` are texts that replace what the office would write for a column;
    `fault` is the reason code under which ingest must quarantine the row, None for a good row; `shape` is an ordinary
    row, the headings once more, or a row that breaks off.
    """

    kind: str
    values: Mapping[str, FieldValue]
    event_on: date
    sent_on: date
    serial: int
    cells: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None
    role: str = "first"
    shape: Literal["row", "header", "short"] = "row"

    def sent(self, days_later: int, role: str, **values: FieldValue) -> DemoRecord:
        """The same record in a later report, with other `values`."""
        sent_on = self.sent_on + timedelta(days=days_later)
        return replace(self, sent_on=sent_on, role=role, values={**self.values, **values})


def new_record(rng: Random, kind: str, enterprise: Enterprise, event_on: date, **values: FieldValue) -> DemoRecord:
    """A good first report about `enterprise`, sent some days after the event."""
    party = {"uscc": enterprise.uscc, "party_name": enterprise.name}
    sent_on = event_on + timedelta(days=rng.randrange(1, weighted(rng, LAGS) + 2))
    return DemoRecord(kind, {**party, **values}, event_on, sent_on, enterprise.serial)
