"""Days, numbers and blanks as a paper writes them."""

from __future__ import annotations

from datetime import date

NUMERALS = "〇一二三四五六七八九"


def chinese_day(day: date) -> str:
    """2026-03-01 as 2026年3月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_number(number: int) -> str:
    """1 to 99 as 一 to 九十九."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return head + (NUMERALS[ones] if ones or not tens else "")


def blank(label: str) -> str:
    """The mark of what a person is to write."""
    return f"〔待填：{label}〕"
