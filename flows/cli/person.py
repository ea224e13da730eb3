"""`yaoxin person`: the posts and bans of a person, for a stated purpose and on the record."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import click
import polars as pl

from flows.cli.errors import UserError
from flows.cli.options import common_options, json_option, open_store, print_json, run_as_of, settings_from_flags
from flows.cli.passphrases import Passphrases, signer_options
from flows.cli.terminal import table_lines
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store, current_records
from reports import formatting
from reports.grid import GridField, grid_fields, grid_from_frame
from transforms.schemas import KINDS
from transforms.schemas.law import PERSON_BAR

_MOST_CHARACTERS = 64
_POST_FIELDS = ("position", "post_title", "person_name", "starts_on", "ends_on")
_BAR_FIELDS = ("record_kind", "bar_no", "person_name", "starts_on", "ends_on", "is_lifelong", "positions", "article")


@click.command()
@click.option("--purpose", default="", metavar="TEXT", help="What the look-up is for: the matter and its number.")
@signer_options
@json_option
@common_options
def person(purpose: str, login: str | None, passphrase_fd: int | None, is_json: bool, **flags: object) -> None:
    """Posts and bans of a person, by identity number (个人查询).

    The number is asked for, or read from standard input; it is never an argument, and is not kept. Whoever looks up
    signs in, and the look-up is written into the office's journal before it is answered: who, when, the number's
    keyed hash, and the purpose. Without a purpose or a person of the office it is refused.

    \b
    Examples:
      yaoxin person --as wang --purpose "药品经营许可延续 受理〔2026〕12号"
      yaoxin people journal --json | jq '.journal[] | select(.act == "look_up_person")'
    """
    from flows.office import office_of
    from flows.run.ingest import identity_key_for
    from transforms.person_numbers import keyed_hashes, mask_middle

    if not purpose.strip():
        raise UserError("须写明查询的目的和所办事项：--purpose 文字。没有查询。")
    if login is None:
        raise UserError("须写明由谁查询：--as 登录名。没有查询。")
    settings = settings_from_flags(**flags)
    store = open_store(settings)
    run = run_as_of(store, None)
    key = identity_key_for(settings, run)
    office = office_of(settings)
    by = office.sign_in(login, lambda: Passphrases(passphrase_fd).of(login))
    number = _asked_number()
    person_hash = keyed_hashes(pl.Series([number]), key).item()
    office.log_person_lookup(by, person_hash, purpose)
    found = find_person(settings, store, run, person_hash, mask_middle(number))
    if is_json:
        print_json(found.document())
    else:
        click.echo("\n".join(_lines(found)))


@dataclass(frozen=True)
class PersonAnswer:
    """posts: POST with enterprise_name. bars: PERSON_BAR. masked: the number asked for."""

    run: Run
    masked: str
    posts: pl.DataFrame
    bars: pl.DataFrame

    def document(self) -> dict[str, Any]:
        """For --json; without the hash."""
        hidden = ("person_hash", "row_hash")
        return {
            "as_of": self.run.as_of,
            "person_masked": self.masked,
            "posts": self.posts.drop(hidden).to_dicts(),
            "bars": self.bars.drop("person_hash").to_dicts(),
        }


def find_person(settings: Settings, store: Store, run: Run, person_hash: str, masked: str) -> PersonAnswer:
    """What `run` knew of the person with that keyed hash. Nobody is found by name."""
    from flows.legal_state import law_policy_on, person_bars_of
    from flows.run.snapshot import Snapshot

    posts = current_records(store, "post", run).filter(person_hash=person_hash)
    names = current_records(store, "enterprise", run).select("enterprise_id", enterprise_name="name")
    named = posts.join(names, on="enterprise_id", how="left").sort("starts_on", "record_id", nulls_last=True)
    bars = person_bars_of(Snapshot.of_run(store, run), law_policy_on(settings, run.as_of), run.as_of)
    return PersonAnswer(run, masked, named.collect(), bars.filter(person_hash=person_hash))


def _asked_number() -> str:
    """The number typed at a hidden prompt or read from standard input, as it is hashed. Raises UserError."""
    from transforms.person_numbers import is_miscounted
    from transforms.records.text import halfwidth, person_number

    if sys.stdin.isatty():
        typed = str(click.prompt("证件号码", hide_input=True, err=True, default="", show_default=False))
    else:
        typed = sys.stdin.readline(_MOST_CHARACTERS)
    number = str(pl.select(person_number(halfwidth(pl.lit(typed.strip())))).item())
    if not 5 <= len(number) <= 20 or not all(sign.isascii() and (sign.isalnum() or sign in "()") for sign in number):
        raise UserError("没有读到完整的证件号码：在提示处输入，或者从标准输入读取一行。没有查询。")
    if is_miscounted(number):
        raise UserError("证件号码的位数或者末位校验码不符，不是居民身份证号码：请核对后重新输入。没有查询。")
    return number


def _lines(found: PersonAnswer) -> list[str]:
    party = GridField("enterprise_name", "企业名称", width=36)
    posts = grid_from_frame(
        "posts", "任职", found.posts, (party, *grid_fields(KINDS["post"].table, *_POST_FIELDS)), "没有任职记录"
    )
    bars = grid_from_frame(
        "bars", PERSON_BAR.label, found.bars, grid_fields(PERSON_BAR, *_BAR_FIELDS, "notes"), "没有禁业和任职限制"
    )
    return [
        f"证件 {formatting.clean(found.masked)}（{found.run.as_of}）：只按证件号码查询，姓名相同的不列出。",
        "",
        posts.title,
        *table_lines(posts, [field.name for field in posts.fields]),
        "",
        bars.title,
        *table_lines(
            bars, [field.name for field in bars.fields if field.name not in ("article", "notes")], ("article", "notes")
        ),
        "",
        "本次查询已记入办公数据库的日志。",
    ]
