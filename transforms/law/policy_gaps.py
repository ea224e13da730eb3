"""Messages in Chinese about what the policy does not say and therefore cannot be answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import polars as pl

from transforms.law.calendar.working_days import CALENDAR_FILE, Calendar, missing_notice
from transforms.schemas.vocabularies import PROVINCES, PUBLICITY_SYSTEMS

LOW_FINES_FILE = "policy/law/low_fines.yaml"
_NAMED = 3
# What a file of law/ that may be left out answers.
_ANSWERED = {
    **{f"publicity_{system}": f"处罚在“{title}”的公示" for system, title in PUBLICITY_SYSTEMS.items()},
    **{f"repair_{system}": f"“{title}”的信用修复" for system, title in PUBLICITY_SYSTEMS.items()},
    "spot_checks": "抽查检查结果的公示和复检期限",
    "bans": "行业禁入和从业禁止",
    "measures": "列入名单后的管理措施",
}
OPTIONAL_LAW_FILES = tuple(_ANSWERED)


def gap_messages(rows: pl.DataFrame, calendar: Calendar) -> list[str]:
    """A sentence per thing that is missing for `rows` of PUBLICITY with a `gap`: what, for which, where to add."""
    missing = rows.filter(pl.col("gap").is_not_null()).sort("gap", "province", "decided_on", "decision_no")
    texts = []
    for (gap, where), part in missing.group_by("gap", _place(), maintain_order=True):
        numbers = part["decision_no"].unique(maintain_order=True).to_list()
        more = f"等 {len(numbers)} 件" if len(numbers) > _NAMED else ""
        texts.append(_TEXTS[str(gap)](str(where), f"{'、'.join(numbers[:_NAMED])}{more}", calendar))
    return texts


def absent_file_messages(absent: Iterable[str]) -> list[str]:
    """A sentence per file of law/ that the policy does without: what is therefore not answered.

    absent: names of files, without .yaml.
    """
    return [f"政策文件夹没有 law/{name}.yaml：本机构不回答{_ANSWERED[name]}。" for name in absent]


def _place() -> pl.Expr:
    year = pl.col("decided_on").dt.year().cast(pl.String)
    return pl.when(pl.col("gap") == "calendar").then(year).otherwise(pl.col("province").fill_null("")).alias("place")


def _low_fine(province: str, numbers: str, calendar: Calendar) -> str:
    if not province:
        return f"处罚 {numbers}：处罚机关所在省份不明，填写处罚机关代码即可判定。"
    return (
        f"处罚 {numbers}：{_place_name(province)}的较低数额罚款标准尚未录入，是否停止公示不能判定；"
        f"请在 {LOW_FINES_FILE} 的 provinces 中补入该省标准。"
    )


def _place_name(code: str) -> str:
    """The province (省级行政区划) of a code of two digits; the code itself where there is none."""
    return f"{PROVINCES[code]}（区划代码 {code}）" if code in PROVINCES else f"区划代码为 {code} 的省份"


def _calendar(year: str, numbers: str, calendar: Calendar) -> str:
    return (
        f"处罚 {numbers}（{year}年作出）：{missing_notice(calendar)}。"
        f"工作日历现有 {calendar.first_on} 至 {calendar.last_on}，请在 {CALENDAR_FILE} 的 years 中补入。"
    )


_TEXTS: Mapping[str, Callable[[str, str, Calendar], str]] = {"low_fine": _low_fine, "calendar": _calendar}
