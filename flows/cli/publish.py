"""`yaoxin publish` and `yaoxin approve`: a publication is prepared, two people sign it, and it is released."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flows.cli.errors import DONE, FAULT, REFUSED, UserError
from flows.cli.options import common_options, json_option, print_json, settings_from_flags
from flows.cli.passphrases import Passphrases, signer_options

if TYPE_CHECKING:
    from flows.office import SignedIn
    from flows.settings import Settings
    from reports.publication import Draft

Command = TypeVar("Command", bound=Callable[..., Any])

_NAMED = 20  # entries of each kind that the approver is shown
_LABELS = {
    "state": "状态",
    "version": "版本",
    "latest": "最新版本",
    "count": "条数",
    "prepared_by": "拟定人",
    "folder": "文件夹",
    "digest": "摘要",
}
_CODES = {"refused": REFUSED, "damaged": REFUSED, "unverified": REFUSED, "busy": FAULT}


def _no_name(_context: click.Context, _parameter: click.Parameter, name: str | None) -> None:
    """Raises Mistake: a name that is typed proves nobody."""
    if name is not None:
        raise UserError(
            "--by 写的姓名不能证明是谁，不再作为签名：请用 --as 登录名，由本人输入口令（人员见 yaoxin people list）。"
        )


_NAME = click.option("--list", "name", metavar="NAME", help="Which list: serious-violations or penalties.")
_BY = click.option("--by", metavar="NAME", callback=_no_name, expose_value=False, help="No longer signs: see --as.")


@click.command(short_help="Prepare and publish the lists.")
@signer_options
@_BY
@_NAME
@click.option("--verify", "is_verifying", is_flag=True, help="Only check the latest versions, file by file.")
@click.option(
    "--restore", "is_restoring", is_flag=True, help="Make damaged files of the latest versions anew, and check."
)
@json_option
@common_options
@click.pass_context
def publish(
    context: click.Context,
    /,
    login: str | None,
    name: str | None,
    is_json: bool,
    **flags: Any,  # noqa: ANN401
) -> None:
    """Prepare the lists of the last run, or one of them; publish what two people have signed already.

    With --as the person signs as preparer, and somebody else approves. Without it nobody has signed, and two people
    approve. The lists: serious-violations (严重违法失信名单), penalties (行政处罚公示). Each is signed on its own.
    What the law has ended is taken down without signatures. --verify checks every file of the latest versions and who
    released them; exit code 1 where one is not as it should be. --restore makes damaged files anew from what is left.

    \b
    Examples:
      yaoxin publish --as zhang
      yaoxin publish --as zhang --list penalties --json | jq -r '.version'
      yaoxin publish
      yaoxin publish --verify
    """
    from flows.publishing import outcome_summary, publish_list, publish_lists, restore_lists, verify_lists

    is_verifying, is_restoring = flags.pop("is_verifying"), flags.pop("is_restoring")
    check = restore_lists if is_restoring else verify_lists if is_verifying else None
    secrets = Passphrases(flags.pop("passphrase_fd"))
    settings = settings_from_flags(**flags)
    if check is not None:
        checked = check(settings, [name] if name else [])
        _answer(context, checked[0] if name else outcome_summary(checked), is_json)
        return
    by = _signed_in(settings, login, secrets) if login is not None else None
    found = publish_list(settings, by, name) if name else outcome_summary(publish_lists(settings, by))
    _answer(context, found, is_json)


@click.command(short_help="Approve a prepared publication.")
@click.argument("version")
@signer_options
@_BY
@_NAME
@click.option("--note", default="", metavar="TEXT", help="A remark that is kept with the approval.")
@json_option
@common_options
@click.pass_context
def approve(
    context: click.Context,
    /,
    version: str,
    login: str | None,
    name: str | None,
    is_json: bool,
    **flags: Any,  # noqa: ANN401
) -> None:
    """Sign a prepared version of a list as approved, serious-violations unless --list says another.

    Where it is the second person's signature, the version is released.

    \b
    Examples:
      yaoxin approve 2026-03-01 --as li
      yaoxin approve 2026-03-01 --list penalties --as li --note 核对无误
    """
    from flows.publishing import SERIOUS_LIST, DraftRef, waiting_draft
    from flows.publishing import approve_draft as sign_approval

    if login is None:
        raise UserError("须写明由谁批准：--as 登录名（人员见 yaoxin people list）。")
    note, secrets = str(flags.pop("note")), Passphrases(flags.pop("passphrase_fd"))
    settings, chosen = settings_from_flags(**flags), DraftRef(version, name or SERIOUS_LIST)
    draft = waiting_draft(settings, chosen)
    click.echo("\n".join(_summary(draft)), err=True)
    by = _signed_in(settings, login, secrets)
    _answer(context, sign_approval(settings, chosen._replace(digest=draft.digest), by, note), is_json)


def _summary(draft: Draft) -> Iterator[str]:
    """What is about to be signed: how much, and who comes, changes or goes."""
    import json

    from reports.public_lists import LIST_SPECS

    index, changes, causes = draft.index, draft.index.delta, LIST_SPECS[draft.index.list].causes
    yield f"{index.title} {index.version}：共 {index.count} 条；须核对的事项 {len(index.issues)} 项"
    yield f"较上一版：新增 {changes.added}，变更 {changes.modified}，移除 {changes.removed}"
    rows = json.loads((draft.folder / "delta.json").read_text(encoding="utf-8"))["rows"]
    for operation, word in (("ADD", "新增"), ("MOD", "变更"), ("DEL", "移除")):
        of_kind = [row for row in rows if row["operation"] == operation]
        for row in of_kind[:_NAMED]:
            entry, cause = row["entry"], causes.get(row["cause"], row["cause"])
            yield f"  {word}　{entry['decision_no']}　{entry['name']}（{cause}）"
        if len(of_kind) > _NAMED:
            yield f"  {word}　另有 {len(of_kind) - _NAMED} 条，见 delta.csv"
    yield from (f"  须核对　{issue}" for issue in index.issues[:_NAMED])
    if len(index.issues) > _NAMED:
        yield f"  须核对　另有 {len(index.issues) - _NAMED} 项，见 index.json"
    yield f"{draft.folder}"
    yield f"摘要 {draft.digest}"


def _signed_in(settings: Settings, login: str, secrets: Passphrases) -> SignedIn:
    from flows.office import office_of

    return office_of(settings).sign_in(login, lambda: secrets.of(login))


def _answer(context: click.Context, found: Mapping[str, Any], is_json: bool) -> None:
    if is_json:
        print_json(found)
    else:
        click.echo("\n\n".join("\n".join(_lines(one)) for one in found.get("lists", [found])))
    context.exit(_CODES.get(str(found.get("state")), DONE))


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """An answer for a person: its sentence, its facts, what went or should go, and what was held back."""
    from flows.cli.terminal import pair_lines
    from reports.office_tables import LIST_STATE_LABELS

    yield f"{answer['title']}：{answer['message']}"
    facts = {**answer, "state": LIST_STATE_LABELS[answer["state"]]}
    yield from pair_lines((label, str(facts[name])) for name, label in _LABELS.items() if facts.get(name) is not None)
    for one in answer.get("signatures", ()):
        yield f"  签名　{'拟定' if one['act'] == 'prepare' else '批准'}　{one['name']}（{one['login']}）"
    for word, entries in (("已撤下", answer.get("withdrawn", ())), ("公示超期", answer.get("beyond", ()))):
        yield from (f"  {word}　{one['decision_no']}　{one['name']}：{one['why']}" for one in entries)
    yield from (f"  {line}" for line in answer.get("restored", ()))
    yield from (f"  ! {line}" for line in (*answer.get("cleared", ()), *answer.get("held", ())))
