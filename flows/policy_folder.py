"""The policy folder read from disk: schemes, sources, law, papers. Their models are in `transforms.policy_model`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from reports.incentives import IncentiveFacts
from reports.scheme_facts import SchemeFacts
from transforms.law.listing.listings import ListingPolicy
from transforms.law.policy_gaps import OPTIONAL_LAW_FILES
from transforms.policy_model import PolicyProblems, Problem, load_scheme, load_serious_list_law
from transforms.policy_model.incentives import IncentivePolicy, load_incentives
from transforms.policy_model.law import (
    BanLaw,
    CalendarLaw,
    CaseLaw,
    CheckResultLaw,
    CreditFileLaw,
    ExternalListLaw,
    FindingLaw,
    LicenceLaw,
    MeasureLaw,
    PublicityLaw,
    PublicitySystem,
    PushLaw,
    SeriousListLaw,
    SpotCheckLaw,
    Withdrawals,
    load_ban_law,
    load_calendar_law,
    load_case_law,
    load_check_result_law,
    load_credit_file_law,
    load_external_list_law,
    load_finding_law,
    load_licence_law,
    load_low_fines,
    load_measure_law,
    load_publicity_system,
    load_push_law,
    load_repair_law,
    load_spot_check_law,
    load_withdrawals,
)
from transforms.policy_model.paper import PaperText, SharedParagraphs, load_paper, load_shared_paragraphs
from transforms.policy_model.procedure import ProcedureLaw, load_procedure_law
from transforms.policy_model.rating import load_rating_policy, named_schemes
from transforms.policy_model.scheme import Scheme
from transforms.policy_model.source import Source, load_source
from transforms.rating.trades import TradeSchemes
from transforms.schemas.run_tables import UNRATED_TRADE

Loaded = TypeVar("Loaded")
# Files of law/ that the others rest on, and what rests on them.
_OF_ALL_LAW = ("calendar", "serious_list", "procedure")
_NEEDED_FOR = {
    "calendar": "every period and deadline of the law is counted by it",
    "serious_list": "it says what a heavier penalty is, by which publicity, repair and bans go too",
    "procedure": "the steps of the office's register are followed by it",
    "low_fines": "the publicity systems (publicity_*.yaml) ask it which fines are low",
}
_MAX_CACHED = 64  # more than the files of a policy folder


RATING_FILE = "rating.yaml"


@dataclass(frozen=True)
class PolicyInForce:
    """A scheme, the hash of its text, and that of every file of the policy but the schemes that are not used.

    trades: a scheme for each trade; `scheme` is then that of the whole, and the hash is of all texts. None: one scheme
    rates all. incentives: None where no file says so. The same hash on two days is the same text.
    """

    scheme: Scheme
    text_hash: str
    files_hash: str = ""
    trades: TradeSchemes | None = None
    incentives: IncentivePolicy | None = None

    @property
    def change_days(self) -> frozenset[date]:
        """Every day on which a value that enterprises are rated by begins or ends."""
        return self.scheme.change_days() if self.trades is None else self.trades.change_days()

    def next_change(self, day: date) -> date | None:
        """First day after `day` on which such a value changes; None where none does."""
        return min((start for start in self.change_days if start > day), default=None)

    def version_on(self, day: date) -> str:
        """The scheme's hash and the day from which its present values hold: a change is a change of the scheme."""
        return self.text_hash[:16] + self._since(day)

    def policy_hash_on(self, day: date) -> str:
        """The same of all that the policy says: scheme, sources, law, gate."""
        return self.files_hash[:16] + self._since(day)

    def _since(self, day: date) -> str:
        starts = [start for start in self.change_days if start <= day]
        return f"@{max(starts).isoformat()}" if starts else ""


