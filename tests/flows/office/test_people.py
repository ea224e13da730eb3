"""Who is a signer follows from signed acts alone: whatever is written into the database by hand makes nobody one."""

import sqlite3
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError, OperationalError

from flows.office import OfficeDatabase, OfficeProblem, WrongPassphrase, office_of
from flows.office.journal import JOURNAL_START, JournalEntry
from flows.office.keys import canonical_json, new_key
from flows.settings import Secret, load_settings
from tests.flows.office.postgresql import create_database, running_server
from tests.flows.office.staff import added, found, secret_of, signed_in, staffed


@pytest.fixture(scope="module")
def server():
    """The socket folder of a PostgreSQL server."""
    with running_server() as folder:
        yield folder


@pytest.fixture(params=["file", "server"])
def settings(request, tmp_path):
    """An office of three, in a file and on a server."""
    place = {}
    if request.param == "server":
        folder = request.getfixturevalue("server")
        place = {"office_database": create_database(folder, tmp_path.name)}
    return staffed(load_settings({"store": str(tmp_path / "store"), **place}, environ={}))


@pytest.fixture
def in_file(tmp_path):
    """An office of three, in a file."""
    return staffed(load_settings({"store": str(tmp_path / "store")}, environ={}))


def roles(settings):
    return {person.login: sorted(person.roles) for person in office_of(settings).state().enabled()}


def faults(settings):
    return "；".join(office_of(settings).state().faults)


@contextmanager
def connected(settings):
    """A connection to the database as whoever holds it has one."""
    place = settings.office_database
    engine = create_engine(f"sqlite:///{place}" if isinstance(place, Path) else place.get_secret_value())
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def by_hand(settings, *statements):
    """Done to the database by whoever holds it: triggers off."""
    with connected(settings) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).fetchall():
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement, *values in statements:
            connection.execute(text(statement), *values)


def inserted(table, row):
    fields = asdict(row)
    columns, values = ", ".join(fields), ", ".join(f":{name}" for name in fields)
    return f"INSERT INTO {table} ({columns}) VALUES ({values})", fields


def test_the_office_is_who_the_administrator_made(settings):
    assert roles(settings) == {"wang": ["administrator"], "zhang": ["signer"], "li": ["signer"]}
    assert faults(settings) == ""


def test_a_file_is_for_its_owner_alone(in_file):
    assert in_file.office_database.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("table", ["people", "journal"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET number = 9", "DELETE FROM {}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0} WHERE number = 1"],
)
def test_the_tables_are_only_added_to(settings, table, statement):
    if isinstance(settings.office_database, Secret):
        statement = statement.replace("INSERT OR REPLACE INTO {0} SELECT * FROM {0} WHERE number = 1", "TRUNCATE {0}")
    with connected(settings) as connection, pytest.raises(DatabaseError, match="only added to"):
        connection.execute(text(statement.format(table)))


def test_a_person_written_by_hand_is_nobody_and_is_named(settings):
    record, _ = new_key("evil", secret_of("evil"))
    by_hand(settings, inserted("people", record))
    assert "evil" not in roles(settings)
    assert office_of(settings).state().remarks == ("人员表第 4 行（evil）没有任何管理员签名的行为作依据，不起作用",)
    with pytest.raises(OfficeProblem, match="没有登录名为 evil 的人员"):
        signed_in(settings, "evil")
    assert signed_in(settings, "li"), "the others are as they were"


def forged(settings, key, **fields):
    """An entry that adds evil, signed with a key that the forger has."""
    rows = office_of(settings).database.rows()
    record, own = new_key("evil", secret_of("evil"))
    content = {"name": "无名", "public_key": own.public_key, "key_digest": record.digest, "roles": ["signer"]}
    wang = office_of(settings).state().by_login("wang")
    entry = JournalEntry(
        rows.head.number + 1,
        "2026-03-01T00:00:00+00:00",
        "wang",
        wang.fingerprint,
        "administrator",
        "add_person",
        "evil",
        canonical_json(content),
        rows.head.digest,
    )
    return record, replace(entry, **fields).signed_by(key or own)


