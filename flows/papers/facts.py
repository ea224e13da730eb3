"""What is known of a paper's subject, by the names that texts use. What no record says stays unknown: a blank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flows.papers.legal import CONSENT, Law, Row
from flows.papers.subjects import STEPS, Subject, key_of
from reports import show
from reports.papers.view import Checked, Fact
from reports.papers.words import blank, chinese_day
from transforms.policy.paper_facts import FACTS, REFUSALS, REMOVALS
from transforms.tables.law.listing import CANDIDATE_NOTES
from transforms.tables.law.listing import NOTES as LISTING_NOTES
from transforms.tables.law.publicity import NOTES, STATES
from transforms.tables.law.repair import CONDITION_STATES, VERDICTS
from transforms.tables.words import PENALTY_KINDS, SYSTEMS

Known = dict[str, Any]
_SUMS = {"confiscated_fen": "没收金额", "fine_fen": "罚款金额"}
_SAME = ("violation_type", "discretion", "field", "performed_on", "harm_removed_on")
_NUMBERS = ("penalty_no", "notice_no", "listing_no", "grant_no")  # a paper writes them with one kind of bracket
_OPEN = tuple(state for state in CONDITION_STATES if state != "met")
_WAIT = "wait"
_ANNULLED, _ANNULLED_UNDATED = "annulled", "annulled_on_unstated"
_BY_HAND = "（由人工填写）"
_GRANTS = ("repair_grant", "removal_decision")
LISTING_PAPERS = ("listing_notice", "listing_decision")
_ON_APPLICATION = (*_GRANTS, "repair_refusal")


def own_step(kind: str, subject: Subject) -> Row | None:
    """The step by which the office made this paper; None where it has not, and the paper is a draft."""
    return subject.last(*STEPS[kind]) if STEPS[kind] else None


def known(kind: str, subject: Subject, law: Law, day: date) -> Known:
    """Values by name, codes as conditions see them; names of FACTS that are missing are unknown."""
    values: Known = {"matter": subject.matter, "paper_on": day, "year": str(day.year)}
    values |= _party(subject)
    values |= _penalty(subject.penalty) if subject.penalty else {}
    values |= _listing(subject, subject.stands) if subject.matter == "listing" and subject.stands else {}
    values |= _application(subject)
    values |= _of_step(kind, subject)
    if kind == "removal_decision":
        values["removal"] = _removal(subject, law)
    values = _of_law(subject, law) | {name: value for name, value in values.items() if value is not None}
    values["situation_basis"] = law.articles.get(values.get("situation") or "")
    numbers = {name: key_of(values[name]) for name in _NUMBERS if values.get(name)}
    return {name: value for name, value in (values | numbers).items() if value not in (None, "", ())}


def _party(subject: Subject) -> Known:
    enterprise, penalty = subject.enterprise or {}, subject.penalty or {}
    is_person = subject.enterprise_id is None or penalty.get("party_class") == "person"
    if is_person:  # a person's home and number are nobody's business
        return {"party": subject.party, "is_person": True}
    uscc = enterprise.get("uscc") or penalty.get("uscc")
    return {"party": subject.party, "is_person": False, "uscc": uscc, "address": enterprise.get("address")}


def _penalty(row: Row) -> Known:
    kinds = [PENALTY_KINDS.get(kind, kind) for kind in row["penalty_kinds"] or ()]
    sums = [f"{label}{show.yuan(row[name])}元" for name, label in _SUMS.items() if row[name]]
    return {name: row[name] for name in _SAME} | {
        "authority": row["authority"],
        "penalty_no": row["decision_no"],
        "penalty_on": row["decided_on"],
        "penalty_by": row["authority"],
        "violation": row["facts"],
        "penalty_basis": row["basis"],
        "penalty_kinds": "、".join(kinds),
        "penalty_content": row["content"] or "，".join(sums),
    }


def _listing(subject: Subject, row: Row) -> Known:
    told, heard, listed = (subject.last(name) for name in ("notify_listing", "hear", "list"))
    situations = (step["situation"] for step in (listed, told) if step)
    found: Known = {
        "situation": next((situation for situation in situations if situation), None),
        "listing_published_on": row["published_on"],
        "notice_no": told and told["decision_no"],
        "notified_on": told and told["on"],
        "heard_on": heard and heard["on"],
    }
    signed = [step["authority"] for step in subject.steps if step["authority"]]
    if signed:
        found["authority"] = signed[-1]
    if listed:
        found |= {"listing_no": listed["decision_no"], "listed_on": listed["on"]}
        found |= {"listing_by": listed["authority"], "listing_reason": listed["reason"]}
    return found


def _application(subject: Subject) -> Known:
    applied, accepted = subject.last("apply"), subject.last("accept")
    granted = subject.last("repair", "remove")
    return {
        "system_title": SYSTEMS[subject.system],
        "applied_on": applied and applied["on"],
        "accepted_on": accepted and accepted["on"],
        "grant_no": granted and granted["decision_no"],
        "granted_on": granted and granted["on"],
    }


def _of_step(kind: str, subject: Subject) -> Known:
    step = own_step(kind, subject)
    found: Known = {"reason": step["reason"]} if step else {}
    if kind == "repair_refusal" and step:
        found["refusal"] = step["situation"] if step["situation"] in REFUSALS else "conditions"
    return found


def _removal(subject: Subject, law: Law) -> str:
    """Why it leaves the list, a word of REMOVALS: by its last step, else by where it stands."""
    state = law.listing["state"] if law.listing else ""
    if subject.last("revoke_listing") or (law.listing and law.listing["annulled_on"]):
        return "annulled"
    return state if state in REMOVALS and not subject.last("remove") else "early"


def _of_law(subject: Subject, law: Law) -> Known:
    found: Known = {}
    if law.publicity:
        row = law.publicity
        found = {name: row[name] for name in ("is_public", "class_title", "publish_by_on", "last_day_on")} | {
            "is_open_to_repair": row["shortest_until_on"] is not None,
            "class_reason": row["reason"],
            "class_basis": row["basis"],
            "published_on": row["counts_from_on"],
            "display": _display(row),
            "display_state": STATES[row["state"]],
            "restored_on": row["restored_on"],
        }
    wait = next((one for one in _conditions(law) if one["condition"] == _WAIT), None)
    opens = "apply_from_on" if subject.matter == "penalty" else "early_from_on"
    unmet = tuple(_told(one) for one in _conditions(law) if one["state"] == "unmet")
    if law.candidate:
        found["situation"] = law.candidate["situation"]
    if law.listing:
        row = law.listing
        found |= {"ends_on": row["last_day_on"], "listing_published_on": row["published_on"]}
    found |= {"is_heavier": law.is_heavier, "needs_consent": law.needs_consent}
    found |= {"factors": tuple(map(_weighed, law.factors)), "measures": tuple(map(_measure, law.measures))}
    return found | {opens: wait and wait["earliest_on"], "unmet": unmet}


def _display(row: Row) -> str:
    """Where a penalty's publicity stands, a word of DISPLAYS."""
    state = str(row["state"])
    if state in ("awaiting", "overdue"):
        return state
    if state == "public":
        return "restored" if row["restored_on"] else "public"
    return "off"


