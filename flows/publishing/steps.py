"""Prepare, sign, release: what the command line and the publish flow both do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from flows.office import OfficeProblem, SignedIn
from flows.publishing.approvals import (
    NotApprovable,
    Signed,
    has_lapsed,
    has_two_signatures,
    preparer_of,
    sign,
    signatures_document,
    signatures_on,
)
from flows.publishing.contents import Contents, PublishedList
from flows.publishing.lists import LISTS, SERIOUS_LIST, list_called
from flows.settings import Settings
from flows.store import Run, Store
from reports.publication import (
    Draft,
    IndexProblem,
    Publication,
    Shelf,
    digest_of,
    is_as_published,
    prepare,
    release,
    verify,
)

Answer = dict[str, Any]
_MOST_URGENT = ("waiting", "published", "unchanged", "nothing")


def prepare_and_publish_all(settings: Settings, by: SignedIn | None = None, names: Sequence[str] = ()) -> list[Answer]:
    """`prepare_and_publish` for each of the lists, or for all of them."""
    return [prepare_and_publish(settings, by, name) for name in names or LISTS]


def summary_of(answers: Iterable[Answer]) -> Answer:
    """Several answers as one: the state that most asks for somebody, every message, and `lists`, the answers."""
    given = list(answers)
    state = min((answer["state"] for answer in given), key=_MOST_URGENT.index)
    return {
        "state": state,
        "message": "\n".join(f"{answer['title']}：{answer['message']}" for answer in given),
        "lists": given,
    }


def prepare_and_publish(settings: Settings, by: SignedIn | None = None, name: str = SERIOUS_LIST) -> Answer:
    """Prepare the list of the last committed run; release it where two people have signed these very bytes.

    by: who signs as its preparer, unless somebody has; None: the machine prepared it, and two people must approve.
    `state`: nothing (no run yet), unchanged (the latest version shows it already), waiting, published. `held`: what
    could not be published, and why. Raises NotApprovable where there is no such list, OfficeProblem where `by` may not
    sign.
    """
    chosen, store = list_called(name), _store(settings)
    if by is not None and not by.person.is_a("signer"):
        raise NotApprovable(f"{by.person.login} 不是签发人，不能拟定。")
    night = store.last("nightly")
    if night is None:
        return _answer(name, "nothing", "还没有通过质量检查的夜间运行，没有可发布的内容。")
    contents = chosen.contents(settings, store, night)
    held = {"held": list(contents.held)} if contents.held else {}
    if is_as_published(settings.publications, chosen.spec, contents.entries):
        latest = Shelf(settings.publications / name).latest()
        return _answer(name, "unchanged", "名单与已发布的最新版本相同，无需发布。", version=latest, **held)
    draft = prepare(settings.publications, _publication(chosen, settings, night, contents), contents.entries)
    if by is not None:
        signatures = signatures_on(settings, draft)
        has_signed = by.person.fingerprint in {one.fingerprint for one in signatures}
        if preparer_of(signatures) is None and not has_signed:
            sign(settings, draft, by, "prepare")
    return release_signed(settings, draft) | held


def _publication(chosen: PublishedList, settings: Settings, night: Run, contents: Contents) -> Publication:
    return Publication(
        chosen.spec,
        settings.office_name,
        night.as_of,
        policy_version=contents.policy_version,
        policy_hash=contents.policy_hash,
        causes=contents.causes,
        issues=contents.issues,
    )


def release_signed(settings: Settings, draft: Draft) -> Answer:
    """Release the draft where two people signed it; otherwise say who must do what. Nothing else moves."""
    name, facts = draft.index.list, {"version": draft.version, "count": draft.index.count, "digest": draft.digest}
    try:
        signatures = signatures_on(settings, draft)
        is_signed, lapsed = has_two_signatures(settings, draft), has_lapsed(settings, draft)
    except OfficeProblem as problem:
        words = f"版本 {draft.version} 已拟定，但不能签名和发布：{problem}"
        return _answer(name, "waiting", words, folder=str(draft.folder), **facts)
    preparer = preparer_of(signatures)
    facts |= {
        "prepared_by": preparer.name if preparer else None,
        "signatures": [{"login": one.login, "name": one.name, "act": one.act} for one in signatures],
    }
    if not is_signed:
        words = _waiting_words(draft, signatures, has_lapsed=lapsed)
        return _answer(name, "waiting", words, folder=str(draft.folder), **facts)
    folder = release(settings.publications, draft, signatures_document(settings, draft))
    return _answer(name, "published", f"版本 {draft.version} 已发布。", folder=str(folder), **facts)


def _waiting_words(draft: Draft, signatures: tuple[Signed, ...], *, has_lapsed: bool) -> str:
    preparer = preparer_of(signatures)
    approved = "、".join(one.name for one in signatures if one.act == "approve")
    whose = f"版本 {draft.version} 已由 {preparer.name if preparer else '系统'} 拟定"
    whose += f"，{approved} 已批准" if approved else ""
    lapsed = "此前的批准针对的是另一份草稿，内容已变动，须重新批准；" if has_lapsed else ""
    who = "他人" if signatures else "两人"
    return f"{whose}，{lapsed}待{who}批准：{_command(draft.version, draft.index.list)}"


class Chosen(NamedTuple):
    """A draft: the version, of which list. digest: of the draft that the approver was shown; empty: as it is now."""

    version: str
    list: str = SERIOUS_LIST
    digest: str = ""


def approve(settings: Settings, chosen: Chosen, by: SignedIn, note: str = "") -> Answer:
    """Sign a draft as approved, and release it where that is the second signature.

    Raises NotApprovable, OfficeProblem, which say why in Chinese.
    """
    draft, version = waiting_draft(settings, chosen), chosen.version
    if chosen.digest not in ("", draft.digest):
        raise NotApprovable(f"版本 {version} 在批准前已变动，请重新核对后再批准。")
    sign(settings, draft, by, "approve", note)
    return release_signed(settings, draft)


def waiting_draft(settings: Settings, chosen: Chosen) -> Draft:
    """The draft. Raises NotApprovable where there is none, or it is not as it was made."""
    shelf, version = Shelf(settings.publications / list_called(chosen.list).spec.name), chosen.version
    waiting = _drafts(shelf)
    if version not in waiting:
        raise NotApprovable(f"没有待批准的版本 {version}。待批准：{'、'.join(waiting) or '无'}。")
    folder = shelf.draft(version)
    try:
        index = verify(folder)
    except IndexProblem as problem:
        words = f"版本 {version} 的文件在拟定后被改动，请重新运行 yaoxin publish 拟定。"
        raise NotApprovable(f"{words}（{problem}）") from problem
    return Draft(version, folder, digest_of(folder), index)


def _command(version: str, name: str) -> str:
    chosen = "" if name == SERIOUS_LIST else f" --list {name}"
    return f"yaoxin approve {version}{chosen} --as 登录名"


def _drafts(shelf: Shelf) -> list[str]:
    drafts = shelf.draft("")
    folders = drafts.iterdir() if drafts.is_dir() else ()
    return sorted(path.name for path in folders if path.is_dir() and not path.name.startswith("."))


def _store(settings: Settings) -> Store:
    return Store(settings.store, settings.storage_options, settings.state_dir)


def _answer(name: str, state: str, message: str, **facts: Any) -> Answer:  # noqa: ANN401
    return {"list": name, "title": LISTS[name].spec.title, "state": state, "message": message, **facts}
