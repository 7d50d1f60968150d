import os
import signal
import threading
import time
from pathlib import Path

import pytest

from cortex_cli.errors import Failure
from cortex_cli.install import runner

ENVIRON = {"HOME": "/nonexistent", "APT_CONFIG": "/tmp/apt.conf", "LD_PRELOAD": "/tmp/x.so"}


def test_a_list_of_arguments_never_a_shell(tmp_path: Path) -> None:
    ended = runner.run(["printf", "%s\\n", "a; echo b", "$HOME"], ENVIRON, tmp_path / "log")
    assert (ended.status, ended.output) == (0, "a; echo b\n$HOME\n")
    assert (tmp_path / "log").read_text() == "a; echo b\n$HOME\n"


def test_little_of_the_environment_reaches_it(tmp_path: Path) -> None:
    ended = runner.run(["env"], ENVIRON, tmp_path / "log")
    names = {line.partition("=")[0] for line in ended.output.splitlines()}
    assert names == {"PATH", "HOME", "DEBIAN_FRONTEND"}


def test_what_it_writes_is_shown_escaped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["printf", "10%%\\r20%%\\r\\n\\033[2Jgone\\n"]
    runner.run(command, ENVIRON, tmp_path / "log")
    assert capsys.readouterr().err == "10%\n20%\n\\x1b[2Jgone\n"


def test_the_log_is_appended_to_and_the_status_kept(tmp_path: Path) -> None:
    runner.run(["echo", "one"], ENVIRON, tmp_path / "log")
    ended = runner.run(["sh", "-c", "echo two; exit 7"], ENVIRON, tmp_path / "log")
    assert (ended.status, ended.output) == (7, "two\n")
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


def test_an_interrupt_tells_it_and_waits(tmp_path: Path) -> None:
    script = "trap 'sleep 0.5; echo told; exit 3' INT; echo up; while :; do sleep 0.1; done"
    interrupt = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    began = time.monotonic()
    ended = runner.run(["bash", "-c", script], ENVIRON, tmp_path / "log")
    interrupt.join()
    assert (ended.status, ended.interrupted) == (3, True)
    assert "told" in ended.output
    assert time.monotonic() - began < 20


def test_what_cannot_be_started_is_said(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot run no-such-program: No such file"):
        runner.run(["no-such-program"], ENVIRON, tmp_path / "log")
    with pytest.raises(Failure, match="cannot write"):
        runner.run(["true"], ENVIRON, tmp_path / "none" / "log")
