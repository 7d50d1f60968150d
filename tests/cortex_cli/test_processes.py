import os
import signal
import subprocess
import sys
from pathlib import Path

from cortex_cli import processes
from cortex_cli.processes import Process

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); "


def reap(process: Process) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process.pid, 0)[1])


def test_a_process_from_start_to_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = processes.spawn(SLEEP, os.environ, log)
    processes.write_record(tmp_path / "pid", process)
    assert processes.read_record(tmp_path / "pid") == process
    assert os.getsid(process.pid) == process.pid
    assert processes.stop(process, 10.0)
    assert reap(process) == -signal.SIGTERM
    assert processes.read_record(tmp_path / "pid") is None
    assert processes.stop(process, 1.0)
    assert log.stat().st_mode & 0o777 == 0o600


def test_one_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = processes.spawn([sys.executable, "-c", STUBBORN + "time.sleep(60)"], {}, log)
    while not log.read_text():
        pass
    assert not processes.stop(process, 0.2)
    assert reap(process) == -signal.SIGKILL


def test_a_pid_that_somebody_else_has_now_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen(SLEEP)
    try:
        stale = Process(other.pid, 1)
        processes.write_record(tmp_path / "pid", stale)
        assert processes.read_record(tmp_path / "pid") is None
        assert processes.stop(stale, 0.2)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_zombie_is_not_running(tmp_path: Path) -> None:
    process = processes.spawn([sys.executable, "-c", "print('last words')"], {}, tmp_path / "log")
    handle = os.pidfd_open(process.pid)
    try:
        assert processes._wait_for_exit(handle, 20.0)
    finally:
        os.close(handle)
    assert not processes.is_running(process)
    assert processes.read_log_tail(tmp_path / "log", 3) == ["last words"]
    reap(process)


def test_records_that_are_none(tmp_path: Path) -> None:
    for text in ("", "7", "{}", '{"pid": "x", "started": 1}', '{"pid": -1, "started": 1}'):
        (tmp_path / "pid").write_text(text)
        assert processes.read_record(tmp_path / "pid") is None
    assert processes.read_record(tmp_path / "none") is None
    assert processes.read_log_tail(tmp_path / "none", 3) == []
