"""The short answer of the approval desk, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.cli.text.columns import pairs
from reports import show
from reports.views.scheme import ILLUSTRATIVE
from transforms.tables import KINDS, TABLES

_RATINGS, _STATES = TABLES["ratings"], KINDS["enterprise"].column("state").words


def desk_text(who: str, answer: Mapping[str, Any]) -> list[str]:
    """Lines for every enterprise that is meant, or the nearest names."""
    if not answer["found"]:
        return _nobody(who, answer["nearest"])
    lines = [f"“{show.clean(who)}”对应 {len(answer['enterprises'])} 户企业："] if len(answer["enterprises"]) > 1 else []
    for one in answer["enterprises"]:
        lines += [show.clean(one["name"]), *pairs(_facts(one, answer))]
    if any(one["is_illustrative"] for one in answer["enterprises"]):
        lines.append(ILLUSTRATIVE)
    return lines


def _nobody(who: str, nearest: list[str]) -> list[str]:
    lines = [f"没有查到“{show.clean(who)}”：请核对统一社会信用代码或者企业名称全称。"]
    return [*lines, "名称相近的企业：", *(f"  {show.clean(name)}" for name in nearest)] if nearest else lines


def _facts(one: Mapping[str, Any], answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = [
        ("统一社会信用代码", one["uscc"] or one["enterprise_id"]),
        ("登记状态", _STATES.get(one["state"] or "", one["state"] or "")),
    ]
    if one["tier"] is None:
        return [*facts, ("信用等级", "尚未评价"), ("严重违法失信名单", _listed(one["serious_list"]))]
    return [
        *facts,
        ("信用等级", f"{one['tier']} {one['tier_title']}（自 {one['valid_from_on']} 起）"),
        ("严重违法失信名单", _listed(one["serious_list"])),
        ("判定依据", _RATINGS.column("decided_by").words.get(one["decided_by"], one["decided_by"])),
        ("金额不明", f"{count} 项，未计分" if (count := one["unknown_amount_count"]) else ""),
        ("锁定至", str(one["locked_until_on"] or ("决定没有写明终止日期" if one["decided_by"] == "decision" else ""))),
        ("今后等级", one["outlook_text"]),
        ("评价日", str(answer["as_of"])),
    ]


def _listed(listing: Mapping[str, Any] | None) -> str:
    if listing is None:
        return "未列入"
    return f"已列入（{listing['listed_on']}，{show.clean(listing['decision_no'])}）"
