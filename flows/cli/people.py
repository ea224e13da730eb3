"""`yaoxin people`: who may sign, and what each person signed. Every change is an administrator's signed act."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from flows.cli.errors import DONE, USAGE, UserError
from flows.cli.options import (
    NearestChoice,
    common_options,
    completing,
    json_option,
    logins,
    print_json,
    settings_from_flags,
)
from flows.cli.passphrases import Passphrases, signer_options

if TYPE_CHECKING:
    from flows.office import JournalEntry, Office, OfficeState, Person, Role, SignedIn
    from flows.settings import Settings

_ROLE = NearestChoice(["administrator", "signer"])
_LOGIN = click.argument("subject", metavar="LOGIN", shell_complete=completing(logins))


@click.group()
def people() -> None:
    """The office's people: administrators (管理员) and signers (签发人).

    \b
    Examples:
      yaoxin people add wang --name 王主任
      yaoxin people add zhang --name 张三 --as wang
      yaoxin people list
    """


@people.command(short_help="Add a person.")
@click.argument("subject", metavar="LOGIN")
@click.option("--name", required=True, metavar="NAME", help="Their name, as releases show it.")
@click.option("--role", "roles", type=_ROLE, multiple=True, help="What they may do (default: signer). Repeatable.")
@click.option("--namesake", default="", metavar="TEXT", help="How they differ from another person of the same name.")
@signer_options
@common_options
def add(  # noqa: PLR0913, PLR0917 (one per flag)
    subject: str,
    name: str,
    roles: tuple[Role, ...],
    namesake: str,
    login: str | None,
    passphrase_fd: int | None,
    **flags: object,
) -> None:
    """Add a person, who sets their own passphrase. The first one is an administrator and needs no --as.

    The fingerprint of the first one's key is printed: write it into the settings as administrator_key.
    With --passphrase-fd: first the line of --as, then that of the new person.

    \b
    Examples:
      yaoxin people add wang --name 王主任
      yaoxin people add zhang --name 张三 --as wang
      yaoxin people add li --name 李四 --as wang --role signer --role administrator
    """
    _, office = _open_office(flags)
    passphrases = Passphrases(passphrase_fd)
    if login is None:
        if not office.is_unused():
            office.trusted_state()  # what is wrong with the office comes first
            raise UserError("增加人员须由管理员签名：请写明 --as 管理员登录名。")
        entry = office.begin(subject, name, passphrases.new(subject), roles)
        click.echo(f"已设立首位管理员 {subject}（{name.strip()}）。密钥指纹：\n{entry.fingerprint}")
        click.echo("请核对并写入设置文件（该文件应由运行本程序的账户以外的人掌管），在此之前任何人都不能签名：")
        click.echo(f'administrator_key = "{entry.fingerprint}"')
        return
    by = office.sign_in(login, lambda: passphrases.of(login))
    office.add(by, subject, name, passphrases.new(subject), roles or ("signer",), namesake)
    _print_person(office, subject, "已增加")


@people.command("list", short_help="Who is of the office.")
@json_option
@common_options
@click.pass_context
def list_(context: click.Context, /, is_json: bool, **flags: object) -> None:
    """List the people whom the signed acts of the journal make people of the office, and what is wrong with it.

    \b
    Examples:
      yaoxin people list
      yaoxin people list --json | jq -r '.people[] | select(.is_disabled | not) | .login'
    """
    _, office = _open_office(flags)
    if office.is_unused():
        state, faults = None, ["办公数据库中还没有人员：请先设立首位管理员（yaoxin people add 登录名 --name 姓名）。"]
    else:
        state = office.state()
        faults = list(state.faults)
        if not office.pinned:
            faults = ["设置 administrator_key 未写明：在此之前任何人都不能签名。"]
    if is_json:
        print_json(_people_document(office, state, faults))
    else:
        lines = [f"! {fault}" for fault in faults]
        if state is not None:
            lines += [f"! {remark}" for remark in state.remarks]
            lines += [_person_text(person) for person in state.people.values()]
        click.echo("\n".join(lines))
    context.exit(USAGE if state is not None and faults else DONE)


@people.command(short_help="Take every right from a person.")
@_LOGIN
@click.option("--reason", default="", metavar="TEXT", help="Why; it is kept with the act.")
@signer_options
@common_options
def disable(subject: str, reason: str, login: str | None, passphrase_fd: int | None, **flags: object) -> None:
    """Disable a person: they sign no more, and what they signed releases nothing any more.

    What was released with their signature stays. The login may be added again, with another key.

    \b
    Examples:
      yaoxin people disable li --as wang --reason 调离
    """
    office, by, _ = _sign_in(login, passphrase_fd, flags)
    office.disable(by, subject, reason)
    _print_person(office, subject, "已停用")


@people.command(short_help="Give or take a role.")
@_LOGIN
@click.argument("role", type=_ROLE)
@click.option("--take", "is_taken", is_flag=True, help="Take it instead of giving it.")
@signer_options
@common_options
def role(
    subject: str, role: Role, is_taken: bool, login: str | None, passphrase_fd: int | None, **flags: object
) -> None:
    """Give a person a role, or take it.

    \b
    Examples:
      yaoxin people role li administrator --as wang
      yaoxin people role wang signer --take --as li
    """
    office, by, _ = _sign_in(login, passphrase_fd, flags)
    (office.take_role if is_taken else office.give_role)(by, subject, role)
    _print_person(office, subject, "已更改")


@people.command(short_help="Change one's own passphrase.")
@signer_options
@common_options
def passphrase(login: str | None, passphrase_fd: int | None, **flags: object) -> None:
    """Change one's own passphrase; the key stays. With --passphrase-fd: the old line, then the new one.

    Where somebody else learnt the passphrase this is not enough, for old copies of the database open with it: then an
    administrator disables the login and adds it again.

    \b
    Examples:
      yaoxin people passphrase --as li
    """
    office, by, passphrases = _sign_in(login, passphrase_fd, flags)
    office.change_passphrase(by, passphrases.new(by.person.login))
    _print_person(office, by.person.login, "已更换口令")


@people.command(short_help="What was signed, by whom, when.")
@json_option
@common_options
@click.pass_context
def journal(context: click.Context, /, is_json: bool, **flags: object) -> None:
    """Show the journal, oldest first, and what is wrong with it.

    \b
    Examples:
      yaoxin people journal
      yaoxin people journal --json | jq -r '.journal[] | select(.act == "approve") | .subject'
    """
    _, office = _open_office(flags)
    entries = office.database.rows().entries
    faults = list(office.state().faults) if entries else []
    if is_json:
        documents = [asdict(entry) | {"payload": entry.content, "digest": entry.digest} for entry in entries]
        print_json({"faults": faults, "journal": documents})
    else:
        lines = [*(f"! {fault}" for fault in faults), *map(_entry_text, entries)]
        click.echo("\n".join(lines) or "日志中还没有内容。")
    context.exit(USAGE if faults else DONE)


def _open_office(flags: dict[str, Any]) -> tuple[Settings, Office]:
    from flows.office import office_of

    settings = settings_from_flags(**flags)
    return settings, office_of(settings)


def _sign_in(
    login: str | None, passphrase_fd: int | None, flags: dict[str, Any]
) -> tuple[Office, SignedIn, Passphrases]:
    _, office = _open_office(flags)
    if login is None:
        raise UserError("须写明由谁签名：--as 登录名。")
    passphrases = Passphrases(passphrase_fd)
    return office, office.sign_in(login, lambda: passphrases.of(login)), passphrases


def _print_person(office: Office, login: str, done: str) -> None:
    person = office.state().by_login(login)
    if person is not None:
        click.echo(f"{done}：{_person_text(person)}")


def _person_text(person: Person) -> str:
    from flows.office import ROLES

    roles = "、".join(label for role, label in ROLES.items() if role in person.roles) or "无角色"
    disabled = "，已停用" if person.is_disabled else ""
    namesake = f"，{person.namesake}" if person.namesake else ""
    return f"{person.login}（{person.name}{namesake}），{roles}{disabled}，密钥指纹 {person.fingerprint}"


def _people_document(office: Office, state: OfficeState | None, faults: list[str]) -> dict[str, Any]:
    people = state.people.values() if state else ()
    return {
        "office_database": office.database.name,
        "administrator_key": office.pinned or None,
        "faults": faults,
        "remarks": list(state.remarks) if state else [],
        "head": state.head._asdict() if state else None,
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


def _entry_text(entry: JournalEntry) -> str:
    from flows.office import ACTS

    hidden = ("public_key", "key_digest", "fingerprint", "digest", "list", "version")
    shown = {name: value for name, value in entry.content.items() if name not in hidden and value}
    details = f"　{json.dumps(shown, ensure_ascii=False)}" if shown else ""
    return f"{entry.number}　{entry.at}　{entry.person}　{ACTS.get(entry.act, entry.act)}　{entry.subject}{details}"
