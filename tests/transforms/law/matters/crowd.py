"""A crowd of firms with histories drawn at random: penalties of all sorts, listings, repairs, bans, orders.

Everything is dated up to `upto`, but for what a record says of its own future: a term, a revocation, a deregistration.
"""

from datetime import timedelta
from functools import partial
from random import Random

from tests.transforms.law.publicity.penalty_examples import HUBEI

KINDS = (
    ["fine"],
    ["fine"],
    ["fine", "confiscation_goods"],
    ["warning"],
    ["warning", "fine"],
    ["criticism"],
    ["fine", "stop_order"],
    ["restrict_trade", "fine"],
    ["suspend_licence"],
    ["revoke_licence"],
)


def crowd(seed, firms, upto, reach=1300):
    """Records by kind, of firms e0, e1, ….; the furthest lie `reach` days back."""
    found = {"enterprise": [], "penalty": [], "decision": [], "person_ban": [], "rectification": [], "commitment": []}
    found["licence"], found["post"] = [], []
    for n in range(firms):
        rng = Random(f"{seed}/{n}")
        ago = partial(_ago, rng, upto)
        firm = {
            "enterprise_id": f"e{n}",
            "name": f"{n}厂",
            "name_key": f"{n}厂",
            "region_code": rng.choice(["420100", "450100"]),
        }
        if rng.random() < 0.1:
            firm["deregistered_on"] = upto + timedelta(days=rng.randrange(-200, 200))
        found["enterprise"].append(firm)
        for m in range(rng.choice([1, 1, 1, 2])):
            penalty = _penalty(rng, n, m, ago(reach), upto)
            found["penalty"].append(penalty)
            found["decision"] += _steps(rng, n, m, penalty, upto)
        if rng.random() < 0.2:
            ban = {
                "ban_no": f"禁{n}",
                "person_name": "赵甲",
                "person_hash": f"h{n // 3}",
                "decided_on": ago(reach),
                "basis": "药品管理法第一百二十二条",
            }
            ban["ends_on"] = rng.choice([None, upto + timedelta(days=rng.randrange(400))])
            found["person_ban"].append(ban | {"enterprise_id": f"e{n}", "is_lifelong": ban["ends_on"] is None})
        if rng.random() < 0.2:
            order = {
                "order_no": f"改{n}",
                "ordered_on": ago(30),
                "due_on": upto + timedelta(days=rng.randrange(-9, 40)),
            }
            found["rectification"].append(order | {"enterprise_id": f"e{n}", "state": "open"})
        if rng.random() < 0.5:
            made = {
                "commitment_no": f"诺{n}",
                "commitment_type": "repair",
                "made_on": ago(60),
                "state": "open",
                "is_open": True,
            }
            found["commitment"].append(made | {"enterprise_id": f"e{n}"})
        if rng.random() < 0.5:
            licence = {"licence_no": f"证{n}", "authority": "省局", "issued_on": ago(reach)}
            licence["licence_type"] = rng.choice(["drug_trade", "device_trade", "device_trade_filing"])
            licence["valid_until_on"] = rng.choice([None, upto + timedelta(days=rng.randrange(-9, 90))])
            licence["cancelled_on"] = rng.choice([None, None, None, ago(30)])
            found["licence"].append(licence | {"enterprise_id": f"e{n}"})
        if rng.random() < 0.5:
            post = {"position": rng.choice(["legal_representative", "manager"]), "starts_on": ago(reach)}
            post |= {"person_name": "张三", "person_hash": f"h{rng.randrange(firms // 3 + 1)}"}
            post["ends_on"] = rng.choice([None, None, upto + timedelta(days=rng.randrange(-9, 90))])
            found["post"].append(post | {"enterprise_id": f"e{n}"})
    return found


def _ago(rng, upto, most):
    return upto - timedelta(days=rng.randrange(most))


def _penalty(rng, n, m, decided_on, upto):
    def later(most):
        return min(decided_on + timedelta(days=rng.randrange(1, most)), upto)

    kinds = rng.choice(KINDS)
    has_fine = "fine" in kinds
    one = {
        "enterprise_id": f"e{n}",
        "party_name": f"{n}厂",
        "party_class": "organisation",
        "decision_no": f"罚〔{n}〕{m}号",
        "decision_key": f"罚[{n}]{m}号",
        "decided_on": decided_on,
        "penalty_kinds": kinds,
        "fine_fen": rng.choice([400_000, 4_000_000, 5_000_000, 20_000_000]) if has_fine else None,
        "discretion": rng.choice(["reduced", "light", "ordinary", "heavy", None]),
        "procedure": "ordinary",
        "field": rng.choice(["drug", "drug", "device", "cosmetic", "other", None]),
        "authority_code": HUBEI,
        "violation_type": rng.choice(["销售劣药", "无证经营", None]),
        "state": "in_force",
        "published_on": rng.choice([None, later(40), later(40)]),
    }
    if rng.random() < 0.4:
        one |= {"performed_on": later(60), "harm_removed_on": later(60)}
    if set(kinds) & {"stop_order", "restrict_trade", "suspend_licence"}:
        one["valid_until_on"] = rng.choice([None, decided_on + timedelta(days=rng.randrange(30, 1500))])
    if rng.random() < 0.1:
        one |= {"state": "revoked", "revoked_on": later(600)}
    if one["published_on"] and rng.random() < 0.1:
        one["unpublished_on"] = max(one["published_on"], later(400))
    return one


def _steps(rng, n, m, penalty, upto):
    """Steps on the list, or of a repair, that follow on one another, as far as they come by `upto`."""
    story = rng.choice([None, None, "list", "list", "repair", "repair"])
    if story is None:
        return []
    target, day = penalty["decision_no"], penalty["decided_on"]
    listing, repair = ("notify_listing", "list", "publish_listing"), ("apply", "accept")
    further = {
        "list": [[], ["apply"], ["apply", "accept"], ["apply", "accept", "remove"], ["revoke_listing"]],
        "repair": [[], ["extend"], ["repair"], ["repair", "carry_out"], ["refuse_repair"], ["repair", "revoke_repair"]],
    }
    names = (*(listing if story == "list" else repair), *rng.choice(further[story]))
    names = names[: rng.randrange(1, len(names) + 1)]
    steps = []
    for at, name in enumerate(names):
        day += timedelta(days=rng.randrange(0, 25 if at < 3 else 500))
        number = f"{name}{n}-{m}-{at}"
        own = {"decision_no": number, "decision_type": name, "decided_on": day, "target": target}
        of = {"matter": "listing" if story == "list" else "penalty", "system": rng.choice(["gsxt", None])}
        people = {"proposed_by": "甲", "decided_by": "乙", "authority": "省局", "reason": "理由"}
        if name == "list":
            own |= {"situation": "fake_drugs"}
        steps.append(own | of | people | {"enterprise_id": f"e{n}", "party_name": f"{n}厂"})
    return [step for step in steps if step["decided_on"] <= upto]
