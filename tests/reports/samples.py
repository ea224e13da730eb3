"""A made-up run, enterprise and list for the tests of the reports. Nothing here is random."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

from reports.enterprise_page import EnterpriseFrames
from reports.office_report import OfficeFrames, ReportContext
from reports.public_lists import CREDIT_FILES, INSPECTIONS, PENALTIES, SAMPLINGS, SERIOUS_VIOLATIONS
from reports.scheme_facts import Outlook, SchemeFacts
from transforms.schemas import KINDS, TABLES

AS_OF = date(2026, 3, 1)
AT = datetime(2026, 2, 28, 18, 30, tzinfo=UTC)
SCHEME = SchemeFacts(
    name="reference",
    title="参考评价标准",
    tiers=(("A", "守信"), ("B", "基本守信"), ("C", "失信"), ("D", "严重失信")),
    is_illustrative=True,
    policy_hash="0123456789abcdef0123456789abcdef",
    titles={"supervision": "监督管理", "licence_revoked": "被吊销许可证件"},
)
IDENTITY = "11010519491231002X"  # the example number of GB 11643-1999
HOSTILE = (
    "<script>alert('一')</script>有限公司",
    '=HYPERLINK("http://example.invalid","点我")',
    "=cmd|' /C calc'!A0",
    "+86\"'><img src=x onerror=alert(2)>",
    "@SUM(1+1)*cmd",
    "\u202e司公限有藥反向\u202c医药",
    "{{ 7*7 }}{% raw %}药房",
    "-2+3 大药房",
    "控制\x07字符\x00药店\n第二行",
)


def frame(table: str, rows: list[dict]) -> pl.DataFrame:
    """Rows of a stored table; what a row does not say is null."""
    schema = (KINDS[table].table if table in KINDS else TABLES[table]).schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def enterprise_id(number: int) -> str:
    return f"9151000000{number:08d}"


def name_of(number: int) -> str:
    if number < len(HOSTILE):
        return HOSTILE[number]
    words = ("华康", "仁和堂", "百草", "同济", "广源", "康宁", "天府")
    kinds = ("医药有限公司", "大药房连锁有限责任公司第三分店", "医疗器械股份有限公司", "化妆品厂")
    return f"{words[number % 7]}{kinds[number % 4]}（{number}）"


def rating(number: int, tier: str, score: int, **more: object) -> dict:
    due = AS_OF + timedelta(days=number % 90 + 1) if number % 3 == 0 else None
    known = {
        "enterprise_id": enterprise_id(number),
        "valid_from_on": AS_OF,
        "scheme": "reference",
        "tier": tier,
        "tier_index": "ABCD".index(tier),
        "score_centipoints": score,
        "base_centipoints": 100_000,
        "score_tier": tier,
        "decided_by": "cut_point",
        "decided_by_basis": "第五条",
        "next_change_on": due,
        "next_change_why": "aged_out" if due else None,
    }
    return known | more


def outlook(number: int, before: str, after: str, days: int = 1, **more: object) -> dict:
    known = {
        "enterprise_id": enterprise_id(number),
        "valid_from_on": AS_OF,
        "is_near": True,
        "changes_on": AS_OF + timedelta(days=days),
        "tier_before": before,
        "tier_after": after,
        "index_before": "ABCD".index(before),
        "index_after": "ABCD".index(after),
        "score_after_centipoints": 97_500,
        "cause": "aged_out",
    }
    return known | more


def change(number: int, before: str, after: str) -> dict:
    return {
        "as_of": AS_OF,
        "enterprise_id": enterprise_id(number),
        "name": name_of(number),
        "tier_before": before,
        "tier_after": after,
        "index_before": "ABCD".index(before),
        "index_after": "ABCD".index(after),
        "score_before_centipoints": 98_000,
        "score_after_centipoints": 98_000 + (-1250 if after > before else 950),
        "cause": "new_record" if after > before else "aged_out",
        "causes": ["new_record", "correction"] if after > before else ["aged_out"],
        "decided_by": "direct" if after == "D" else "cut_point",
    }


def difference(number: int, position: int, before: int, after: int) -> dict:
    return {
        "as_of": AS_OF,
        "enterprise_id": enterprise_id(number),
        "position": position,
        "cause": "new_record" if after < before else "aged_out",
        "item_id": "penalty_fine",
        "title": "行政处罚：罚款",
        "record_kind": "penalty",
        "record_id": f"penalty:{number}",
        "record_no": f"川药监罚〔2026〕{number}号",
        "event_on": AS_OF - timedelta(days=number % 20 + 1),
        "points_before_centipoints": before,
        "points_after_centipoints": after,
        "basis": "参考评价标准第十二条第一款第（三）项",
    }


MOVES = (("A", "B"), ("A", "D"), ("B", "C"), ("B", "A"), ("C", "D"), ("C", "B"), ("D", "C"))


def office_frames(changed: int = 14, enterprises: int = 120) -> OfficeFrames:
    """A run in which the first `changed` of `enterprises` moved; the last one is rated for the first time."""
    moves = {n: MOVES[n % len(MOVES)] for n in range(changed)}
    tier = {n: moves[n][1] if n in moves else "AAAABBC"[n % 7] for n in range(enterprises)}
    previous = {n: moves[n][0] if n in moves else tier[n] for n in range(enterprises - 1)}
    changes = [change(n, *move) for n, move in moves.items()]
    down = [c for c in changes if c["index_after"] > c["index_before"]]
    trace = [
        difference(int(c["enterprise_id"][-8:]), at, *pair)
        for c in changes
        for at, pair in enumerate(((0, -1250), (0, 0)) if c in down else ((-950, 0),), 1)
    ]
    return OfficeFrames(
        previous_ratings=frame("ratings", [rating(n, previous[n], 98_000) for n in previous]),
        current_ratings=frame("ratings", [rating(n, tier[n], 97_000) for n in tier]).lazy(),
        changes=frame("changes", changes),
        change_trace=frame("change_trace", trace),
        accounts=frame("accounts", [account("penalty", 220), account("inspection", 1310)]),
        files=frame("files", [file("penalty/2026-03-01.csv", ""), file("bad/空.csv", "文件为空：没有任何内容")]),
        quarantine=frame("quarantine", [quarantined(n) for n in range(9)]),
        outlook=frame("outlook", [outlook(n, tier[n], "B" if tier[n] == "A" else "A", n % 30 + 1) for n in (0, 3, 30)]),
        enterprises=pl.DataFrame(
            {"enterprise_id": [enterprise_id(n) for n in tier], "name": [name_of(n) for n in tier]}
        ),
        unknown_amounts=frame("trace", [unknown_amount(n) for n in (3, 1)]),
    )


def unknown_amount(number: int) -> dict:
    return {
        "enterprise_id": enterprise_id(number),
        "item_id": "drug_fine",
        "title": "罚款（药品）",
        "record_kind": "penalty",
        "record_no": f"川药监罚〔2026〕{number}号",
        "event_on": AS_OF,
        "reason": "unknown_amount",
    }


def account(kind: str, read: int) -> dict:
    counts = {"read_count": read, "accepted_count": read - 30, "duplicate_count": 20, "superseded_count": 4}
    place = {"file_id": kind * 4, "file_name": f"{kind}/2026-03-01.csv", "source": f"{kind}_file", "kind": kind}
    return place | counts | {"quarantined_count": 6, "record_count": read - 30}


def file(name: str, finding: str) -> dict:
    known = {"file_id": name, "file_name": name, "source": "penalty_file", "encoding": "gb18030", "size_bytes": 48_210}
    counts = {"read": 1530, "accepted": 1470, "duplicate": 30, "superseded": 12, "quarantined": 12, "ignored": 6}
    rows = {f"{name}_count": 0 if finding else count for name, count in counts.items()}
    return known | rows | {"finding": finding, "received_at": AT, "attempt_no": 1}


def quarantined(number: int) -> dict:
    is_code = number % 3 == 0
    return {
        "file_id": "penalty",
        "file_name": "penalty/2026-03-01.csv",
        "source": "penalty_file" if number < 7 else "inspection_file",
        "kind": "penalty",
        "row_no": number + 2,
        "column": "CF_XDR_SHXYM" if is_code else "CF_JDRQ",
        "value": "91510000000000000X",
        "code": "bad_uscc" if is_code else "bad_date",
        "reason": "统一社会信用代码校验位不符" if is_code else "日期“2099-13-40”不存在",
        "expected": "18 位统一社会信用代码" if is_code else "年-月-日，如 2026-03-01，且不晚于收到之日",
        "suggestions": [],
        "row_text": "{}",
        "received_at": AT,
        "sender": "市局",
    }


def context(**more: object) -> ReportContext:
    known = {
        "office": "四川省药品监督管理局信用办",
        "as_of": AS_OF,
        "run_id": "nightly-2026-03-01-1",
        "warnings": (("提示", "penalty.authority", "3 行没有处罚机关"),),
        "workbooks": {("penalty_file", "市局"): "quarantine/penalty_file-市局.xlsx"},
        "pages": {enterprise_id(n): f"enterprises/{enterprise_id(n)}.html" for n in range(14)},
    }
    return ReportContext(**(known | more))


def traced(position: int, title: str, points: int, reason: str | None = None, **more: object) -> dict:
    known = {
        "enterprise_id": enterprise_id(0),
        "valid_from_on": AS_OF,
        "position": position,
        "role": "item",
        "item_id": f"item_{position}",
        "title": title,
        "section": "supervision",
        "record_kind": "penalty",
        "record_id": f"penalty:{position}",
        "record_no": f"川药监罚〔2025〕{position}号",
        "event_on": date(2025, 5, position),
        "value_used": "fine_fen=630069",
        "raw_centipoints": points,
        "points_centipoints": 0 if reason else points,
        "is_counted": reason is None,
        "reason": reason,
        "stops_counting_on": date(2026, 5, position + 1),
        "basis": "第十二条",
        "confidence": "C" if position % 2 else "M",
    }
    return known | more


def enterprise_frames(name: str = "天府医药有限公司", **more: object) -> EnterpriseFrames:
    """An enterprise with five trace rows: two counted, a cap, two not counted."""
    trace = [
        traced(1, "行政处罚：罚款", -1000),
        traced(2, "监督抽检不合格", -2000, record_kind="sampling"),
        traced(3, "单项封顶", 500, role="cap", record_kind=None, record_no=None, event_on=None, stops_counting_on=None),
        traced(4, "行政处罚：警告", -500, "lighter_in_act"),
        traced(5, "飞行检查：主要缺陷", -300, "aged_out", record_kind="inspection"),
    ]
    now = rating(0, "B", 97_500, decided_by="movement", score_tier="A", locked_until_on=date(2026, 8, 1))
    history = [
        rating(0, "A", 100_000, valid_from_on=date(2024, 1, 3)),
        rating(0, "C", 88_000, valid_from_on=date(2025, 5, 9)),
        now,
    ]
    known = {
        "outlook": Outlook(AS_OF),
        "enterprise": frame("enterprise", [register(name)]),
        "rating": frame("ratings", [now]),
        "trace": frame("trace", trace),
        "history": frame("ratings", history),
        "records": {"penalty": frame("penalty", [penalty(n) for n in (1, 4)]), "sampling": frame("sampling", [])},
    }
    return EnterpriseFrames(**(known | more))


def register(name: str) -> dict:
    return {
        "enterprise_id": enterprise_id(0),
        "uscc": enterprise_id(0),
        "name": name,
        "name_key": name,
        "fields": ["drug", "device"],
        "roles": ["wholesaler"],
        "party_class": "organisation",
        "licence_nos": ["川AA0280001"],
        "address": "四川省成都市示例路 1 号",
        "state": "active",
    }


def penalty(number: int) -> dict:
    return {
        "record_id": f"penalty:{number}",
        "version_no": 1,
        "row_hash": "deadbeef" * 8,
        "enterprise_id": enterprise_id(0),
        "source": "penalty_file",
        "file_id": "cafebabe" * 8,
        "party_name": "天府医药有限公司",
        "person_hash": "feedface" * 8,
        "person_masked": "110***********002X",
        "decision_no": f"川药监罚〔2025〕{number}号",
        "decision_key": "k",
        "facts": f"负责人（身份证 {IDENTITY}）销售劣药",
        "penalty_kinds": ["fine", "confiscation_gains"],
        "fine_fen": 630_069,
        "decided_on": date(2025, 5, number),
        "state": "in_force",
    }


def entries(count: int = 12, **more: object) -> pl.DataFrame:
    """Entries of the list with hostile names among them; every fourth is removed."""
    rows = [entry(number) | more for number in range(count)]
    return pl.DataFrame(rows, schema=SERIOUS_VIOLATIONS.schema)


def entry(number: int) -> dict:
    gone = number % 4 == 3
    return {
        "listed_on": date(2025, 1, 5) + timedelta(days=37 * number),
        "decision_no": f"川药监严失〔2025〕{number + 1}号",
        "enterprise_id": enterprise_id(number),
        "name": name_of(number),
        "uscc": enterprise_id(number),
        "reason": "生产、销售假药，受到较重行政处罚，性质恶劣、情节严重、社会危害较大（44号令第六条第一项）",
        "listed_by": "四川省药品监督管理局",
        "removal_reason": "列入满一年，履行义务并消除危害后果" if gone else None,
        "removed_on": date(2026, 2, 1) if gone else None,
        "removed_by": "四川省药品监督管理局" if gone else None,
    }


def penalty_entries(count: int = 12, **more: object) -> pl.DataFrame:
    """Penalties in publicity, of enterprises with hostile names and of a natural person."""
    rows = [penalty_entry(number) | more for number in range(count)]
    return pl.DataFrame(rows, schema=PENALTIES.schema)


def penalty_entry(number: int) -> dict:
    is_person = number % 6 == 5
    return {
        "decided_on": date(2025, 1, 5) + timedelta(days=37 * number),
        "decision_no": f"川药监罚〔2025〕{number + 1}号",
        "record_id": f"penalty:{number:04d}",
        "name": "赵甲乙" if is_person else name_of(number),
        "uscc": "" if is_person else enterprise_id(number),
        "party_class": "person" if is_person else "organisation",
        "violation_type": ("销售劣药", "未按药品经营质量管理规范经营药品")[number % 2],
        "penalty_kinds": ("罚款", "警告；罚款；没收违法所得")[number % 2],
        "content": f"罚款{1000 * number + 500}.00元"
        + ("；没收违法所得5,727.90元，责令改正违法行为" if number % 2 else ""),
        "authority": "四川省药品监督管理局",
        "published_on": None if number % 4 == 3 else date(2025, 1, 20) + timedelta(days=37 * number),
    }


def inspection_entries(count: int = 12, **more: object) -> pl.DataFrame:
    """Results of inspections of enterprises with hostile names, good and bad."""
    return pl.DataFrame([inspection_entry(number) | more for number in range(count)], schema=INSPECTIONS.schema)


def inspection_entry(number: int) -> dict:
    inspected_on, is_bad = date(2026, 1, 5) + timedelta(days=number), number % 3 == 1
    return {
        "inspected_on": inspected_on,
        "inspection_no": f"JC2026{number:06d}",
        "record_id": f"inspection:{number:04d}",
        "enterprise_id": enterprise_id(number),
        "name": name_of(number),
        "uscc": enterprise_id(number),
        "inspection_type": ("双随机检查", "GSP符合性检查")[number % 2],
        "standard": "药品经营质量管理规范（2016年修订）",
        "conclusion": "待整改后评定" if is_bad else "符合要求",
        "rectify_by_on": inspected_on + timedelta(days=30) if is_bad else None,
        "rectified_on": inspected_on + timedelta(days=20) if number % 6 == 1 else None,
        "authority": "四川省药品监督管理局",
        "published_on": inspected_on + timedelta(days=10),
    }


def sampling_entries(count: int = 12, **more: object) -> pl.DataFrame:
    """Results of samples from enterprises with hostile names, good and bad; one was corrected."""
    return pl.DataFrame([sampling_entry(number) | more for number in range(count)], schema=SAMPLINGS.schema)


def sampling_entry(number: int) -> dict:
    reported_on, is_bad = date(2026, 1, 5) + timedelta(days=number), number % 3 == 1
    return {
        "reported_on": reported_on,
        "sample_no": f"CY2026{number:06d}",
        "record_id": f"sampling:{number:04d}",
        "enterprise_id": enterprise_id(number),
        "name": name_of(number),
        "uscc": enterprise_id(number),
        "product": ("阿莫西林胶囊", HOSTILE[number % len(HOSTILE)])[number % 2],
        "specification": "0.25g×24粒",
        "batch_no": f"2025{number:04d}",
        "holder_name": "天府制药股份有限公司",
        "maker_name": HOSTILE[(number + 3) % len(HOSTILE)],
        "sampled_on": reported_on - timedelta(days=30),
        "laboratory": "四川省药品检验研究院",
        "basis": "《中华人民共和国药典》2025年版二部",
        "result": "不合格" if is_bad else "合格",
        "failing_items": "含量测定；溶出度" if is_bad else "",
        "published_on": reported_on + timedelta(days=10),
        "corrected_on": reported_on + timedelta(days=40) if number == 3 else None,
    }


def credit_entries(count: int = 12) -> pl.DataFrame:
    """Records in the files of enterprises with hostile names; those of the first have one of every section."""
    sections = tuple(CREDIT_FILES.sections)
    rows = [credit_entry(number, section) for number in range(count) for section in sections[: 5 - number % 5]]
    return pl.DataFrame(rows, schema=CREDIT_FILES.schema)


def credit_entry(number: int, section: str) -> dict:
    kinds = {
        "licence": ("药品经营许可证", "有效", "中成药、化学药制剂、抗生素制剂、生化药品、生物制品（除疫苗）"),
        "inspection": ("双随机检查", "待整改后评定（2026-01-26整改完成）", "药品经营质量管理规范（2016年修订）"),
        "sampling": (
            "阿莫西林胶囊 0.25g",
            "不合格",
            f"批号：20251201；标示生产企业：{HOSTILE[number % 9]}；不符合规定项目：溶出度",
        ),
        "penalty": ("销售劣药", "警告；罚款；没收违法所得", "罚款10,000.00元；没收违法所得5,727.90元"),
        "listing": ("列入严重违法失信名单", "", "生产、销售假药，受到较重行政处罚，性质恶劣、情节严重"),
    }
    subject, result, detail = kinds[section]
    return {
        "enterprise_id": enterprise_id(number),
        "section": section,
        "record_id": f"{section}:{number:04d}",
        "occurred_on": date(2025, 3, 5) + timedelta(days=number),
        "number": f"川{number:04d}号",
        "name": name_of(number),
        "uscc": enterprise_id(number),
        "subject": subject,
        "result": result,
        "detail": detail,
        "authority": "四川省药品监督管理局",
        "until_on": date(2029, 3, 4) if section == "licence" else None,
    }


# Each list with what makes its entries, but for the files, which have a page per enterprise.
_MADE_BY = (
    (SERIOUS_VIOLATIONS, entries),
    (PENALTIES, penalty_entries),
    (INSPECTIONS, inspection_entries),
    (SAMPLINGS, sampling_entries),
)
LISTS = {spec.name: (spec, make) for spec, make in _MADE_BY}
