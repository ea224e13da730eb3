"""`yaoxin paper`: the office's papers, ready to be numbered and sealed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from flows.cli.options import Day, as_json, common, print_json, settings_of, store_of


class PaperKind(click.ParamType[str]):
    """The code of a paper, or its Chinese name."""

    name = "kind"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The code; a usage error for anything else."""
        from transforms.policy.paper_facts import PAPERS

        codes = {title: code for code, title in PAPERS.items()}
        if value in PAPERS or value in codes:
            return codes.get(value, value)
        known = ", ".join(f"{code} ({title})" for code, title in PAPERS.items())
        return self.fail(f"there is no paper '{value}'; expected one of {known}", param, ctx)


@click.command(short_help="Write one of the office's papers as HTML and PDF.")
@click.argument("kind", metavar="KIND", type=PaperKind())
@click.argument("who", metavar="ID")
@click.option("--out", type=Path, default=Path(), metavar="DIR", help="Folder to write to (default: this one).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "pdf", "both"]),
    default="both",
    help="What to write (default: both).",
)
@click.option("--as-of", type=Day(), metavar="DATE", help="As of that day, by what was known on its night.")
@click.option("--number", metavar="N", help="The paper's number, where the register does not have it yet.")
@click.option("--enterprise", metavar="ID", help="The party, where a number concerns several.")
@as_json
@common
def paper(  # noqa: PLR0913, PLR0917 - one argument for each flag
    kind: str,
    who: str,
    out: Path,
    form: str,
    as_of: date | None,
    number: str | None,
    enterprise: str | None,
    is_json: bool,
    **flags: object,
) -> None:
    """Write a paper about a penalty or a listing, with what the records say filled in.

    \b
    KIND is one of:
      listing_notice     列入告知书
      listing_decision   列入决定书
      removal_decision   移出决定书
      repair_notice      信用修复告知书
      repair_grant       准予信用修复决定书
      repair_refusal     不予信用修复决定书
      repair_revocation  撤销准予信用修复决定书

    ID is the number of a penalty, a listing or a step of it; or an enterprise with only one that fits. What a person
    decides stays a blank, 〔待填：…〕; the HTML shows on the screen, and does not print, which sentences stand on
    unsettled ground. Number and date come from the register of decisions; without them it is a draft.

    \b
    Examples:
      yaoxin paper repair_notice 鄂药监罚〔2025〕12号
      yaoxin paper listing_decision 鄂药监信列〔2025〕3号 --out papers --format pdf
      yaoxin paper 准予信用修复决定书 91420100MA4KL00X1A --number 鄂药监信修准〔2026〕1号
    """
    from flows.cli.answers.nights import night_of
    from flows.cli.answers.paper import Asked, find_paper
    from flows.cli.text.paper import paper_text
    from flows.papers.write import FORMATS, file_name, write_paper

    settings = settings_of(**flags)
    opened = store_of(settings)
    night = night_of(opened, as_of)
    found = find_paper(settings, opened, night, Asked(kind, who, as_of or night.as_of, number, enterprise))
    name = file_name(found.view, found.subject)
    paths = write_paper(found.view, found.families, out, name, FORMATS if form == "both" else (form,))
    if is_json:
        print_json(found.document() | {"files": paths})
    else:
        click.echo("\n".join([*paper_text(found), *map(str, paths)]))
