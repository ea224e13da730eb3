"""`yaoxin publish` and `yaoxin approve`: a publication is prepared, two people sign it, and it is released."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from flows.cli.errors import DONE, FAULT, REFUSED, UserError
from flows.cli.options import (
    chosen_flag,
    common_options,
    completing,
    json_option,
    print_json,
    settings_from_flags,
)
from flows.cli.passphrases import Passphrases, signer_options
from flows.cli.terminal import pair_lines

if TYPE_CHECKING:
    from flows.settings import Settings
    from reports.publication import Draft

_MAX_NAMED = 20  # entries of each kind that the approver is shown
_LABELS = {
    "state": "状态",
    "version": "版本",
    "latest": "最新版本",
    "count": "条数",
    "prepared_by": "拟定人",
    "folder": "文件夹",
    "digest": "摘要",
}
_OPERATIONS = {"ADD": "新增", "MOD": "变更", "DEL": "移除"}
_CODES = {"refused": REFUSED, "damaged": REFUSED, "unverified": REFUSED, "busy": FAULT}


def _refuse_name(_context: click.Context, _parameter: click.Parameter, name: str | None) -> None:
    """Raises UserError: a name that is typed proves nobody."""
    if name is not None:
        raise UserError(
            "--by 写的姓名不能证明是谁，不再作为签名：请用 --as 登录名，由本人输入口令（人员见 yaoxin people list）。"
        )


def _list_names(_settings: Settings) -> list[str]:
    from reports.public_lists import LIST_SPECS

    return list(LIST_SPECS)


_LIST = click.option(
    "--list",
    "name",
    metavar="NAME",
    shell_complete=completing(_list_names),
    help="Which list: serious-violations, penalties, inspections, samplings or credit-files.",
)
_BY = click.option("--by", metavar="NAME", callback=_refuse_name, expose_value=False, help="No longer signs: see --as.")


@click.command()
@signer_options
@_BY
@_LIST
@click.option("--verify", is_flag=True, help="Only check the latest versions, file by file.")
@click.option("--restore", is_flag=True, help="Make damaged files of the latest versions anew, and check.")
@json_option
@common_options
@click.pass_context
def publish(  # noqa: PLR0913, PLR0917 (one per flag)
    context: click.Context,
    /,
    login: str | None,
    passphrase_fd: int | None,
    name: str | None,
    verify: bool,
    restore: bool,
    is_json: bool,
    **flags: object,
) -> None:
    """Prepare the lists of the last run, or one of them; publish what two people have signed already.

    With --as the person signs as preparer, and somebody else approves. Without it nobody has signed, and two people
    approve. The lists: serious-violations (严重违法失信名单), penalties (行政处罚公示), inspections (监督检查结果公示),
    samplings (监督抽检结果公示), credit-files (药品安全信用档案). Each is signed on its own.
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

    chosen_flag({"as": login is not None, "verify": verify, "restore": restore})
    if passphrase_fd is not None and login is None:
        raise click.UsageError("--passphrase-fd is for who signs; give --as too")
    settings = settings_from_flags(**flags)
    if verify or restore:
        outcomes = (restore_lists if restore else verify_lists)(settings, [name] if name else [])
        _print_outcome(context, outcomes[0] if name else outcome_summary(outcomes), is_json)
        return
    by = None
    if login is not None:
        from flows.office import office_of

        passphrases = Passphrases(passphrase_fd)
        by = office_of(settings).sign_in(login, lambda: passphrases.of(login))
    outcome = publish_list(settings, by, name) if name else outcome_summary(publish_lists(settings, by))
    _print_outcome(context, outcome, is_json)