def read_rating_policy(folder: Path, name: str) -> PolicyInForce:
    """By what enterprises are rated: the scheme `name`, and where rating.yaml says so a scheme for each trade.

    Raises PolicyProblems, also where the tiers of the whole are those of another scheme than `name`.
    """
    policy, path = read_scheme(folder, name), folder / RATING_FILE
    if not path.is_file():
        return policy
    text = path.read_text(encoding="utf-8")
    texts = {one.stem: one.read_text(encoding="utf-8") for one in sorted((folder / "schemes").glob("*.yaml"))}
    named = set(named_schemes(text, _shown(path, folder)))
    schemes = {
        stem: _load_cached(load_scheme, one, _shown(folder / "schemes" / f"{stem}.yaml", folder))
        for stem, one in texts.items()
        if stem in named
    }
    rating = load_rating_policy(text, _shown(path, folder), schemes)
    if rating.whole.scheme != name:
        message = f"the tiers of the whole are those of scheme {rating.whole.scheme}, and the setting scheme is {name}"
        raise PolicyProblems([Problem(_shown(path, folder), 1, "whole.scheme", rating.whole.scheme, name, "", message)])
    used = [folder / "schemes" / f"{one}.yaml" for one in rating.schemes()]
    files = [one for one in list_files(folder) if one.parts[0] != "schemes"]
    return PolicyInForce(
        policy.scheme,
        _hash("\0".join([texts[name], text, *(texts[one] for one in rating.schemes()[1:])])),
        hash_files(folder, [*files, *(one.relative_to(folder) for one in used)]),
        TradeSchemes(rating, {one: schemes[one] for one in rating.schemes()}),
        policy.incentives,
    )


def read_scheme(folder: Path, name: str) -> PolicyInForce:
    """The scheme called `name`. Raises PolicyProblems, also where there is no such file."""
    path = folder / "schemes" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.yaml"))) or "none"
        raise PolicyProblems([Problem(str(path), 1, "", name, f"one of {known}", "", "there is no such scheme")])
    text = path.read_text(encoding="utf-8")
    files = [one for one in list_files(folder) if one.parts[0] != "schemes"]
    scheme = load_scheme(text, _shown(path, folder))
    incentives = _read_optional(folder, "incentives.yaml", load_incentives)
    return PolicyInForce(scheme, _hash(text), hash_files(folder, [*files, path.relative_to(folder)]), None, incentives)


def scheme_facts(policy: PolicyInForce, day: date) -> SchemeFacts:
    """Titles of scheme, tiers and rules as in force on `day`, and how each tier is supervised, for outputs.

    Those of the schemes of trades are beside those of the scheme of the whole.
    """
    facts = replace(
        _facts_of(policy.scheme, policy.policy_hash_on(day), day), incentives=tuple(_incentive_facts(policy))
    )
    if policy.trades is None:
        return facts
    trades = policy.trades.policy.trades_on(day) or ()
    names = sorted({one.scheme for one in trades} - {policy.scheme.scheme})
    others = tuple(_facts_of(policy.trades.schemes[one], facts.policy_hash, day) for one in names)
    unrated = {UNRATED_TRADE: "有领域或者环节尚未评价"}
    others = tuple(replace(one, titles={**one.titles, **unrated}) for one in others)
    return replace(facts, titles={**facts.titles, **unrated}, others=others)


def _incentive_facts(policy: PolicyInForce) -> Iterator[IncentiveFacts]:
    """The incentives that some tier of the scheme has on some day."""
    for one in policy.incentives.items if policy.incentives else ():
        tiers = {day: (by_scheme or {}).get(policy.scheme.scheme, []) for day, by_scheme in one.tiers.values.items()}
        if any(tiers.values()):
            yield IncentiveFacts(
                one.id,
                one.title,
                _texts_by_day(tiers),
                one.tiers.basis,
                one.tiers.confidence,
                _texts_by_day(one.withheld_while.values),
                one.withheld_while.basis,
            )


