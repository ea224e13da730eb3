"""One broken file per mistake: each is refused, in the words its first line asks for."""

from pathlib import Path

import pytest

from transforms.policy_model import PolicyProblems, load_scheme

FIXTURES = Path(__file__).parents[2] / "fixtures"
BROKEN = sorted((FIXTURES / "broken_policy").glob("*.yaml"))


def test_the_scheme_they_differ_from_is_whole():
    scheme = load_scheme((FIXTURES / "policy" / "whole.yaml").read_text("utf-8"), "whole.yaml")
    assert scheme.scheme == "whole"


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_broken_file_is_refused_in_these_words(path: Path):
    text = path.read_text("utf-8")
    words = text.splitlines()[0].removeprefix("# expect: ").split(" | ")
    with pytest.raises(PolicyProblems) as refused:
        load_scheme(text, path.name)
    message = str(refused.value)
    assert [word for word in words if word not in message] == [], message
    assert all(line.startswith(f"{path.name}:") for line in message.splitlines())
