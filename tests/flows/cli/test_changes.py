"""`yaoxin changes`: of the last run or since a day."""

import pytest


@pytest.mark.parametrize(("since", "count"), [(None, 1), ("2025-06-01", 1), ("2025-06-02", 1), ("2025-06-03", 0)])
def test_changes_of_the_last_run_or_since_a_day(yaoxin, since, count):
    flags = ["--since", since] if since else []
    document = yaoxin("changes", *flags, "--json").document
    assert document["count"] == count == len(document["changes"])
    text = yaoxin("changes", *flags).stdout
    assert ("新增记录" in text) == bool(count)
    assert ("没有等级变化" in text) != bool(count)
    assert len(document["trade_changes"]) == count
    assert ("分领域等级变化：共 1 项" in text) == bool(count)
