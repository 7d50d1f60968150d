from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WAITER = """
import sys
from pathlib import Path
from cortex_cli import lockfile
with lockfile.hold(Path(sys.argv[1]), "up"):
    print("held", flush=True)
    sys.stdin.read()
"""


def start(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WAITER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_second_process_says_that_it_waits_and_goes_on_when_the_first_ends(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lock"
    with start(path) as first:
        assert first.stdout and first.stdin
        assert first.stdout.readline() == "held\n"
        with start(path) as second:
            assert second.stdout and second.stderr and second.stdin
            assert "cortex up" in second.stderr.readline()
            first.stdin.close()
            assert second.stdout.readline() == "held\n"
            second.stdin.close()
        assert second.returncode == 0
    assert first.returncode == 0


def test_only_the_owner_may_read_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with start(path) as only:
        assert only.stdout and only.stdin
        assert only.stdout.readline() == "held\n"
        assert path.stat().st_mode & 0o777 == 0o600
        only.stdin.close()
