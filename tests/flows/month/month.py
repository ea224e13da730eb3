"""An office and its month: what its senders deliver each day, and its people at the command line."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from flows.cli.app import cli
from flows.demo.model import authority_code, credit_code
from tests.flows.run.run_helpers import KEY, run_instant

BEGIN = date(2026, 3, 2)  # a Monday
REGION, AUTHORITY = "350102", "示例省药品监督管理局"
FIRMS = {name: credit_code("91", REGION, n) for n, name in enumerate("甲乙丙丁戊己庚辛", 1)}
PASSPHRASES = {
    "wang": "correct horse battery staple",
    "zhang": "seven green bottles hang",
    "li": "a long walk to the sea",
}
_PENALTY = {
    "行政相对人类别": "法人及非法人组织",
    "违法行为类型": "未按规定储存药品",
    "违法事实": "阴凉库温度超标",
    "处罚依据": "《药品管理法》第一百二十六条",
    "处罚类别": "罚款",
    "裁量幅度": "一般",
    "处罚程序": "普通程序",
    "处罚机关": AUTHORITY,
    "处罚机关统一社会信用代码": authority_code("350000"),
    "监管领域": "药品",
    "当前状态": "有效",
}
_STEP = {"机关": AUTHORITY, "提出人": "初审员甲", "决定人": "审核员乙", "理由": "按规定办理"}
UNDECIDED = {"决定人": ""}


def name_of(firm: str) -> str:
    """The registered name of a firm."""
    return f"示例{firm}药业有限公司"


def day(number: int) -> date:
    """Day `number` of the month, from 1 on."""
    return BEGIN + timedelta(days=number - 1)


def penalty(firm: str, number: str, decided: date, yuan: int, **more: str) -> dict[str, str]:
    """A row of the file of penalties: a fine in yuan, published two weeks after it was decided."""
    return {
        **_PENALTY,
        "行政相对人名称": name_of(firm),
        "统一社会信用代码": FIRMS[firm],
        "行政处罚决定书文号": number,
        "处罚内容": f"罚款{yuan}元",
        "罚款金额（万元）": f"{yuan / 10_000:.6f}",
        "处罚决定日期": decided.isoformat(),
        "公示日期": (decided + timedelta(days=14)).isoformat(),
        **more,
    }


def step(firm: str, number: str, kind: str, on: date, target: str = "", **more: str) -> dict[str, str]:
    """A row of the office's register."""
    concerns = {"统一社会信用代码": FIRMS[firm], "企业名称": name_of(firm), "对象文号": target}
    return {**_STEP, **concerns, "决定文号": number, "决定类型": kind, "决定日期": on.isoformat(), **more}


@dataclass(frozen=True)
class Month:
    """An office below `home`. Every act is a command, every run goes through the real gate."""

    home: Path

    def environment(self) -> dict[str, str]:
        """The settings, as an operator gives them."""
        return {
            "YAOXIN_INBOX": str(self.home / "inbox"),
            "YAOXIN_STORE": str(self.home / "store"),
            "YAOXIN_IDENTITY_KEY": KEY,
            "YAOXIN_OFFICE_NAME": "示例省药品监督管理局信用办",
            "YAOXIN_CONFIG": str(self.home / "yaoxin.toml"),
        }

    def deliver(self, name: str, *rows: dict[str, str]) -> Path:
        """A file in the inbox with the headings of its rows, in the order in which they come up."""
        path = self.home / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        headings = list(dict.fromkeys(heading for row in rows for heading in row))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, headings, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def invoke(self, *words: str, people: tuple[str, ...] = ()) -> Result:
        """A command; its passphrases come from a file descriptor, those of `people` in their order."""
        given = "".join(f"{PASSPHRASES[login]}\n" for login in people)
        reading, writing = os.pipe()
        os.write(writing, given.encode())
        os.close(writing)
        more = ["--passphrase-fd", str(reading)] if people else []
        try:
            return CliRunner().invoke(cli, [*words, *more], env=self.environment())
        finally:
            os.close(reading)

    def command(self, *words: str, people: tuple[str, ...] = (), code: int = 0) -> str:
        """What a command answers; it must end with `code` and without a traceback."""
        found = self.invoke(*words, people=people)
        assert found.exit_code == code, f"{words}: {found.output}"
        assert "Traceback" not in found.output
        return found.output

    def answer(self, *words: str, people: tuple[str, ...] = ()) -> Any:
        """The answer of a command as a program reads it."""
        found = self.invoke(*words, "--json", people=people)
        assert found.exit_code == 0, f"{words}: {found.output}"
        return json.loads(found.stdout)

    def run(self, on: date, code: int = 0) -> str:
        """The nightly run for a day, as the schedule starts it two hours after midnight."""
        return self.command("nightly", "--as-of", on.isoformat(), "--known-at", run_instant(on).isoformat(), code=code)

    def public(self, name: str) -> set[str]:
        """The decision numbers that the latest version of a list shows."""
        latest = self.home / "store" / "publications" / name / "latest"
        if not latest.exists():
            return set()
        document = json.loads((latest / "list.json").read_text(encoding="utf-8"))
        return {entry["decision_no"] for entry in document["entries"]}

    def sign(self, name: str) -> str:
        """Two people sign the draft of a list; the version that is out then."""
        prepared = self.answer("publish", "--list", name, "--as", "zhang", people=("zhang",))
        assert prepared["state"] == "waiting", prepared
        approved = self.answer("approve", prepared["version"], "--list", name, "--as", "li", people=("li",))
        assert approved["state"] == "published", approved
        return str(approved["version"])

    def staff(self) -> None:
        """The first administrator, pinned in the settings, and two signers."""
        (self.home / "yaoxin.toml").write_text("", encoding="utf-8")
        told = self.command("people", "add", "wang", "--name", "王主任", people=("wang",))
        pin = next(line for line in told.splitlines() if line.startswith("administrator_key"))
        (self.home / "yaoxin.toml").write_text(pin + "\n", encoding="utf-8")
        for login, name in {"zhang": "张三", "li": "李四"}.items():
            self.command("people", "add", login, "--name", name, "--as", "wang", people=("wang", login))
