"""scripts/setup on machines that lack something: a PATH with little more than a shell."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
TOOLS = (
    "sh",
    "cat",
    "cksum",
    "dirname",
    "head",
    "id",
    "mkdir",
    "mktemp",
    "rm",
    "sed",
    "sort",
    "tail",
    "tr",
)

# Records its arguments; replaces pip and venv, which would take minutes and the network.
PYTHON = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
    *ensurepip*) exit {ensurepip} ;;
    *native_libraries.py" --packages") [ -z "{packages}" ] || {{ echo "{packages}"; exit 1; }} ;;
    *native_libraries.py) [ -z "{report}" ] || {{ printf "{report}"; exit 1; }} ;;
    *version_info*) exit {new_enough} ;;
    --version) echo "Python {version}" ;;
    "-m venv "*) mkdir -p "$3/bin" && cat "$0" >"$3/bin/python" && chmod +x "$3/bin/python" ;;
    "-m pip "*) echo "{pip_says}"; [ {pip} = 0 ] && echo >"${{0%python}}cortex" &&
        chmod +x "${{0%python}}cortex"; exit {pip} ;;
esac
"""


class Machine:
    """A folder of programs to run the script with."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.calls = folder / "calls"
        self.venv = folder / "venv"
        for tool in (*TOOLS, "chmod"):
            found = shutil.which(tool)
            assert found, tool
            (self.bin / tool).symlink_to(found)

    def python(
        self,
        *,
        new_enough: bool = True,
        ensurepip: bool = True,
        pip: int = 0,
        says: str = "",
        packages: str = "",
        report: str = "",
    ) -> None:
        path = self.bin / "python3"
        path.write_text(
            PYTHON.format(
                ensurepip=int(not ensurepip),
                new_enough=int(not new_enough),
                version="3.12.1" if new_enough else "3.9.2",
                pip=pip,
                pip_says=says,
                packages=packages,
                report=report,
            )
        )
        path.chmod(0o755)

    def setup(self, *extras: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CHECKOUT / "scripts/setup", *extras],
            env={
                "PATH": str(self.bin),
                "CORTEX_VENV": str(self.venv),
                "CALLS": str(self.calls),
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_no_python(machine: Machine) -> None:
    done = machine.setup()
    assert done.returncode == 1
    assert "setup: Python 3.11 or newer is required; found: no python3" in done.stderr
    assert "apt-get install -y python3 python3-venv libgomp1" in done.stderr


def test_an_old_python(machine: Machine) -> None:
    machine.python(new_enough=False)
    done = machine.setup()
    assert done.returncode == 1
    assert "found: Python 3.9.2" in done.stderr


def test_without_the_venv_module(machine: Machine) -> None:
    machine.python(ensurepip=False)
    done = machine.setup()
    assert done.returncode == 1
    assert "apt-get install -y python3-venv\n" in done.stderr
    assert not machine.venv.exists()


def test_one_command_installs_everything_that_is_missing(machine: Machine) -> None:
    machine.python(ensurepip=False, packages="libgomp1")
    done = machine.setup()
    assert done.returncode == 1
    assert "setup: this system lacks: python3-venv libgomp1\n" in done.stderr
    assert "apt-get install -y python3-venv libgomp1\n" in done.stderr
    assert not machine.venv.exists()


def test_a_module_that_cannot_be_imported_is_no_success(machine: Machine) -> None:
    machine.python(report="missing native libraries: libx.so.1\\napt-get install -y libx1\\n")
    for _ in range(2):  # the failure is not taken for a finished setup
        done = machine.setup()
        assert done.returncode == 1
        assert "setup: missing native libraries: libx.so.1\n" in done.stderr
        assert "apt-get install -y libx1\n" in done.stderr


def test_the_second_time_there_is_nothing_to_do(machine: Machine) -> None:
    machine.python()
    first = machine.setup("dev")
    assert first.returncode == 0, first.stderr
    calls = machine.calls.read_text()
    for extra in ("dev", "llm", "build"):
        lock = CHECKOUT / f"requirements/{extra}.txt"
        (call,) = [line for line in calls.splitlines() if line.endswith(str(lock))]
        assert " --isolated " in call
        assert " --require-hashes " in call
    assert f"--no-index --no-deps --no-build-isolation --editable {CHECKOUT}\n" in calls
    machine.calls.unlink()
    assert machine.setup("dev").stderr == ""
    assert machine.setup().stderr == ""  # what was installed before stays
    assert "pip" not in machine.calls.read_text()


def test_more_extras_are_added(machine: Machine) -> None:
    machine.python()
    assert machine.setup().returncode == 0
    assert machine.setup("dev").returncode == 0
    assert machine.calls.read_text().count(f"--editable {CHECKOUT}\n") == 2
    assert machine.calls.read_text().count("-m venv ") == 1


def test_pips_own_words_are_shown(machine: Machine) -> None:
    machine.python(pip=1, says="no such wheel")
    done = machine.setup()
    assert done.returncode == 1
    assert "no such wheel" in done.stderr
    assert "hint: check the network" in done.stderr
    assert machine.setup().returncode == 1  # and it is tried again


def test_this_python_would_do() -> None:
    assert sys.version_info >= (3, 11)