@pytest.mark.parametrize("who", ["evil", "li"])
def test_a_person_added_by_an_act_that_no_administrator_signed_is_nobody(settings, who):
    """Whether the forger claims to be the administrator or a signer acts beyond their role."""
    li = signed_in(settings, "li")
    fields = {} if who == "evil" else {"person": "li", "fingerprint": li.person.fingerprint}
    record, entry = forged(settings, None if who == "evil" else li.key, **fields)
    by_hand(settings, inserted("people", record), inserted("journal", entry))
    assert "evil" not in roles(settings)
    reason = "签名与内容不符" if who == "evil" else "li 不是管理员"
    assert faults(settings) == (
        f"日志第 4 条（{entry.person}，增加人员，2026-03-01T00:00:00+00:00）不是有效的签名行为：{reason}"
    )
    for login in ("evil", "li", "wang"):
        with pytest.raises(OfficeProblem, match=r"日志第 4 条.*从备份恢复办公数据库"):
            signed_in(settings, login)


SET = "UPDATE journal SET"
ALTERED = {
    "name": (f"{SET} payload = replace(payload, '张三', '张四') WHERE number = 2", "第 3 条与第 2 条不相接"),
    "role": (f"{SET} payload = replace(payload, 'signer', 'administrator') WHERE number = 3", "签名与内容不符"),
    "instant": (f"{SET} at = '2020-01-01' WHERE number = 2", "第 3 条与第 2 条不相接"),
    "signature": (f"{SET} signature = 'aa' WHERE number = 3", "签名与内容不符"),
    "deleted": ("DELETE FROM journal WHERE number = 2", "日志第 2 条缺失"),
    "first deleted": ("DELETE FROM journal WHERE number = 1", "日志第 1 条缺失"),
    "form": (f"{SET} payload = x'00' WHERE number = 2", "日志第 2 条的内容不成形"),
    "no json": (f"{SET} payload = '[' WHERE number = 3", "没有写明"),
    "number": (f"{SET} number = 4 WHERE number = 3", "日志第 3 条缺失"),
}


@pytest.mark.parametrize("kind", ALTERED)
def test_an_altered_journal_is_named_and_nobody_signs_by_it(settings, kind):
    if kind == "form" and isinstance(settings.office_database, Secret):
        pytest.skip("a server keeps to the types of columns")
    statement, fault = ALTERED[kind]
    by_hand(settings, (statement,))
    assert fault in faults(settings)
    with pytest.raises(OfficeProblem):
        signed_in(settings, "li")


def test_rows_that_changed_places_are_named(settings):
    by_hand(
        settings,
        ("UPDATE journal SET number = 99 WHERE number = 2",),
        ("UPDATE journal SET number = 2 WHERE number = 3",),
        ("UPDATE journal SET number = 3 WHERE number = 99",),
    )
    assert "第 2 条与第 1 条不相接" in faults(settings)


def test_a_key_record_that_was_altered_or_deleted_locks_its_person_out_and_nobody_else(settings):
    by_hand(settings, ("UPDATE people SET memory_kib = 9 WHERE login = 'li'",))
    with pytest.raises(OfficeProblem, match="li 的密钥记录缺失或被改动"):
        signed_in(settings, "li")
    assert "人员表第 3 行（li）没有任何" in office_of(settings).state().remarks[0]
    assert signed_in(settings, "zhang")


def test_another_key_under_a_known_login_does_not_open(settings):
    """The forger knows the passphrase of the record they put beside li's own."""
    record, _ = new_key("li", secret_of("evil"))
    by_hand(settings, inserted("people", record))
    with pytest.raises(WrongPassphrase):
        office_of(settings).sign_in("li", lambda: secret_of("evil"))
    assert signed_in(settings, "li")


