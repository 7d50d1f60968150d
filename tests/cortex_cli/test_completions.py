"""The scripts in the shells themselves: what Tab offers, and how long it takes."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from pathlib import Path

import click
import pytest

from cortex_cli import completions
from cortex_cli.main import cli

TAB_WITHIN_S = 0.15
SHELLS = ("bash", "zsh", "fish")
# What a line offers: all of the first, none of the second.
OFFERS = [
    ("cortex da", {"daemon"}, {"ask"}),
    ("cortex daemon re", {"reload-config", "restart"}, {"ping"}),
    ("cortex --socket /x daemon pi", {"ping"}, set()),
    ("cortex ask -f x daemon --no", {"--no-stream"}, {"ping"}),
    ("cortex install --", {"--dry-run", "--execute", "--yes"}, {"--no-stream"}),
    ("cortex alerts --severity cr", {"critical"}, {"ack"}),
    ("cortex alerts --status ", {"active", "resolved"}, {"ack"}),
    ("cortex completion f", {"fish"}, {"bash"}),
    ("cortex up --model mo", {"model.gguf"}, {"down"}),
]


def require(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed: apt-get install {shell}")


@pytest.fixture
def scripts(tmp_path: Path) -> dict[str, Path]:
    found = {}
    for shell in SHELLS:
        found[shell] = tmp_path / f"cortex.{shell}"
        found[shell].write_text(completions.render(shell, cli, "cortex"))
    (tmp_path / "model.gguf").touch()
    return found


def run(command: list[str], folder: Path) -> str:
    """Without ``cortex`` in PATH: no Tab may start it."""
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TERM": "dumb"}
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def complete_in_bash(script: Path, line: str) -> set[str]:
    words = line.split(" ")
    program = (
        f"source {script}; COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; "
        "_cortex; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    return set(run(["bash", "--norc", "-c", program], script.parent).split())


def complete_in_fish(script: Path, line: str) -> set[str]:
    program = f"source {script}; complete --do-complete {shlex.quote(line)}"
    shown = run(["fish", "--no-config", "-c", program], script.parent)
    return {row.split("\t")[0] for row in shown.splitlines()}


@pytest.mark.parametrize(("line", "offered", "absent"), OFFERS)
def test_bash_offers(
    scripts: dict[str, Path], line: str, offered: set[str], absent: set[str]
) -> None:
    found = complete_in_bash(scripts["bash"], line)
    assert offered <= found
    assert not absent & found


@pytest.mark.parametrize(("line", "offered", "absent"), OFFERS)
def test_fish_offers(
    scripts: dict[str, Path], line: str, offered: set[str], absent: set[str]
) -> None:
    require("fish")
    found = complete_in_fish(scripts["fish"], line)
    assert offered <= found
    assert not absent & found


@pytest.mark.parametrize(("line", "offered", "absent"), OFFERS)
def test_zsh_offers(
    scripts: dict[str, Path], line: str, offered: set[str], absent: set[str]
) -> None:
    """zsh completes only at a terminal: what the function hands over is read instead."""
    require("zsh")
    words = line.split(" ")
    program = (
        "zmodload zsh/zutil; compdef() { : }; compadd() { shift; print -l -- $@ }; "
        "_files() { print -l -- * }; _describe() { print -l -- ${${(P)2}%%:*} }; "
        f"source {scripts['zsh']}; words=({shlex.join(words)}); CURRENT={len(words)}; _cortex"
    )
    shown = run(["zsh", "-f", "-c", program], scripts["zsh"].parent).split()
    found = {word for word in shown if word.startswith(words[-1])}  # as zsh itself sorts out
    assert offered <= found
    assert not absent & found


@pytest.mark.parametrize("shell", SHELLS)
def test_each_script_parses(scripts: dict[str, Path], shell: str) -> None:
    require(shell)
    run([shell, "-n", str(scripts[shell])], scripts[shell].parent)


def test_a_tab_takes_no_time(scripts: dict[str, Path]) -> None:
    """The best of three, with the start of bash: other work on the machine is not at issue."""
    took = []
    for _ in range(3):
        started = time.perf_counter()
        assert complete_in_bash(scripts["bash"], "cortex da") == {"daemon"}
        took.append(time.perf_counter() - started)
    assert min(took) < TAB_WITHIN_S


def test_every_command_and_option_is_there() -> None:
    """By click's own list of them, not by this module's."""
    nodes = {node.path: node for node in completions.collect(cli, "cortex")}

    def check(command: click.Command, path: str, parent: click.Context | None) -> None:
        ctx = click.Context(command, parent, info_name=path)
        ours = {option.word.text for option in nodes[path].options}
        for param in command.get_params(ctx):
            if isinstance(param, click.Option) and not param.hidden:
                assert set(param.opts) <= ours, path
        if isinstance(command, click.Group):
            for name in command.list_commands(ctx):
                assert name in nodes[path].commands
                sub = command.get_command(ctx, name)
                assert sub is not None
                check(sub, f"{path} {name}", ctx)

    check(cli, "cortex", None)
    assert "cortex daemon reload-config" in nodes


def test_help_with_quotes_cannot_end_a_word() -> None:
    @click.command(help='it\'s `x` $(y) \\ "z"')
    @click.option("--it", help="don't: 'a' \\ $HOME `id`")
    def odd() -> None: ...

    group = click.Group("odd", commands={"sub": odd})
    for shell in SHELLS:
        script = completions.render(shell, group, "odd")
        if shutil.which(shell):
            done = subprocess.run([shell, "-n"], input=script, text=True, check=False)
            assert done.returncode == 0, shell
