from dataclasses import replace

import pytest

from cortex_cli.ask.command_checks import Claim, Verdict
from cortex_cli.ask.command_effects import find_harm
from cortex_cli.ask.request import Answer
from cortex_cli.ask.view import AnswerPrinter, print_footer
from cortex_cli.finding import ShownCommand
from cortex_cli.language.question import Question

ANSWER = Answer(Question("q"), "a", ("man ls(1)",), True, "m", 5)


def test_a_line_that_began_is_ended_once(capsys: pytest.CaptureFixture[str]) -> None:
    shown = AnswerPrinter(quiet=False)
    for piece in ("a", "", "b"):
        shown(piece)
    shown.end_line()
    shown.end_line()
    assert capsys.readouterr().out == "ab\n"
    quiet = AnswerPrinter(quiet=True)
    quiet("a")
    quiet.end_line()
    assert capsys.readouterr().out == ""


def test_only_what_is_doubted_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    claims = (
        Claim("ls -l", Verdict.CHECKED),
        Claim("nginx -t", Verdict.AVAILABLE, "nginx is in the package nginx, not installed"),
        Claim("rm\x1b[2J\n-rf", Verdict.UNVERIFIED, "why"),
    )
    print_footer(replace(ANSWER, claims=claims, notes=("x was cut",), finish_reason="length"))
    said = capsys.readouterr()
    assert said.out == (
        "\nNot installed: nginx -t — nginx is in the package nginx, not installed\n"
        "Unverified: rm\\x1b[2J -rf — why\n\nSources: man ls(1)\n"
    )
    assert said.err == "Note: x was cut.\nThe answer was cut off at 5 tokens; raise --max-tokens.\n"


def test_without_a_source_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_footer(replace(ANSWER, sources=()))
    assert "unverified" in capsys.readouterr().err
    print_footer(replace(ANSWER, sources=(), known=False))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "hint: try different words, or ask a larger model: cortex up --model FILE\n"
    asked = replace(ANSWER, sources=(), known=False, nearest=("a: ls", "b"), asked_chat_model=True)
    print_footer(asked)
    said = capsys.readouterr()
    assert said.out == "Nearest:\n  a: ls\n  b\n"
    assert said.err == "hint: try different words\n"


def test_what_destroys_is_said_whoever_wrote_it(capsys: pytest.CaptureFixture[str]) -> None:
    harm = find_harm("rm -rf /")
    claims = (Claim("rm -rf /", Verdict.CHECKED, source="man rm(1)", harm=harm),)
    print_footer(replace(ANSWER, claims=claims))
    folders = "deletes folders with everything in them"
    assert f"Destructive: rm -rf / — {folders}\n" in capsys.readouterr().out
    command = ShownCommand((("rm", "-r", "x"),), "rm -r x")
    finding = replace(ANSWER, kind="failure", commands=(command,), text="Try `mkfs.ext4 /dev/sdb`.")
    print_footer(finding)
    said = capsys.readouterr().out
    assert f"Destructive: rm -r x — {folders}\n" in said
    assert "Destructive: mkfs.ext4 /dev/sdb — overwrites a disk or file\n" in said


def test_thoughts_are_shown_folded(capsys: pytest.CaptureFixture[str]) -> None:
    print_footer(replace(ANSWER, thoughts="hm hm hm"))
    said = capsys.readouterr()
    assert "hm" not in said.out
    assert "thought first (3 words" in said.err
