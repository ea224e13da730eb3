"""What policy and vocabularies give to pages, papers, refusals and workbooks: no Latin word but abbreviations."""

import re
from pathlib import Path

import pytest
import yaml

from flows.office import ACTS, ROLES
from reports.redaction import REDACTED_KINDS as REDACTED
from tests.reports.latin import words_of
from transforms.law.matters import procedure
from transforms.records.identity import REGISTER_REASONS
from transforms.schemas import TABLES, Table, law
from transforms.schemas import vocabularies as vocabulary

ROOT = Path(__file__).parents[2]
SHOWN = {"title", "basis", "question", "reason", "expected", "heading", "text", "label", "office", "because", "why"}
ABBREVIATIONS = ("GMP", "GSP", "GLP", "GCP", "USCC", "GB/T", "GB ", "U+FFFD")
_FACT = re.compile(r"\{\w+\}|〔须符合：[^〕]*〕")  # what a paper replaces, and the codes of conditions it never prints


def shown_in(value, key=""):
    """Texts below keys whose values people read."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "parts":
                continue  # how rows are joined, by the names of columns
            yield from shown_in(part, name if name in SHOWN or not isinstance(part, str) else "")
    elif isinstance(value, list):
        for part in value:
            yield from shown_in(part, key)
    elif isinstance(value, str) and key in SHOWN:
        yield value


@pytest.mark.parametrize("folder", ["law", "papers", "schemes", "sources"])
def test_texts_of_policy(folder):
    found, count = {}, 0
    for path in sorted((ROOT / "policy" / folder).glob("*.yaml")):
        if path.stem in ("toronto_dinesafe",):
            continue  # a register of another country, in its own words
        for text in shown_in(yaml.safe_load(path.read_text("utf-8"))):
            count += 1
            if words := words_of(_FACT.sub("", text), *ABBREVIATIONS):
                found[f"{path.name}: {text}"] = words
    assert count > 20
    assert found == {}


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _texts(part)


@pytest.mark.parametrize("room", [vocabulary, law, procedure], ids=lambda room: room.__name__)
def test_vocabularies(room):
    told = {name: value for name, value in vars(room).items() if name.lstrip("_").isupper() and isinstance(value, dict)}
    wrong = {name: words_of("\n".join(_texts(value)), *ABBREVIATIONS, "yaoxin approve") for name, value in told.items()}
    assert {name: words for name, words in wrong.items() if words} == {}


def test_headings_and_their_words():
    for table in TABLES.values():
        for column in table.columns:
            said = "\n".join((column.label, *(column.codes or {}).values()))
            assert words_of(said, *ABBREVIATIONS, "ID") == [], (table.name, column.name)


def test_headings_of_one_table_differ_and_a_title_has_the_plain_one():
    """In reports the title stands for its code: 公示系统 here and 公示系统名称 there were one thing."""
    for table in (*TABLES.values(), *(value for value in vars(law).values() if isinstance(value, Table))):
        labels = {column.name: column.label for column in table.columns}
        assert len(set(labels.values())) == len(labels), table.name
        titles = {name: label for name, label in labels.items() if name.endswith("_title")}
        assert not any(label.endswith("名称") for label in titles.values()), table.name


def test_reasons_of_rows_and_words_of_the_office():
    for words in (REGISTER_REASONS, ACTS, ROLES, REDACTED):
        assert words_of("\n".join(_texts(words)), *ABBREVIATIONS) == []