def _weighed(factor: Row) -> str:
    """A factor with what the records say of it, or a blank with what to look for."""
    return f"{factor['title']}：{factor['evidence'] or blank(factor['question'])}"


def _measure(row: Row) -> str:
    title = str(row["title"]).replace(_BY_HAND, f"：{blank('其他管理措施及其依据；没有的，删去本项')}")
    return f"{title}（{row['basis']}）"


def _conditions(law: Law) -> list[Row]:
    return list(law.repair["conditions"]) if law.repair else []


def _told(condition: Row) -> str:
    """An unmet condition as the paper says it."""
    earliest = f"，最早于{chinese_day(condition['earliest_on'])}符合" if condition["earliest_on"] else ""
    evidence = f"：{condition['evidence']}" if condition["evidence"] else ""
    return f"{condition['title']}（{condition['basis']}）{evidence}{earliest}"


def checked(law: Law) -> dict[str, Checked]:
    """By name the conditions that a paper may say to be met, as the records answered them on its day."""
    found = {one["condition"]: _checked(one) for one in _conditions(law)}
    if law.listing:
        is_annulled = law.listing["annulled_on"] is not None or _ANNULLED_UNDATED in law.listing["notes"]
        found[_ANNULLED] = Checked(is_annulled, is_stated=True, told="记录中的行政处罚没有被撤销、确认违法或者无效")
    return found


