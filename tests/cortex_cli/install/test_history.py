import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cortex_cli.debian.dpkg_status import State
from cortex_cli.errors import Failure, NothingFound
from cortex_cli.install import history, plan, seal
from cortex_cli.install.history import History
from cortex_cli.install.plan import Change, Changes, Effects, Plan, PlannedPackage
from tests.cortex_cli.conftest import CHECKOUT

STATUS = "Package: make\nStatus: install ok installed\nVersion: {}\n"
NEW_MAKE = PlannedPackage("make", "4.4", "Debian bookworm/main", "4.3")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "dpkg").write_text(STATUS.format("4.3"))
    return {
        "CORTEX_STATE_DIR": str(tmp_path / "state"),
        "CORTEX_DPKG_STATUS": str(tmp_path / "dpkg"),
        "HOME": str(tmp_path),
    }


def upgrade() -> Plan:
    changes = Changes((Change("libnew", None, "1"),), (Change("make", "4.3", "4.4"),))
    return plan.build("make", [NEW_MAKE], [], "exact", root=True).with_effects(changes, Effects())


def test_an_entry_from_begin_to_end(environ: dict[str, str], tmp_path: Path) -> None:
    with History.open(environ) as opened:
        number = opened.start("install", upgrade())
        assert opened.entry(number).state == "running"
        opened.log(number).write_text("Setting up make\n")
        (tmp_path / "dpkg").write_text(STATUS.format("4.4"))
        entry = opened.finish(number, "done", status=0)
    assert entry.before == {"make": State("4.3", "installed"), "libnew": None}
    assert entry.after == {"make": State("4.4", "installed"), "libnew": None}
    assert (entry.output, entry.state, entry.exit_status) == ("Setting up make\n", "done", 0)
    assert entry.ended is not None
    assert entry.ended >= entry.began
    assert entry.who == history.identify_user(environ)
    assert json.loads(json.dumps(entry.as_json()))["plan"] == json.loads(
        json.dumps(upgrade().as_json())
    )
    left = {path.name for path in (tmp_path / "state").iterdir()}
    assert left == {history.FILE_NAME, seal.KEY_NAME}


def test_a_dry_run_is_recorded_as_one(environ: dict[str, str]) -> None:
    with History.open(environ) as opened:
        number = opened.record_dry_run("install", upgrade())
        entry = opened.entry(number)
    assert (entry.state, entry.after, entry.output) == ("dry run", None, "")


def test_old_dry_runs_make_room(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MAX_DRY_RUNS", 3)
    with History.open(environ) as opened:
        done = opened.start("install", upgrade())
        opened.finish(done, "done")
        numbers = [opened.record_dry_run("install", upgrade()) for _ in range(6)]
        assert [entry.id for entry in opened.entries()] == [*numbers[:2:-1], done]
        assert [entry.id for entry in opened.entries(2)] == numbers[:3:-1]


KILLED = """
import os, signal
from cortex_cli.install.history import History
from tests.cortex_cli.install.test_history import upgrade
opened = History.open(os.environ)
number = opened.start("install", upgrade())
opened.log(number).write_text("Unpacking make\\n")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_survives_kill_9(environ: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        env={**environ, "PYTHONPATH": str(CHECKOUT)},
        cwd=CHECKOUT,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    (tmp_path / "dpkg").write_text(STATUS.format("4.4"))
    with History.open(environ) as opened:
        entry = opened.entry(1)
    assert (entry.state, entry.output) == ("broken off", "Unpacking make\n")
    assert entry.before["make"] == State("4.3", "installed")
    assert entry.after is not None
    assert entry.after["make"] == State("4.4", "installed")


def test_a_long_output_keeps_beginning_and_end(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("begin" + "x" * 200_000 + "end")
    found = history.read_excerpt(tmp_path / "log")
    assert found.startswith("begin")
    assert found.endswith("end")
    assert "bytes omitted" in found
    assert len(found) < history.OUTPUT_HEAD_BYTES + history.OUTPUT_TAIL_BYTES + 100
    assert history.read_excerpt(tmp_path / "none") == ""


def test_what_is_not_there_is_nothing_found(environ: dict[str, str]) -> None:
    with History.open(environ) as opened, pytest.raises(NothingFound, match="no entry 7"):
        opened.entry(7)


def test_a_damaged_file_is_said_clearly(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / history.FILE_NAME).write_bytes(b"no database" * 100)
    with pytest.raises(Failure, match=r"cannot keep the history in .*: file is not a database"):
        History.open(environ)


def test_a_folder_that_others_may_enter_is_not_used(
    environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o755)
    with pytest.raises(Failure, match="not safe to use"):
        History.open(environ)


def test_another_writer_is_waited_for(environ: dict[str, str], tmp_path: Path) -> None:
    with History.open(environ) as opened:
        opened.record_dry_run("install", upgrade())
        other = sqlite3.connect(tmp_path / "state" / history.FILE_NAME, timeout=5)
        other.execute("BEGIN IMMEDIATE")
        assert len(opened.entries()) == 1
        other.rollback()
        other.close()


def test_whose_history_it_is() -> None:
    named = history.find_folder({"CORTEX_STATE_DIR": "/x"})
    assert named == Path("/x")
    own = history.find_folder({"HOME": "/home/ada"})
    expected = Path("/home/ada/.local/state/cortex")
    assert own == (history.SYSTEM_FOLDER if os.geteuid() == 0 else expected)
    if os.getuid() == 0:
        assert history.identify_user({"SUDO_USER": "ada"}) == "ada (as root)"
