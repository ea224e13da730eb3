"""docs/law.md marks every article of every text that was read, and nothing that policy cites as not ours."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| ([^|]+) \| (\d+) \| ([^|]*)\| ([^|]*)\| ([^|]*)\|$", re.MULTILINE)
_DIGITS = {word: n for n, word in enumerate("零一二三四五六七八九")}
_CITED = {
    "总局令第107号": "总局令第107号",
    "总局令第44号": "总局令第44号",
    "总局令第45号": "总局令第45号",
    "国家发展改革委令第36号": "国家发展改革委令第36号",
    "药品管理法实施条例": "药品管理法实施条例",
}


def numbers(text):
    """The articles of `1-3, 5`."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def of_chinese(text):
    """二十三 is 23, 一百零五 is 105."""
    hundreds, _, rest = text.rpartition("百")
    tens, has_ten, ones = rest.lstrip("零").rpartition("十")
    ten = _DIGITS.get(tens, 1) if has_ten else 0
    return _DIGITS.get(hundreds, 0) * 100 + ten * 10 + _DIGITS.get(ones, 0)


def texts(page=None):
    page = page or (ROOT / "docs" / "law.md").read_text("utf-8")
    return [(title, int(count), [numbers(one) for one in marks]) for title, count, *marks in _ROW.findall(page)]


def unmarked(page=None):
    """By text what is wrong: articles without a mark, with two, or beyond the last."""
    wrong = {}
    for title, count, marks in texts(page):
        every = sorted(article for one in marks for article in one)
        if every != list(range(1, count + 1)):
            wrong[title] = sorted(set(range(1, count + 1)) ^ set(every)) or "twice"
    return wrong


def test_every_article_of_every_text_is_marked_once():
    assert len(texts()) == 10
    assert unmarked() == {}


@pytest.mark.parametrize(
    ("marked", "other"), [(", 22-23, 25, 30-31", ", 22, 25, 30-31"), ("| 31 |", "| 32 |"), ("2, 4, 6-11", "2, 4, 5-11")]
)
def test_an_unmarked_article_is_refused(marked, other):
    page = (ROOT / "docs" / "law.md").read_text("utf-8")
    assert marked in page
    assert unmarked(page.replace(marked, other, 1))


@pytest.mark.parametrize("text", _CITED)
def test_what_policy_cites_is_not_marked_as_not_ours(text):
    (not_ours,) = (set(marks[1]) for title, _, marks in texts() if text in title)
    policy = "\n".join(path.read_text("utf-8") for path in (ROOT / "policy" / "law").glob("*.yaml"))
    pattern = rf"{text}(?:》?)((?:第[一二三四五六七八九十百零]+条(?:第[一二三四五六七八九十]+[款项])*[、，]?)+)"
    cited = {
        of_chinese(number)
        for run in re.findall(pattern, policy)
        for number in re.findall(r"第([一二三四五六七八九十百零]+)条", run)
    }
    assert cited
    assert cited & not_ours == set()


def test_chinese_numbers():
    assert [of_chinese(text) for text in ("九", "十", "十一", "二十", "二十三", "一百零五", "一百一十六")] == [
        9,
        10,
        11,
        20,
        23,
        105,
        116,
    ]
