"""Real builds in processes of their own, of lists that take a few seconds to index."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from cortex_cli import output
from cortex_cli.index import background, cache
from cortex_cli.index.background import BuildFiles
from cortex_cli.index.packages import PackageSource
from tests.cortex_cli.conftest import CHECKOUT, Cortex
from tests.support import loop_mount
from tests.support.terminal import CTRL_C, terminal

MANY = 12_000
LATE_S = 60.0
STANZA = """\
Package: padding-{0}
Version: 1
Section: misc
Description: package number {0} of many, so that reading them all takes a while

"""


@pytest.fixture
def slow(cortex: Cortex) -> Cortex:
    """A machine whose index takes seconds."""
    text = "".join(STANZA.format(number) for number in range(MANY))
    (Path(cortex.environ["CORTEX_APT_LISTS"]) / "many_Packages").write_text(text)
    return cortex


def index_of(cortex: Cortex) -> Path:
    return Path(cortex.environ["CORTEX_CACHE_DIR"]) / PackageSource.find(cortex.environ).file_name()


def builders(cortex: Cortex) -> list[psutil.Process]:
    wanted = {background.BUILDER, str(index_of(cortex))}
    running = psutil.process_iter(["cmdline"])
    return [each for each in running if wanted <= set(each.info["cmdline"] or ())]


def a_builder(cortex: Cortex) -> psutil.Process:
    deadline = time.monotonic() + LATE_S
    while not (found := builders(cortex)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found[0]


def is_nice(builder: psutil.Process, least: int) -> None:
    """Wait until ``builder`` has become as nice as it should be."""
    deadline = time.monotonic() + LATE_S
    while builder.nice() < least:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def settled(cortex: Cortex) -> None:
    """Wait until nobody builds."""
    deadline = time.monotonic() + LATE_S
    while background.is_building(index_of(cortex)) or builders(cortex):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_fresh(cortex: Cortex) -> bool:
    source = PackageSource.find(cortex.environ)
    found = cache.find(source, cortex.environ, source.signature())
    if found is None:
        return False
    found.db.close()
    return found.signature == source.signature()


def change_lists(cortex: Cortex, name: str = "fresh") -> None:
    path = Path(cortex.environ["CORTEX_APT_LISTS"]) / "new_Packages"
    path.write_text(f"Package: {name}\nVersion: 2\nDescription: an entirely new xylophone tuner\n")


def test_a_first_build_is_waited_for_with_a_bar(slow: Cortex) -> None:
    with terminal(slow.command("search", "web", "server"), slow.environ, CHECKOUT) as screen:
        screen.wait_for("building the index of this machine's packages")
        screen.wait_for(f"{'█' * (output.BAR_CELLS // 2)}")  # it moves while one list is read
        assert screen.ended() == 0
    assert b"nginx" in screen.seen
    left = {path.suffix for path in index_of(slow).parent.iterdir() if path.is_file()}
    assert left == {".sqlite", ".lock"}
    again = slow.run("search", "web server")
    assert (again.returncode, again.stderr) == (0, "")


def test_ctrl_c_ends_the_wait_and_not_the_build(slow: Cortex) -> None:
    with terminal(slow.command("search", "web", "server"), slow.environ, CHECKOUT) as screen:
        builder = a_builder(slow)
        screen.wait_for("building")
        assert os.getsid(builder.pid) != os.getsid(screen.process.pid)
        is_nice(builder, background.NICE_AWAITED)
        screen.press(CTRL_C)
        assert screen.ended() == 130
    assert b"still building the index of this machine's packages in the background" in screen.seen
    assert b"Traceback" not in screen.seen
    assert builder.is_running()
    settled(slow)
    assert is_fresh(slow)


def searching(slow: Cortex) -> subprocess.Popen[bytes]:
    """A search that has been started."""
    return subprocess.Popen(
        slow.command("search", "web server"),
        env=slow.environ,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_two_at_once_start_one_build(slow: Cortex) -> None:
    commands = [searching(slow) for _ in range(3)]
    seen = set()
    while any(command.poll() is None for command in commands):
        seen |= {process.pid for process in builders(slow)}
        time.sleep(0.02)
    for command in commands:
        out, err = command.communicate()
        assert (command.returncode, b"nginx" in out) == (0, True), err
    assert len(seen) == 1


def test_a_killed_build_is_begun_anew(slow: Cortex) -> None:
    command = searching(slow)
    a_builder(slow).send_signal(signal.SIGKILL)
    out, err = command.communicate(timeout=LATE_S)
    assert (command.returncode, b"nginx" in out) == (0, True), err
    assert not list(index_of(slow).parent.glob(f"{cache.PARTIAL_PREFIX}*"))


def test_new_lists_hold_nobody_up(slow: Cortex) -> None:
    assert slow.run("search", "web server").returncode == 0
    change_lists(slow)
    done = slow.run("search", "web server")
    assert "nginx" in done.stdout
    assert "Note: the package lists have changed; using the index of " in done.stderr
    assert "while it is refreshed in the background" in done.stderr
    assert not is_fresh(slow)
    is_nice(a_builder(slow), background.NICE_BACKGROUND)
    settled(slow)
    assert is_fresh(slow)
    done = slow.run("search", "xylophone")
    assert ("fresh" in done.stdout, done.stderr) == (True, "")


@pytest.mark.parametrize("words", [("search", "xylophone"), ("install", "fresh", "--dry-run")])
def test_what_only_the_new_lists_have_is_waited_for(slow: Cortex, words: tuple[str, ...]) -> None:
    assert slow.run("search", "web server").returncode == 0
    change_lists(slow)
    done = slow.run(*words)
    assert "fresh" in done.stdout, done.stderr


def test_an_installation_is_true_at_once(slow: Cortex) -> None:
    assert slow.run("search", "nginx").returncode == 0
    status = Path(slow.environ["CORTEX_DPKG_STATUS"])
    nginx = "\nPackage: nginx\nStatus: install ok installed\nVersion: 1.22.1-9\n"
    status.write_text(status.read_text() + nginx)
    done = slow.run("search", "nginx")
    assert "* nginx " in done.stdout
    assert done.stderr == "* installed\n"
    settled(slow)
    assert is_fresh(slow)


def test_a_failure_says_why_and_is_not_repeated_behind_every_answer(slow: Cortex) -> None:
    junk = Path(slow.environ["CORTEX_APT_LISTS"]) / "x_Packages.xz"
    junk.write_bytes(b"junk")
    done = slow.run("search", "nginx")
    assert done.returncode == 1
    assert f"cannot read the package list {junk}" in done.stderr
    assert "hint: run: apt-get update" in done.stderr
    junk.unlink()
    assert slow.run("search", "nginx").returncode == 0
    junk.write_bytes(b"junk")
    for _ in range(2):
        done = slow.run("search", "nginx")
        assert done.returncode == 0
        settled(slow)
        failed = background.read_failure(index_of(slow))
        assert failed is not None
    assert f"because refreshing it failed: {failed.message}" in done.stderr
    assert background.read_failure(index_of(slow)) == failed
    doctor = slow.run("doctor").stdout
    assert f"FAILED  package index: {failed.message}" in doctor


@pytest.mark.root
@pytest.mark.skipif(loop_mount.why_not() is not None, reason=str(loop_mount.why_not()))
def test_a_full_disk_is_told(slow: Cortex, tmp_path: Path) -> None:
    with loop_mount.loop_mount(tmp_path, mib=2) as folder:
        environ = {"CORTEX_CACHE_DIR": str(folder)}
        done = slow.run("search", "nginx", env=environ)
        settled(Cortex({**slow.environ, **environ}))
    assert done.returncode == 1
    assert "cannot build the index of this machine's packages: database or disk is full" in (
        done.stderr
    )
    assert "hint: free disk space" in done.stderr


def test_it_runs_the_code_of_who_starts_it(cortex: Cortex) -> None:
    # A relative path, as a developer types it, means nothing to a process that starts at /.
    environ = {**cortex.environ, "PYTHONPATH": "."}
    done = subprocess.run(
        cortex.command("search", "nginx"),
        env=environ,
        cwd=CHECKOUT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"nginx" in done.stdout) == (0, True), done.stderr


def test_what_needs_no_index_does_not_wait_for_one(slow: Cortex, tmp_path: Path) -> None:
    environ = {"CORTEX_PROVIDER": "fake"}
    letter = tmp_path / "letter"
    letter.write_text("Dear Ada, the garden is well.\n")
    done = slow.run("ask", "-f", str(letter), "sum this letter up", env=environ)
    assert done.returncode == 0
    assert f"Sources: {letter}" in done.stdout
    assert "Note: the package index is being built in the background." in done.stderr
    settled(slow)
    assert is_fresh(slow)


def test_the_doctor_tells_age_and_size(slow: Cortex) -> None:
    assert "package index: none yet" in slow.run("doctor").stdout
    assert slow.run("search", "nginx").returncode == 0
    doctor = slow.run("doctor").stdout
    assert f" s ago, {index_of(slow)}" in doctor
    assert " MB, built " in doctor
    change_lists(slow)
    assert "out of date: the next command updates it" in slow.run("doctor").stdout


def test_a_failure_of_other_words_is_none(tmp_path: Path) -> None:
    index = tmp_path / "x.sqlite"
    assert background.read_failure(index) is None
    for text in ("", "[]", '{"other": 1}'):
        BuildFiles(index).failure.write_text(text)
        assert background.read_failure(index) is None
    assert not background.is_building(index)
