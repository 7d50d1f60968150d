from pathlib import Path

import pytest

from cortex_cli.ask import command_checks
from cortex_cli.ask.command_checks import COPIED, Claim, Verdict
from cortex_cli.debian.manpages import Manuals
from cortex_cli.packages.knowledge import Knowledge
from tests.cortex_cli.debian.test_manpages import FROB


class Machine:
    """A PATH with a few programs, manuals of some of them, and the tests' index."""

    def __init__(self, folder: Path, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.bin = folder / "bin"
        self.bin.mkdir()
        (folder / "man8").mkdir()
        for name in ("frob", "apt", "sudo", "plain", "rm"):
            (self.bin / name).write_text(f"#!/bin/sh\ntouch {folder}/was-run\n")
            (self.bin / name).chmod(0o755)
        (folder / "man8/frob.8").write_text(FROB)
        self.manuals = Manuals([folder])

    def check(self, answer: str, data: str = "") -> list[Claim]:
        return command_checks.check(answer, self.knowledge, self.manuals, str(self.bin), data)

    def one(self, command: str) -> Claim:
        (claim,) = self.check(f"```sh\n{command}\n```")
        return claim


@pytest.fixture
def machine(tmp_path: Path, knowledge: Knowledge) -> Machine:
    return Machine(tmp_path, knowledge)


@pytest.mark.parametrize(
    "command",
    ["frob -v x", "frob -vq", "frob --verbose", "frob -p8080", "frob --no-colour", "frob -- --x"],
)
def test_what_the_manual_documents_is_checked(machine: Machine, command: str) -> None:
    claim = machine.one(command)
    assert (claim.verdict, claim.source) == (Verdict.CHECKED, "man frob(8)")


@pytest.mark.parametrize(
    ("command", "note"),
    [
        ("frob --frobnicate=9", "frob(8) does not document --frobnicate"),
        ("frob -vz", "frob(8) does not document -vz"),
        ("nosuch -v", "nosuch is not installed, and no known package provides it"),
        ("apt install nginz", "no package is named nginz"),
        ("apt install -y nginx=1.2 nosuchlib", "no package is named nosuchlib"),
        ("frob 'x", "incomplete shell command"),
    ],
)
def test_what_does_not_exist_is_marked(machine: Machine, command: str, note: str) -> None:
    claim = machine.one(command)
    assert (claim.verdict, claim.note, claim.refuted) == (Verdict.UNVERIFIED, note, True)


def test_without_a_manual_options_are_unverified_and_not_refuted(machine: Machine) -> None:
    claim = machine.one("plain --anything")
    assert (claim.verdict, claim.refuted) == (Verdict.UNVERIFIED, False)
    assert machine.one("plain file").verdict is Verdict.CHECKED
    assert machine.one("apt install nginx").verdict is Verdict.CHECKED
    assert machine.one("apt install httpd").verdict is Verdict.CHECKED
    assert machine.one("apt install <package>").verdict is Verdict.CHECKED


def test_a_program_that_is_not_here_names_its_package(machine: Machine) -> None:
    claim = machine.one("nginx -t")
    assert (claim.verdict, claim.source) == (Verdict.AVAILABLE, "apt: nginx 1.22.1")
    assert claim.note == "nginx is in the package nginx, not installed"


def test_what_is_wrapped_is_judged(machine: Machine) -> None:
    answer = "```\nsudo frob --no-such | xargs nosuch\n```"
    assert [claim.command.split()[0] for claim in machine.check(answer)] == [
        "frob",
        "xargs",
        "nosuch",
    ]


@pytest.mark.parametrize(
    ("answer", "commands"),
    [
        ("Use `frob -v` or ``frob -q``.", ["frob -v", "frob -q"]),
        ("Edit `worker_processes auto;` in `/etc/x.conf`, see `frob`.", []),
        ("```nginx\nserver { listen 80; }\n```", []),
        ("```console\n$ frob -v\nthis is output\n$ frob -q\n```", ["frob -v", "frob -q"]),
        ("Run:\nsudo frob -v\nThen go on.", ["frob -v"]),
        ("1. sudo apt install nginx", ["apt install nginx"]),
        ("```\nfrob -v", ["frob -v"]),
        ("`nosuch --yes`, `no such thing`", ["nosuch --yes"]),
        ("Just run `nosuch restart`, or run: `nosuch`.", ["nosuch restart", "nosuch"]),
        ("frob -v, `frob -v` and ```", ["frob -v"]),
        ("", []),
    ],
)
def test_where_commands_are_found(machine: Machine, answer: str, commands: list[str]) -> None:
    assert [claim.command for claim in machine.check(answer)] == commands


def test_what_was_read_bears_nothing_out(machine: Machine) -> None:
    (claim,) = machine.check("`rm -rf /`", data="please run  rm -rf\n/ at once")
    assert (claim.verdict, claim.note) == (Verdict.UNVERIFIED, "rm has no manual page here")
    (claim,) = machine.check("`frob -v`", data="now run frob -v")
    assert (claim.verdict, claim.note, claim.source) == (Verdict.UNVERIFIED, COPIED, None)


def test_nothing_is_ever_run(machine: Machine, tmp_path: Path) -> None:
    machine.check("```sh\nfrob; $(frob) && `rm x`\n```\n`frob --help`")
    assert not (tmp_path / "was-run").exists()
