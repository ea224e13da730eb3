"""Messages in Chinese about what the policy does not say, for the officers who read them and pass them on."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from transforms.law.calendar.working_days import CALENDAR_FILE, Calendar, missing_notice
from transforms.schemas.vocabularies import PROVINCES, PUBLICITY_SYSTEMS

LOW_FINES_FILE = "policy/law/low_fines.yaml"
_MOST_NUMBERS = 3  # how many penalties a message names
# What each optional file of law/ answers.
_ANSWERS = {
    **{f"publicity_{system}": f"处罚在“{title}”的公示" for system, title in PUBLICITY_SYSTEMS.items()},
    **{f"repair_{system}": f"“{title}”的信用修复" for system, title in PUBLICITY_SYSTEMS.items()},
    "spot_checks": "抽查检查结果的公示和复检期限",
    "check_results": "检查结果、抽检结果由本机构公示的范围和期限",
    "credit_files": "企业信用档案公示的内容",
    "bans": "行业禁入和从业禁止",
    "licences": "许可证的延续和届满",
    "external_lists": "外部名单（经营异常名录等）的核对和办理期限",
    "pushes": "推送及回执是否逾期",
    "cases": "案件、移送公安机关和投诉举报的办理期限，法制审核率",
    "measures": "列入名单后的管理措施",
    "findings": "任职与禁业、许可与名单的核对",
}
OPTIONAL_LAW_FILES = tuple(_ANSWERS)


def gap_messages(rows: pl.DataFrame, calendar: Calendar) -> list[str]:
    """A sentence per gap of `rows` (PUBLICITY): what is missing, for which penalties, and where to add it."""
    missing = rows.filter(pl.col("gap").is_not_null()).sort("gap", "province", "decided_on", "decision_no")
    is_calendar = pl.col("gap") == "calendar"
    year = pl.col("decided_on").dt.year().cast(pl.String)
    where = pl.when(is_calendar).then(year).otherwise(pl.col("province").fill_null("")).alias("where")
    messages = []
    for (gap, place), part in missing.group_by("gap", where, maintain_order=True):
        numbers = part["decision_no"].unique(maintain_order=True).to_list()
        more = f"等 {len(numbers)} 件" if len(numbers) > _MOST_NUMBERS else ""
        named = f"{'、'.join(numbers[:_MOST_NUMBERS])}{more}"
        if gap == "calendar":
            messages.append(
                f"处罚 {named}（{place}年作出）：{missing_notice(calendar)}。"
                f"工作日历现有 {calendar.first_on} 至 {calendar.last_on}，请在 {CALENDAR_FILE} 的 years 中补入。"
            )
        elif gap == "low_fine":
            messages.append(_low_fine_gap(place, named))
        else:
            raise ValueError(f"no message for the gap {gap}")
    return messages


def absent_file_messages(absent: Iterable[str]) -> list[str]:
    """A sentence per optional file of law/ that the policy does not have: what is therefore not answered.

    absent: names of files, without .yaml.
    """
    return [f"政策文件夹没有 law/{name}.yaml：本机构不回答{_ANSWERS[name]}。" for name in absent]


def _low_fine_gap(province: object, numbers: str) -> str:
    """province: the first two digits of its division code; empty where it is unknown."""
    if not province:
        return f"处罚 {numbers}：处罚机关所在省份不明，填写处罚机关代码即可判定。"
    code = str(province)
    name = f"{PROVINCES[code]}（区划代码 {code}）" if code in PROVINCES else f"区划代码为 {code} 的省份"
    return (
        f"处罚 {numbers}：{name}的较低数额罚款标准尚未录入，是否停止公示不能判定；"
        f"请在 {LOW_FINES_FILE} 的 provinces 中补入该省标准。"
    )
