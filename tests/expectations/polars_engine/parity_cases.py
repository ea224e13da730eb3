"""Every supported expectation, with arguments for the frames of the parity tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.polars_engine import SQL_EXPECTATIONS

LATE = datetime(2024, 6, 1)  # noqa: DTZ001
OLD = datetime(2020, 1, 1)  # noqa: DTZ001
WHOLE = {"column": "whole"}
NUMBER = {"column": "number"}
WORD = {"column": "word"}
MOMENT = {"column": "moment"}
PAIR = {"column_A": "whole", "column_B": "other"}
WORDS = {"column_A": "word", "column_B": "second"}
SEVERAL = {"column_list": ["whole", "other"]}
POSITIVE = Column("whole") > 0
BOTH_SIDES = {"threshold": 1.0, "double_sided": True}
MIXED = {"column_list": ["word", "second", "whole"]}

CASES: list[tuple[str, dict[str, Any]]] = [
    ("ExpectColumnValuesToNotBeNull", WHOLE),
    ("ExpectColumnValuesToNotBeNull", NUMBER | {"mostly": 0.5}),
    ("ExpectColumnValuesToNotBeNull", WORD | {"row_condition": Column("whole") > 2}),
    ("ExpectColumnValuesToBeNull", NUMBER),
    ("ExpectColumnValuesToBeNull", WORD | {"mostly": 0.3}),
    ("ExpectColumnValuesToBeInSet", WORD | {"value_set": ["a", "b", "药"]}),
    ("ExpectColumnValuesToBeInSet", WHOLE | {"value_set": [1, 2, 3], "row_condition": Column("word") != "a"}),
    ("ExpectColumnValuesToBeInSet", NUMBER | {"value_set": [0.5, 1.0], "mostly": 0.4}),
    ("ExpectColumnValuesToBeInSet", WHOLE | {"value_set": [1.5, 2, 2**40]}),
    ("ExpectColumnValuesToNotBeInSet", WORD | {"value_set": ["ab"]}),
    ("ExpectColumnValuesToNotBeInSet", WHOLE | {"value_set": [0], "row_condition": Column("second").is_null()}),
    ("ExpectColumnValuesToBeBetween", WHOLE | {"min_value": 0, "max_value": 5}),
    ("ExpectColumnValuesToBeBetween", WHOLE | {"min_value": 0, "max_value": 5, "strict_min": True, "strict_max": True}),
    ("ExpectColumnValuesToBeBetween", NUMBER | {"max_value": 1.0, "row_condition": Column("number") < 9}),
    ("ExpectColumnValuesToBeBetween", NUMBER | {"min_value": 0.5, "row_condition": Column("number") != 0.5}),
    ("ExpectColumnValuesToBeBetween", MOMENT | {"min_value": OLD, "max_value": LATE}),
    ("ExpectColumnValueLengthsToBeBetween", WORD | {"min_value": 1, "max_value": 1}),
    ("ExpectColumnValueLengthsToBeBetween", WORD | {"min_value": 1, "strict_min": True}),
    ("ExpectColumnValueLengthsToEqual", WORD | {"value": 1, "row_condition": Column("whole").is_in([1, 2, 3])}),
    ("ExpectColumnValuesToMatchRegex", WORD | {"regex": "^[a-b]+$"}),
    ("ExpectColumnValuesToNotMatchRegex", WORD | {"regex": "b", "mostly": 0.9}),
    ("ExpectColumnValuesToMatchRegexList", WORD | {"regex_list": ["a", "b"], "match_on": "any"}),
    ("ExpectColumnValuesToMatchRegexList", WORD | {"regex_list": ["a", "b"], "match_on": "all"}),
    ("ExpectColumnValuesToNotMatchRegexList", WORD | {"regex_list": ["^药", "bb"]}),
    ("ExpectColumnValuesToBeUnique", WHOLE),
    ("ExpectColumnValuesToBeUnique", NUMBER | {"row_condition": Column("whole").is_not_null()}),
    ("ExpectColumnValuesToBeUnique", WORD | {"mostly": 0.5}),
    ("ExpectColumnValuesToBeUnique", MOMENT),
    ("ExpectColumnValuesToBeIncreasing", WHOLE),
    ("ExpectColumnValuesToBeIncreasing", NUMBER | {"strictly": True, "row_condition": Column("other") >= 1}),
    ("ExpectColumnValuesToBeDecreasing", NUMBER),
    ("ExpectColumnValuesToBeDecreasing", WHOLE | {"strictly": True}),
    ("ExpectColumnValueZScoresToBeLessThan", NUMBER | BOTH_SIDES),
    ("ExpectColumnValueZScoresToBeLessThan", WHOLE | {"threshold": 1.2, "double_sided": False}),
    (
        "ExpectColumnValueZScoresToBeLessThan",
        NUMBER | BOTH_SIDES | {"row_condition": POSITIVE},
    ),
    ("ExpectColumnPairValuesToBeEqual", PAIR),
    ("ExpectColumnPairValuesToBeEqual", WORDS | {"ignore_row_if": "either_value_is_missing"}),
    ("ExpectColumnPairValuesToBeEqual", PAIR | {"ignore_row_if": "neither", "row_condition": Column("word") == "a"}),
    ("ExpectColumnPairValuesAToBeGreaterThanB", PAIR),
    ("ExpectColumnPairValuesAToBeGreaterThanB", PAIR | {"or_equal": True, "ignore_row_if": "neither"}),
    ("ExpectColumnPairValuesToBeInSet", WORDS | {"value_pairs_set": [("a", "b"), ("a", None), ("b", "b")]}),
    ("ExpectColumnPairValuesToBeInSet", PAIR | {"value_pairs_set": [(1, 1), (2, 1)], "ignore_row_if": "neither"}),
    ("ExpectCompoundColumnsToBeUnique", SEVERAL),
    ("ExpectCompoundColumnsToBeUnique", MIXED | {"ignore_row_if": "any_value_is_missing"}),
    ("ExpectCompoundColumnsToBeUnique", MIXED | {"ignore_row_if": "never", "row_condition": Column("number") > 0}),
    ("ExpectMulticolumnSumToEqual", SEVERAL | {"sum_total": 3}),
    ("ExpectMulticolumnSumToEqual", SEVERAL | {"sum_total": 3, "ignore_row_if": "any_value_is_missing"}),
    ("ExpectMulticolumnValuesToBeEqual", SEVERAL | {"ignore_row_if": "never"}),
    ("ExpectMulticolumnValuesToBeEqual", {"column_list": ["word", "second"]}),
    ("ExpectSelectColumnValuesToBeUniqueWithinRecord", SEVERAL),
    ("ExpectSelectColumnValuesToBeUniqueWithinRecord", {"column_list": ["whole", "other", "number"]}),
    ("ExpectColumnDistinctValuesToBeInSet", WORD | {"value_set": ["a", "b"]}),
    ("ExpectColumnDistinctValuesToContainSet", WHOLE | {"value_set": [1, 2]}),
    ("ExpectColumnDistinctValuesToEqualSet", WORD | {"value_set": ["a", "b"], "row_condition": Column("word") != "药"}),
    ("ExpectColumnMaxToBeBetween", NUMBER | {"max_value": 3.0}),
    ("ExpectColumnMaxToBeBetween", WHOLE | {"min_value": 1, "strict_min": True}),
    ("ExpectColumnMinToBeBetween", WHOLE | {"min_value": 0, "row_condition": Column("other") < 4}),
    ("ExpectColumnMeanToBeBetween", NUMBER | {"min_value": 0, "max_value": 2}),
    ("ExpectColumnMedianToBeBetween", WHOLE | {"min_value": 1, "max_value": 3}),
    ("ExpectColumnSumToBeBetween", WHOLE | {"min_value": 0, "max_value": 30}),
    ("ExpectColumnStdevToBeBetween", NUMBER | {"min_value": 0, "max_value": 1}),
    (
        "ExpectColumnQuantileValuesToBeBetween",
        WHOLE | {"quantile_ranges": {"quantiles": [0.1, 0.5, 0.75], "value_ranges": [[0, 1], [None, 3], [2, None]]}},
    ),
    ("ExpectColumnMostCommonValueToBeInSet", WORD | {"value_set": ["a", "b"], "ties_okay": True}),
    ("ExpectColumnMostCommonValueToBeInSet", WHOLE | {"value_set": [1]}),
    ("ExpectColumnProportionOfNonNullValuesToBeBetween", WORD | {"min_value": 0.5}),
    ("ExpectColumnProportionOfUniqueValuesToBeBetween", WHOLE | {"min_value": 0.5}),
    ("ExpectColumnUniqueValueCountToBeBetween", NUMBER | {"min_value": 1, "max_value": 4}),
    ("ExpectColumnToExist", {"column": "whole", "column_index": 0}),
    ("ExpectColumnToExist", {"column": "nowhere"}),
    ("ExpectTableColumnCountToBeBetween", {"min_value": 1, "max_value": 5}),
    ("ExpectTableColumnCountToEqual", {"value": 6}),
    ("ExpectTableColumnsToMatchOrderedList", {"column_list": ["whole", "other", "number"]}),
    ("ExpectTableColumnsToMatchSet", {"column_set": ["whole", "other"], "exact_match": False}),
    ("ExpectTableRowCountToBeBetween", {"min_value": 1, "row_condition": Column("word").is_not_in(["a"])}),
    ("ExpectTableRowCountToEqual", {"value": 3}),
]


SQL_CASES: list[tuple[str, dict[str, Any]]] = [
    ("ExpectColumnValuesToSatisfy", WHOLE | {"condition": "whole BETWEEN 0 AND 3", "mostly": 0.8}),
    ("ExpectColumnValuesToSatisfy", NUMBER | {"condition": "number < 2", "row_condition": Column("word") != "a"}),
    ("ExpectRowsToSatisfy", SEVERAL | {"condition": "whole <= other"}),
    ("ExpectRowsToSatisfy", MIXED | {"condition": "whole > 1 OR word IS NOT NULL"}),
    ("ExpectRowsToSatisfy", MIXED | {"condition": "word <> second", "ignore_row_if": "all_values_are_missing"}),
]
ALL = CASES + SQL_CASES


def expectations(cases: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """The cases as expectations, each with its place in `meta`."""
    kinds = vars(gxe) | SQL_EXPECTATIONS
    return [kinds[name](**said, meta={"place": place}) for place, (name, said) in enumerate(cases)]
