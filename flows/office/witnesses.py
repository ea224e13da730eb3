"""Where heads of the journal stand besides: in the signatures of every released version.

Whoever cuts the journal short, and with it somebody's disabling, must also reach what is public already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from flows.office.database import OfficeProblem
from flows.office.journal import Head

SIGNATURES = "signatures.json"
"""In the folder of a released version."""


def heads_in(publications: Path) -> Iterator[tuple[str, Head]]:
    """The head that each released version of each list names, with the file.

    Raises OfficeProblem where such a file cannot be read.
    """
    for path in sorted(publications.glob(f"*/[0-9]*/{SIGNATURES}")):
        try:
            head = json.loads(path.read_text(encoding="utf-8"))["journal"]
            found = Head(int(head["number"]), str(head["digest"]))
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise OfficeProblem(f"{path} 不能读取，无法核对办公数据库的日志：请从备份恢复该文件。") from wrong
        yield str(path), found
