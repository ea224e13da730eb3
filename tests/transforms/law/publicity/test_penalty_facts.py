"""What the law asks of a penalty beyond its own columns."""

import pytest

from tests.transforms.law.publicity.penalty_examples import frames, penalty
from transforms.law.publicity.penalty_facts import with_penalty_facts


@pytest.mark.parametrize(
    ("firm", "authority", "expected"),
    [
        ({"uscc": "91110000600037341L", "region_code": "420100"}, None, "42"),  # where it is, not where it registered
        ({"uscc": "91110000600037341L", "region_code": None}, None, "11"),
        ({"uscc": "91100000600037341L", "region_code": None}, None, None),  # of the national registry
        ({"uscc": "91110000600037341L", "region_code": "420100"}, "114500000000000000", "45"),
    ],
)
def test_the_province_is_that_of_the_authority_then_of_the_register_then_of_the_code(firm, authority, expected):
    penalties, enterprises, *_ = frames([penalty(authority_code=authority)], firm)
    assert with_penalty_facts(penalties, enterprises).collect()["province"].to_list() == [expected]
