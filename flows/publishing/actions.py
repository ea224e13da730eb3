"""Prepare, approve, release, verify, restore: what the command line, the flows and the nightly run do with a list.

Messages are Chinese: officers read them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flows.legal_state import LegalStates
from flows.office import OfficeProblem, SignedIn
from flows.publishing.approval import (
    NotApprovable,
    draft_signatures,
    has_outdated_approval,
    has_two_signatures,
    named_signers,
    preparer_of,
    sign_draft,
)
from flows.publishing.contents import PUBLISHED_LISTS, SERIOUS_LIST, ListContents, published_list
from flows.publishing.release import ListRelease, open_release, restore_latest
from flows.publishing.verification import check_latest, draft_fault, draft_names, publication_of, waiting_drafts
from flows.publishing.versions import LatestVersion, draft_base, recorded_releases
from flows.publishing.withdrawals import ListHistory, removed_keys
from flows.settings import Settings
from flows.store.lease import Busy
from flows.store.ledger import Run
from flows.store.store import open_store
from flows.wording import describe_error
from reports import formatting
from reports.office_tables import LIST_STATE_LABELS
from reports.public_lists import EntryKey, ListProblem, published_entries
from reports.publication import Draft, IndexProblem, ListFolder, ReleaseProblem, digest_of, prepare_draft, verify_files
from transforms.policy_model import PolicyProblems

ListOutcome = dict[str, Any]
"""What became of a list: list, title, state, message and what the functions below name. The command line prints it."""
_MOST_URGENT = tuple(LIST_STATE_LABELS)
_OTHER_PAGES = (
    "该版本为运行账所记，条目数据无误，但有页面与所签发的不同：刚升级过程序的，可能是版式有变，由两人签发新版即可；"
    "否则是页面被改动，请立即运行 yaoxin publish --restore 恢复，并查明何人所为。"
)
_NO_KEY = (
    "没有设置 administrator_key（首位管理员的密钥指纹），无法核对已发布版本的签名，未作任何处理；"
    "这不表示版本有问题。请设置后再运行。"
)
_RESTORE = "可运行 yaoxin publish --restore 重建；不能重建的，由两人签发新版。"


class DraftRef(NamedTuple):
    """A draft: the version, of which list. digest: of the draft that the approver was shown; empty: as it is now."""

    version: str
    list: str = SERIOUS_LIST
    digest: str = ""


def publish_lists(settings: Settings, by: SignedIn | None = None, names: Sequence[str] = ()) -> list[ListOutcome]:
    """`publish_list` for each of the lists named, or for all that the policy speaks of and those published before."""
    states = LegalStates(settings, open_store(settings))
    if names:
        return [publish_list(settings, by, name, states) for name in names]
    outcomes = []
    for name in PUBLISHED_LISTS:
        try:
            outcomes.append(publish_list(settings, by, name, states))
        except PolicyProblems as problems:
            if ListFolder(settings.publications / name).placed() or name == SERIOUS_LIST:
                raise
            words = describe_error(problems, chinese=True)
            outcomes.append(_outcome(name, "nothing", f"政策文件夹没有这方面的规定，不公布。{words}"))
    return outcomes


def outcome_summary(outcomes: Iterable[ListOutcome]) -> ListOutcome:
    """Several outcomes as one: the most urgent state, every message, and `lists`, the outcomes."""
    given = list(outcomes)
    return {
        "state": min((outcome["state"] for outcome in given), key=_MOST_URGENT.index, default="nothing"),
        "message": "\n".join(f"{outcome['title']}：{outcome['message']}" for outcome in given),
        "lists": given,
    }


def publish_list(
    settings: Settings, by: SignedIn | None = None, name: str = SERIOUS_LIST, states: LegalStates | None = None
) -> ListOutcome:
    """Bring a list up to what the last committed run found.

    In this order: an interrupted release is finished; the latest version is verified; what the law has ended is
    withdrawn; the rest is drafted, and released where two people have signed these very bytes. by: who signs as its
    preparer, unless someone has; None: the machine prepares it, and two people must approve.

    `state`: nothing (no run yet), unchanged, withdrawn, waiting, published, damaged (the latest version fails its
    verification: `problems`), refused (no list can be made: the message says why). `withdrawn`: what the run withdrew.
    `beyond`: entries that may not be public any more and wait for two people, each with why. `held`: what could not be
    published, and why. states: legal states that were computed for other lists.

    Raises NotApprovable where there is no such list, OfficeProblem where `by` may not sign, Busy.
    """
    published, store = published_list(name), open_store(settings)
    states = states or LegalStates(settings, store)
    if by is not None and not by.person.is_a("signer"):
        raise NotApprovable(f"{by.person.login} 不是签发人，不能拟定。")
    run = store.last("nightly")
    if run is None:
        return _outcome(name, "nothing", "还没有通过质量检查的夜间运行，没有可发布的内容。")
    if not settings.administrator_key and ListFolder(settings.publications / name).placed():
        return _outcome(name, "refused", _NO_KEY)
    contents = published.contents(settings, states, run, None)
    try:
        with open_release(settings, published, run.as_of, states) as work:
            work.sweep()
            updated = _bring_up_to_date(work, run, contents)
    except (ListProblem, IndexProblem, ReleaseProblem) as problem:
        return _outcome(name, "refused", str(problem))
    remarks = {key: found for key, found in (("held", list(contents.held)), ("cleared", work.cleared)) if found}
    draft = updated.draft
    if draft is None:
        return _outcome_of(updated) | remarks
    if by is not None:
        signatures = draft_signatures(settings, draft)
        has_signed = by.person.fingerprint in {one.fingerprint for one in signatures}
        if preparer_of(signatures) is None and not has_signed:
            sign_draft(settings, draft, by, "prepare")
    return _outcome_of(updated, release_if_signed(settings, draft)) | remarks


def update_published_lists(settings: Settings) -> list[ListOutcome]:
    """What a committed run does for the lists that were published before: `publish_list`, by the machine.

    A list that was never published waits for `yaoxin publish`. Where another run holds the store, that run does it.
    """
    outcomes: list[ListOutcome] = []
    if settings.law == "none":
        return outcomes
    states = LegalStates(settings, open_store(settings))
    for name in PUBLISHED_LISTS:
        if not ListFolder(settings.publications / name).placed():
            continue
        try:
            outcomes.append(publish_list(settings, None, name, states))
        except Busy as busy:
            outcomes.append(_outcome(name, "busy", str(busy)))
        except PolicyProblems as problems:  # the law was left out since: what was published stays
            outcomes.append(_outcome(name, "refused", describe_error(problems, chinese=True)))
    return outcomes


def release_if_signed(settings: Settings, draft: Draft) -> ListOutcome:
    """Release the draft where two people signed it; otherwise say who must do what."""
    name, facts = draft.index.list, {"version": draft.version, "count": draft.index.count, "digest": draft.digest}
    try:
        signatures = draft_signatures(settings, draft)
        is_signed, is_outdated = has_two_signatures(settings, draft), has_outdated_approval(settings, draft)
    except OfficeProblem as problem:
        words = f"版本 {draft.version} 已拟定，但不能签名和发布：{problem}"
        return _outcome(name, "waiting", words, folder=str(draft.folder), **facts)
    preparer = preparer_of(signatures)
    facts |= {
        "prepared_by": preparer.name if preparer else None,
        "signatures": [{"login": one.login, "name": one.name, "act": one.act} for one in signatures],
    }
    if not is_signed:
        approved = "、".join(one.name for one in signatures if one.act == "approve")
        words = f"版本 {draft.version} 已由 {preparer.name if preparer else '系统'} 拟定"
        words += f"，{approved} 已批准" if approved else ""
        words += "，此前的批准针对的是另一份草稿，内容已变动，须重新批准；" if is_outdated else "，"
        words += f"待{'他人' if signatures else '两人'}批准：{_approve_command(name, draft.version)}"
        return _outcome(name, "waiting", words, folder=str(draft.folder), **facts)
    with open_release(settings, published_list(name), draft.index.as_of) as work:
        work.sweep()
        folder = work.release(draft)
    return _outcome(name, "published", f"版本 {draft.version} 已发布。", folder=str(folder), **facts)


def approve_draft(settings: Settings, draft_ref: DraftRef, by: SignedIn, note: str = "") -> ListOutcome:
    """Sign a draft as approved, and release it where that is the second signature.

    An interrupted release is finished first. Signing needs no lock: where another run holds the store the signature is
    valid, the state is `busy`, and that run or the next `publish` releases. Raises NotApprovable, OfficeProblem.
    """
    draft, version = waiting_draft(settings, draft_ref), draft_ref.version
    if draft_ref.digest not in ("", draft.digest):
        raise NotApprovable(f"版本 {version} 在批准前已变动，请重新核对后再批准。")
    if why := draft_fault(ListHistory(settings, open_store(settings), published_list(draft_ref.list)), draft):
        raise NotApprovable(why)
    sign_draft(settings, draft, by, "approve", note)
    try:
        return release_if_signed(settings, draft)
    except Busy as busy:
        why = describe_error(busy, chinese=True)
        words = f"版本 {version} 已签名。另一运行正占用库，其结束时或者下次 yaoxin publish 时发布。（{why}）"
        return _outcome(draft_ref.list, "busy", words, version=version, digest=draft.digest)


def waiting_draft(settings: Settings, draft_ref: DraftRef) -> Draft:
    """The draft. Raises NotApprovable where there is none, or its files were altered."""
    spec = published_list(draft_ref.list).spec
    list_folder = ListFolder(settings.publications / spec.name)
    version = draft_ref.version
    waiting = draft_names(list_folder)
    if version not in waiting:
        raise NotApprovable(f"{spec.title}{_why_not_waiting(settings, list_folder, version, waiting)}")
    folder = list_folder.draft(version)
    try:
        index = verify_files(folder)
    except IndexProblem as problem:
        words = f"版本 {version} 的文件在拟定后被改动，请重新运行 yaoxin publish 拟定。"
        raise NotApprovable(f"{words}（{problem}）") from problem
    return Draft(version, folder, digest_of(folder), index)


def verify_lists(settings: Settings, names: Sequence[str] = ()) -> list[ListOutcome]:
    """Check the latest version of each of the lists, or of all: every file, who released it, and that it is the last.

    `state`: nothing (never published), sound, damaged (`problems` names each file at fault), unverified (no
    administrator's key is set). Reads only. Raises NotApprovable where there is no such list.
    """
    outcomes = []
    for published in [published_list(name) for name in names or PUBLISHED_LISTS]:
        name = published.spec.name
        if not settings.administrator_key:
            is_published = bool(ListFolder(settings.publications / name).placed())
            outcomes.append(_outcome(name, "unverified", _NO_KEY) if is_published else _unreleased(settings, name))
            continue
        latest = check_latest(settings, open_store(settings), published)
        if latest.faults:
            faults = "\n".join(f"  {fault}" for fault in latest.faults)
            words = f"最新版本 {latest.version or ''} 有 {len(latest.faults)} 处问题：\n{faults}\n"
            words += _OTHER_PAGES if latest.are_entries_sound else _RESTORE
            problems = list(latest.faults)
            outcomes.append(_outcome(name, "damaged", words, version=latest.version, problems=problems))
        elif latest.version is None:
            outcomes.append(_unreleased(settings, name))
        else:
            by = "由系统依法撤下条目后发布" if latest.index.released_by == "machine" else "由两人签名发布"
            words = f"最新版本 {latest.version} 的全部文件与 index.json 相符，{by}。"
            outcomes.append(_outcome(name, "sound", words, version=latest.version))
    return outcomes


def restore_lists(settings: Settings, names: Sequence[str] = ()) -> list[ListOutcome]:
    """Rebuild what is damaged of the latest versions, and verify them; `restored` says what was done."""
    if not settings.administrator_key:
        return verify_lists(settings, names)
    done = {name: restore_latest(settings, name) for name in names or PUBLISHED_LISTS}
    return [outcome | {"restored": done[outcome["list"]]} for outcome in verify_lists(settings, names)]


def _why_not_waiting(settings: Settings, list_folder: ListFolder, version: str, waiting: Sequence[str]) -> str:
    """Why the version of the list does not wait for approval, in Chinese: it is released, or there is no such draft."""
    name = list_folder.folder.name
    for release in recorded_releases(open_store(settings), name):
        if release["version"] == version:
            by_people = f"{'、'.join(named_signers(list_folder.version(version))) or '两人'}签名"
            by = "系统依法撤下条目后" if release["released_by"] == "machine" else by_people
            return f"的版本 {version} 已于 {formatting.instant(release['released_at'])} 由{by}发布，无须再批准。"
    others = [
        f"{PUBLISHED_LISTS[other].spec.title}有该版本待批准：{_approve_command(other, version)}。"
        for other in PUBLISHED_LISTS
        if other != name and version in draft_names(ListFolder(settings.publications / other))
    ]
    return f"没有待批准的版本 {version}。待批准：{'、'.join(waiting) or '无'}。{''.join(others)}"


def _unreleased(settings: Settings, name: str) -> ListOutcome:
    """The outcome of a list that was never released: what of it waits, and how to approve it."""
    waiting = draft_names(ListFolder(settings.publications / name))
    words = "还没有发布过。"
    if waiting:
        commands = "；".join(_approve_command(name, version) for version in waiting)
        words = f"还没有发布过；有 {len(waiting)} 个版本待批准：{commands}"
    return _outcome(name, "nothing", words)


def _approve_command(name: str, version: str) -> str:
    return f"yaoxin approve {version}{'' if name == SERIOUS_LIST else f' --list {name}'} --as 登录名"


class _Updated(NamedTuple):
    """A list brought up to date: the latest version, what was withdrawn from the one before, the draft for people.

    left: what may not be public any more and waits for two people, each with why.
    """

    latest: LatestVersion
    left: Sequence[ListOutcome] = ()
    withdrawal: Draft | None = None
    withdrawn: Sequence[ListOutcome] = ()
    draft: Draft | None = None


def _bring_up_to_date(work: ListRelease, run: Run, contents: ListContents) -> _Updated:
    latest = work.latest()
    if latest.version is None and latest.faults:
        return _Updated(latest)  # which version is the latest must be settled first
    wanted = published_entries(work.spec, contents.entries)[0]
    if not latest.are_entries_sound or latest.version is None:
        left = dict.fromkeys(removed_keys(latest, wanted), "最新版本有问题，须两人签发新版")
        return _Updated(latest, _named(latest, left), draft=_draft(work, run, contents))
    plan, withdrawal = work.withdraw(run, contents, latest)
    left_entries = _named(latest, plan.left)
    entries = withdrawal.index.withdrawals if withdrawal else ()
    withdrawn = _named(latest, {each.key: f"{each.title}（{each.basis}）" for each in entries})
    if withdrawal is not None:
        latest = work.latest()
    draft = None
    if latest.is_sound and latest.index.policy_hash == contents.policy_hash and latest.entries == wanted:
        _clear_drafts(work.list_folder)
    else:
        draft = _draft(work, run, contents)
    return _Updated(latest, left_entries, withdrawal, withdrawn, draft)


def _named(latest: LatestVersion, reasons: Mapping[EntryKey, str]) -> list[ListOutcome]:
    """Entries of the version by document number and party, each with its reason."""
    entries = {latest.spec.key_of(entry): entry for entry in latest.entries} if reasons else {}
    names = {"decision_no": latest.spec.number, "name": latest.spec.party}
    return [
        {"key": list(key), **{name: getattr(entries[key], column) for name, column in names.items()}, "why": why}
        for key, why in sorted(reasons.items())
    ]


def _draft(work: ListRelease, run: Run, contents: ListContents) -> Draft:
    """The draft of what the run found: a waiting one that the store still reproduces, else a new one.

    A draft of an earlier day stays as long as it has the same content.
    """
    for draft in waiting_drafts(work.settings, work.spec.name):
        if not draft_fault(work.history, draft):
            _clear_drafts(work.list_folder, keep=draft.version)
            return draft
    _clear_drafts(work.list_folder)
    publication = publication_of(work.published, work.settings, run, contents)
    base = draft_base(work.settings, work.spec)
    return prepare_draft(work.settings.publications, publication, contents.entries, base)


def _clear_drafts(list_folder: ListFolder, keep: str = "") -> None:
    """Remove drafts that cannot be released any more: what they were made from has changed."""
    for version in draft_names(list_folder):
        if version != keep:
            shutil.rmtree(list_folder.draft(version))


def _outcome_of(updated: _Updated, of_draft: ListOutcome | None = None) -> ListOutcome:
    """The outcome for a person. of_draft: that of the draft, where there is one."""
    latest = updated.latest
    name = latest.spec.name
    facts = {"latest": latest.version, "withdrawn": list(updated.withdrawn), "beyond": list(updated.left)}
    facts = {key: value for key, value in facts.items() if value}
    message = ""
    if updated.withdrawal is not None:
        index = updated.withdrawal.index
        message = f"版本 {index.version} 已由系统发布（{index.reason}）。"
    if of_draft is not None:
        outcome = of_draft | {"message": message + of_draft["message"]}
    elif updated.withdrawal is not None:
        outcome = _outcome(name, "withdrawn", message, version=updated.withdrawal.index.version)
    elif latest.faults:
        outcome = _outcome(name, "damaged", "", version=latest.version)
    else:
        outcome = _outcome(name, "unchanged", "名单与已发布的最新版本相同，无需发布。", version=latest.version)
    if not latest.faults:
        return outcome | facts
    is_of_earlier_release = latest.are_files_sound and latest.version is not None and latest.index.released_by is None
    if is_of_earlier_release:
        words = f"已发布的版本 {latest.version} 由旧版程序发布，没有两人签名，须由两人签发一次。"
        return outcome | {"message": words + outcome["message"]} | facts
    faults = "\n".join(f"  {fault}" for fault in latest.faults)
    consequence = "" if latest.are_entries_sound else "，系统不在其上撤下条目"
    words = f"已发布的最新版本有问题{consequence}：\n{faults}\n{_OTHER_PAGES if latest.are_entries_sound else _RESTORE}"
    problems = {"state": "damaged", "message": words + outcome["message"], "problems": list(latest.faults)}
    return outcome | problems | facts


def _outcome(name: str, state: str, message: str, **facts: Any) -> ListOutcome:  # noqa: ANN401
    return {"list": name, "title": PUBLISHED_LISTS[name].spec.title, "state": state, "message": message, **facts}
