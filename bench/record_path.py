"""How much of the program one penalty passes: its own modules and functions, from the inbox to a publication's draft.

`python -m bench.record_path` puts a register of one enterprise and a file of one penalty into an inbox, runs
`yaoxin nightly` and `yaoxin publish` on it in processes of their own, and counts every function of the program that
any of these processes enters (`sys.setprofile`); module and class bodies are not counted.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_CODE = "91350102MA00000017"
_ENTERPRISE = {"统一社会信用代码": _CODE, "企业名称": "示例甲药业有限公司", "监管领域": "药品", "环节": "生产"}
_PENALTY = {
    "行政相对人名称": "示例甲药业有限公司",
    "统一社会信用代码": _CODE,
    "行政处罚决定书文号": "示药监罚〔2026〕1号",
    "违法行为类型": "未按规定储存药品",
    "处罚类别": "罚款",
    "处罚内容": "罚款50000元",
    "罚款金额（万元）": "5",
    "处罚决定日期": "2026-02-10",
    "公示日期": "2026-02-12",
    "处罚机关": "示例省药品监督管理局",
    "监管领域": "药品",
    "当前状态": "有效",
}
# Written where every process of the program imports it first; each function is noted once, when it is entered.
_HOOK = """
import os, sys, threading
_root, _notes, _met = os.environ["RECORD_PATH_ROOT"], os.environ["RECORD_PATH_NOTES"], set()
def _profile(frame, event, _argument):
    code = frame.f_code
    if event == "call" and code.co_flags & 1 and code not in _met:  # a class body has no flag 1
        _met.add(code)
        if code.co_filename.startswith(_root) and code.co_name != "<module>":
            with open(_notes, "a", encoding="utf-8") as notes:
                notes.write(f"{code.co_filename}\\t{code.co_firstlineno}\\t{code.co_name}\\n")
threading.setprofile(_profile)
sys.setprofile(_profile)
"""
_NO_FUNCTIONS = {"<lambda>", "<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>"}


def functions_entered(folder: Path) -> set[tuple[str, int, str]]:
    """Path below the program's folder, line and name of every function entered by the two commands."""
    inbox, hook, notes = folder / "inbox", folder / "hook", folder / "notes"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(_HOOK, encoding="utf-8")
    _write(inbox / "企业登记.csv", _ENTERPRISE)
    _write(inbox / "penalty" / "双公示.csv", _PENALTY)
    settings = {"YAOXIN_PUBLICATIONS": str(folder / "publications"), "YAOXIN_IDENTITY_KEY": "k" * 32}
    settings["PREFECT_HOME"] = str(folder / "prefect")
    roots = {"RECORD_PATH_ROOT": f"{_ROOT}{os.sep}", "RECORD_PATH_NOTES": str(notes)}
    paths = os.pathsep.join((str(hook), str(_ROOT)))
    environment = {**os.environ, **roots, **settings, "PYTHONPATH": paths}
    inbox_flag, store_flag = f"--inbox={inbox}", f"--store={folder / 'store'}"
    for command in (["nightly", inbox_flag, store_flag, "--as-of=2026-02-20"], ["publish", store_flag]):
        arguments = [sys.executable, "-c", "from flows.cli import main; main()", *command]
        done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    lines = (line.split("\t") for line in notes.read_text(encoding="utf-8").splitlines())
    return {(str(Path(path).relative_to(_ROOT)), int(line), name) for path, line, name in lines}


def main() -> None:
    """Print the counts, and the functions of each module."""
    with tempfile.TemporaryDirectory() as folder:
        entered = functions_entered(Path(folder))
    own = {one for one in entered if not one[0].startswith((".venv", "tests", "bench")) and one[2] not in _NO_FUNCTIONS}
    modules = Counter(path for path, _line, _name in own)
    for path, count in sorted(modules.items()):
        sys.stdout.write(f"{count:5} {path}\n")
    sys.stdout.write(f"{len(own)} functions in {len(modules)} modules\n")


def _write(path: Path, row: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)


if __name__ == "__main__":
    main()