def _texts_by_day(values: Mapping[date, Sequence[str] | None]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((day.isoformat(), tuple(texts or ())) for day, texts in sorted(values.items()))


def _facts_of(scheme: Scheme, policy_hash: str, day: date) -> SchemeFacts:
    needs = (scheme.best_tier_needs.on(day, "best_tier_needs") if scheme.best_tier_needs else None) or []
    sections = (scheme.sections.on(day, "sections") if scheme.sections else None) or []
    supervision = (scheme.supervision.on(day, "supervision") if scheme.supervision else None) or {}
    frequency = {
        tier: f"每{one.per_years if one.per_years > 1 else ''}年不少于{one.inspections}次"
        for tier, one in supervision.items()
    }
    return SchemeFacts(
        name=scheme.scheme,
        title=scheme.title,
        tiers=tuple((tier.tier, tier.title) for tier in scheme.tiers.on(day, "tiers") or ()),
        is_illustrative=scheme.illustrative,
        is_higher_better=scheme.mode == "deduct",
        policy_hash=policy_hash,
        titles={
            **{section.id: section.title for section in sections},
            **{need.id: need.title for need in needs},
            **{direct.id: direct.title for direct in scheme.direct},
            **{accumulation.id: accumulation.title for accumulation in scheme.accumulations},
            **{item.id: item.title for item in scheme.items},
        },
        supervision={
            tier: f"{frequency[tier]}；{one.note}" if one.note else frequency[tier] for tier, one in supervision.items()
        },
    )


def read_sources(folder: Path) -> tuple[Source, ...]:
    """Every source of `sources/`, in the order of their files. Raises PolicyProblems with those of all files."""
    paths = sorted(p for p in (folder / "sources").glob("*.yaml") if not p.name.startswith("_"))
    return tuple(_read_all(paths, folder, load_source))


def read_serious_list_law(folder: Path) -> SeriousListLaw:
    """The law of the serious-violation list. Raises PolicyProblems."""
    return _read(folder, "law/serious_list.yaml", load_serious_list_law)


def read_listing_policy(folder: Path) -> ListingPolicy:
    """The law of the serious-violation list and of the steps that lead to it. Raises PolicyProblems."""
    return ListingPolicy(read_serious_list_law(folder), read_procedure_law(folder))


def read_measure_law(folder: Path) -> MeasureLaw | None:
    """What a listing brings with it; None where no file says so. Raises PolicyProblems."""
    return _read_optional(folder, "law/measures.yaml", load_measure_law)


def read_ban_law(folder: Path) -> BanLaw | None:
    """Bans from the trade; None where no file says so. Raises PolicyProblems."""
    return _read_optional(folder, "law/bans.yaml", load_ban_law)


def read_licence_law(folder: Path) -> LicenceLaw | None:
    """The renewal of licences; None where no file says so. Raises PolicyProblems."""
    return _read_optional(folder, "law/licences.yaml", load_licence_law)


def read_finding_law(folder: Path) -> FindingLaw | None:
    """What records show together, for a person to check; None where no file says so. Raises PolicyProblems."""
    return _read_optional(folder, "law/findings.yaml", load_finding_law)


def read_external_list_law(folder: Path) -> ExternalListLaw | None:
    """Lists that others keep; None where no file says so. Raises PolicyProblems."""
    return _read_optional(folder, "law/external_lists.yaml", load_external_list_law)


def read_push_law(folder: Path) -> PushLaw | None:
    """Pushes and their receipts; None where no file says so. Raises PolicyProblems."""
    return _read_optional(folder, "law/pushes.yaml", load_push_law)


def read_case_law(folder: Path) -> CaseLaw | None:
    """The terms of cases, referrals and complaints; None where no file says so. Raises PolicyProblems."""
    return _read_optional(folder, "law/cases.yaml", load_case_law)


def read_publicity_law(folder: Path) -> PublicityLaw:
    """The publicity systems, what counts as a low fine, and repair in each system. Raises PolicyProblems."""
    law = folder / "law"
    systems = _read_all(sorted(law.glob("publicity_*.yaml")), folder, load_publicity_system)
    repairs = _read_all(sorted(law.glob("repair_*.yaml")), folder, load_repair_law)
    _require_systems(folder, systems, [(f"repair_{one.system}", one.system) for one in repairs])
    low_fines = None
    if systems or (law / "low_fines.yaml").is_file():
        low_fines = _read(folder, "law/low_fines.yaml", load_low_fines)
    return PublicityLaw(tuple(systems), low_fines, read_serious_list_law(folder), tuple(repairs))


def read_spot_check_law(folder: Path, publicity: PublicityLaw) -> SpotCheckLaw | None:
    """How long spot-check results are public; None where no file says so. Raises PolicyProblems."""
    law = _read_optional(folder, "law/spot_checks.yaml", load_spot_check_law)
    if law is not None:
        _require_systems(folder, publicity.systems, [("spot_checks", law.system)])
    return law


def read_check_result_law(folder: Path) -> CheckResultLaw:
    """Which results of checks the office makes public. Raises PolicyProblems, also where no file says so."""
    return _read(folder, "law/check_results.yaml", load_check_result_law)


def read_credit_file_law(folder: Path) -> CreditFileLaw:
    """What a firm's public credit file shows. Raises PolicyProblems, also where no file says so."""
    return _read(folder, "law/credit_files.yaml", load_credit_file_law)


def _require_systems(folder: Path, systems: Iterable[PublicitySystem], needing: Iterable[tuple[str, str]]) -> None:
    """Raises PolicyProblems where a file of law/ names a publicity system that no other file describes."""
    known = {one.system for one in systems}
    problems = [
        Problem(
            _shown(folder / "law" / f"{name}.yaml", folder),
            1,
            "system",
            system,
            f"law/publicity_{system}.yaml beside it",
            "",
            f"it speaks of the publicity system '{system}', and no file describes that system",
        )
        for name, system in needing
        if system not in known
    ]
    if problems:
        raise PolicyProblems(problems)


def require_law_files(folder: Path) -> None:
    """Raises PolicyProblems naming every file of law/ that is not there and that all of the law rests on."""
    paths = [folder / "law" / f"{name}.yaml" for name in _OF_ALL_LAW]
    if problems := [_missing(path, folder) for path in paths if not path.is_file()]:
        raise PolicyProblems(problems)


def require_publicity_system(folder: Path, system: str) -> None:
    """Raises PolicyProblems where no file of law/ describes the publicity system."""
    require_law_file(folder, f"publicity_{system}")


def require_law_file(folder: Path, name: str) -> None:
    """Raises PolicyProblems where law/ has no file of that name, given without .yaml."""
    path = folder / "law" / f"{name}.yaml"
    if not path.is_file():
        raise PolicyProblems([_missing(path, folder)])


def absent_law_files(folder: Path) -> tuple[str, ...]:
    """The files of law/, without .yaml, that may be left out and are not there."""
    return tuple(name for name in OPTIONAL_LAW_FILES if not (folder / "law" / f"{name}.yaml").is_file())


def read_procedure_law(folder: Path) -> ProcedureLaw:
    """How the office's matters go. Raises PolicyProblems."""
    return _read(folder, "law/procedure.yaml", load_procedure_law)


def read_withdrawals(folder: Path) -> Withdrawals | None:
    """What the run may take off a published list by itself; None where no file says so. Raises PolicyProblems."""
    return _read_optional(folder, "withdrawals.yaml", load_withdrawals)


def read_calendar_law(folder: Path) -> CalendarLaw:
    """Working days beyond the library's, and how periods end. Raises PolicyProblems."""
    return _read(folder, "law/calendar.yaml", load_calendar_law)


def read_paper(folder: Path, kind: str) -> tuple[PaperText, SharedParagraphs]:
    """The paper's texts, shared paragraphs in their places, and what papers share. Raises PolicyProblems."""
    shared = _read(folder, "papers/_common.yaml", load_shared_paragraphs)
    paper = _read(folder, f"papers/{kind}.yaml", lambda text, name: load_paper(text, name, shared))
    return paper, shared


def law_hash(folder: Path, *names: str) -> str:
    """The hash of the text of the named files of law/ that are there; without names, of the law of the list."""
    paths = [folder / "law" / f"{name}.yaml" for name in names or ("serious_list",)]
    return _hash("\0".join(path.read_text(encoding="utf-8") for path in paths if path.is_file()))


def _read(folder: Path, name: str, load: Callable[[str, str], Loaded]) -> Loaded:
    return _read_all([folder / name], folder, load)[0]


def _read_optional(folder: Path, name: str, load: Callable[[str, str], Loaded]) -> Loaded | None:
    return _read(folder, name, load) if (folder / name).is_file() else None


def _read_all(paths: list[Path], folder: Path, load: Callable[[str, str], Loaded]) -> list[Loaded]:
    loaded: list[Loaded] = []
    problems: list[Problem] = []
    for path in paths:
        if not path.is_file():
            problems.append(_missing(path, folder))
            continue
        try:
            loaded.append(_load_cached(load, path.read_text(encoding="utf-8"), _shown(path, folder)))
        except PolicyProblems as found:
            problems += found.problems
    if problems:
        raise PolicyProblems(tuple(problems))
    return loaded


def _missing(path: Path, folder: Path) -> Problem:
    needed = _NEEDED_FOR.get(path.stem, "what it says is asked for")
    expected = "the file, or law = none in the settings" if path.stem in _OF_ALL_LAW else "the file"
    return Problem(_shown(path, folder), 1, "", "", expected, "", f"there is no such file; {needed}")


@lru_cache(maxsize=_MAX_CACHED)
def _load_cached(load: Callable[[str, str], Any], text: str, shown: str) -> Any:  # noqa: ANN401
    """What `load` makes of the text: a run reads every file several times, and an edited one has another text."""
    return load(text, shown)


def list_files(folder: Path) -> list[Path]:
    """Every file below `folder` by its path from there, in order; hidden ones are left out."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in paths if not any(part.startswith((".", "__pycache__")) for part in path.parts))


def hash_files(folder: Path, files: Iterable[Path]) -> str:
    """One hash of files below `folder`, of their paths and bytes: one that moves is another."""
    whole = hashlib.sha256()
    for path in sorted(files):
        content = (folder / path).read_bytes()
        whole.update(f"{path.as_posix()}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()[:16]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _shown(path: Path, folder: Path) -> str:
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"
