"""A paper about a subject: the facts its text uses, the text with them filled in, and its files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from flows.papers.subjects import (
    CONSENT,
    PAPER_STEPS,
    Row,
    Subject,
    SubjectLegalState,
    subject_legal_state,
)
from flows.policy_folder import read_paper
from flows.settings import Settings
from reports import formatting
from reports.office_papers import (
    ConditionCheck,
    PaperFact,
    PaperForm,
    PaperParagraph,
    PaperView,
    blank_mark,
    chinese_day,
    paper_view,
)
from transforms.policy_model.paper import (
    PAPER_FACTS,
    PAPERS,
    REFUSAL_GROUNDS,
    REMOVAL_REASONS,
    require_paper_in_force,
    select_paragraphs,
)
from transforms.records.text import document_number
from transforms.schemas.law import (
    CANDIDATE_NOTES,
    CONDITION_STATES,
    LISTING_NOTES,
    PUBLICITY_NOTES,
    PUBLICITY_STATES,
    VERDICTS,
)
from transforms.schemas.vocabularies import PENALTY_KINDS, PUBLICITY_SYSTEMS

PAPER_FORMATS = ("html", "pdf")
LISTING_PAPERS = ("listing_notice", "listing_decision")
_GRANTS = ("repair_grant", "removal_decision")
_ON_APPLICATION = (*_GRANTS, "repair_refusal")
_YOU_OR_YOUR_UNIT, _YOU = "你（单位）", "你"
_SUMS = {"confiscated_fen": "没收金额", "fine_fen": "罚款金额"}
_COPIED = ("violation_type", "discretion", "field", "performed_on", "harm_removed_on")
_NUMBERS = ("penalty_no", "notice_no", "listing_no", "grant_no")  # a paper writes them with one kind of bracket
_BY_HAND = "（由人工填写）"

FactValues = dict[str, Any]


def compose_paper(settings: Settings, kind: str, subject: Subject, as_of: date, number: str | None = None) -> PaperView:
    """The paper as its day has it: that of the step by which it was issued, else `as_of`, and then a draft.

    number: the paper's, where the decision log does not have it yet. Raises PolicyGap for a day before its texts.
    """
    text, _ = read_paper(settings.policy_dir, kind)
    step = issuing_step(kind, subject)
    day = step["on"] if step else as_of
    require_paper_in_force(text, day)
    law = subject_legal_state(settings, subject, day)
    published = subject.matter_row["published_on"] if subject.matter == "listing" and subject.matter_row else None
    if published and published > day and kind in LISTING_PAPERS:
        # Its days count from the publication: once that is registered they are those of the list, not assumed ones.
        later = subject_legal_state(settings, subject, published)
        law = replace(law, listing=later.listing, repair=later.repair)
    values = fact_values(kind, subject, law, day)
    paragraphs = select_paragraphs(text, day, values)
    you = _YOU if values["is_person"] else _YOU_OR_YOUR_UNIT
    form = PaperForm(
        text.paper,
        text.title,
        number or (_written_number(step["decision_no"]) if step else text.number),
        text.opening == "salutation",
        text.foot,
        tuple(
            PaperParagraph(
                one.id,
                one.heading,
                one.wording.text.replace(_YOU_OR_YOUR_UNIT, you),
                one.wording.basis,
                one.wording.confidence,
            )
            for one in paragraphs
        ),
        f"文书样式：policy/papers/{text.paper}.yaml（{hashlib.sha256(text.model_dump_json().encode()).hexdigest()[:12]}）",
    )
    facts, conditions = paper_facts(values, unsettled_remarks(law)), checked_conditions(law)
    return paper_view(form, facts, day if step else None, paper_warnings(kind, subject, law), conditions)


def write_paper(
    view: PaperView, families: Sequence[str], folder: Path, name: str, formats: Sequence[str]
) -> list[Path]:
    """Write the paper into `folder`, which is made; the paths, in the order of PAPER_FORMATS.

    Raises PaperToolMissing where a tool that sets papers is not installed, NoGlyph for a character no font has.
    """
    from reports.office_papers import paper_html, paper_pdf

    html = paper_html(view, families)
    # Both are made before either is written.
    contents = {form: html.encode() if form == "html" else paper_pdf(html) for form in PAPER_FORMATS if form in formats}
    folder.mkdir(parents=True, exist_ok=True)
    for form, content in contents.items():
        (folder / f"{name}.{form}").write_bytes(content)
    return [folder / f"{name}.{form}" for form in contents]


def paper_file_name(view: PaperView, subject: Subject) -> str:
    """Kind and number of what it is about, without what file systems do not take: 列入决定书_鄂药监罚〔2025〕12号."""
    number = re.sub(r"[\\/:*?\"<>|\s\x00-\x1f]+", "_", _written_number(subject.number))
    return f"{PAPERS[view.kind]}_{number}".rstrip("._")[:80]


def _written_number(text: str) -> str:
    """A document number as a paper writes it: one kind of bracket, its own leading zeros."""
    return str(pl.select(document_number(pl.lit(text))).item())


def issuing_step(kind: str, subject: Subject) -> Row | None:
    """The step by which the office issued this paper; None where it has not, and the paper is a draft."""
    return subject.last(*PAPER_STEPS[kind]) if PAPER_STEPS[kind] else None


def fact_values(kind: str, subject: Subject, law: SubjectLegalState, day: date) -> FactValues:
    """Values by name, codes as conditions see them; names of PAPER_FACTS that are missing are unknown."""
    enterprise, penalty = subject.enterprise or {}, subject.penalty or {}
    is_person = subject.enterprise_id is None or penalty.get("party_class") == "person"
    values: FactValues = {
        "matter": subject.matter,
        "paper_on": day,
        "year": str(day.year),
        "party": subject.party,
        "is_person": is_person,
    }
    if not is_person:  # a natural person's address and number are not shown
        values |= {"uscc": enterprise.get("uscc") or penalty.get("uscc"), "address": enterprise.get("address")}
        values["representative"] = _representative(subject, day)
    values |= _penalty_values(subject.penalty) if subject.penalty else {}
    values |= _listing_values(subject, subject.matter_row) if subject.matter == "listing" and subject.matter_row else {}
    applied, accepted, granted = subject.last("apply"), subject.last("accept"), subject.last("repair", "remove")
    values |= {
        "system_title": PUBLICITY_SYSTEMS[subject.system],
        "applied_on": applied and applied["on"],
        "accepted_on": accepted and accepted["on"],
        "grant_no": granted and granted["decision_no"],
        "granted_on": granted and granted["on"],
    }
    step = issuing_step(kind, subject)
    if step:
        values["reason"] = step["reason"]
    if step and kind == "repair_refusal":
        values["refusal"] = step["situation"] if step["situation"] in REFUSAL_GROUNDS else "conditions"
    if kind == "removal_decision":
        values["removal"] = _removal(subject, law)
    values = _law_values(subject, law) | {name: value for name, value in values.items() if value is not None}
    values["situation_basis"] = law.articles.get(values.get("situation") or "")
    numbers = {name: _written_number(values[name]) for name in _NUMBERS if values.get(name)}
    return {name: value for name, value in (values | numbers).items() if value not in (None, "", ())}


def _representative(subject: Subject, day: date) -> str | None:
    """Who is 法定代表人 on `day`, of a sole trader the manager; None where no post says so, or more than one does."""
    is_sole = (subject.enterprise or {}).get("party_class") == "sole_trader"
    held = subject.records["post"].filter(
        pl.col("position") == ("manager" if is_sole else "legal_representative"),
        (pl.col("starts_on") <= day).fill_null(True),
        (pl.col("ends_on") >= day).fill_null(True),
    )
    newest = held.filter(pl.col("starts_on").is_null() | (pl.col("starts_on") == pl.col("starts_on").max()))
    names = newest["person_name"].unique().to_list()
    return str(names[0]) if len(names) == 1 else None


def _penalty_values(row: Row) -> FactValues:
    kinds = [PENALTY_KINDS.get(kind, kind) for kind in row["penalty_kinds"] or ()]
    sums = [f"{label}{formatting.yuan(row[name])}元" for name, label in _SUMS.items() if row[name]]
    return {name: row[name] for name in _COPIED} | {
        "authority": row["authority"],
        "penalty_no": row["decision_no"],
        "penalty_on": row["decided_on"],
        "penalty_by": row["authority"],
        "violation": row["facts"],
        "penalty_basis": row["basis"],
        "penalty_kinds": "、".join(kinds),
        "penalty_content": row["content"] or "，".join(sums),
    }


def _listing_values(subject: Subject, row: Row) -> FactValues:
    notified, heard, listed = (subject.last(name) for name in ("notify_listing", "hear", "list"))
    situations = (step["situation"] for step in (listed, notified) if step)
    found: FactValues = {
        "situation": next((situation for situation in situations if situation), None),
        "listing_published_on": row["published_on"],
        "notice_no": notified and notified["decision_no"],
        "notified_on": notified and notified["on"],
        "heard_on": heard and heard["on"],
    }
    signed = [step["authority"] for step in subject.steps if step["authority"]]
    if signed:
        found["authority"] = signed[-1]
    if listed:
        found |= {"listing_no": listed["decision_no"], "listed_on": listed["on"]}
        found |= {"listing_by": listed["authority"], "listing_reason": listed["reason"]}
    return found


def _removal(subject: Subject, law: SubjectLegalState) -> str:
    """Why it leaves the list, a code of REMOVAL_REASONS: by its last step, else by the state of the listing."""
    state = law.listing["state"] if law.listing else ""
    if subject.last("revoke_listing") or (law.listing and law.listing["annulled_on"]):
        return "annulled"
    return state if state in REMOVAL_REASONS and not subject.last("remove") else "early"


def _law_values(subject: Subject, law: SubjectLegalState) -> FactValues:
    found: FactValues = {}
    if law.publicity:
        row = law.publicity
        found = {name: row[name] for name in ("is_public", "class_title", "publish_by_on", "last_day_on")} | {
            "is_open_to_repair": row["shortest_until_on"] is not None,
            "class_reason": row["reason"],
            "class_basis": row["basis"],
            "published_on": row["counts_from_on"],
            "display": _display(row),
            "display_state": PUBLICITY_STATES[row["state"]],
            "restored_on": row["restored_on"],
        }
    wait = next((one for one in _conditions(law) if one["condition"] == "wait"), None)
    opens = "apply_from_on" if subject.matter == "penalty" else "early_from_on"
    unmet = tuple(_condition_text(one) for one in _conditions(law) if one["state"] == "unmet")
    if law.candidate:
        found["situation"] = law.candidate["situation"]
    if law.listing:
        row = law.listing
        found |= {"ends_on": row["last_day_on"], "listing_published_on": row["published_on"]}
    found |= {"is_heavier": law.is_heavier, "needs_consent": law.needs_consent}
    # A factor with what the records say of it, or a blank with what to look for.
    factors = (f"{one['title']}：{one['evidence'] or blank_mark(one['question'])}" for one in law.factors)
    found |= {"factors": tuple(factors), "measures": tuple(map(_measure_text, law.measures))}
    return found | {opens: wait and wait["earliest_on"], "unmet": unmet}


def _display(row: Row) -> str:
    """The state of a penalty's publicity, a code of DISPLAYS."""
    state = str(row["state"])
    if state in ("awaiting", "overdue"):
        return state
    if state == "public":
        return "restored" if row["restored_on"] else "public"
    return "off"


