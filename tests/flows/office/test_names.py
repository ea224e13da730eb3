"""Two spellings of one name are one; two names are two."""

import pytest

from flows.office.people import name_key, plain_name


@pytest.mark.parametrize(
    "spelling",
    [
        "张 三",
        " 张三\n",
        "张\u3000三",
        "张\u200b三",
        "张\u200d三",
        "\ufeff张三",
        "张\u00ad三",
        "张\u2060三",
        "张\u034f三",
        "张三\ufe00",
        "张三\U000e0100",
        "\u202e张三\u202c",
        "張三",
        "張\u3000三",
        "张·三",
        "张\u3164三",
        "张⼀三".replace("⼀", ""),
    ],
    ids=ascii,
)
def test_a_spelling_of_a_name_is_that_name(spelling):
    assert name_key(spelling) == name_key("张三")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("⼀凡", "一凡"),
        ("劉於義", "刘于义"),
        ("Ａli", "aLI"),
        ("Straße", "STRASSE"),
        ("é", "e\u0301"),
        ("龍", "龙"),
        ("ﬁ", "fi"),
    ],
    ids=ascii,
)
def test_forms_of_a_character_are_one(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("张三", "张叁"), ("李四", "季四"), ("王二", "王一二"), ("\ue000", "\ue001")]
)
def test_two_names_are_two(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b", "\u3000", "\u00ad\u2060", "\u3164"], ids=ascii)
def test_what_nobody_sees_is_no_name(nothing):
    assert name_key(nothing) == ""


def test_a_name_is_shown_without_what_nobody_sees():
    assert plain_name("  阿不都\u200b ·\u00ad 买买提\t") == "阿不都 · 买买提"
