"""Names that would be read as words."""

from pathlib import Path

import pytest

from cortex_cli.probes.machine import Machine
from cortex_cli.probes.marking import mark


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "sys/class/net/lo").mkdir(parents=True)
    program = tmp_path / "bin/find"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return Machine(tmp_path, {"PATH": str(program.parent), "HOME": "/root"})


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("where is the program find", 'where is the program "find"'),
        ("¿dónde está el programa find?", '¿dónde está el programa "find"?'),
        ("where is the program nothing", "where is the program nothing"),
        ("mtu of lo", 'mtu of "lo"'),
        ("quel est le mtu de l'interface lo", 'quel est le mtu de l\'interface "lo"'),
        ("is the module loop loaded", 'is the module "loop" loaded'),
        ("value of HOME", "value of variable $HOME"),
        ("HOME", "HOME"),
        ("lo que hay", "lo que hay"),
    ],
)
def test_what_exists_is_marked(machine: Machine, question: str, marked: str) -> None:
    assert mark(question, machine) == marked


def test_long_text_is_left_alone(machine: Machine) -> None:
    text = "program find " * 100
    assert mark(text, machine) == text
