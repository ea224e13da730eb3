"""Listings of natural persons (相关责任人员): matters of the office, on no published list, and said why."""

from datetime import date

from flows.legal_state import LegalStates
from flows.publishing.contents import serious_list
from tests.flows.publishing.town import AS_OF, commit_run, decision, listing, settings_at, store_at

PERSON = {"party_class": "person", "party_name": "赵甲乙"}


def test_a_listing_of_a_natural_person_is_held_back_with_the_reason_and_touches_no_firm(tmp_path):
    """第107号第七条、第44号第十一条第二款."""
    person = decision("list", "列8号", None, decided_on=date(2026, 1, 5)) | PERSON
    other = person | {"decision_no": "列7号"}
    ended = decision("revoke_listing", "撤7号", None, target="列7号", decided_on=date(2026, 1, 6)) | PERSON
    commit_run(tmp_path, AS_OF, listing("列1号", "MX-1"), person, other, ended)
    store = store_at(tmp_path)
    contents = serious_list(settings_at(tmp_path), LegalStates(settings_at(tmp_path), store), store.last("nightly"))
    assert contents.entries["decision_no"].to_list() == ["列1号"]
    assert [text.split("：")[0] for text in contents.held] == ["列8号"]
    assert "不在公开名单上" in contents.held[0]
    assert contents.issues == ()
