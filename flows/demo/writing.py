"""How an office writes a value: its words, its dates, its brackets; right in substance, never twice the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

from flows.demo.facts import Fact, Value
from flows.demo.offices import STAMP, Column, Office
from flows.demo.streams import Streams, chance
from transforms.tables import KINDS
from transforms.tables.words import YES_NO

FEN = {"元": 2, "万元": 6}
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
BRACKETS = ("〔〕", "【】", "[]", "()", "（）", "［］")
FULL_WIDTH_PER_MILLE = 12
OWN_WORD_PER_MILLE = 300
HALF_WIDTH_PER_MILLE = 400
LOOSE_CODE_PER_MILLE = 15
BROKEN_OFF_AFTER = 4
Cell = str | date | Decimal


def row_of(fact: Fact, office: Office, columns: tuple[Column, ...], streams: Streams) -> list[Cell]:
    """The cells of one row. A fact sent again is written in the same words."""
    role = "first" if fact.role == "duplicate" else fact.role
    rng = streams.of("writing", fact.kind, number_of(fact), role)
    if fact.shape == "header":
        return [column.heading for column in columns]
    kept = columns[:BROKEN_OFF_AFTER] if fact.shape == "short" else columns
    return [_cell(fact, column, office, rng) for column in kept]


def number_of(fact: Fact) -> str:
    """The document number a fact bears."""
    return str(fact.values[KINDS[fact.kind].number])


def _cell(fact: Fact, column: Column, office: Office, rng: Random) -> Cell:
    if column.name in fact.cells:
        return fact.cells[column.name]
    value = fact.sent_on if column.name == STAMP else fact.values.get(column.name)
    if office.has_typed_cells and isinstance(value, date):
        return value
    if office.has_typed_cells and column.cell.unit and isinstance(value, int):
        return _money(value, column.cell.unit)
    return _text(fact, column, value, office, rng)


def _text(fact: Fact, column: Column, value: Value, office: Office, rng: Random) -> str:
    match value:
        case None:
            return rng.choice(office.nothing)
        case bool():
            return YES_NO[str(value).lower()]
        case date():
            return value.strftime(rng.choice(office.dates))
        case tuple():
            return _separator(rng, column).join(_word(fact.kind, column, part, rng) for part in value)
        case int():
            return _figures(rng, _number(value, column))
        case str():
            return _TEXTS.get(column.name, _plain)(rng, _word(fact.kind, column, value, rng))


def _separator(rng: Random, column: Column) -> str:
    return rng.choice(column.cell.split or "；")


def _word(kind: str, column: Column, code: str, rng: Random) -> str:
    """The Chinese word of a code: the standard one, or one of the office's own that the source file knows."""
    known = KINDS[kind].column(column.name).words
    if code not in known:
        return code
    own = [word for word, meaning in column.cell.words.items() if meaning == code and "、" not in word]
    return rng.choice(own) if own and chance(rng, OWN_WORD_PER_MILLE) else known[code]


def _money(fen: int, unit: str) -> Decimal:
    return Decimal(fen).scaleb(-FEN[unit]).quantize(Decimal(1).scaleb(-FEN[unit]))


def _number(value: int, column: Column) -> str:
    return f"{_money(value, column.cell.unit):,}" if column.cell.unit else str(value)


def _figures(rng: Random, text: str) -> str:
    return text.translate(FULL_WIDTH) if chance(rng, FULL_WIDTH_PER_MILLE) else text


def _bracketed(rng: Random, number: str) -> str:
    pair = rng.choice(BRACKETS)
    return number.replace("〔", pair[0]).replace("〕", pair[1])


def _half_width(rng: Random, name: str) -> str:
    return name.replace("（", "(").replace("）", ")") if chance(rng, HALF_WIDTH_PER_MILLE) else name


def _loose_code(rng: Random, code: str) -> str:
    """A code typed by hand: small letters, a blank in the middle."""
    return f"{code[:8]} {code[8:].lower()}" if chance(rng, LOOSE_CODE_PER_MILLE) else code


def _plain(rng: Random, text: str) -> str:
    return text


_TEXTS: dict[str, Callable[[Random, str], str]] = {
    "decision_no": _bracketed,
    "order_no": _bracketed,
    "ban_no": _bracketed,
    "honour_no": _bracketed,
    "party_name": _half_width,
    "uscc": _loose_code,
}
