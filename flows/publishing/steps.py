"""Prepare, approve, release: what the command line and the publish flow both do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flows.publishing.approvals import NotApprovable
from flows.publishing.contents import Contents, PublishedList
from flows.publishing.lists import LISTS, SERIOUS_LIST, list_called
from flows.publishing.typed_approvals import (
    Prepared,
    Signature,
    has_lapsed,
    is_approved,
    preparer,
    record,
    remember,
)
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


def prepare_and_publish_all(settings: Settings, prepared_by: str, names: Sequence[str] = ()) -> list[Answer]:
    """`prepare_and_publish` for each of the lists, or for all of them."""
    return [prepare_and_publish(settings, prepared_by, name) for name in names or LISTS]


def summary_of(answers: Iterable[Answer]) -> Answer:
    """Several answers as one: the state that most asks for somebody, every message, and `lists`, the answers."""
    given = list(answers)
    state = min((answer["state"] for answer in given), key=_MOST_URGENT.index)
    return {
        "state": state,
        "message": "\n".join(f"{answer['title']}：{answer['message']}" for answer in given),
        "lists": given,
    }


def prepare_and_publish(settings: Settings, prepared_by: str, name: str = SERIOUS_LIST) -> Answer:
    """Prepare the list of the last committed night; release it where these very bytes are approved.

    `state`: nothing (no night yet), unchanged (the latest version shows it already), waiting, published. `held`: what
    could not be published, and why. Raises NotApprovable where nobody is named, or there is no such list.
    """
    if not prepared_by.strip():
        raise NotApprovable("拟定须写明拟定人姓名（--by 姓名）。")
    chosen, store = list_called(name), _store(settings)
    night = store.last("nightly")
    if night is None:
        return _answer(name, "nothing", "还没有通过质量检查的夜间运行，没有可发布的内容。")
    contents = chosen.contents(settings, store, night)
    held = {"held": list(contents.held)} if contents.held else {}
    if is_as_published(settings.publications, chosen.spec, contents.entries):
        latest = Shelf(settings.publications / name).latest()
        return _answer(name, "unchanged", "名单与已发布的最新版本相同，无需发布。", version=latest, **held)
    draft = prepare(settings.publications, _publication(chosen, settings, night, contents), contents.entries)
    return release_approved(settings, store, remember(prepared_by.strip(), draft)) | held


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


def release_approved(settings: Settings, store: Store, prepared: Prepared) -> Answer:
    """Release the draft where it is approved; otherwise say who must do what. Nothing moves unapproved."""
    draft, name = prepared.draft, prepared.draft.index.list
    facts = {
        "version": draft.version,
        "prepared_by": prepared.prepared_by,
        "count": draft.index.count,
        "digest": draft.digest,
    }
    if not is_approved(store, prepared):
        lapsed = "此前的批准针对的是另一份草稿，内容已变动，须重新批准；" if has_lapsed(store, prepared) else ""
        whose = f"版本 {draft.version} 已由 {prepared.prepared_by} 拟定"
        words = f"{whose}，{lapsed}待他人批准：{_command(draft.version, name)}"
        return _answer(name, "waiting", words, folder=str(draft.folder), **facts)
    folder = release(settings.publications, draft)
    return _answer(name, "published", f"版本 {draft.version} 已发布。", folder=str(folder), **facts)


class Chosen(NamedTuple):
    """A draft: the version, of which list. digest: of the draft that the approver was shown; empty: as it is now."""

    version: str
    list: str = SERIOUS_LIST
    digest: str = ""


def approve(settings: Settings, chosen: Chosen, by: str, note: str = "") -> Answer:
    """Record the approval of a draft. Raises NotApprovable, which says why in Chinese."""
    prepared, version = waiting_draft(settings, chosen), chosen.version
    if chosen.digest not in ("", prepared.draft.digest):
        raise NotApprovable(f"版本 {version} 在批准前已变动，请重新核对后再批准。")
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    run_id = record(_store(settings), prepared, Signature(by.strip(), note, now, today))
    words = f"已批准版本 {version}。发布：yaoxin publish --by 姓名"
    return _answer(chosen.list, "approved", words, version=version, decided_by=by.strip(), run_id=run_id)


def waiting_draft(settings: Settings, chosen: Chosen) -> Prepared:
    """The draft and its preparer. Raises NotApprovable where there is none, or it is not as it was made."""
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
    digest = digest_of(folder)
    return Prepared(Draft(version, folder, digest, index), preparer(folder, digest))


def _command(version: str, name: str) -> str:
    chosen = "" if name == SERIOUS_LIST else f" --list {name}"
    return f"yaoxin approve {version}{chosen} --by 姓名"


def _drafts(shelf: Shelf) -> list[str]:
    drafts = shelf.draft("")
    folders = drafts.iterdir() if drafts.is_dir() else ()
    return sorted(path.name for path in folders if path.is_dir() and not path.name.startswith("."))


def _store(settings: Settings) -> Store:
    return Store(settings.store, settings.storage_options, settings.state_dir)


def _answer(name: str, state: str, message: str, **facts: Any) -> Answer:  # noqa: ANN401
    return {"list": name, "title": LISTS[name].spec.title, "state": state, "message": message, **facts}
