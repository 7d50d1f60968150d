"""The judge of answers, its sets, and the program against a cortex that says what it is told."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from benchmarks import answer_checks, answer_sets, answers
from benchmarks.answer_checks import Reply, Verdict, judge
from benchmarks.answer_sets import Case
from tests.support.daemon import CHECKOUT

# Replies are looked up by the question; "log" is what came on standard input.
FAKE = """\
#!/usr/bin/env python3
import json, pathlib, sys
assert sys.argv[1:4] == ["ask", "--json", "--"]
replies = json.loads(pathlib.Path(__file__).with_name("replies.json").read_text())
reply = replies.get(sys.argv[4])
if reply is None:
    sys.exit("no such reply")
log = sys.stdin.read()
reply["answer"] = reply["answer"].replace("LOG", log)
print(json.dumps(reply))
"""


def reply(text: str, *commands: str, known: bool = True) -> dict[str, object]:
    return {"answer": text, "known": known, "commands": [{"command": each} for each in commands]}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a program called cortex that comes first on PATH."""
    program = tmp_path / "cortex"
    program.write_text(FAKE)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


@pytest.mark.parametrize("name", [*answer_sets.SETS, "install"])
@pytest.mark.parametrize("half", answer_sets.HALVES)
def test_every_line_is_a_case_of_its_half(name: str, half: str) -> None:
    path = answer_sets.FOLDER / f"{name}-{half}.tsv"
    found = answer_sets.cases(path)
    assert found
    assert {answer_sets.half_of(case.question) for case in found} == {half}
    assert {case.language for case in found} == {"en", "fr", "es"}
    assert len({case.question for case in found}) == len(found)
    assert answer_sets.is_held_out(path) == (half == answer_sets.HELD_OUT)


def test_every_log_is_asked_about() -> None:
    named = set()
    for half in answer_sets.HALVES:
        lines = (answer_sets.FOLDER / f"failures-{half}.tsv").read_text().splitlines()
        named |= {line.split("\t")[0] for line in lines if not line.startswith("#")}
    assert named == {path.name for path in (answer_sets.FOLDER / "failures").iterdir()}


def test_no_log_passes_by_itself() -> None:
    for half in answer_sets.HALVES:
        for case in answer_sets.cases(answer_sets.FOLDER / f"failures-{half}.tsv"):
            judged = judge(case, Reply(case.log, known=True), {})
            assert judged.verdict == Verdict.WRONG, case.question
            assert not judged.parts["cause right"], case.question


