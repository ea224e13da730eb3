"""Papers from hand-made facts and the shipped texts."""

from datetime import date
from pathlib import Path

from flows.papers.compose import paper_facts
from reports.office_papers import PaperForm, PaperParagraph, paper_view
from transforms.policy_model.paper import PAPERS, load_paper, load_shared_paragraphs, select_paragraphs

POLICY = Path(__file__).parents[2] / "policy" / "papers"
SHARED = load_shared_paragraphs((POLICY / "_common.yaml").read_text(encoding="utf-8"), "_common.yaml")
TEXTS = {
    kind: load_paper((POLICY / f"{kind}.yaml").read_text(encoding="utf-8"), f"{kind}.yaml", SHARED) for kind in PAPERS
}
KNOWN = {
    "authority": "某省药品监督管理局",
    "party": "武汉博济医药有限公司",
    "uscc": "91420100MA4KL00X2B",
    "address": "武汉市洪山区某某路1号",
    "penalty_no": "鄂药监罚〔2025〕12号",
    "penalty_on": date(2025, 9, 25),
    "penalty_by": "某省药品监督管理局",
    "violation_type": "销售劣药",
    "violation": "2025年3月至6月间购进并销售劣药某某胶囊120盒",
    "penalty_basis": "《中华人民共和国药品管理法》第一百一十七条第一款",
    "penalty_kinds": "罚款、没收违法所得、责令停产停业",
    "penalty_content": "没收违法所得5,727.90元，罚款200,000.00元，责令停产停业整顿",
    "discretion": "heavy",
    "field": "drug",
    "situation": "fake_drugs",
    "situation_basis": "总局令第44号第六条第一项",
    "is_heavier": True,
    "factors": ("主观恶意：〔待填：是否有主观故意〕", "违法频次：此前同类违法处罚1次：鄂药监罚〔2024〕7号"),
    "measures": ("列为重点监管对象（总局令第44号第十五条第二项）", "不适用告知承诺制（总局令第44号第十五条第三项）"),
    "notice_no": "某药监信列告〔2025〕3号",
    "notified_on": date(2025, 9, 1),
    "listing_no": "某药监信列〔2025〕3号",
    "listed_on": date(2025, 9, 25),
    "listing_by": "某省药品监督管理局",
    "listing_reason": "销售劣药，性质恶劣、情节严重",
    "listing_published_on": date(2025, 10, 10),
    "early_from_on": date(2026, 10, 11),
    "ends_on": date(2028, 10, 10),
    "system_title": "国家企业信用信息公示系统",
    "is_public": True,
    "is_open_to_repair": True,
    "class_title": "严重",
    "class_reason": "药品、医疗器械、化妆品领域",
    "class_basis": "总局令第107号第八条第一款第一项、第三款",
    "publish_by_on": date(2025, 10, 29),
    "published_on": date(2025, 10, 29),
    "apply_from_on": date(2026, 10, 30),
    "last_day_on": date(2028, 10, 29),
    "applied_on": date(2026, 11, 2),
    "accepted_on": date(2026, 11, 4),
    "performed_on": date(2025, 10, 20),
    "harm_removed_on": date(2025, 12, 1),
    "unmet": ("最短公示期未满：最早2026年10月30日可以申请", "同一类违法行为再次受到行政处罚：鄂药监罚〔2026〕2号"),
    "grant_no": "某药监信修准〔2026〕1号",
    "granted_on": date(2026, 11, 10),
    "reason": "提交的缴款凭证系伪造",
}
ABOUT_LISTINGS = ("listing_notice", "listing_decision", "removal_decision")


def known_for(kind, **more):
    """Everything that is known of the sample matter."""
    matter = "listing" if kind in ABOUT_LISTINGS else "penalty"
    refusal = {"refusal": "conditions"} if kind == "repair_refusal" else {}
    return {"matter": matter, "is_person": False} | KNOWN | refusal | more


def paper_of(kind, day=date(2026, 11, 20), dated=None, remarked=None, **more):
    """The paper of `kind` on a day; `more` overrides what is known."""
    values = known_for(kind, **more) | {"paper_on": day, "year": str(day.year)}
    text = TEXTS[kind]
    wordings = tuple(
        PaperParagraph(one.id, one.heading, one.wording.text, one.wording.basis, one.wording.confidence)
        for one in select_paragraphs(text, day, values)
    )
    is_salutation = text.opening == "salutation"
    form = PaperForm(kind, text.title, text.number, is_salutation, text.foot, wordings, "policy/papers")
    return paper_view(form, paper_facts(values, remarked or {}), dated)
