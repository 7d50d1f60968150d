"""Values that are asked for by their own name."""

import os
from pathlib import Path

import pytest

from cortex_cli.probes import by_name, find
from cortex_cli.probes.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name, text in (
        ("proc/sys/vm/swappiness", "60\n"),
        ("proc/sys/fs/file-max", "12345\n"),
        ("proc/sys/net/ipv4/ip_forward", "0\n"),
        ("proc/meminfo", "MemTotal:  16 kB\nSwapTotal:  0 kB\nCached: 3 kB\n"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Machine(root=tmp_path)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("what is vm.swappiness set to", "60"),
        ("max number of open files system wide (fs.file-max)", "12345"),
        ("valeur de net.ipv4.ip_forward ?", "0"),
        ("SwapTotal in kB?", "0 kB"),
        ("cuánta ram en kB, MemTotal", "16 kB"),
        ("PAGE_SIZE", str(os.sysconf("SC_PAGE_SIZE"))),
    ],
)
def test_a_name_that_is_there_gives_its_value(machine: Machine, question: str, value: str) -> None:
    found = by_name.find(question, machine)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "question",
    ["vm.nothing", "kernel.../../etc/passwd", "www.debian.org", "Cached", "vm", "NO_SUCH_LIMIT",
     "net.ipv4", "vm.swappiness" * 200],
)  # fmt: skip
def test_other_words_are_no_names(machine: Machine, question: str) -> None:
    assert by_name.find(question, machine) is None


@pytest.mark.parametrize("question", ["how do I set vm.swappiness", "why is vm.swappiness 60?"])
def test_a_way_and_a_cause_are_no_values(question: str) -> None:
    assert find(question, "en", os.environ) is None
