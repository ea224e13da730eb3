"""A paper that was written, in Chinese: what a person still has to fill in and to check."""

from __future__ import annotations

from flows.cli.answers.paper import Found
from reports import show


def paper_text(found: Found) -> list[str]:
    """Lines: what it is about, its blanks, its unsettled grounds, what speaks against it."""
    view, subject = found.view, found.subject
    lines = [f"{view.title}：{show.clean(subject.party)}，{subject.number}，截至 {found.asked.as_of}"]
    if view.blanks:
        lines.append(f"待填 {len(view.blanks)} 处：{''.join(f'〔{blank}〕' for blank in view.blanks)}")
    if view.unsettled:
        lines.append(f"依据未定 {len(view.unsettled)} 处，须由人工确认：")
    for section in view.unsettled:
        note = section.note
        said = "；".join((note.basis, *note.remarks))
        lines.append(f"  {section.heading or section.lines[0].text[:12] + '…'}  {note.word}：{said}")
    return lines + [f"须核对：{warning}" for warning in view.warnings]
