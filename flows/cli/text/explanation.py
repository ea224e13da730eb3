"""Why an enterprise has its tier, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.cli.answers.standing import Standing
from flows.cli.text.columns import pairs, table
from reports import show
from reports.views.enterprise import EnterpriseView

_COUNTED = ("position", "points_centipoints", "event_on", "stops_counting_on", "title")
_COUNTED_NOTES = ("record_kind", "record_no", "section", "value_used", "basis", "confidence")
_LEFT_OUT = ("position", "raw_centipoints", "event_on", "title")
_LEFT_OUT_NOTES = ("reason", "record_kind", "record_no", "value_used", "basis")
_LAW_NOTES = ("unmet", "basis", "confidence", "note", "notes", "reason", "target", "stop_on", "left_on", "system")
_HISTORY = ("valid_from_on", "tier", "score_centipoints", "decided_by", "locked_until_on")


def explanation(found: Standing) -> list[str]:
    """Lines: who, the tier and its rule, what counts, what does not and why, what changes next, the history."""
    view = found.view()
    if found.rating is None:
        told = [*pairs([*_identity(view), *_legal(view)]), "  尚未评价：登记后还没有经过夜间评价。"]
        return [view.name, *told, *view.scheme.notices, *_law(view)]
    return [
        *view.scheme.notices,
        view.name,
        *pairs([*_identity(view), *_decision(found, view, found.rating), *_legal(view)]),
        "",
        f"{view.counted.title}（{view.sum_text}）",
        *table(view.counted, _COUNTED, _COUNTED_NOTES),
        "",
        view.not_counted.title,
        *table(view.not_counted, _LEFT_OUT, _LEFT_OUT_NOTES),
        "",
        view.history.title,
        *table(view.history, _HISTORY),
        *_law(view),
    ]


def _identity(view: EnterpriseView) -> list[tuple[str, str]]:
    facts = dict(view.facts)
    return [("统一社会信用代码", view.uscc or view.enterprise_id), ("登记状态", facts.get("登记状态", ""))]


def _decision(found: Standing, view: EnterpriseView, rating: Mapping[str, Any]) -> list[tuple[str, str]]:
    rule = " ".join(part for part in (view.decided_by, view.rule) if part)
    score_tier = f"（按得分为 {view.score_tier}）" if view.score_tier != view.tier else ""
    unstated = "决定没有写明终止日期" if rating["decided_by"] == "decision" else ""
    locked = show.day(view.locked_until_on) if view.locked_until_on else unstated
    return [
        ("信用等级", f"{found.tier}{score_tier}"),
        ("得分", view.sum_text),
        ("判定依据", rule),
        ("条款", view.basis),
        ("锁定至", locked),
        ("今后等级", view.outlook),
        ("监督检查", dict(view.facts).get("监督检查", "")),
        ("评价日", f"{view.as_of}（本结果自 {rating['valid_from_on']} 起）"),
        ("评价标准", f"{view.scheme.title}（{view.scheme.name}）"),
    ]


def _legal(view: EnterpriseView) -> list[tuple[str, str]]:
    if view.law is None:
        return []
    return [("严重违法失信名单", view.law.list_text), ("最近法定期限", view.law.next.text if view.law.next else "")]


def _law(view: EnterpriseView) -> list[str]:
    """The list, publicity with repair, and what comes, each with its articles below."""
    if view.law is None:
        return []
    lines: list[str] = []
    for grid in view.law.grids:
        names = [field.name for field in grid.fields]
        lines += ["", grid.title, *table(grid, [name for name in names if name not in _LAW_NOTES], _LAW_NOTES)]
    return lines
