"""The office report and the enterprise pages as files."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from reports import plots, show
from reports.files import write_whole
from reports.grid import Grid
from reports.render.html import page
from reports.render.xlsx import workbook
from reports.steps_plot import history_svg
from reports.views.enterprise import EnterpriseView
from reports.views.night import QUARANTINED, NightView
from reports.views.outlook import BETTER, OUTLOOK_DAYS, WORSE

DETAILS_ON_PAGE = 200  # changes of a direction shown with their evidence; the workbook has all
ROWS_ON_PAGE = 200
LEAST_PLOTTED = 3  # ratings; of fewer the page says in a sentence what a line would hardly show


def write_office(view: NightView, folder: Path) -> tuple[Path, Path]:
    """Write the report of a night as `office.html` and `office.xlsx` into `folder`; the paths of both."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / "office.html", folder / "office.xlsx")
    write_whole(paths[0], office_html(view))
    write_whole(paths[1], office_xlsx(view))
    return paths


def office_html(view: NightView, details: int = DETAILS_ON_PAGE, rows: int = ROWS_ON_PAGE) -> str:
    """The report as a page. Beyond `details` changes and `rows` rows it says how many more the workbook has."""
    return page(
        "office.html",
        view.scheme.notices,
        view=view,
        headline=headline(view),
        picture=plots.migration_svg(view.migration),
        limit=details,
        table_limit=rows,
    )


def office_xlsx(view: NightView) -> bytes:
    """The report as a workbook: every table whole, but for those that say how many rows they leave out."""
    title = f"信用办晨报 {view.night.as_of}"
    facts = f"{view.night.office}　评价标准：{view.scheme.title}　运行编号：{view.night.run_id}"
    return workbook(view.grids, title, (*view.scheme.notices, facts))


def headline(view: NightView) -> str:
    """The night in one sentence."""
    turned_away = next(figure.text for figure in view.figures if figure.label == QUARANTINED)
    moved = f"等级下调 {show.count(len(view.downgrades))} 家、上调 {show.count(len(view.upgrades))} 家"
    warned = f"；质量检查提示 {len(view.warnings)} 项" if view.warnings.rows else ""
    law = f"；今日到期 {view.law.today.total} 项、逾期 {view.law.overdue.total} 项" if view.law else ""
    soon = f"今后 {OUTLOOK_DAYS} 天如无新记录，预计{_ahead(view)}"
    return f"本夜{moved}；隔离 {turned_away} 行{law}；{soon}{warned}。"


def headline_in_english(view: NightView) -> str:
    """The same for an operator who reads no Chinese."""
    turned_away = next(figure.text for figure in view.figures if figure.label == QUARANTINED)
    down, up = show.count(len(view.downgrades)), show.count(len(view.upgrades))
    warned = f"; {len(view.warnings)} warnings of the gate" if view.warnings.rows else ""
    law = f"; due today {view.law.today.total}, overdue {view.law.overdue.total}" if view.law else ""
    ahead = f"; in {OUTLOOK_DAYS} days without news {show.count(view.due.total)} tiers will change"
    return f"Tiers: {down} down, {up} up; {turned_away} rows quarantined{law}{ahead}{warned}."


def _ahead(view: NightView) -> str:
    ways = [row[_at(view.due, "direction")] for row in view.due.rows]
    if not view.due.total:
        return "没有企业的等级变化"
    if view.due.left_out:
        return f"等级变化 {show.count(view.due.total)} 家"
    return f"等级下调 {show.count(ways.count(WORSE))} 家、上调 {show.count(ways.count(BETTER))} 家"


def _at(grid: Grid, name: str) -> int:
    return next(at for at, shown in enumerate(grid.fields) if shown.name == name)


def write_enterprise(view: EnterpriseView, path: Path) -> Path:
    """Write the page of an enterprise to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(enterprise_html(view), encoding="utf-8")
    return path


def enterprise_html(view: EnterpriseView) -> str:
    """The page that explains an enterprise's tier."""
    return page(
        "enterprise.html",
        view.scheme.notices,
        view=view,
        score=show.points(view.score),
        base=show.points(view.base),
        counted=show.delta(view.counted_sum),
        picture=_history(view),
        told=_history_told(view),
        title_at=lambda grid: _at(grid, "title"),
    )


def _history(view: EnterpriseView) -> str:
    if len(view.standings) < LEAST_PLOTTED:
        return ""
    words = [view.scheme.words[tier] for tier, _ in view.scheme.tiers]
    return history_svg(view.standings, words, max(view.as_of, view.standings[-1].from_on))


def _history_told(view: EnterpriseView) -> str:
    """A history too short for a picture."""
    if not view.standings or len(view.standings) >= LEAST_PLOTTED:
        return ""
    words = [view.scheme.words[tier] for tier, _ in view.scheme.tiers]
    parts = (
        f"{one.from_on} 起为 {words[one.index]}（{show.points(one.score_centipoints)} 分）" for one in view.standings
    )
    return "，".join(parts) + "。"


def page_name(enterprise_id: str) -> str:
    """The file name of an enterprise's page: its identifier where plain, else with a hash that keeps it apart."""
    if re.fullmatch(r"[0-9A-Za-z]{1,40}", enterprise_id):
        return f"{enterprise_id}.html"
    plain = re.sub(r"[^0-9A-Za-z]+", "-", enterprise_id)[:40]
    return f"{plain}-{hashlib.sha256(enterprise_id.encode()).hexdigest()[:12]}.html"