def _measure_text(row: Row) -> str:
    title = str(row["title"]).replace(_BY_HAND, f"：{blank_mark('其他管理措施及其依据；没有的，删去本项')}")
    return f"{title}（{row['basis']}）"


def _conditions(law: SubjectLegalState) -> list[Row]:
    return list(law.repair["conditions"]) if law.repair else []


def _condition_text(condition: Row) -> str:
    """A condition as papers write it."""
    earliest = f"，最早于{chinese_day(condition['earliest_on'])}符合" if condition["earliest_on"] else ""
    evidence = f"：{condition['evidence']}" if condition["evidence"] else ""
    return f"{condition['title']}（{condition['basis']}）{evidence}{earliest}"


def checked_conditions(law: SubjectLegalState) -> dict[str, ConditionCheck]:
    """By name the conditions that a paper may state to be met, with what the records say of each on its day."""
    found = {}
    for one in _conditions(law):
        state = one["state"]
        finding = f"按记录{CONDITION_STATES[state]}：{_condition_text(one)}"
        check = ConditionCheck(state == "met", state != "unstated", finding, one["confidence"] or "C")
        found[one["condition"]] = check
    if law.listing:
        is_annulled = law.listing["annulled_on"] is not None or "annulled_on_unstated" in law.listing["notes"]
        found["annulled"] = ConditionCheck(
            is_annulled, is_stated=True, finding="记录中的行政处罚没有被撤销、确认违法或者无效"
        )
    return found


