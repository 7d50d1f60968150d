"""Filling a template: values stay whole, options are never made of data."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.actions.action import (
    Action,
    Glob,
    Home,
    Parameter,
    Step,
    Unfillable,
    build_step,
    fill,
)

HOSTILE = st.one_of(
    st.text(min_size=1, max_size=40).filter(lambda text: "\0" not in text),
    st.sampled_from(
        [
            "$(reboot)",
            "`id`",
            "a'b",
            'a"b',
            "a\nb",
            "; rm -rf /",
            "-rf",
            "--help",
            "|",
            ">x",
            "{unit}",
            "~root",
            "*",
        ]
    ),
)


def action(run: str, kind: str, **others: object) -> Action:
    return Action(
        name="x",
        area="x",
        phrases={},
        does={"en": "Does {v}."},
        run=(run,),
        parameters={"v": Parameter("v", kind)},
        **others,  # type: ignore[arg-type]
    )


@given(HOSTILE)
def test_a_value_is_one_word_and_unchanged(value: str) -> None:
    filled = fill(action("grep -e {v!} file", "text"), {"v": value}, "en")
    assert filled.steps[0].pipeline == (("grep", "-e", value, "file"),)


@given(HOSTILE)
def test_a_value_is_never_read_as_an_option(value: str) -> None:
    try:
        (argv,) = fill(action("printf {v}", "text"), {"v": value}, "en").steps[0].pipeline
    except Unfillable:
        assert value.startswith("-")
    else:
        assert argv == ("printf", value)
        assert not argv[1].startswith("-")


@given(HOSTILE)
def test_a_path_that_looks_like_an_option_gets_its_folder(value: str) -> None:
    (argv,) = fill(action("cat {v}", "path"), {"v": value}, "en").steps[0].pipeline
    assert argv[1] in (value, f"./{value}")
    assert not argv[1].startswith("-")


@given(HOSTILE)
def test_the_text_means_the_argv(value: str) -> None:
    import shlex

    step = fill(action("cat -- {v}", "path"), {"v": value}, "en").steps[0]
    assert tuple(shlex.split(step.text())) == step.argvs()[0]


def test_brackets_are_left_out_when_their_value_is_missing() -> None:
    kinds = {"n": "number"}
    assert build_step("tail [ -n {n} ] f", {}, kinds).pipeline == (("tail", "f"),)
    assert build_step("tail [ -n {n} ] f", {"n": "3"}, kinds).pipeline == (
        ("tail", "-n", "3", "f"),
    )


def test_pipes_and_output_are_structure() -> None:
    step = build_step(
        "sort {f} | head -n 3 > {out}", {"f": "a|b", "out": "c d"}, {"f": "path", "out": "path"}
    )
    assert step == Step((("sort", "a|b"), ("head", "-n", "3")), "c d")
    assert step.text() == "sort 'a|b' | head -n 3 > 'c d'"


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(Unfillable, match="no value for v"):
        fill(action("cat {v}", "path"), {}, "en")


def test_a_pattern_is_left_to_the_shell_and_matched_where_it_runs(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.jpg", "-c.jpg", "d.png"):
        tmp_path.joinpath(name).touch()
    step = build_step("mogrify -format {new} *.{old}", {"old": "jpg", "new": "png"}, {})
    assert step.text() == "mogrify -format png *.jpg"
    assert step.expand_patterns(tmp_path) == (
        ("mogrify", "-format", "png", "./-c.jpg", "a.jpg", "b.jpg"),
    )
    unsafe = Step((("ls", Glob("*;reboot")),))
    assert unsafe.text() == "ls '*;reboot'"


def test_home_is_shown_as_it_was_said_and_run_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/lena")
    step = Step((("ls", Home("~/a b"), Home("~/c"), "~/d"),))
    assert step.argvs() == (("ls", "/home/lena/a b", "/home/lena/c", "~/d"),)
    assert step.text() == "ls '/home/lena/a b' ~/c '~/d'"
    assert Path(step.argvs()[0][2]).is_absolute()
