import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortex_cli.errors import Failure
from cortex_cli.install import apt_lock

HOLD = """
import fcntl, sys
lock = open(sys.argv[1], "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield lock, holder
        if not holder.stdin.closed:
            holder.stdin.close()


def test_nobody_holds_it(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    assert apt_lock.find_holder((tmp_path / "lock", tmp_path / "none")) is None
    apt_lock.wait((tmp_path / "lock",))


def test_the_holder_is_known(held: tuple[Path, subprocess.Popen[str]]) -> None:
    lock, holder = held
    assert apt_lock.find_holder((lock,)) == (lock, holder.pid)


def test_without_the_right_to_open_it_the_kernels_list_is_read(
    held: tuple[Path, subprocess.Popen[str]],
) -> None:
    lock, holder = held
    assert apt_lock._look_up_holder(lock) == holder.pid


def test_it_is_waited_for_and_said(
    held: tuple[Path, subprocess.Popen[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    lock, holder = held
    assert holder.stdin is not None
    timer = threading.Timer(0.7, holder.stdin.close)
    timer.start()
    apt_lock.wait((lock,))
    timer.join()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"apt's lock {lock} is held by python" in said
    assert f"(pid {holder.pid}); waiting" in said


def test_not_for_ever(held: tuple[Path, subprocess.Popen[str]]) -> None:
    with pytest.raises(Failure, match="still holds apt's lock"):
        apt_lock.wait((held[0],), timeout_s=0)