def unsettled_remarks(law: SubjectLegalState) -> dict[str, tuple[str, str]]:
    """By name of a fact, what is unsettled about it, and its confidence."""
    found: dict[str, tuple[str, str]] = {}
    row = law.publicity
    if row:
        if row["confidence"] and row["confidence"] != "C":
            found["class_basis"] = (f"分类和公示期的依据：{row['basis']}", row["confidence"])
        if "publication_assumed" in row["notes"]:
            found["published_on"] = (PUBLICITY_NOTES["publication_assumed"], "GAP")
        if row["last_day_on"]:
            found["last_day_on"] = (_period_remark("公示期", row["last_day_on"], "停止公示"), "GAP")
        if row["shortest_until_on"]:
            found["apply_from_on"] = (_period_remark("最短公示期", row["shortest_until_on"], "可以申请"), "GAP")
    if law.candidate:
        inferred = f"列入情形系按处罚记录的文字推断：{law.candidate['situation_basis']}"
        found["situation"] = (inferred, law.candidate["situation_confidence"])
    if law.factors:
        found["factors"] = ("各项因素系记录摘录，是否成立须由人工判断", "I")
    unsure = [measure for measure in law.measures if measure["confidence"] != "C"]
    if unsure:
        found["measures"] = ("；".join(measure["basis"] for measure in unsure), unsure[0]["confidence"])
    if law.listing and law.listing["last_day_on"]:
        found["ends_on"] = (_period_remark("列入期", law.listing["last_day_on"], "移出"), "GAP")
    return found


