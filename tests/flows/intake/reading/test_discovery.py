"""What counts as a file of an inbox."""

from flows.intake.reading import discover


def make(inbox, *names):
    for name in names:
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a\n1\n")


def test_files_in_order_of_their_path(tmp_path):
    make(tmp_path, "乙.csv", "b/2.csv", "b/1.xlsx", "a.csv")
    found = [path.relative_to(tmp_path).as_posix() for path in discover(tmp_path)]
    assert found == ["a.csv", "b/1.xlsx", "b/2.csv", "乙.csv"]


def test_hidden_temporary_and_half_written_files_are_passed_over(tmp_path):
    make(tmp_path, ".hidden.csv", ".git/a.csv", "~$a.xlsx", "a.csv.part", "b.csv.TMP", "kept.csv")
    assert [path.name for path in discover(tmp_path)] == ["kept.csv"]


def test_links_out_of_the_inbox_are_refused(tmp_path):
    outside, inbox = tmp_path / "outside", tmp_path / "inbox"
    make(outside, "secret.csv", "folder/more.csv")
    make(inbox, "a.csv")
    (inbox / "link.csv").symlink_to(outside / "secret.csv")
    (inbox / "folder").symlink_to(outside / "folder")
    (inbox / "gone.csv").symlink_to(outside / "nothing.csv")
    (inbox / "round").symlink_to(inbox)
    (inbox / "same.csv").symlink_to(inbox / "a.csv")
    assert [path.name for path in discover(inbox)] == ["a.csv", "same.csv"]


def test_an_empty_inbox(tmp_path):
    assert discover(tmp_path) == []