def test_a_complete_journal_of_the_forgers_own_is_not_that_of_the_pinned_key(in_file, tmp_path):
    other = load_settings({"store": str(tmp_path / "other")}, environ={})
    found(other, "evil")
    in_file.office_database.write_bytes(other.office_database.read_bytes())
    assert "其密钥指纹与设置 administrator_key 不同" in faults(in_file)
    assert roles(in_file) == {}


@pytest.mark.parametrize("pinned", [None, "0" * 64])
def test_without_the_right_pin_nobody_signs(settings, pinned):
    unpinned = replace(settings, administrator_key=pinned)
    with pytest.raises(OfficeProblem, match="administrator_key"):
        signed_in(unpinned, "li")
    assert roles(unpinned) == {}


def test_an_emptied_database_is_not_taken_for_a_new_one(in_file):
    in_file.office_database.write_bytes(b"")
    with pytest.raises(OfficeProblem, match=r"不存在或是空的，而设置中已写明管理员：请从备份恢复"):
        signed_in(in_file, "li")
    with pytest.raises(OfficeProblem, match="请从备份恢复；确要重新开始的，先删去设置 administrator_key"):
        found(in_file)


def test_a_file_that_is_no_database_is_named(in_file):
    in_file.office_database.write_bytes(b"no database " * 1000)
    with pytest.raises(OfficeProblem, match=r"office\.sqlite 不能读取，文件可能损坏或不是办公数据库"):
        signed_in(in_file, "li")


@pytest.mark.parametrize("words", ["disk I/O error", "database or disk is full"])
def test_a_full_disk_is_not_reported_as_a_damaged_file(in_file, words, monkeypatch):
    """Who restored an older backup then would lose what was signed since."""

    def fails(*_):
        raise OperationalError("INSERT", {}, sqlite3.OperationalError(words))

    monkeypatch.setattr("flows.office.database.OfficeDatabase._rows", fails)
    with pytest.raises(OfficeProblem, match="磁盘空间") as caught:
        signed_in(in_file, "li")
    assert "从备份恢复" not in str(caught.value)


def test_there_is_one_first_administrator(settings):
    with pytest.raises(OfficeProblem, match="已有首位管理员"):
        found(settings, "li")
    with pytest.raises(OfficeProblem, match="已有首位管理员"):
        found(replace(settings, administrator_key=None), "li")


def test_one_who_is_disabled_acts_no_more_and_may_come_again_with_another_key(settings):
    before = signed_in(settings, "li")
    wang = signed_in(settings, "wang")
    office_of(settings).disable(wang, "li", "调离")
    assert "li" not in roles(settings)
    with pytest.raises(OfficeProblem, match="li（李四）已停用"):
        signed_in(settings, "li")
    with pytest.raises(OfficeProblem, match="li 已停用"):
        office_of(settings).sign(before, "approve", "x", {})
    added(settings, "li")
    assert signed_in(settings, "li").person.fingerprint != before.person.fingerprint
    with pytest.raises(OfficeProblem, match="li 已停用"):
        office_of(settings).sign(before, "approve", "x", {})


def test_the_last_administrator_stays(settings):
    office, wang = office_of(settings), signed_in(settings, "wang")
    for act in (lambda: office.disable(wang, "wang"), lambda: office.take_role(wang, "wang", "administrator")):
        with pytest.raises(OfficeProblem, match="最后一位管理员"):
            act()
    office.give_role(wang, "li", "administrator")
    office.disable(signed_in(settings, "li"), "wang")
    assert roles(settings) == {"zhang": ["signer"], "li": ["administrator", "signer"]}


def test_only_administrators_add_and_disable(settings):
    office, li = office_of(settings), signed_in(settings, "li")
    acts = (
        lambda: office.add(li, "evil", "无名", secret_of("evil")),
        lambda: office.disable(li, "zhang"),
        lambda: office.give_role(li, "li", "administrator"),
    )
    for act in acts:
        with pytest.raises(OfficeProblem, match="li 不是管理员"):
            act()
    with pytest.raises(OfficeProblem, match="wang 不是签发人"):
        office.sign(signed_in(settings, "wang"), "approve", "x", {})


