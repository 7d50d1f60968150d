"""The command under a parent that closed its streams, or speaks another encoding."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cortex_cli.streams import decode
from tests.cortex_cli.conftest import CHECKOUT, Cortex


def shell(cortex: Cortex, script: str, *args: bytes) -> subprocess.CompletedProcess[bytes]:
    """``script`` with ``"$@"`` for ``python -m cortex_cli``."""
    argv = ["sh", "-c", script, "sh", sys.executable, "-m", "cortex_cli", *args]
    return subprocess.run(
        argv, env=cortex.environ, cwd=CHECKOUT, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize("args", [[b"--version"], [b"--help"], [b"search", b"nginx"]])
def test_nobody_reads_the_answer(cortex: Cortex, args: list[bytes]) -> None:
    done = shell(cortex, 'exec "$@" >&-', *args)
    said = done.stderr.splitlines()[-1]
    assert (done.returncode, said) == (1, b"cortex: cannot write to standard output: it is closed")


def test_no_room_for_the_answer(cortex: Cortex) -> None:
    done = shell(cortex, 'exec "$@" >/dev/full', b"search", b"nginx")
    said = done.stderr.splitlines()[-1]
    assert (done.returncode, said) == (1, b"cortex: No space left on device")


def test_the_other_streams_may_be_closed(cortex: Cortex) -> None:
    done = shell(cortex, 'exec "$@" <&- 2>&-', b"search", b"nginx")
    assert done.returncode == 0
    assert b"nginx" in done.stdout
    assert shell(cortex, 'exec "$@" <&- 2>&-', b"search", b"xyzzy").returncode == 3


@pytest.mark.parametrize("command", [b"search", b"install"])
def test_arguments_in_latin_1(cortex: Cortex, command: bytes) -> None:
    done = shell(cortex, 'exec "$@"', command, b"xyzzy-caf\xe9")
    assert done.returncode == 3
    assert "xyzzy-café" in done.stderr.decode()


@pytest.mark.parametrize(
    "args",
    [[b"caf\xe9"], [b"ask", b"--caf\xe9"], [b"history", b"caf\xe9"], [b"ask", b"-f", b"/\xe9"]],
)
def test_no_argument_is_a_defect(cortex: Cortex, args: list[bytes]) -> None:
    done = shell(cortex, 'exec "$@"', *args)
    assert done.returncode in (1, 2)
    assert b"internal error" not in done.stderr


def test_what_is_no_utf_8_is_latin_1() -> None:
    assert decode("café") == "café"
    assert decode("caf\udce9") == "café"
