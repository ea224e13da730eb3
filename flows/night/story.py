"""The story of a night on its Prefect page: progress, numbers, and where to look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.night.check import Checked
from flows.night.plan import Night
from flows.night.tell import Report
from flows.store import Run

_STEPS = 5


class PrefectStory:
    """Artifacts of the flow run, so that its page alone tells the night."""

    @contextmanager
    def progress(self, night: Night) -> Iterator[Callable[[str], None]]:
        """A bar for the night; call what is handed out after each step."""
        about = f"Night of {night.as_of}"
        artifact = cast(UUID, create_progress_artifact(0.0, key="night-progress", description=about))
        done = 0

        def advance(step: str) -> None:
            nonlocal done
            done += 1
            print(f"{night.as_of}: {step} ({done} of {_STEPS})")  # noqa: T201 the flow logs what is printed
            update_progress_artifact(artifact, progress=100.0 * done / _STEPS)

        yield advance

    def passed(self, run: Run, report: Report) -> None:
        """Numbers as a table, the summary in words, a link to the report."""
        rows = [{"what": name, "count": value} for name, value in report.facts["numbers"].items()]
        create_table_artifact(rows, key="night-numbers", description=f"Run {run.run_id}")
        text = f"# {run.run_id}\n\n{report.summary}\n\n{report.summary_in_english}\n\n{_rated(run)}\n"
        create_markdown_artifact(text, key="night-summary")
        create_link_artifact(report.page.as_uri(), key="night-report", link_text=f"Office report of {run.as_of}")

    def refused(self, run: Run, checked: Checked) -> None:
        """Why nothing was committed, and where the offending rows are named."""
        english = f"{checked.what_first()}\n\nReaders still see the run before."
        chinese = f"{checked.what_first(chinese=True)}\n\n读者看到的仍是上一次通过的结果。"
        text = f"# {run.run_id} was refused · 未通过质量检查\n\n{english}\n\n{chinese}\n"
        create_markdown_artifact(text, key="night-summary")
        create_link_artifact(checked.docs.as_uri(), key="gate-docs", link_text="Data Docs of the gate")


def _rated(run: Run) -> str:
    """How many enterprises were rated, and why these."""
    scope = run.facts["scope"]
    because = ", ".join(f"{why} {count}" for why, count in scope["because"].items())
    why = scope["why"] or because or "nothing concerned anyone"
    return f"Rated: {scope['rated']} enterprises ({scope['mode']}: {why})."
