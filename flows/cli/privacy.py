"""`yaoxin privacy check`: whether stored and published data holds numbers of natural persons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from flows.cli.errors import REFUSED
from flows.cli.options import common_options, json_option, open_store, print_json, settings_from_flags

if TYPE_CHECKING:
    from flows.personal_data_search import PersonalDataSearch


@click.group()
def privacy() -> None:
    """Protection of natural persons' data.

    \b
    Examples:
      yaoxin privacy check
      yaoxin privacy check --json | jq '.findings'
    """


@privacy.command()
@json_option
@common_options
@click.pass_context
def check(context: click.Context, /, is_json: bool, **flags: object) -> None:
    """Search tables, reports and publications for identity numbers and the like; nothing is changed.

    What comes in is masked before it is stored; a store of an earlier release may hold what its detector did not
    find. Exit code 1 where something is found.

    \b
    Examples:
      yaoxin privacy check --store var/store
    """
    from flows.personal_data_search import search_personal_data

    settings = settings_from_flags(**flags)
    found = search_personal_data(settings, open_store(settings))
    if is_json:
        print_json(asdict(found))
    else:
        click.echo("\n".join(_lines(found)))
    if found.findings:
        context.exit(REFUSED)


def _lines(found: PersonalDataSearch) -> Iterator[str]:
    yield f"检索了 {found.table_count} 张表、{found.file_count} 个文件。"
    if found.unread:
        yield f"未检索的文件 {len(found.unread)} 个（不是文本、网页或工作簿，或者不能读取），如 {found.unread[0]}"
    if not found.findings:
        yield "没有发现自然人证件号码。"
        return
    yield f"发现疑似自然人证件号码 {len(found.findings)} 处（示例已遮蔽）："
    for one in found.findings:
        where = f"{one.place}.{one.column}" if one.column else one.place
        yield f"  {where}　{one.count} 行　如 {one.key}：{one.example}"
    yield "表中的：请报送单位更正原件，旧数据的处理见运维手册“Natural persons”一节。"
    yield "文件中的：核对后再处理该运行或版本的文件夹。"
