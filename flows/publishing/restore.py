"""A damaged latest version made anew from what is left of it; only bytes that its index names are ever written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flows.office import OfficeProblem
from flows.publishing.approvals import NotApprovable, signatures_document, unsigned_because
from flows.publishing.latest import Authority
from flows.publishing.lists import list_called
from flows.publishing.release import Releasing, releasing
from flows.publishing.versions import Latest, last_release
from flows.settings import Settings
from reports.files import write_whole
from reports.publication import Draft, IndexProblem, digest_of, faults_of, read_index
from reports.publication.contract import SIGNATURES
from reports.publication.work import remade


def restore(settings: Settings, name: str) -> list[str]:
    """Make anew what is damaged of the latest version of a list, as far as it can be; what was done, in Chinese.

    Nothing is released by it: `latest` is only ever set back to a version that was. Raises NotApprovable where there is
    no such list, Busy where another run holds the store.
    """
    today = datetime.now(UTC).astimezone(ZoneInfo(settings.timezone)).date()
    with releasing(settings, list_called(name), today) as work:
        done = list(_pointed(work))
        latest = work.latest()
        if latest.version is not None:
            done += _rebuilt(latest)
            done += _signed_again(settings, latest)
    return done


def _pointed(work: Releasing) -> Iterator[str]:
    """Let `latest` lead again to the last version that was released, where it leads nowhere."""
    shelf = work.shelf
    try:
        if shelf.latest() is not None:
            return
    except IndexProblem:
        pass
    told = last_release(work.store, work.spec.name)
    authority = Authority(work.knowledge)
    for name in reversed(shelf.placed()):
        folder = shelf.version(name)
        if told is not None and told["version"] != name:
            continue
        if not faults_of(folder, work.spec.name) and not authority.faults_of(folder):
            for path in (shelf.folder / "latest", shelf.folder / "latest.json"):
                if path.is_file() and not path.is_symlink():
                    path.unlink()
            shelf.point(name)
            yield f"{shelf.folder / 'latest'}：已重新指向版本 {name}"
            return


def _rebuilt(latest: Latest) -> Iterator[str]:
    """Write anew the files that are not as the index says."""
    try:
        made = remade(latest.spec, latest.folder)
        names = [file.name for file in read_index(latest.folder).files]
    except IndexProblem:
        return
    for name in names:
        if faults_of(latest.folder, latest.spec.name, only=(name,)) and name in made:
            write_whole(latest.folder / name, made[name])
            yield f"{latest.folder / name}：已重建"


def _signed_again(settings: Settings, latest: Latest) -> Iterator[str]:
    """Write `signatures.json` anew from the journal, which holds the signatures."""
    try:
        index = read_index(latest.folder)
    except IndexProblem:
        return
    draft = Draft(index.version, latest.folder, digest_of(latest.folder), index)
    path = latest.folder / SIGNATURES
    if index.released_by != "two_people" or not unsigned_because(settings, latest.folder, draft):
        return
    aside = path.with_name(f".{SIGNATURES}.damaged")
    if path.exists():
        path.replace(aside)  # a file that cannot be read would keep the journal from being trusted
    try:
        content = signatures_document(settings, draft)
    except (OfficeProblem, NotApprovable):
        if aside.exists():
            aside.replace(path)
        return
    write_whole(path, content)
    aside.unlink(missing_ok=True)
    yield f"{path}：已由办公数据库重建"
