"""Prepare, approve, release, verify, restore: what the command line, the flows and the nightly run do with a list."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flows.office import OfficeProblem, SignedIn
from flows.publishing.approval import (
    DraftSignature,
    NotApprovable,
    draft_signatures,
    has_outdated_approval,
    has_two_signatures,
    preparer_of,
    sign_draft,
)
from flows.publishing.contents import PUBLISHED_LISTS, SERIOUS_LIST, ListContents, published_list
from flows.publishing.release import ListRelease, open_release, restore_latest, store_of
from flows.publishing.verification import check_latest, draft_fault, draft_names, publication_of, waiting_drafts
from flows.publishing.versions import LatestVersion, draft_base
from flows.publishing.withdrawals import ListHistory, removed_keys
from flows.settings import Settings
from flows.store.lease import Busy
from flows.store.ledger import Run
from flows.wording import describe_error
from reports.public_lists import EntryKey, ListProblem, list_entries
from reports.publication import Draft, IndexProblem, ListFolder, ReleaseProblem, digest_of, prepare_draft, verify_files
from transforms.policy_model import PolicyProblems

ListOutcome = dict[str, Any]
_MOST_URGENT = ("damaged", "refused", "busy", "waiting", "published", "withdrawn", "sound", "unchanged", "nothing")
_OTHER_PAGES = "该版本为运行账所记，条目无误：多因程序升级后版式有变，由两人签发新版即可。"
_NEVER = "还没有发布过。"
_NO_KEY = (
    "没有设置 administrator_key（首位管理员的密钥指纹），无法核对已发布版本的签名，未作任何处理；"
    "这不表示版本有问题。请设置后再运行。"
)
_RESTORE = "可运行 yaoxin publish --restore 重建；不能重建的，由两人签发新版。"


def publish_lists(settings: Settings, by: SignedIn | None = None, names: Sequence[str] = ()) -> list[ListOutcome]:
    """`prepare_and_publish` for each of the lists, or for all of them."""
    return [publish_list(settings, by, name) for name in names or PUBLISHED_LISTS]


def outcome_summary(answers: Iterable[ListOutcome]) -> ListOutcome:
    """Several answers as one: the state that most asks for somebody, every message, and `lists`, the answers."""
    given = list(answers)
    state = min((answer["state"] for answer in given), key=_MOST_URGENT.index, default="nothing")
    return {
        "state": state,
        "message": "\n".join(f"{answer['title']}：{answer['message']}" for answer in given),
        "lists": given,
    }


def publish_list(settings: Settings, by: SignedIn | None = None, name: str = SERIOUS_LIST) -> ListOutcome:
    """Bring a list up to what the last committed run found.

    In this order: a release that was cut short is finished; the latest version is checked; what the law has ended is
    withdrawn; the rest is drafted, and released where two people have signed these very bytes. by: who signs as its
    preparer, unless somebody has; None: the machine prepared it, and two people must approve.

    `state`: nothing (no run yet), unchanged, withdrawn, waiting, published, damaged (the latest version is not what it
    should be: `problems`), refused (no list can be made: the message says why). `withdrawn`: what the run took down.
    `beyond`: entries that may not be public any more and wait for two people, each with why. `held`: what could not be
    published, and why. Raises NotApprovable where there is no such list, OfficeProblem where `by` may not sign, Busy.
    """
    chosen, store = published_list(name), store_of(settings)
    if by is not None and not by.person.is_a("signer"):
        raise NotApprovable(f"{by.person.login} 不是签发人，不能拟定。")
    run = store.last("nightly")
    if run is None:
        return _answer(name, "nothing", "还没有通过质量检查的夜间运行，没有可发布的内容。")
    if not settings.administrator_key and ListFolder(settings.publications / name).placed():
        return _answer(name, "refused", _NO_KEY)
    contents = chosen.contents(settings, store, run, None)
    try:
        with open_release(settings, chosen, run.as_of) as work:
            work.sweep()
            done = _brought_up_to_date(work, run, contents)
            cleared = list(work.cleared)
    except (ListProblem, IndexProblem, ReleaseProblem) as problem:
        return _answer(name, "refused", str(problem))
    held = {name: found for name, found in (("held", list(contents.held)), ("cleared", cleared)) if found}
    if done.draft is None:
        return done.answer() | held
    if by is not None:
        signatures = draft_signatures(settings, done.draft)
        has_signed = by.person.fingerprint in {one.fingerprint for one in signatures}
        if preparer_of(signatures) is None and not has_signed:
            sign_draft(settings, done.draft, by, "prepare")
    return done.answer(release_if_signed(settings, done.draft)) | held


class _Done(NamedTuple):
    """What became of a list: the version readers see, what was withdrawn from the one before, the draft for people.

    left: what may not be public any more and waits for two people, each with why.
    """

    latest: LatestVersion
    left: Sequence[ListOutcome] = ()
    withdrawal: Draft | None = None
    withdrawn: Sequence[ListOutcome] = ()
    draft: Draft | None = None

    def answer(self, of_draft: ListOutcome | None = None) -> ListOutcome:
        """The same for a person; of_draft: the answer about the draft."""
        name, latest = self.latest.spec.name, self.latest
        facts = {"latest": latest.version, "withdrawn": list(self.withdrawn), "beyond": list(self.left)}
        facts = {key: value for key, value in facts.items() if value}
        if self.withdrawal is not None:
            index = self.withdrawal.index
            known = _answer(
                name, "withdrawn", f"版本 {index.version} 已由系统发布（{index.reason}）。", version=index.version
            )
        elif latest.faults:
            known = _answer(name, "damaged", "", version=latest.version)
        else:
            known = _answer(name, "unchanged", "名单与已发布的最新版本相同，无需发布。", version=latest.version)
        if of_draft is not None:
            told = known["message"] if self.withdrawal is not None else ""
            known = of_draft | {"message": told + of_draft["message"]}
        return (_of_faulty(latest, known) if latest.faults else known) | facts


def _of_faulty(latest: LatestVersion, known: ListOutcome) -> ListOutcome:
    """The answer about a list whose latest version is not sound."""
    if _is_of_earlier_release(latest):
        words = f"已发布的版本 {latest.version} 由旧版程序发布，没有两人签名，须由两人签发一次。"
        return known | {"message": words + known["message"]}
    faults = "\n".join(f"  {fault}" for fault in latest.faults)
    base = "" if latest.are_entries_sound else "，系统不在其上撤下条目"
    words = f"已发布的最新版本有问题{base}：\n{faults}\n{_OTHER_PAGES if latest.are_entries_sound else _RESTORE}"
    return known | {"state": "damaged", "message": words + known["message"], "problems": list(latest.faults)}


def _is_of_earlier_release(latest: LatestVersion) -> bool:
    return latest.are_files_sound and latest.version is not None and latest.index.released_by is None


def _brought_up_to_date(work: ListRelease, run: Run, contents: ListContents) -> _Done:
    latest = work.latest()
    if latest.version is None and latest.faults:
        return _Done(latest)  # which version is the latest must be known first
    wanted = list_entries(work.spec, contents.entries)[0]
    if not latest.are_entries_sound or latest.version is None:
        left = _named(latest, dict.fromkeys(removed_keys(latest, wanted), "最新版本有问题，须两人签发新版"))
        return _Done(latest, left, draft=_draft(work, run, contents))
    plan, withdrawal = work.withdraw(run, contents, latest)
    left = _named(latest, plan.left)
    told = withdrawal.index.withdrawals if withdrawal else ()
    withdrawn = _named(latest, {each.key: f"{each.title}（{each.basis}）" for each in told})
    if withdrawal is not None:
        latest = work.latest()
    draft = None
    if latest.is_sound and latest.index.policy_hash == contents.policy_hash and latest.entries == wanted:
        _clear_drafts(work.shelf, "")
    else:
        draft = _draft(work, run, contents)
    return _Done(latest, left, withdrawal, withdrawn, draft)


def _named(latest: LatestVersion, reasons: Mapping[EntryKey, str]) -> list[ListOutcome]:
    """Entries of the version by document and party, each with what is said of it."""
    entries = {latest.spec.key_of(entry): entry for entry in latest.entries} if reasons else {}
    names = ("decision_no", "name")
    return [
        {"key": list(key), **{name: getattr(entries[key], name) for name in names}, "why": why}
        for key, why in sorted(reasons.items())
    ]


def _draft(work: ListRelease, run: Run, contents: ListContents) -> Draft:
    """The draft of what the run found: the one that waits already where the store gives exactly that, else a new one.

    What `contents` holds is what the run knew, and the draft of a former day stays where it says the same.
    """
    for draft in waiting_drafts(work.settings, work.spec.name):
        if not draft_fault(work.knowledge, draft):
            _clear_drafts(work.shelf, draft.version)
            return draft
    _clear_drafts(work.shelf, "")
    told = publication_of(work.chosen, work.settings, run, contents)
    return prepare_draft(work.settings.publications, told, contents.entries, draft_base(work.settings, work.spec))


def _clear_drafts(shelf: ListFolder, but: str) -> None:
    """Drafts that can be released no more: what they were made from is no longer so."""
    for version in draft_names(shelf):
        if version != but:
            shutil.rmtree(shelf.draft(version))


def update_published_lists(settings: Settings) -> list[ListOutcome]:
    """What a committed run does for the lists that were published before: `prepare_and_publish`, by the machine.

    Where another run holds the store that one does it; a list that was never published waits for `yaoxin publish`.
    """
    found: list[ListOutcome] = []
    if settings.law == "none":
        return found
    for name in PUBLISHED_LISTS:
        shelf = ListFolder(settings.publications / name)
        if not shelf.placed():
            continue
        try:
            found.append(publish_list(settings, None, name))
        except Busy as busy:
            found.append(_answer(name, "busy", str(busy)))
        except PolicyProblems as problems:  # the law was left out since: what was published stays, and it is said
            found.append(_answer(name, "refused", describe_error(problems, chinese=True)))
    return found


def release_if_signed(settings: Settings, draft: Draft) -> ListOutcome:
    """Release the draft where two people signed it; otherwise say who must do what. Nothing else moves."""
    name, facts = draft.index.list, {"version": draft.version, "count": draft.index.count, "digest": draft.digest}
    try:
        signatures = draft_signatures(settings, draft)
        is_signed, lapsed = has_two_signatures(settings, draft), has_outdated_approval(settings, draft)
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
    with open_release(settings, published_list(name), draft.index.as_of) as work:
        work.sweep()
        folder = work.release(draft)
    return _answer(name, "published", f"版本 {draft.version} 已发布。", folder=str(folder), **facts)


def _waiting_words(draft: Draft, signatures: tuple[DraftSignature, ...], *, has_lapsed: bool) -> str:
    preparer = preparer_of(signatures)
    approved = "、".join(one.name for one in signatures if one.act == "approve")
    whose = f"版本 {draft.version} 已由 {preparer.name if preparer else '系统'} 拟定"
    whose += f"，{approved} 已批准" if approved else ""
    lapsed = "此前的批准针对的是另一份草稿，内容已变动，须重新批准；" if has_lapsed else ""
    who = "他人" if signatures else "两人"
    return f"{whose}，{lapsed}待{who}批准：{_command(draft.version, draft.index.list)}"


class DraftRef(NamedTuple):
    """A draft: the version, of which list. digest: of the draft that the approver was shown; empty: as it is now."""

    version: str
    list: str = SERIOUS_LIST
    digest: str = ""


def approve_draft(settings: Settings, chosen: DraftRef, by: SignedIn, note: str = "") -> ListOutcome:
    """Sign a draft as approved, and release it where that is the second signature.

    A release that was cut short is finished first. Signing needs no lock: where another run holds the store the
    signature stands, the state is `busy`, and that run's end or the next `publish` releases. Raises NotApprovable,
    OfficeProblem, which say why in Chinese.
    """
    draft, version = waiting_draft(settings, chosen), chosen.version
    if chosen.digest not in ("", draft.digest):
        raise NotApprovable(f"版本 {version} 在批准前已变动，请重新核对后再批准。")
    if why := draft_fault(ListHistory(settings, store_of(settings), published_list(chosen.list)), draft):
        raise NotApprovable(why)
    sign_draft(settings, draft, by, "approve", note)
    try:
        return release_if_signed(settings, draft)
    except Busy as busy:
        why = describe_error(busy, chinese=True)
        words = f"版本 {version} 已签名。另一运行正占用库，其结束时或者下次 yaoxin publish 时发布。（{why}）"
        return _answer(chosen.list, "busy", words, version=version, digest=draft.digest)


def waiting_draft(settings: Settings, chosen: DraftRef) -> Draft:
    """The draft. Raises NotApprovable where there is none, or it is not as it was made."""
    shelf, version = ListFolder(settings.publications / published_list(chosen.list).spec.name), chosen.version
    waiting = draft_names(shelf)
    if version not in waiting:
        raise NotApprovable(f"没有待批准的版本 {version}。待批准：{'、'.join(waiting) or '无'}。")
    folder = shelf.draft(version)
    try:
        index = verify_files(folder)
    except IndexProblem as problem:
        words = f"版本 {version} 的文件在拟定后被改动，请重新运行 yaoxin publish 拟定。"
        raise NotApprovable(f"{words}（{problem}）") from problem
    return Draft(version, folder, digest_of(folder), index)


def verify_lists(settings: Settings, names: Sequence[str] = ()) -> list[ListOutcome]:
    """Check the latest version of each of the lists, or of all: every file, who released it, and that it is the last.

    `state`: nothing (never published), sound, damaged, unverified (no administrator's key is set); `problems` names
    each file that is not as it should be. Reads only. Raises NotApprovable where there is no such list.
    """
    chosen = [published_list(name) for name in names or PUBLISHED_LISTS]
    if not settings.administrator_key:
        folders = {one.spec.name: ListFolder(settings.publications / one.spec.name) for one in chosen}
        return [
            _answer(name, "unverified", _NO_KEY) if shelf.placed() else _answer(name, "nothing", _NEVER)
            for name, shelf in folders.items()
        ]
    return [_verified(check_latest(settings, store_of(settings), one)) for one in chosen]


def restore_lists(settings: Settings, names: Sequence[str] = ()) -> list[ListOutcome]:
    """Make anew what is damaged of the latest versions, and check them; `restored` says what was done."""
    if not settings.administrator_key:
        return verify_lists(settings, names)
    done = {name: restore_latest(settings, name) for name in names or PUBLISHED_LISTS}
    return [answer | {"restored": done[answer["list"]]} for answer in verify_lists(settings, names)]


def _verified(latest: LatestVersion) -> ListOutcome:
    name = latest.spec.name
    if latest.faults:
        faults = "\n".join(f"  {fault}" for fault in latest.faults)
        words = f"最新版本 {latest.version or ''} 有 {len(latest.faults)} 处问题：\n{faults}\n"
        words += _OTHER_PAGES if latest.are_entries_sound else _RESTORE
        return _answer(name, "damaged", words, version=latest.version, problems=list(latest.faults))
    if latest.version is None:
        return _answer(name, "nothing", _NEVER)
    whose = "由系统依法撤下条目后发布" if latest.index.released_by == "machine" else "由两人签名发布"
    words = f"最新版本 {latest.version} 的全部文件与 index.json 相符，{whose}。"
    return _answer(name, "sound", words, version=latest.version)


def _command(version: str, name: str) -> str:
    chosen = "" if name == SERIOUS_LIST else f" --list {name}"
    return f"yaoxin approve {version}{chosen} --as 登录名"


def _answer(name: str, state: str, message: str, **facts: Any) -> ListOutcome:  # noqa: ANN401
    return {"list": name, "title": PUBLISHED_LISTS[name].spec.title, "state": state, "message": message, **facts}
