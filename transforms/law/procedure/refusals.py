"""Why a step is impossible, in Chinese: what stands against it, and what could be done instead."""

from __future__ import annotations

from datetime import date

from transforms.law.procedure.life import Life, Step, value_on
from transforms.policy.dated import Dated
from transforms.policy.law_procedure import START, Term, TermsBy

Refusal = tuple[str, str | None]  # the reason, the article


def refusal_of(life: Life, step: Step, terms_by: Dated[TermsBy]) -> Refusal | None:
    """The reason and the article; None where the step is possible."""
    move = life.move_for(step)
    if move is None:
        return _not_here(life, step), None
    barred = life.bar_on(step)
    if barred is not None:
        bar, until = barred
        return f"{bar.reason}{f'（至{until}）' if until else ''}", bar.years.basis
    return _no_extension(life, step, terms_by) if move.extends else None


def _not_here(life: Life, step: Step) -> str:
    title, possible = life.procedure.title_of(step.step), _possible(life)
    if life.state == START:
        return f"对象文号“{step.target or ''}”此前没有登记，不能办理“{title}”；可以先登记：{possible}"
    state = life.procedure.state(life.state).title
    return f"该事项现为“{state}”，不能办理“{title}”；此时可以办理：{possible or '无'}"


def _possible(life: Life) -> str:
    return "、".join(dict.fromkeys(move.title for move in life.moves()))


def _no_extension(life: Life, step: Step, terms_by: Dated[TermsBy]) -> Refusal | None:
    if life.is_extended:
        return "办理期限已经延长过一次，不能再次延长", None
    is_running = value_on(terms_by, step.on) == "running"
    day = step.on if is_running else life.since_on or step.on
    if not any(extension_on(term, day) for term, _ in life.terms()):
        return f"按{day}施行的规定，办理期限不得延长", None
    return None


def extension_on(term: Term, day: date) -> int | None:
    """Working days by which the law of `day` lets the term be extended."""
    return value_on(term.extension, day) if term.extension else None