def _checked(condition: Row) -> Checked:
    state = condition["state"]
    told = f"按记录{CONDITION_STATES[state]}：{_told(condition)}"
    return Checked(state == "met", state != "unstated", told, condition["confidence"] or "C")


def remarks(law: Law) -> dict[str, tuple[str, str]]:
    """What is unsettled of a name, and its confidence."""
    return dict(_remarks(law))


def _remarks(law: Law) -> Iterator[tuple[str, tuple[str, str]]]:
    row = law.publicity
    if row:
        if row["confidence"] and row["confidence"] != "C":
            yield "class_basis", (f"分类和公示期的依据：{row['basis']}", row["confidence"])
        if "publication_assumed" in row["notes"]:
            yield "published_on", (NOTES["publication_assumed"], "GAP")
        if row["last_day_on"]:
            yield "last_day_on", (_period("公示期", row["last_day_on"], "停止公示"), "GAP")
        if row["shortest_until_on"]:
            yield "apply_from_on", (_period("最短公示期", row["shortest_until_on"], "可以申请"), "GAP")
    if law.candidate:
        told = f"列入情形系按处罚记录的文字推断：{law.candidate['situation_basis']}"
        yield "situation", (told, law.candidate["situation_confidence"])
    if law.factors:
        yield "factors", ("各项因素系记录摘录，是否成立须由人工判断", "I")
    unsure = [measure for measure in law.measures if measure["confidence"] != "C"]
    if unsure:
        yield "measures", ("；".join(measure["basis"] for measure in unsure), unsure[0]["confidence"])
    if law.listing and law.listing["last_day_on"]:
        yield "ends_on", (_period("列入期", law.listing["last_day_on"], "移出"), "GAP")


def _period(title: str, last_on: date, effect: str) -> str:
    """The two unsettled conventions, as a person must settle them."""
    told = f"{title}末日为{chinese_day(last_on)}"
    return f"期间的计算口径未定：{told}，当日还是次日起{effect}、末日遇节假日是否顺延，须由人工确认"


def warnings(kind: str, subject: Subject, law: Law) -> tuple[str, ...]:
    """What speaks against the paper, or must be checked first, for the working copy."""
    told: list[str] = []
    is_draft = own_step(kind, subject) is None
    if law.repair and is_draft and law.repair["why"] and kind in _ON_APPLICATION:
        told.append(f"{VERDICTS[law.repair['verdict']]}：{law.repair['why']}")
    if law.repair and _is_on_conditions(kind, subject, law):
        open_ = (one for one in _conditions(law) if one["state"] in _OPEN)
        told += [f"{CONDITION_STATES[one['state']]}：{_told(one)}" for one in open_]
    if kind == "listing_decision" and law.needs_consent is False:
        told.append(f"按机关名称推定无须报经上一级同意：{law.articles[CONSENT]}")
    if kind in LISTING_PAPERS and _is_late(subject):
        told.append(CANDIDATE_NOTES["late"])
    is_listing = subject.matter == "listing"
    own = LISTING_NOTES if is_listing else NOTES  # one code may be worded for either
    rows = (law.listing if is_listing else law.publicity, law.repair, law.candidate if kind in LISTING_PAPERS else None)
    words = {**NOTES, **LISTING_NOTES, **CANDIDATE_NOTES, **own}
    told += [words[note] for row in rows if row for note in row["notes"] if note in words]
    return tuple(dict.fromkeys(told))


def _is_late(subject: Subject) -> bool:
    """Whether the listing was decided after the penalty, and not together with it (44号 Art. 13)."""
    listed, punished = subject.last("list"), subject.penalty
    return bool(listed and punished and punished["decided_on"] < listed["on"])


def _is_on_conditions(kind: str, subject: Subject, law: Law) -> bool:
    """Whether the paper grants what the conditions of a repair must be met for; also one that was decided already."""
    return kind in _GRANTS and not (kind == "removal_decision" and _removal(subject, law) != "early")


def facts(values: Mapping[str, Any], remarked: Mapping[str, tuple[str, str]]) -> dict[str, Fact]:
    """Every name with its value in words, its label, and what is unsettled about it."""
    made = {}
    for column in FACTS.columns:
        value = values.get(column.name)
        remark, confidence = remarked.get(column.name, ("", "C"))
        made[column.name] = Fact(column.words.get(str(value), value), column.label, remark, confidence)
    return made