@click.command()
@click.argument("version")
@signer_options
@_BY
@_LIST
@click.option("--note", default="", metavar="TEXT", help="A remark that is kept with the approval.")
@json_option
@common_options
@click.pass_context
def approve(  # noqa: PLR0913, PLR0917 (one per flag)
    context: click.Context,
    /,
    version: str,
    login: str | None,
    passphrase_fd: int | None,
    name: str | None,
    note: str,
    is_json: bool,
    **flags: object,
) -> None:
    """Sign a prepared version of a list as approved, serious-violations unless --list names another.

    Where it is the second person's signature, the version is released.

    \b
    Examples:
      yaoxin approve 2026-03-01 --as li
      yaoxin approve 2026-03-01 --list penalties --as li --note 核对无误
    """
    from flows.office import office_of
    from flows.publishing import SERIOUS_LIST, DraftRef, approve_draft, waiting_draft

    if login is None:
        raise UserError("须写明由谁批准：--as 登录名（人员见 yaoxin people list）。")
    passphrases = Passphrases(passphrase_fd)
    settings, reference = settings_from_flags(**flags), DraftRef(version, name or SERIOUS_LIST)
    draft = waiting_draft(settings, reference)
    click.echo("\n".join(_draft_lines(draft)), err=True)
    by = office_of(settings).sign_in(login, lambda: passphrases.of(login))
    outcome = approve_draft(settings, reference._replace(digest=draft.digest), by, note)
    _print_outcome(context, outcome, is_json)


def _draft_lines(draft: Draft) -> Iterator[str]:
    """What is about to be signed: how much, and who comes, changes or goes."""
    from reports.public_lists import LIST_SPECS

    index, changes, spec = draft.index, draft.index.delta, LIST_SPECS[draft.index.list]
    yield f"{index.title} {index.version}：共 {index.count} 条；须核对的事项 {len(index.issues)} 项"
    yield f"较上一版：新增 {changes.added}，变更 {changes.modified}，移除 {changes.removed}"
    rows = json.loads((draft.folder / "delta.json").read_text(encoding="utf-8"))["rows"]
    for operation, label in _OPERATIONS.items():
        of_kind = [row for row in rows if row["operation"] == operation]
        for row in of_kind[:_MAX_NAMED]:
            entry, cause = row["entry"], spec.causes.get(row["cause"], row["cause"])
            yield f"  {label}　{entry[spec.number]}　{entry[spec.party]}（{cause}）"
        if len(of_kind) > _MAX_NAMED:
            yield f"  {label}　另有 {len(of_kind) - _MAX_NAMED} 条，见 delta.csv"
    yield from (f"  须核对　{issue}" for issue in index.issues[:_MAX_NAMED])
    if len(index.issues) > _MAX_NAMED:
        yield f"  须核对　另有 {len(index.issues) - _MAX_NAMED} 项，见 index.json"
    yield f"{draft.folder}"
    yield f"摘要 {draft.digest}"


def _print_outcome(context: click.Context, outcome: Mapping[str, Any], is_json: bool) -> None:
    """Print what became of a list, or of several (`lists`), and leave with the exit code of its state."""
    if is_json:
        print_json(outcome)
    else:
        click.echo("\n\n".join("\n".join(_outcome_lines(one)) for one in outcome.get("lists", [outcome])))
    context.exit(_CODES.get(str(outcome.get("state")), DONE))


def _outcome_lines(outcome: Mapping[str, Any]) -> Iterator[str]:
    """In Chinese: its sentence, its facts, the signatures, what was or should be withdrawn, and what was held back."""
    from reports.office_tables import LIST_STATE_LABELS

    yield f"{outcome['title']}：{outcome['message']}"
    facts = {**outcome, "state": LIST_STATE_LABELS[outcome["state"]]}
    yield from pair_lines((label, str(facts[name])) for name, label in _LABELS.items() if facts.get(name) is not None)
    for one in outcome.get("signatures", ()):
        yield f"  签名　{'拟定' if one['act'] == 'prepare' else '批准'}　{one['name']}（{one['login']}）"
    for label, entries in (("已撤下", outcome.get("withdrawn", ())), ("公示超期", outcome.get("beyond", ()))):
        yield from (f"  {label}　{one['decision_no']}　{one['name']}：{one['why']}" for one in entries)
    yield from (f"  {line}" for line in outcome.get("restored", ()))
    yield from (f"  ! {line}" for line in (*outcome.get("cleared", ()), *outcome.get("held", ())))
