"""Drafts that wait for signatures, and whether the store gives exactly them: a file that lies there proves nothing."""

from __future__ import annotations

from flows.publishing.contents import Contents, PublishedList
from flows.publishing.versions import base_of
from flows.publishing.withdrawals import Knowledge
from flows.settings import Settings
from flows.store import Run
from reports.publication import (
    Draft,
    IndexProblem,
    Publication,
    ReleaseProblem,
    Shelf,
    digest_of,
    drafted,
    files_in,
    verify,
)
from reports.publication.work import released_entries
from reports.views.listing import ListProblem, entries_of


def waiting_drafts(settings: Settings, name: str) -> list[Draft]:
    """The drafts of the list that wait for signatures and are as they were made, oldest first."""
    shelf = Shelf(settings.publications / name)
    found = []
    for version in draft_names(shelf):
        folder = shelf.draft(version)
        try:
            index = verify(folder)
        except IndexProblem:
            continue
        found.append(Draft(version, folder, digest_of(folder), index))
    return found


def draft_names(shelf: Shelf) -> list[str]:
    """The names of the drafts, oldest first."""
    drafts = shelf.draft("")
    folders = drafts.iterdir() if drafts.is_dir() else ()
    return sorted(path.name for path in folders if path.is_dir() and not path.name.startswith("."))


def not_as_remade(knowledge: Knowledge, draft: Draft) -> str:
    """Why the draft may not be signed or released as things stand, in Chinese; empty where it may.

    Its entries must be what the last run found, and every byte what a run of its day and the latest version give.
    """
    settings, spec = knowledge.settings, knowledge.chosen.spec
    again = "请重新运行 yaoxin publish 拟定。"
    run = knowledge.store.last("nightly")
    if run is None or run.as_of < draft.index.as_of:
        return f"运行账中没有版本 {draft.version} 所依据的夜间运行，{again}"
    try:
        wanted = entries_of(spec, knowledge.of_run(run).entries)[0]
        if released_entries(spec, draft.folder) != wanted:
            return f"版本 {draft.version} 拟定后又有变动，已不是最新内容，{again}"
        present, base = files_in(draft.folder), base_of(settings, spec)
        for night in knowledge.nights_of(draft.index.as_of):
            contents = knowledge.of_run(night)
            told = publication_of(knowledge.chosen, settings, night, contents)
            if drafted(settings.publications, told, contents.entries, base) == (draft.version, present):
                return ""
    except (ListProblem, IndexProblem, ReleaseProblem) as problem:
        return f"版本 {draft.version} 不能由库重作（{problem}），{again}"
    return f"版本 {draft.version} 的文件与由库重作的不同（文件被改动，或者规则、程序在拟定后有变动），{again}"


def publication_of(chosen: PublishedList, settings: Settings, run: Run, contents: Contents) -> Publication:
    """What `run` found, to be published."""
    return Publication(
        chosen.spec,
        settings.office_name,
        run.as_of,
        policy_version=contents.policy_version,
        policy_hash=contents.policy_hash,
        causes=contents.causes,
        issues=contents.issues,
    )