def test_a_line_that_is_no_case(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text("# comment\nwhat\t(\n")
    with pytest.raises(ValueError, match=r"mine\.tsv:2: no regular expression"):
        answer_sets.cases(path)
    path.write_text("only one column\n")
    with pytest.raises(ValueError, match="1 columns are no case"):
        answer_sets.cases(path)


@pytest.mark.parametrize(
    ("text", "value", "right"),
    [
        ("23.4 GiB of memory", "23", True),
        ("There are 65,536 bytes.", "65536", True),
        ("65 536 octets", "65536", True),
        ("version 1.23", "23", False),
        ("123 of them", "23", False),
        ("/etc/shadow belongs to root", "shadow", False),
        ("the group is shadow.", "shadow", True),
        ("It is /bin/bash", "/bin/bash", True),
        ("Not installed.", "not installed", True),
    ],
)
def test_a_value_stands_in_an_answer(text: str, value: str, right: bool) -> None:
    assert answer_checks.holds(text, value) is right


def test_quotations_are_taken_out() -> None:
    log = "May 1 web[7]: bind to 0.0.0.0:80 failed\nthe disk of this old machine is full\n"
    text = "The log says: the disk of this old machine is full. So the disk is full."
    assert answer_checks.without_quotations(text, log).endswith("So the disk is full.")
    assert "machine" not in answer_checks.without_quotations(text, log)
    part = "It said that the disk of this old machine had trouble."
    assert "old machine" not in answer_checks.without_quotations(part, log)


def test_verdicts() -> None:
    how = Case("howto", "stop cron", r"systemctl stop cron")
    right = judge(how, Reply("", known=True, commands=("systemctl stop cron", "x")), {})
    second = judge(how, Reply("", known=True, commands=("x", "systemctl stop cron")), {})
    assert right.verdict == Verdict.RIGHT
    assert second.verdict == Verdict.WRONG
    assert second.parts == {"any command right": True}
    assert judge(how, Reply("Do it.", known=True), {}).verdict == Verdict.WRONG
    assert judge(how, Reply("No.", known=False), {}).verdict == Verdict.NOTHING
    refuse = Case("refuse", "a joke", "-")
    assert judge(refuse, Reply("No.", known=False), {}).verdict == Verdict.RIGHT
    assert judge(refuse, Reply("Ha.", known=True), {}).verdict == Verdict.WRONG
    fact = Case("fact", "which file", "echo $IT; echo other")
    environ = {"IT": "this one", "PATH": os.environ["PATH"]}
    assert judge(fact, Reply("It is this one.", known=True), environ).verdict == Verdict.RIGHT
    assert judge(fact, Reply("The other.", known=True), environ).verdict == Verdict.WRONG
    assert judge(fact, Reply("x", known=True), {"PATH": environ["PATH"]}).verdict == (
        Verdict.UNCHECKED
    )


def test_asked_by_process(fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fake / "failures").mkdir()
    (fake / "failures" / "1.log").write_text("kernel: the table is full of things\n")
    replies = {
        "stop cron": reply("", "systemctl stop cron"),
        "-rwx?": reply("", "ls"),
        "why": reply("LOG It ran out of room.", "sysctl -w table=9"),
        "why again": reply("LOG", "sysctl -w table=9"),
    }
    (fake / "replies.json").write_text(json.dumps(replies))
    (fake / "mine.tsv").write_text(
        "# language: en\n"
        "stop cron\tsystemctl stop cron\n-rwx?\tchmod\n"
        "1.log\twhy\tfull|ran out\tsysctl\n1.log\twhy again\tfull|ran out\tsysctl\n"
    )
    chosen = ["--daemon", "none", "--cortex", "cortex", "--file", str(fake / "mine.tsv")]
    figures = fake / "figures.json"
    assert answers.main([*chosen, "--show-wrong", "--json", str(figures)]) == 0
    out = capsys.readouterr().out
    assert "wrong shown: '-rwx?': 'ls'" in out
    assert "wrong shown: 'why again'" in out
    counts = {
        each["what"]: (each["count"], each["asked"]) for each in json.loads(figures.read_text())
    }
    assert counts["mine, howto: right"] == (1, 2)
    assert counts["mine, failure: right"] == (1, 2)
    assert counts["mine, failure: cause right"] == (1, 2)
    assert counts["mine, failure: remedy right"] == (2, 2)


def test_a_program_that_fails(fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fake / "replies.json").write_text("{}")
    (fake / "mine.tsv").write_text("stop cron\tsystemctl stop cron\n")
    mine = ["--daemon", "none", "--file", str(fake / "mine.tsv")]
    assert answers.main(["--cortex", "cortex", *mine]) == answers.EXIT_BROKEN
    assert "1 questions failed; the first with: no such reply" in capsys.readouterr().out
    assert answers.main(["--cortex", "/no/such", *mine]) == answers.EXIT_BROKEN


@pytest.mark.parametrize(
    "chosen",
    [
        ["--half", "held-out"],
        ["--half", "both"],
        ["--file", str(answer_sets.FOLDER / "howto-held-out.tsv")],
    ],
)
def test_what_is_wrong_in_the_held_out_half_is_never_listed(
    chosen: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert answers.main(["--show-wrong", *chosen]) == answers.EXIT_USAGE
    assert "never lists the held-out half" in capsys.readouterr().err


def test_the_table_of_the_readme_counts_right() -> None:
    readme = (CHECKOUT / "benchmarks/data/answers/README.md").read_text()
    for name in (*answer_sets.SETS, "install"):
        row = next(line for line in readme.splitlines() if line.startswith(f"| {name} |"))
        counts = [int(cell) for cell in row.split("|")[2:-1]]
        halves = [
            answer_sets.cases(answer_sets.FOLDER / f"{name}-{half}.tsv")
            for half in answer_sets.HALVES
        ]
        spoken = [case.language for half in halves for case in half]
        languages = map(spoken.count, ("en", "fr", "es"))
        assert counts == [len(spoken), *languages, *map(len, halves)]
