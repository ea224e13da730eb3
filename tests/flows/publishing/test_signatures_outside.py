"""An outsider checks `signatures.json` with the libraries alone: shares no code with the product."""

import hashlib
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from flows.publishing import DraftRef, approve_draft, publish_list
from flows.publishing.approval import signature_fault
from reports.publication import Draft, ListFolder, digest_of, read_index
from tests.flows.office.staff import signed_in
from tests.flows.publishing.town import AS_OF, town

AHEAD = {"number": 9, "digest": "0" * 64}
FIELDS = ("number", "at", "person", "fingerprint", "role", "act", "subject", "payload", "previous")


@pytest.fixture
def settings(tmp_path):
    """A town whose list two people signed."""
    made = town(tmp_path)
    publish_list(made, signed_in(made, "zhang"))
    assert approve_draft(made, DraftRef(AS_OF.isoformat()), signed_in(made, "li"))["state"] == "published"
    return made


@pytest.fixture
def folder(settings):
    """The folder of the released version."""
    return ListFolder(settings.publications / "serious-violations").version(AS_OF.isoformat())


def check(entry, public_key):
    """As docs/operators.md describes it for outsiders."""
    text = json.dumps({name: entry[name] for name in FIELDS}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    message = b"yaoxin-journal-1\n" + text.encode("utf-8")
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(entry["signature"]), message)


def fingerprint(public_key):
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()


def test_the_signatures_lie_over_the_bytes_that_are_public_and_lead_back_to_the_pinned_key(settings, folder):
    document = json.loads((folder / "signatures.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((folder / "index.json").read_bytes()).hexdigest()
    keys = {settings.administrator_key: json.loads(document["grounds"][0]["payload"])["public_key"]}
    for ground in document["grounds"]:
        check(ground, keys[ground["fingerprint"]])
        if ground["act"] == "add_person":
            public_key = json.loads(ground["payload"])["public_key"]
            keys[fingerprint(public_key)] = public_key
    assert fingerprint(keys[settings.administrator_key]) == settings.administrator_key
    people = set()
    for entry in document["signatures"]:
        assert entry["subject"] == f"serious-violations/{AS_OF}#{digest}"
        assert entry["public_key"] == keys[entry["fingerprint"]]
        check(entry, entry["public_key"])
        people.add(entry["fingerprint"])
    assert len(people) == 2


def test_a_signature_of_something_else_does_not_hold(folder):
    document = json.loads((folder / "signatures.json").read_text(encoding="utf-8"))
    entry = document["signatures"][0]
    with pytest.raises(InvalidSignature):
        check(entry | {"subject": entry["subject"].replace("serious", "other")}, entry["public_key"])


def released(folder):
    return Draft(folder.name, folder, digest_of(folder), read_index(folder))


def test_a_version_is_known_to_be_signed_after_its_signers_have_gone(settings, folder):
    from flows.office import office_of

    wang = signed_in(settings, "wang")
    for login in ("zhang", "li"):
        office_of(settings).disable(wang, login)
    assert signature_fault(settings, folder, released(folder)) == ""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda path, _: path.unlink(), "不存在"),
        (lambda path, _: path.write_bytes(b""), "不能读取"),
        (lambda path, _: path.write_text("[]", "utf-8"), "不能读取"),
        (lambda path, d: path.write_text(json.dumps(d | {"signatures": []}), "utf-8"), "与办公数据库的日志不符"),
        (lambda path, d: path.write_text(json.dumps(d | {"journal": AHEAD}), "utf-8"), "第 9 条"),
        (lambda path, _: (path.parent / "index.json").write_text(_index(path), "utf-8"), "没有两人的有效签名"),
    ],
    ids=["gone", "emptied", "another", "fewer", "head", "index"],
)
def test_a_version_whose_signatures_were_touched_is_named(settings, folder, change, expected):
    path = folder / "signatures.json"
    change(path, json.loads(path.read_text(encoding="utf-8")))
    assert expected in signature_fault(settings, folder, released(folder))


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"journal": {}}'])
def test_a_version_whose_signatures_were_damaged_keeps_nobody_from_signing(settings, folder, content):
    (folder / "signatures.json").write_bytes(content)
    assert signed_in(settings, "li")


def _index(path):
    return (path.parent / "index.json").read_text(encoding="utf-8").replace("药品", "药品 ")


def test_a_journal_that_was_cut_short_after_a_release_is_seen(settings, folder):
    """Nobody can sign with an earlier journal: it may lack the act by which a person was disabled."""
    from flows.office import OfficeProblem
    from tests.flows.office.staff import staffed

    staffed(settings)  # the database as it was before the first signature
    with pytest.raises(OfficeProblem, match=r"signatures\.json 记有第 5 条.*日志被截断、替换或改动"):
        signed_in(settings, "li")
    assert "日志中没有第 5 条" in signature_fault(settings, folder, released(folder))


def test_a_nightly_run_notes_the_head_and_a_journal_cut_short_since_is_seen(settings):
    from flows.office import OfficeProblem, journal_head_facts, office_of
    from tests.flows.office.staff import staffed
    from tests.flows.publishing.town import commit_run_noting

    noted = journal_head_facts(settings)
    assert noted["office_journal"]["number"] == office_of(settings).state().head.number == 5
    commit_run_noting(settings, noted)
    for path in settings.publications.glob("*/*/signatures.json"):
        path.unlink()
    assert signed_in(settings, "li")
    staffed(settings)
    with pytest.raises(OfficeProblem, match=r"运行 nightly-2026-03-02-1 记有第 5 条"):
        signed_in(settings, "li")


def test_a_run_notes_nothing_of_an_office_that_cannot_be_read(settings):
    from flows.office import journal_head_facts

    settings.office_database.write_bytes(b"no database " * 1000)
    assert journal_head_facts(settings) == {}
