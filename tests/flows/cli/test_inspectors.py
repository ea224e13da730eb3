"""`yaoxin inspectors`: who may be sent, and why others may not."""

from tests.flows.cli.office import BAD, GOOD, NAMES


def test_inspectors_of_a_field_and_why_others_are_left_out(yaoxin):
    result = yaoxin("inspectors", BAD, "--field", "药品")
    assert result.exit_code == 0, result.stderr
    assert f"检查对象 {NAMES[BAD]}" in result.stdout
    assert "可派（1 人）" in result.stdout
    assert "利益冲突：近亲属在该企业任职（申报1号，自2025-06-01起）" in result.stdout
    assert "没有药品领域的检查员资格" in result.stdout
    assert "4201" not in result.stdout, "no identity number, not even masked"


def test_a_conflict_counts_for_its_enterprise_alone(yaoxin):
    def eligible(*words):
        document = yaoxin("inspectors", *words, "--field", "drug", "--json").document
        return [row["inspector_no"] for row in document["inspectors"] if row["is_eligible"]]

    assert eligible(BAD) == ["检002"]
    assert eligible(GOOD) == eligible() == ["检001", "检002"]


def test_a_field_that_does_not_exist_is_refused_with_the_nearest(yaoxin):
    result = yaoxin("inspectors", "--field", "drugs")
    assert result.exit_code == 2
    assert "drug" in result.stderr