@pytest.mark.parametrize("name", ["张三", "張三", "张\u200b三", "张 三", "张\u00ad三"], ids=ascii)
def test_a_second_person_of_a_name_needs_a_reason(settings, name):
    with pytest.raises(OfficeProblem, match=r"已有姓名相同.*zhang（张三）.*--namesake"):
        added(settings, "zhang2", name)
    added(settings, "zhang2", name, namesake="二处，工号 1077")
    assert "zhang2" in roles(settings)


@pytest.mark.parametrize("login", ["", "李四", "a b", "../x", "a" * 65, "li\u200b", "x'; --"])
def test_a_login_is_letters_and_digits(settings, login):
    with pytest.raises(OfficeProblem, match="登录名"):
        added(settings, login, "赵六")


@pytest.mark.parametrize(("login", "message"), [("li", "已在用"), ("LI", "已在用"), ("zhao", "须写明姓名")])
def test_a_login_is_one_persons_and_a_person_has_a_name(settings, login, message):
    with pytest.raises(OfficeProblem, match=message):
        added(settings, login, "\u200b" if login == "zhao" else "赵六")


def test_a_passphrase_is_changed_by_its_person_and_the_old_one_no_longer_does(settings):
    office = office_of(settings)
    office.change_passphrase(signed_in(settings, "li"), "another horse staple")
    with pytest.raises(WrongPassphrase):
        signed_in(settings, "li")
    assert office.sign_in("li", lambda: "another horse staple").person.name == "李四"
    assert office.state().remarks == ()


def test_signing_in_needs_the_passphrase(settings):
    with pytest.raises(WrongPassphrase, match="li 的口令不对"):
        office_of(settings).sign_in("li", lambda: secret_of("zhang"))


def test_a_busy_database_is_waited_for_and_then_named(settings, monkeypatch):
    monkeypatch.setattr("flows.office.database._WAIT_SECONDS", 0.05)
    li = signed_in(settings, "li")
    with OfficeDatabase(settings.office_database)._place.engine(is_writing=True).connect() as other:
        other.execute(text("SELECT 1"))  # begins, as a writer
        assert "li" in roles(settings), "readers wait for nobody"
        with pytest.raises(OfficeProblem, match="正被另一个程序占用"):
            office_of(settings).sign(li, "approve", "x", {})


def test_acts_of_two_at_once_both_count(settings):
    from concurrent.futures import ThreadPoolExecutor

    people = [signed_in(settings, login) for login in ("li", "zhang") * 4]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda who: office_of(settings).sign(who, "approve", f"x/{who.person.login}", {}), people))
    state = office_of(settings).state()
    assert (state.head.number, state.faults, len(state.acts)) == (11, (), 8)


def test_nothing_is_made_by_looking(tmp_path):
    settings = load_settings({"store": str(tmp_path / "store")}, environ={})
    assert office_of(settings).state().head == JOURNAL_START
    assert not (tmp_path / "store").exists()


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path):
    address = f"postgresql+psycopg://yaoxin:sesame@/office?host={tmp_path}"
    settings = load_settings({"store": str(tmp_path / "store"), "office_database": address}, environ={})
    with pytest.raises(OfficeProblem, match=r"连接不上办公数据库 .*//yaoxin:\*\*\*@/office") as caught:
        found(settings)
    assert "sesame" not in str(caught.value)


def test_a_person_of_the_server_who_may_not_write_is_told_so(server, tmp_path):
    address = create_database(server, tmp_path.name)
    settings = staffed(load_settings({"store": str(tmp_path / "store"), "office_database": address}, environ={}))
    with connected(settings) as connection:
        connection.execute(text("CREATE ROLE reader LOGIN"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"))
    reader = replace(settings, office_database=Secret(address.replace("//yaoxin@", "//reader@")))
    assert "li" in roles(reader)
    with pytest.raises(OfficeProblem, match="请检查该数据库用户的权限"):
        office_of(reader).sign(signed_in(reader, "li"), "approve", "x", {})
