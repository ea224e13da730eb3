"""`yaoxin people`: who may sign, and what each person signed. Every change is an administrator's signed act."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from flows.cli.errors import DONE, USAGE, UserError
from flows.cli.options import common_options, json_option, print_json, settings_from_flags
from flows.cli.passphrases import Passphrases, signer_options

if TYPE_CHECKING:
    from flows.office import JournalEntry, Office, OfficeState, Person, Role, SignedIn
    from flows.settings import Settings

_ROLE = click.Choice(["administrator", "signer"])


@click.group(short_help="Who may sign, and what they signed.")
def people() -> None:
    """The office's people: administrators (管理员) and signers (签发人).

    \b
    Examples:
      yaoxin people add wang --name 王主任
      yaoxin people add zhang --name 张三 --as wang
      yaoxin people list
    """


@people.command(short_help="Add a person.")
@click.argument("new_login", metavar="LOGIN")
@click.option("--name", required=True, metavar="NAME", help="Their name, as releases show it.")
@click.option("--role", "roles", type=_ROLE, multiple=True, help="What they may do (default: signer). Repeatable.")
@click.option("--namesake", default="", metavar="TEXT", help="How they differ from another person of the same name.")
@signer_options
@common_options
@click.pass_context
def add(context: click.Context, /, new_login: str, name: str, login: str | None, **flags: Any) -> None:  # noqa: ANN401
    """Add a person, who sets their own passphrase. The first one is an administrator and needs no --as.

    The fingerprint of the first one's key is printed: write it into the settings as administrator_key.
    With --passphrase-fd: first the line of --as, then that of the new person.

    \b
    Examples:
      yaoxin people add wang --name 王主任
      yaoxin people add zhang --name 张三 --as wang
      yaoxin people add li --name 李四 --as wang --role signer --role administrator
    """
    roles, namesake = flags.pop("roles"), flags.pop("namesake")
    office, secrets, _ = _opened(flags)
    if login is None:
        if not office.is_unused():
            # Whatever is wrong there is the first thing to say.
            office.trusted_state()
            raise UserError("增加人员须由管理员签名：请写明 --as 管理员登录名。")
        entry = office.begin(new_login, name, secrets.new(new_login), roles)
        click.echo(f"已设立首位管理员 {new_login}（{name.strip()}）。密钥指纹：\n{entry.fingerprint}")
        click.echo("请核对并写入设置文件（该文件应由运行本程序的账户以外的人掌管），在此之前任何人都不能签名：")
        click.echo(f'administrator_key = "{entry.fingerprint}"')
        return
    by = office.sign_in(login, lambda: secrets.of(login))
    office.add(by, new_login, name, secrets.new(new_login), roles or ("signer",), namesake)
    _tell(office, new_login, "已增加")


@people.command("list", short_help="Who is of the office.")
@json_option
@common_options
@click.pass_context
def list_(context: click.Context, /, is_json: bool, **flags: Any) -> None:  # noqa: ANN401
    """List the people whom the signed acts of the journal make people of the office, and what is wrong with it.

    \b
    Examples:
      yaoxin people list
      yaoxin people list --json | jq -r '.people[] | select(.is_disabled | not) | .login'
    """
    office, _, settings = _opened(flags | {"passphrase_fd": None})
    if office.is_unused():
        found, faults = None, ["办公数据库中还没有人员：请先设立首位管理员（yaoxin people add 登录名 --name 姓名）。"]
    else:
        found = office.state()
        faults = list(found.faults)
        if not office.pinned:
            faults = ["设置 administrator_key 未写明：在此之前任何人都不能签名。"]
    if is_json:
        print_json(_document(settings, found, faults))
    else:
        click.echo("\n".join(_lines(found, faults)))
    context.exit(USAGE if found is not None and faults else DONE)


@people.command(short_help="Take every right from a person.")
@click.argument("whom", metavar="LOGIN")
@click.option("--reason", default="", metavar="TEXT", help="Why; it is kept with the act.")
@signer_options
@common_options
def disable(whom: str, reason: str, login: str | None, **flags: Any) -> None:  # noqa: ANN401
    """Disable a person: they sign no more, and what they signed releases nothing any more.

    What was released with their signature stays. The login may be added again, with another key.

    \b
    Examples:
      yaoxin people disable li --as wang --reason 调离
    """
    office, by = _signed_in(login, flags)
    office.disable(by, whom, reason)
    _tell(office, whom, "已停用")


@people.command(short_help="Give or take a role.")
@click.argument("whom", metavar="LOGIN")
@click.argument("role", type=_ROLE)
@click.option("--take", "is_taken", is_flag=True, help="Take it instead of giving it.")
@signer_options
@common_options
def role(whom: str, role: Role, is_taken: bool, login: str | None, **flags: Any) -> None:  # noqa: ANN401
    """Give a person a role, or take it.

    \b
    Examples:
      yaoxin people role li administrator --as wang
      yaoxin people role wang signer --take --as li
    """
    office, by = _signed_in(login, flags)
    (office.take_role if is_taken else office.give_role)(by, whom, role)
    _tell(office, whom, "已更改")


@people.command(short_help="Change one's own passphrase.")
@signer_options
@common_options
def passphrase(login: str | None, **flags: Any) -> None:  # noqa: ANN401
    """Change one's own passphrase; the key stays. With --passphrase-fd: the old line, then the new one.

    A passphrase that somebody else learnt is not mended by this, for old copies of the database open with it: then an
    administrator disables the login and adds it again.

    \b
    Examples:
      yaoxin people passphrase --as li
    """
    office, secrets, _ = _opened(flags)
    by = office.sign_in(_named(login), lambda: secrets.of(_named(login)))
    office.change_passphrase(by, secrets.new(_named(login)))
    _tell(office, by.person.login, "已更换口令")


@people.command(short_help="What was signed, by whom, when.")
@json_option
@common_options
@click.pass_context
def journal(context: click.Context, /, is_json: bool, **flags: Any) -> None:  # noqa: ANN401
    """Show the journal, oldest first, and what is wrong with it.

    \b
    Examples:
      yaoxin people journal
      yaoxin people journal --json | jq -r '.journal[] | select(.act == "approve") | .subject'
    """
    office, _, _ = _opened(flags | {"passphrase_fd": None})
    entries = office.database.rows().entries
    faults = list(office.state().faults) if entries else []
    if is_json:
        print_json({"faults": faults, "journal": [_shown(entry) for entry in entries]})
    else:
        click.echo("\n".join([*(f"! {fault}" for fault in faults), *map(_line, entries)]) or "日志中还没有内容。")
    context.exit(USAGE if faults else DONE)


def _opened(flags: dict[str, Any]) -> tuple[Office, Passphrases, Settings]:
    from flows.office import office_of

    secrets = Passphrases(flags.pop("passphrase_fd"))
    settings = settings_from_flags(**flags)
    return office_of(settings), secrets, settings


def _signed_in(login: str | None, flags: dict[str, Any]) -> tuple[Office, SignedIn]:
    office, secrets, _ = _opened(flags)
    return office, office.sign_in(_named(login), lambda: secrets.of(_named(login)))


def _named(login: str | None) -> str:
    if login is None:
        raise UserError("须写明由谁签名：--as 登录名。")
    return login


def _tell(office: Office, login: str, done: str) -> None:
    person = office.state().by_login(login)
    if person is not None:
        click.echo(f"{done}：{_person(person)}")


def _person(person: Person) -> str:
    from flows.office import ROLES

    roles = "、".join(ROLES[each] for each in ROLES if each in person.roles) or "无角色"
    disabled = "，已停用" if person.is_disabled else ""
    namesake = f"，{person.namesake}" if person.namesake else ""
    return f"{person.login}（{person.name}{namesake}），{roles}{disabled}，密钥指纹 {person.fingerprint}"


def _lines(found: OfficeState | None, faults: list[str]) -> Iterator[str]:
    for fault in faults:
        yield f"! {fault}"
    if found is not None:
        yield from (f"! {remark}" for remark in found.remarks)
        yield from map(_person, found.people.values())


def _document(settings: Settings, found: OfficeState | None, faults: list[str]) -> dict[str, Any]:
    people = found.people.values() if found else ()
    return {
        "office_database": settings.office_database,
        "administrator_key": settings.administrator_key,
        "faults": faults,
        "remarks": list(found.remarks) if found else [],
        "head": found.head._asdict() if found else None,
        "people": [
            {
                "login": person.login,
                "name": person.name,
                "namesake": person.namesake or None,
                "roles": sorted(person.roles),
                "is_disabled": person.is_disabled,
                "fingerprint": person.fingerprint,
                "public_key": person.public_key,
            }
            for person in people
        ],
    }


def _shown(entry: JournalEntry) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(entry) | {"payload": entry.content, "digest": entry.digest}


def _line(entry: JournalEntry) -> str:
    from flows.office import ACTS

    hidden = ("public_key", "key_digest", "fingerprint", "digest", "list", "version")
    rest = {name: value for name, value in entry.content.items() if name not in hidden and value}
    told = f"　{json.dumps(rest, ensure_ascii=False)}" if rest else ""
    return f"{entry.number}　{entry.at}　{entry.person}　{ACTS.get(entry.act, entry.act)}　{entry.subject}{told}"
