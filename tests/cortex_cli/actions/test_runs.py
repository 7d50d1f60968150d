"""Commands of the files, text and archive families, composed from sentences and really run.

Each runs in a throwaway folder; what it left behind is looked at, not what it was meant to.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cortex_cli import actions

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

OLD = 1_000_000_000  # seconds: 2001


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src" / "deep").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("one apple\ntwo pears\n\none apple\n# end\n")
    (tmp_path / "data.csv").write_text("ana,3,x\nbob,12,y\ncid,7,z\n")
    (tmp_path / "src" / "a.py").write_text("print('TODO')\n")
    (tmp_path / "src" / "deep" / "b.py").write_text("pass\n")
    (tmp_path / "src" / "old.log").write_text("x" * 3000)
    (tmp_path / "src" / "new.log").write_text("y")
    (tmp_path / "-odd name.log").write_text("z")
    os.utime(tmp_path / "src" / "old.log", (OLD, OLD))
    return tmp_path


def asked(question: str, language: str = "en") -> Finding:
    found = actions.find(question, language)
    assert found is not None, question
    return found


def run(question: str, language: str = "en", command: int = 0) -> str:
    """The output of a command of the answer, each stage a process of its own, no shell."""
    shown = asked(question, language).commands[command]
    output = b""
    for argv in shown.pipeline:
        done = subprocess.run(argv, input=output, capture_output=True, timeout=20, check=False)
        assert done.returncode in (0, 1), (argv, done.stderr)
        output = done.stdout
    return output.decode()


def lines(question: str, language: str = "en") -> set[str]:
    return {line.removeprefix("./") for line in run(question, language).splitlines()}


@pytest.mark.parametrize(
    ("question", "language", "found"),
    [
        ("find all .log files in src", "en", {"src/old.log", "src/new.log"}),
        ("find .log files in src older than 30 days", "en", {"src/old.log"}),
        (
            "files in src changed in the last hour",
            "en",
            {"src/a.py", "src/deep/b.py", "src/new.log"},
        ),
        ("find files larger than 2k in src", "en", {"src/old.log"}),
        ("trouver les fichiers *.py dans src", "fr", {"src/a.py", "src/deep/b.py"}),
        ("buscar archivos python en src", "es", {"src/a.py", "src/deep/b.py"}),
        ("find all files in src except *.log", "en", {"src/a.py", "src/deep/b.py"}),
        ("list empty folders", "en", {"empty"}),
        ("find python files in src not recursively", "en", {"src/a.py"}),
        ('which files in src contain "TODO"', "en", {"src/a.py"}),
    ],
)
def test_what_is_found(here: Path, question: str, language: str, found: set[str]) -> None:
    assert lines(question, language) == found


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how many python files are in src", "2"),
        ("print the second column of data.csv", "3\n12\n7"),
        ("sum of the second column of data.csv", "22"),
        ("average of the second column of data.csv", "7.33333"),
        ("sort data.csv by the second column numerically", "ana,3,x\ncid,7,z\nbob,12,y"),
        ("print line 2 of notes.txt", "two pears"),
        ("show lines 1 to 2 of notes.txt", "one apple\ntwo pears"),
        ("show the last line of notes.txt", "# end"),
        ("count the lines of notes.txt", "5 notes.txt"),
        ("how many lines of notes.txt contain apple", "2"),
        ("how many times does apple occur in notes.txt", "2"),
        ("show notes.txt without blank lines", "one apple\ntwo pears\none apple\n# end"),
        ("show notes.txt without comments", "one apple\ntwo pears\n\none apple"),
        ("convert data.csv to uppercase", "ANA,3,X\nBOB,12,Y\nCID,7,Z"),
        (
            "show the lines of notes.txt in reverse order",
            "# end\none apple\n\ntwo pears\none apple",
        ),
        ("sort notes.txt and remove duplicates", "\n# end\none apple\ntwo pears"),
    ],
)
def test_what_is_shown(
    here: Path, question: str, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert run(question).rstrip("\n") == answer


def test_deleting_takes_what_the_preview_showed(here: Path) -> None:
    question = "delete all .log files in src older than 30 days"
    found = asked(question)
    assert found.commands[0].effect == "destroys"
    assert run(question, command=1).split() == ["src/old.log"]
    run(question)
    assert not (here / "src" / "old.log").exists()
    assert (here / "src" / "new.log").exists()


def test_replacing_keeps_the_original_beside_it(here: Path) -> None:
    run('replace "one apple" with "a/b & c" in notes.txt')
    assert here.joinpath("notes.txt").read_text().count("a/b & c") == 2
    assert here.joinpath("notes.txt.bak").read_text().count("one apple") == 2


def test_blank_lines_are_deleted(here: Path) -> None:
    run("delete blank lines from notes.txt")
    assert "\n\n" not in here.joinpath("notes.txt").read_text()


def test_mode_is_changed(here: Path) -> None:
    run("make notes.txt executable")
    assert os.access("notes.txt", os.X_OK)
    run("change permissions of notes.txt to 600")
    assert here.joinpath("notes.txt").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("x.tar", "tar"),
        ("x.tar.gz", "gzip"),
        ("x.tar.xz", "xz"),
        ("x.tar.bz2", "bzip2"),
        ("x.tar.zst", "zstd"),
        ("x.zip", "zip"),
    ],
)
def test_archives_hold_what_went_in(here: Path, name: str, program: str) -> None:
    if not shutil.which(program) or (program == "zip" and not shutil.which("unzip")):
        pytest.skip(f"{program} is not installed")
    run(f"compress the folder src into {name}")
    assert here.joinpath(name).exists()
    assert "src/a.py" in run(f"list the contents of {name}")
    here.joinpath("out").mkdir()
    run(f"extract {name} into out")
    assert here.joinpath("out/src/deep/b.py").read_text() == "pass\n"


@pytest.mark.parametrize(
    ("question", "made"),
    [
        ("create the folder photos2024", "photos2024"),
        ("create a symlink called link1 pointing to notes.txt", "link1"),
        ("copy notes.txt to copy.txt", "copy.txt"),
        ("rename notes.txt to letter.txt", "letter.txt"),
        ("create an empty file new.txt", "new.txt"),
        ("create the folder a/b/c with its parent folders", "a/b/c"),
    ],
)
def test_what_is_made_is_there(here: Path, question: str, made: str) -> None:
    run(question)
    assert here.joinpath(made).exists()


def test_a_name_like_an_option_stays_a_name(here: Path) -> None:
    assert lines("find all .log files not recursively") == {"-odd name.log"}
    run("delete all .log files not recursively")
    assert not here.joinpath("-odd name.log").exists()
    assert here.joinpath("src/new.log").exists()
