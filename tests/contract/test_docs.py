"""The pages a program writes are those it writes now; what pages say of links, settings and commands is true."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from docs.build import DOCS, PAGES
from flows import settings
from flows.cli.app import cli

ROOT = DOCS.parent
WRITTEN = sorted(ROOT.glob("*.md")) + sorted(DOCS.rglob("*.md"))
READMES = ("README.md", "README.zh-CN.md")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_current(name: str):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path):
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        found = (page.parent / target) if target else page
        assert found.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(found), f"{page.name} links to #{anchor} of {found.name}"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_index():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    assert [
        page.name for page in DOCS.glob("*.md") if page.name != "README.md" and f"]({page.name})" not in index
    ] == []


@pytest.mark.parametrize("name", [*READMES, "docs/operators.md"])
def test_settings_shown_are_settings(name: str, tmp_path: Path):
    examples = re.findall(r"```toml\n(.+?)```", text_of(name), flags=re.DOTALL)
    assert examples
    for example in examples:
        file = tmp_path / "yaoxin.toml"
        file.write_text(example, encoding="utf-8")
        loaded = settings.load_settings({"config": str(file)}, environ={})
        assert loaded.office_name == "某省药品监督管理局信用办"


@pytest.mark.parametrize("name", settings.SETTING_SPECS)
def test_every_setting_is_on_the_operators_page(name: str):
    assert f"| `{name}` | `YAOXIN_{name.upper()}`" in text_of("docs/operators.md")


# Decisions name files as they were when they were taken.
@pytest.mark.parametrize(
    "page", [page for page in WRITTEN if page.parent.name != "decisions"], ids=lambda page: page.stem
)
def test_files_named_exist(page: Path):
    packages = "flows|transforms|reports|expectations|tests|bench|docs|policy"
    named = re.findall(rf"`((?:{packages})/[\w./-]+\.\w+)`", page.read_text(encoding="utf-8"))
    assert [name for name in named if "NAME" not in name and not (ROOT / name).exists()] == []


def test_the_way_of_a_record_names_modules():
    text = text_of("docs/architecture.md")
    table = text[text.index("## The way of a record") : text.index("## Store")]
    for line in (line for line in table.splitlines() if line.startswith("| ") and "`" in line):
        folder = None
        for name in re.findall(r"`([\w/]+\.py)`", line.rsplit("|", 2)[1]):
            path = ROOT / name if "/" in name else folder / name
            folder = path.parent
            assert path.exists(), line


def commands_in(text: str) -> set[str]:
    code = re.findall(r"```\w*\n(.+?)```|`([^`\n]+)`", text, flags=re.DOTALL)
    return set(re.findall(r"(?:^|[ /])yaoxin ([a-z]+)\b", "\n".join(map("\n".join, code)), flags=re.MULTILINE))


@pytest.mark.parametrize("page", WRITTEN, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_named_exist(page: Path):
    assert commands_in(page.read_text(encoding="utf-8")) - set(cli.list_commands(click.Context(cli))) == set()


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_on_the_front_page(name: str):
    assert set(cli.list_commands(click.Context(cli))) - commands_in(text_of(name)) == set()


def test_both_front_pages_show_the_same_commands_and_files():
    english, chinese = (re.findall(r"```(\w*)\n(.+?)```", text_of(name), flags=re.DOTALL) for name in READMES)
    without_remarks = [[re.sub(r"\s*#.*", "", code) for _, code in blocks] for blocks in (english, chinese)]
    assert without_remarks[0] == without_remarks[1]


def tracked() -> list[Path]:
    asked = ["git", "ls-files", "-z"]
    listed = shutil.which("git") and subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    if not listed or listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and name != "tests/contract/test_docs.py"]


# A path of somebody's machine, or the address of a package registry: an office has others.
ELSEWHERE = re.compile(r"(?<![\w.$~<-])/(?:work|root|home/\w+)/|/simple/|index-url[ =]https?")


def test_no_file_knows_the_machine_it_was_written_on():
    for path in tracked():
        if path.suffix in {".png", ".xlsx", ".parquet"} or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            assert not ELSEWHERE.search(line), f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
