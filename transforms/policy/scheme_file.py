"""A grading scheme from its file: the model, then what one value alone cannot show."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.policy.conditions import check_condition
from transforms.policy.document import parse_document
from transforms.policy.scheme import Item, Scheme
from transforms.policy.scheme_values import check_values
from transforms.policy.yaml_text import Document, Path
from transforms.tables import KINDS, LISTS, Kind
from transforms.tables.shape import COUNT


def load_scheme(text: str, file_name: str) -> Scheme:
    """The scheme written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    scheme, document = parse_document(text, file_name, Scheme)
    _check_ids(scheme, document)
    for path, kind_name, when in _conditions(scheme):
        _check_kind(document, (*path, "kind"), kind_name)
        if kind_name in KINDS:
            check_condition(document, (*path, "when"), KINDS[kind_name], when)
    for index, item in enumerate(scheme.items):
        _check_awards(document, ("items", index), item)
    _check_references(scheme, document)
    _check_expiries(scheme, document)
    _check_releases(scheme, document)
    _check_listings(scheme, document)
    check_values(scheme, document)
    document.settle()
    return scheme


def _check_kind(document: Document, path: Path, name: str) -> None:
    if name not in KINDS:
        document.add(path, f"no record kind '{name}'", value=name, words=KINDS)


def _check_ids(scheme: Scheme, document: Document) -> None:
    """Ids are unique over items, accumulations, direct placements and needs: a trace names them alone."""
    seen: dict[str, int] = {}
    for path, name in _ids(scheme):
        if name in seen:
            document.add((*path, "id"), f"id '{name}' stands twice, first on line {seen[name]}", value=name)
        seen.setdefault(name, document.line((*path, "id")))


def _ids(scheme: Scheme) -> Iterator[tuple[Path, str]]:
    yield from ((("items", i), item.id) for i, item in enumerate(scheme.items))
    yield from ((("accumulations", i), one.id) for i, one in enumerate(scheme.accumulations))
    yield from ((("direct", i), direct.id) for i, direct in enumerate(scheme.direct))


def _conditions(scheme: Scheme) -> Iterator[tuple[Path, str, str]]:
    """Everything with a condition: (place, kind, when)."""
    yield from ((("items", i), item.kind, item.when) for i, item in enumerate(scheme.items))
    yield from ((("direct", i), direct.kind, direct.when) for i, direct in enumerate(scheme.direct))
    if scheme.best_tier_needs:
        for day, needs in scheme.best_tier_needs.values.items():
            for i, need in enumerate(needs or []):
                yield ("best_tier_needs", "values", day.isoformat(), i), need.kind, need.when


def _check_awards(document: Document, path: Path, item: Item) -> None:
    for day, award in item.award.values.items():
        place = (*path, "award", "values", day.isoformat())
        if award is None:
            continue
        if award.of is not None and item.kind in KINDS:
            _check_column(document, (*place, "of"), KINDS[item.kind], award.of)
        froms = [step.from_ for step in award.brackets or []]
        if froms != sorted(set(froms)):
            document.add((*place, "brackets"), "the steps do not rise", expected="each `from` above the one before it")
        if award.brackets == []:
            document.add((*place, "brackets"), "no steps", expected="at least one, such as {from: 1, points: -10}")


def _check_column(document: Document, path: Path, kind: Kind, name: str) -> None:
    columns = {column.name: column for column in kind.columns}
    numbers = {name: column.label for name, column in columns.items() if column.dtype == COUNT}
    if name not in columns:
        document.add(path, f"{kind.name} has no column '{name}'", value=name, words=numbers or columns)
    elif name not in numbers:
        document.add(path, f"column '{name}' is no whole number", value=name, words=numbers or ("fixed",))


def _check_references(scheme: Scheme, document: Document) -> None:
    items = {item.id: item.title for item in scheme.items}
    for index, accumulation in enumerate(scheme.accumulations):
        path: Path = ("accumulations", index, "of")
        for i, name in enumerate(accumulation.of):
            if name not in items:
                document.add((*path, i), f"no item '{name}'", value=name, words=items)
            elif name in accumulation.of[:i]:
                document.add((*path, i), f"item '{name}' is named twice", value=name)
    acts = {name: kind.label for name, kind in KINDS.items() if kind.act}
    for day, kinds in scheme.heaviest_per_act.values.items() if scheme.heaviest_per_act else ():
        path = ("heaviest_per_act", "values", day.isoformat())
        for i, name in enumerate(kinds or []):
            if name not in acts:
                reason = "say which act they concern" if name in KINDS else "exist"
                document.add((*path, i), f"records of kind '{name}' do not {reason}", value=name, words=acts)


def _check_expiries(scheme: Scheme, document: Document) -> None:
    for path, kind_name in _expiries(scheme):
        kind = KINDS.get(kind_name)
        if kind is not None and kind.expires_on is None:
            terms = ", ".join(name for name, one in KINDS.items() if one.expires_on)
            message = f"records of kind '{kind_name}' carry no term of their own"
            document.add((*path, "until_expiry"), message, value=True, expected=f"no until_expiry; only for {terms}")


def _expiries(scheme: Scheme) -> Iterator[tuple[Path, str]]:
    """Every until_expiry that is true: (place, kind of the records it is asked of)."""
    for i, item in enumerate(scheme.items):
        dated = item.window or scheme.window
        root: Path = ("items", i, "window") if item.window else ("window",)
        for day, window in dated.values.items():
            if window is not None and window.until_expiry:
                yield (*root, "values", day.isoformat()), item.kind
    for i, direct in enumerate(scheme.direct):
        for day, lock in direct.lock.values.items():
            if lock is not None and lock.until_expiry:
                yield ("direct", i, "lock", "values", day.isoformat()), direct.kind
    for day, needs in scheme.best_tier_needs.values.items() if scheme.best_tier_needs else ():
        for i, need in enumerate(needs or []):
            if need.window.until_expiry:
                yield ("best_tier_needs", "values", day.isoformat(), i, "window"), need.kind


def _check_releases(scheme: Scheme, document: Document) -> None:
    releasable = [name for name, kind in KINDS.items() if kind.is_releasable]
    heeding: list[tuple[Path, str]] = [
        (("items", i), one.kind) for i, one in enumerate(scheme.items) if one.until_released
    ]
    heeding += [(("direct", i), one.kind) for i, one in enumerate(scheme.direct) if one.until_released]
    for path, kind in heeding:
        if kind in KINDS and kind not in releasable:
            message = f"records of kind '{kind}' are released by nothing"
            expected = f"no until_released; only for {', '.join(releasable)}"
            document.add((*path, "until_released"), message, value=kind, expected=expected)


def _check_listings(scheme: Scheme, document: Document) -> None:
    for i, direct in enumerate(scheme.direct):
        for day, lock in direct.lock.values.items():
            if lock is not None and lock.while_listed and direct.kind in KINDS and direct.kind != LISTS:
                place: Path = ("direct", i, "lock", "values", day.isoformat(), "while_listed")
                message = f"records of kind '{direct.kind}' list nobody"
                document.add(place, message, value=True, expected=f"no while_listed; only for {LISTS}")
