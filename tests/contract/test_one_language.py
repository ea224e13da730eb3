"""A message is in one language: no text of the program has a Chinese sentence beside an English one."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_HAN = re.compile(r"[\u4e00-\u9fff]{4,}")
_ENGLISH = re.compile(r"[A-Za-z]?[a-z]+ [a-z]{2,} [a-z]{2,}")
_TERMS = ("处罚内容",)  # columns by their own name
_COMMAND = re.compile(r"yaoxin [a-z-]+(?: [a-z-]+)?")
_FOR_OPERATORS = {"help", "short_help"}  # of click, with the Chinese term behind the English one


def _text(node):
    """A literal as its reader sees it; values are blanks."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(_text(part) if isinstance(part, ast.Constant) else "〔〕" for part in node.values)


def _literals(tree):
    """Texts that may be shown: no docstrings, no help of commands, no parts of a larger text."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):  # a docstring
            skipped.add(node.value)
        elif isinstance(node, ast.keyword) and node.arg in _FOR_OPERATORS:
            skipped |= set(ast.walk(node.value))
        elif isinstance(node, ast.JoinedStr):
            skipped |= set(node.values)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Column", "Table", "Kind", "date_column"):
            skipped |= set(ast.walk(node))  # descriptions for the data dictionary
    for node in ast.walk(tree):
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and node not in skipped:
            yield node.lineno, _text(node)


def mixed(source):
    found = []
    for line, text in _literals(ast.parse(source)):
        shown = _COMMAND.sub("", text)
        for term in _TERMS:
            shown = shown.replace(term, "")
        if _HAN.search(shown) and _ENGLISH.search(shown):
            found.append((line, text))
    return found


@pytest.mark.parametrize("room", ["flows", "transforms", "reports", "expectations"])
def test_no_message_mixes_languages(room):
    found = {
        f"{path.relative_to(ROOT)}:{line}": text
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, text in mixed(path.read_text("utf-8"))
    }
    assert found == {}


def test_a_mixed_message_is_seen():
    assert mixed('x = f"store {a}: choose another folder. 库的位置不可用。"')
    assert not mixed('x = "请运行 yaoxin people list 查看现有人员。"')
    assert not mixed('"""The list (严重违法失信名单) as it is published."""')
