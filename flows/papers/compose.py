"""A paper about a subject: the facts its text uses, the text with them filled in, and its files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from flows.law import law_state_on
from flows.papers.subjects import (
    CONSENT,
    PAPER_STEPS,
    Row,
    Subject,
    SubjectLegalState,
    document_number_key,
    subject_legal_state,
)
from flows.policy_folder import read_paper
from flows.settings import Settings
from reports import formatting
from reports.papers import (
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
    PaperText,
    SelectedParagraph,
    require_paper_in_force,
    select_paragraphs,
)
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

_YOU_OR_YOUR_UNIT, _YOU = "你（单位）", "你"


def compose_paper(settings: Settings, kind: str, subject: Subject, as_of: date, number: str | None = None) -> PaperView:
    """The paper as its day has it: that of the office's own step, else `as_of`, and then a draft.

    number: the paper's, where the register does not have it yet. Raises PolicyGap for a day before the paper's texts.
    """
    text, _ = read_paper(settings.policy_dir, kind)
    step = issuing_step(kind, subject)
    day = step["on"] if step else as_of
    require_paper_in_force(text, day)
    listing = subject.stands["listing_id"] if subject.stands and subject.matter == "listing" else None
    penalty = subject.penalty["record_id"] if subject.penalty else None
    law = subject_legal_state(settings, law_state_on(settings, subject.records, day), penalty, listing, subject.system)
    published = subject.stands["published_on"] if subject.stands and subject.matter == "listing" else None
    if published and published > day and kind in LISTING_PAPERS:
        # Its days count from the publication: once that is registered they are those of the list, not assumed ones.
        later = subject_legal_state(
            settings, law_state_on(settings, subject.records, published), penalty, listing, subject.system
        )
        law = replace(law, listing=later.listing, repair=later.repair)
    values = fact_values(kind, subject, law, day)
    of_day = select_paragraphs(text, day, values)
    if values["is_person"]:
        of_day = tuple(map(_to_a_person, of_day))
    form = _form(text, of_day, number or (document_number_key(step["decision_no"]) if step else text.number))
    dated, told = step["on"] if step else None, paper_warnings(kind, subject, law)
    return paper_view(form, paper_facts(values, unsettled_remarks(law)), dated, told, checked_conditions(law))


def _to_a_person(one: SelectedParagraph) -> SelectedParagraph:
    wording = one.wording.model_copy(update={"text": one.wording.text.replace(_YOU_OR_YOUR_UNIT, _YOU)})
    return one.model_copy(update={"wording": wording})


def _form(text: PaperText, of_day: Sequence[SelectedParagraph], number: str) -> PaperForm:
    wordings = tuple(
        PaperParagraph(one.id, one.heading, one.wording.text, one.wording.basis, one.wording.confidence)
        for one in of_day
    )
    digest = hashlib.sha256(text.model_dump_json().encode()).hexdigest()[:12]
    source = f"文书样式：policy/papers/{text.paper}.yaml（{digest}）"
    return PaperForm(text.paper, text.title, number, text.opening == "salutation", text.foot, wordings, source)


def write_paper(
    view: PaperView, families: Sequence[str], folder: Path, name: str, formats: Sequence[str]
) -> list[Path]:
    """Write the paper into `folder`, which is made; the paths, in the order of FORMATS.

    Raises PaperToolMissing where what sets a paper is not installed, NoGlyph for a character no font has.
    """
    from reports.papers import paper_html, paper_pdf

    html = paper_html(view, families)
    made = {"html": html.encode() if "html" in formats else None, "pdf": paper_pdf(html) if "pdf" in formats else None}
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for ending, data in made.items():
        if data is not None:
            path = folder / f"{name}.{ending}"
            path.write_bytes(data)
            paths.append(path)
    return paths


def paper_file_name(view: PaperView, subject: Subject) -> str:
    """Kind and number of what it is about, without what file systems do not take: 列入决定书_鄂药监罚〔2025〕12号."""
    number = re.sub(r"[\\/:*?\"<>|\s\x00-\x1f]+", "_", document_number_key(subject.number))
    return f"{PAPERS[view.kind]}_{number}".rstrip("._")[:80]


FactValues = dict[str, Any]

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


def issuing_step(kind: str, subject: Subject) -> Row | None:
    """The step by which the office made this paper; None where it has not, and the paper is a draft."""
    return subject.last(*PAPER_STEPS[kind]) if PAPER_STEPS[kind] else None


def fact_values(kind: str, subject: Subject, law: SubjectLegalState, day: date) -> FactValues:
    """Values by name, codes as conditions see them; names of FACTS that are missing are unknown."""
    values: FactValues = {"matter": subject.matter, "paper_on": day, "year": str(day.year)}
    values |= _party(subject)
    values |= _penalty(subject.penalty) if subject.penalty else {}
    values |= _listing(subject, subject.stands) if subject.matter == "listing" and subject.stands else {}
    values |= _application(subject)
    values |= _of_step(kind, subject)
    if kind == "removal_decision":
        values["removal"] = _removal(subject, law)
    values = _of_law(subject, law) | {name: value for name, value in values.items() if value is not None}
    values["situation_basis"] = law.articles.get(values.get("situation") or "")
    numbers = {name: document_number_key(values[name]) for name in _NUMBERS if values.get(name)}
    return {name: value for name, value in (values | numbers).items() if value not in (None, "", ())}


def _party(subject: Subject) -> FactValues:
    enterprise, penalty = subject.enterprise or {}, subject.penalty or {}
    is_person = subject.enterprise_id is None or penalty.get("party_class") == "person"
    if is_person:  # a person's home and number are nobody's business
        return {"party": subject.party, "is_person": True}
    uscc = enterprise.get("uscc") or penalty.get("uscc")
    return {"party": subject.party, "is_person": False, "uscc": uscc, "address": enterprise.get("address")}


def _penalty(row: Row) -> FactValues:
    kinds = [PENALTY_KINDS.get(kind, kind) for kind in row["penalty_kinds"] or ()]
    sums = [f"{label}{formatting.yuan(row[name])}元" for name, label in _SUMS.items() if row[name]]
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


def _listing(subject: Subject, row: Row) -> FactValues:
    told, heard, listed = (subject.last(name) for name in ("notify_listing", "hear", "list"))
    situations = (step["situation"] for step in (listed, told) if step)
    found: FactValues = {
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


def _application(subject: Subject) -> FactValues:
    applied, accepted = subject.last("apply"), subject.last("accept")
    granted = subject.last("repair", "remove")
    return {
        "system_title": PUBLICITY_SYSTEMS[subject.system],
        "applied_on": applied and applied["on"],
        "accepted_on": accepted and accepted["on"],
        "grant_no": granted and granted["decision_no"],
        "granted_on": granted and granted["on"],
    }


def _of_step(kind: str, subject: Subject) -> FactValues:
    step = issuing_step(kind, subject)
    found: FactValues = {"reason": step["reason"]} if step else {}
    if kind == "repair_refusal" and step:
        found["refusal"] = step["situation"] if step["situation"] in REFUSAL_GROUNDS else "conditions"
    return found


def _removal(subject: Subject, law: SubjectLegalState) -> str:
    """Why it leaves the list, a word of REMOVALS: by its last step, else by where it stands."""
    state = law.listing["state"] if law.listing else ""
    if subject.last("revoke_listing") or (law.listing and law.listing["annulled_on"]):
        return "annulled"
    return state if state in REMOVAL_REASONS and not subject.last("remove") else "early"


def _of_law(subject: Subject, law: SubjectLegalState) -> FactValues:
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
    return f"{factor['title']}：{factor['evidence'] or blank_mark(factor['question'])}"


def _measure(row: Row) -> str:
    title = str(row["title"]).replace(_BY_HAND, f"：{blank_mark('其他管理措施及其依据；没有的，删去本项')}")
    return f"{title}（{row['basis']}）"


def _conditions(law: SubjectLegalState) -> list[Row]:
    return list(law.repair["conditions"]) if law.repair else []


def _told(condition: Row) -> str:
    """An unmet condition as the paper says it."""
    earliest = f"，最早于{chinese_day(condition['earliest_on'])}符合" if condition["earliest_on"] else ""
    evidence = f"：{condition['evidence']}" if condition["evidence"] else ""
    return f"{condition['title']}（{condition['basis']}）{evidence}{earliest}"


def checked_conditions(law: SubjectLegalState) -> dict[str, ConditionCheck]:
    """By name the conditions that a paper may say to be met, as the records answered them on its day."""
    found = {one["condition"]: _checked(one) for one in _conditions(law)}
    if law.listing:
        is_annulled = law.listing["annulled_on"] is not None or _ANNULLED_UNDATED in law.listing["notes"]
        found[_ANNULLED] = ConditionCheck(
            is_annulled, is_stated=True, told="记录中的行政处罚没有被撤销、确认违法或者无效"
        )
    return found


def _checked(condition: Row) -> ConditionCheck:
    state = condition["state"]
    told = f"按记录{CONDITION_STATES[state]}：{_told(condition)}"
    return ConditionCheck(state == "met", state != "unstated", told, condition["confidence"] or "C")


def unsettled_remarks(law: SubjectLegalState) -> dict[str, tuple[str, str]]:
    """What is unsettled of a name, and its confidence."""
    return dict(_remarks(law))


def _remarks(law: SubjectLegalState) -> Iterator[tuple[str, tuple[str, str]]]:
    row = law.publicity
    if row:
        if row["confidence"] and row["confidence"] != "C":
            yield "class_basis", (f"分类和公示期的依据：{row['basis']}", row["confidence"])
        if "publication_assumed" in row["notes"]:
            yield "published_on", (PUBLICITY_NOTES["publication_assumed"], "GAP")
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


def paper_warnings(kind: str, subject: Subject, law: SubjectLegalState) -> tuple[str, ...]:
    """What speaks against the paper, or must be checked first, for the working copy."""
    told: list[str] = []
    is_draft = issuing_step(kind, subject) is None
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
    own = LISTING_NOTES if is_listing else PUBLICITY_NOTES  # one code may be worded for either
    rows = (law.listing if is_listing else law.publicity, law.repair, law.candidate if kind in LISTING_PAPERS else None)
    words = {**PUBLICITY_NOTES, **LISTING_NOTES, **CANDIDATE_NOTES, **own}
    told += [words[note] for row in rows if row for note in row["notes"] if note in words]
    return tuple(dict.fromkeys(told))


def _is_late(subject: Subject) -> bool:
    """Whether the listing was decided after the penalty, and not together with it (44号 Art. 13)."""
    listed, punished = subject.last("list"), subject.penalty
    return bool(listed and punished and punished["decided_on"] < listed["on"])


def _is_on_conditions(kind: str, subject: Subject, law: SubjectLegalState) -> bool:
    """Whether the paper grants what the conditions of a repair must be met for; also one that was decided already."""
    return kind in _GRANTS and not (kind == "removal_decision" and _removal(subject, law) != "early")


def paper_facts(values: Mapping[str, Any], remarked: Mapping[str, tuple[str, str]]) -> dict[str, PaperFact]:
    """Every name with its value in words, its label, and what is unsettled about it."""
    made = {}
    for column in PAPER_FACTS.columns:
        value = values.get(column.name)
        remark, confidence = remarked.get(column.name, ("", "C"))
        made[column.name] = PaperFact(column.codes.get(str(value), value), column.label, remark, confidence)
    return made