def _period_remark(title: str, last_on: date, effect: str) -> str:
    """The two unsettled conventions of counting, which a person must settle."""
    last_day = chinese_day(last_on)
    return f"期间的计算口径未定：{title}末日为{last_day}，当日还是次日起{effect}、末日遇节假日是否顺延，须由人工确认"


def paper_warnings(kind: str, subject: Subject, law: SubjectLegalState) -> tuple[str, ...]:
    """What contradicts the paper, or must be checked first, for the working copy."""
    found: list[str] = []
    is_draft = issuing_step(kind, subject) is None
    if law.repair and is_draft and law.repair["why"] and kind in _ON_APPLICATION:
        found.append(f"{VERDICTS[law.repair['verdict']]}：{law.repair['why']}")
    # A grant rests on the conditions of a repair, also one that was decided already.
    is_on_conditions = kind in _GRANTS and not (kind == "removal_decision" and _removal(subject, law) != "early")
    if law.repair and is_on_conditions:
        unmet = (one for one in _conditions(law) if one["state"] != "met")
        found += [f"{CONDITION_STATES[one['state']]}：{_condition_text(one)}" for one in unmet]
    if kind == "listing_decision" and law.needs_consent is False:
        found.append(f"按机关名称推定无须报经上一级同意：{law.articles[CONSENT]}")
    listed, penalty = subject.last("list"), subject.penalty
    if kind in LISTING_PAPERS and listed and penalty and penalty["decided_on"] < listed["on"]:
        # The listing was decided after the penalty, and not together with it (44号 Art. 13).
        found.append(CANDIDATE_NOTES["late"])
    is_listing = subject.matter == "listing"
    rows = (law.listing if is_listing else law.publicity, law.repair, law.candidate if kind in LISTING_PAPERS else None)
    own = LISTING_NOTES if is_listing else PUBLICITY_NOTES  # a code of both is labelled by the subject's own table
    labels = {**PUBLICITY_NOTES, **LISTING_NOTES, **CANDIDATE_NOTES, **own}
    found += [labels[note] for row in rows if row for note in row["notes"] if note in labels]
    return tuple(dict.fromkeys(found))


def paper_facts(values: Mapping[str, Any], remarks: Mapping[str, tuple[str, str]]) -> dict[str, PaperFact]:
    """Every name of PAPER_FACTS with its value, codes as labels, its own label, and what is unsettled about it."""
    facts = {}
    for column in PAPER_FACTS.columns:
        value = values.get(column.name)
        remark, confidence = remarks.get(column.name, ("", "C"))
        facts[column.name] = PaperFact(column.codes.get(str(value), value), column.label, remark, confidence)
    return facts
