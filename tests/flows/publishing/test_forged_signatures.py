"""With write access to every file, but without a passphrase, nothing can be added to a list."""

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, replace

import pytest

from flows.office import OfficeProblem, WrongPassphrase, office_of
from flows.office.journal import JournalEntry
from flows.office.keys import canonical_json, new_key
from flows.publishing import DraftRef, approve_draft, publish_list
from flows.publishing.actions import waiting_draft
from reports.publication import ListFolder
from tests.flows.office.staff import secret_of, signed_in
from tests.flows.publishing.town import AS_OF, after, commit_run, listing, town

VERSION = after(1).isoformat()
AT = "2026-03-02T00:00:00+00:00"


@pytest.fixture
def settings(tmp_path):
    """A town whose list was published; since then one more is listed, and li alone has approved that."""
    made = town(tmp_path)
    publish_list(made, signed_in(made, "zhang"))
    assert approve_draft(made, DraftRef(AS_OF.isoformat()), signed_in(made, "li"))["state"] == "published"
    commit_run(tmp_path, after(1), listing("示药监列〔2026〕3号", "MX-3"))
    publish_list(made)
    assert approve_draft(made, DraftRef(VERSION), signed_in(made, "li"))["state"] == "waiting"
    return made


def written(settings, *rows):
    """Rows written into the file, triggers off: of a number that is taken in its place."""
    with closing(sqlite3.connect(settings.office_database)) as office, office:
        for (name,) in office.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            office.execute(f"DROP TRIGGER {name}")
        for table, row in rows:
            fields = asdict(row)
            marks = ", ".join("?" * len(fields))
            office.execute(
                f"INSERT OR REPLACE INTO {table} ({', '.join(fields)}) VALUES ({marks})", tuple(fields.values())
            )


def target(settings):
    return f"serious-violations/{VERSION}#{waiting_draft(settings, DraftRef(VERSION)).digest}"


def entries(settings):
    return office_of(settings).database.rows().entries


def following(settings, person, key, **fields):
    """An entry after the last one, in the name of `person`, signed with any key: an approval by default."""
    last = entries(settings)[-1]
    fingerprint = office_of(settings).state().by_login(person).fingerprint
    usual = {"role": "signer", "act": "approve", "subject": target(settings), "payload": "{}"}
    known = {"number": last.number + 1, "at": AT, "person": person, "fingerprint": fingerprint}
    return JournalEntry(**known, **(usual | fields), previous=last.digest).signed_by(key)


def a_signature_in_zhangs_name(settings):
    _, key = new_key("zhang", secret_of("evil"))
    written(settings, ("journal", following(settings, "zhang", key)))


def a_signature_of_zhang_moved_from_the_version_before(settings):
    old = next(entry for entry in entries(settings) if entry.person == "zhang" and entry.act == "prepare")
    last = entries(settings)[-1]
    written(settings, ("journal", replace(old, number=last.number + 1, previous=last.digest, subject=target(settings))))


def the_signature_of_li_a_second_time(settings):
    last = entries(settings)[-1]
    written(settings, ("journal", replace(last, number=last.number + 1, previous=last.digest)))


def lis_signature_given_to_zhang(settings):
    last = entries(settings)[-1]
    zhang = office_of(settings).state().by_login("zhang")
    moved = replace(last, number=last.number + 1, previous=last.digest, person="zhang", fingerprint=zhang.fingerprint)
    written(settings, ("journal", moved))


def a_signer_of_ones_own(settings):
    record, key = new_key("evil", secret_of("evil"))
    content = {"name": "无名", "public_key": record.public_key, "key_digest": record.digest, "roles": ["signer"]}
    act = {"role": "administrator", "act": "add_person", "subject": "evil", "payload": canonical_json(content)}
    added = following(settings, "wang", key, **act)
    signature = JournalEntry(
        added.number + 1, AT, "evil", record.fingerprint, "signer", "approve", target(settings), "{}", added.digest
    )
    written(settings, ("people", record), ("journal", added), ("journal", signature.signed_by(key)))


def zhangs_key_exchanged(settings):
    record, key = new_key("zhang", secret_of("evil"))
    signature = following(settings, "zhang", key)
    old = next(entry for entry in entries(settings) if entry.subject == "zhang")
    content = old.content | {"public_key": record.public_key, "key_digest": record.digest}
    exchanged = replace(old, payload=canonical_json(content))
    written(settings, ("people", record), ("journal", exchanged), ("journal", signature))


def signatures_laid_beside_the_draft(settings):
    released = ListFolder(settings.publications / "serious-violations").version(AS_OF.isoformat())
    draft = waiting_draft(settings, DraftRef(VERSION))
    document = json.loads((released / "signatures.json").read_text(encoding="utf-8"))
    document |= {"version": VERSION, "digest": draft.digest}
    (draft.folder / "signatures.json").write_text(json.dumps(document), "utf-8")


def a_note_of_earlier_releases(settings):
    draft = waiting_draft(settings, DraftRef(VERSION))
    note = draft.folder.parent / f"{VERSION}.prepared.json"
    note.write_text(json.dumps({"prepared_by": "张三", "digest": draft.digest}), "utf-8")


@pytest.mark.parametrize(
    "forgery",
    [
        a_signature_in_zhangs_name,
        a_signature_of_zhang_moved_from_the_version_before,
        the_signature_of_li_a_second_time,
        lis_signature_given_to_zhang,
        a_signer_of_ones_own,
        zhangs_key_exchanged,
        signatures_laid_beside_the_draft,
        a_note_of_earlier_releases,
    ],
    ids=lambda forgery: forgery.__name__,
)
def test_no_forgery_lets_the_addition_out(settings, forgery):
    forgery(settings)
    answer = publish_list(settings)
    assert answer["state"] in ("waiting", "damaged"), "or the version before is not known to be signed any more"
    assert ListFolder(settings.publications / "serious-violations").latest() == AS_OF.isoformat()
    for login in ("evil", "zhang"):
        with pytest.raises((OfficeProblem, WrongPassphrase)):
            office_of(settings).sign_in(login, lambda: secret_of("evil"))


def test_without_a_forgery_zhangs_own_signature_lets_it_out(settings):
    """Else the tests above would prove little."""
    assert approve_draft(settings, DraftRef(VERSION), signed_in(settings, "zhang"))["state"] == "published"
