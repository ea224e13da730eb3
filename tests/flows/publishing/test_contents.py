"""Which lists there are, and what a person must check of the grants that take entries off one."""

from datetime import date

import pytest

from flows.publishing import NotApprovable
from flows.publishing.contents import grants_with_notes, published_list
from tests.transforms.law.matters.decision_examples import repair_step
from tests.transforms.law.matters.law_state_examples import legal
from tests.transforms.law.publicity.penalty_examples import penalty
from tests.transforms.law.repair.repair_examples import DONE

GRANTED = date(2026, 10, 16)
ASKED = [repair_step("apply", GRANTED, "申1号"), repair_step("accept", GRANTED, "受1号")]


@pytest.mark.parametrize(("before", "count"), [([], 1), (ASKED, 0)])
def test_a_grant_without_application_and_acceptance_is_to_be_checked(before, count):
    steps = [*before, repair_step("repair", GRANTED, "准1号")]
    why = grants_with_notes(legal(GRANTED, decision=steps, penalty=[penalty(**DONE)]))["why"]
    assert [text for text in why if "没有登记申请和受理" in text] == why.to_list()
    assert len(why) == count


def test_a_mistyped_list_is_told_the_nearest_one_and_all():
    with pytest.raises(NotApprovable, match=r"^没有名为 penalty 的名单.*penalties.*现有：.*serious-violations"):
        published_list("penalty")
