"""Prepare, approve, release: what the command line and the publish flow both do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from flows.policies import hash_of_law, read_law
from flows.publishing.approvals import (
    NotApprovable,
    Prepared,
    Signature,
    has_lapsed,
    is_approved,
    preparer,
    record,
    remember,
)
from flows.publishing.entries import all_listings, causes_of_removal
from flows.settings import Settings
from flows.store import Store
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

SERIOUS_LIST = "serious-violations"


def prepare_and_publish(settings: Settings, prepared_by: str) -> dict[str, Any]:
    """Prepare the list of the last committed night; release it where these very bytes are approved.

    `state`: nothing (no night yet), unchanged (the latest version shows it already), waiting, published.
    Raises NotApprovable where nobody is named.
    """
    if not prepared_by.strip():
        raise NotApprovable("拟定须写明拟定人姓名（--by 姓名）。")
    store = _store(settings)
    night = store.last("nightly")
    if night is None:
        return _answer("nothing", "还没有通过质量检查的夜间运行，没有可发布的内容。")
    law = read_law(settings.policy_dir)
    found = all_listings(store, night, law)
    entries = found.filter(pl.col("state") == "standing")
    if is_as_published(settings.publications, SERIOUS_LIST, entries):
        latest = Shelf(settings.publications / SERIOUS_LIST).latest()
        return _answer("unchanged", "名单与已发布的最新版本相同，无需发布。", version=latest)
    publication = Publication(
        SERIOUS_LIST,
        law.title,
        settings.office_name,
        night.as_of,
        policy_version=law.law,
        policy_hash=hash_of_law(settings.policy_dir),
        causes=causes_of_removal(found),
    )
    draft = prepare(settings.publications, publication, entries.drop("ends_on", "state"))
    return release_approved(settings, store, remember(prepared_by.strip(), draft))


def release_approved(settings: Settings, store: Store, prepared: Prepared) -> dict[str, Any]:
    """Release the draft where it is approved; otherwise say who must do what. Nothing moves unapproved."""
    draft = prepared.draft
    facts = {
        "version": draft.version,
        "prepared_by": prepared.prepared_by,
        "count": draft.index.count,
        "digest": draft.digest,
    }
    if not is_approved(store, prepared):
        lapsed = "此前的批准针对的是另一份草稿，内容已变动，须重新批准；" if has_lapsed(store, prepared) else ""
        words = f"版本 {draft.version} 已由 {prepared.prepared_by} 拟定，{lapsed}待他人批准：{_command(draft.version)}"
        return _answer("waiting", words, folder=str(draft.folder), **facts)
    folder = release(settings.publications, SERIOUS_LIST, draft.version, draft.digest)
    return _answer("published", f"版本 {draft.version} 已发布。", folder=str(folder), **facts)


def approve(settings: Settings, version: str, by: str, note: str = "", digest: str = "") -> dict[str, Any]:
    """Record the approval of the draft `version`. Raises NotApprovable, which says why in Chinese.

    digest: of the draft that the approver was shown; empty: the draft as it is now.
    """
    prepared = waiting_draft(settings, version)
    if digest not in ("", prepared.draft.digest):
        raise NotApprovable(f"版本 {version} 在批准前已变动，请重新核对后再批准。")
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    run_id = record(_store(settings), prepared, Signature(by.strip(), note, now, today))
    words = f"已批准版本 {version}。发布：yaoxin publish --by 姓名"
    return _answer("approved", words, version=version, decided_by=by.strip(), run_id=run_id)


def waiting_draft(settings: Settings, version: str) -> Prepared:
    """The draft `version` and its preparer. Raises NotApprovable where there is none, or it is not as it was made."""
    shelf = Shelf(settings.publications / SERIOUS_LIST)
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


def _command(version: str) -> str:
    return f"yaoxin approve {version} --by 姓名"


def _drafts(shelf: Shelf) -> list[str]:
    drafts = shelf.draft("")
    folders = drafts.iterdir() if drafts.is_dir() else ()
    return sorted(path.name for path in folders if path.is_dir() and not path.name.startswith("."))


def _store(settings: Settings) -> Store:
    return Store(settings.store, settings.storage_options, settings.state_dir)


def _answer(state: str, message: str, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"state": state, "message": message, **facts}
