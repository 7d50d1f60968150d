import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.cortex_cli.conftest import Cortex, alive, service_pids

GONE_WITHIN_S = 20


def wait_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + GONE_WITHIN_S
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_died_is_started_again(cortex: Cortex, runtime: Path, models: dict[str, Path]) -> None:
    model = str(models["nano"])
    assert cortex.run("up", "--model", model).returncode == 0
    daemon_pid, llm_pid = service_pids(runtime)[::-1]
    try:
        os.kill(llm_pid, signal.SIGKILL)
        wait_gone([llm_pid])
        again = cortex.run("up", "--model", model)
        assert again.returncode == 0, again.stderr
        assert "cortex-llm started" in again.stderr
        assert daemon_pid in service_pids(runtime)
    finally:
        assert cortex.run("down").returncode == 0


def test_a_model_that_does_not_load_leaves_nothing_running(
    cortex: Cortex, runtime: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"GGUF but not really")
    done = cortex.run("up", "--model", str(bad))
    assert done.returncode == 1
    said = next(line for line in done.stderr.splitlines() if line.startswith("cortex: "))
    assert said == "cortex: cortex-llm exited unexpectedly. Last output:"
    assert str(bad) in done.stderr
    assert service_pids(runtime) == []


def test_down_leaves_a_reused_pid_alone(cortex: Cortex, runtime: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        folder = runtime / "cortex"
        folder.mkdir(mode=0o700)
        (folder / "cortexd.pid").write_text(json.dumps({"pid": other.pid, "started": 1}))
        assert cortex.run("down").stderr == "nothing was running\n"
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_socket_that_somebody_uses_is_not_taken(
    cortex: Cortex, chat: Cortex, models: dict[str, Path], runtime: Path
) -> None:
    theirs = Path(chat.environ["XDG_RUNTIME_DIR"]) / "cortex/cortex.sock"
    env = {"CORTEX_SOCKET": str(theirs)}
    done = cortex.run("up", "--model", str(models["nano"]), env=env)
    assert done.returncode == 1
    assert service_pids(runtime) == []
    assert chat.run("daemon", "ping").returncode == 0


def test_an_unsafe_folder_is_refused(cortex: Cortex, runtime: Path) -> None:
    (runtime / "cortex").mkdir()
    (runtime / "cortex").chmod(0o777)
    done = cortex.run("up")
    assert done.returncode == 1
    assert "not safe to use" in done.stderr


def test_a_long_folder_means_a_loopback_port(models: dict[str, Path], cortex: Cortex) -> None:
    long = Path(cortex.environ["HOME"]) / ("x" * 90)
    long.mkdir(mode=0o700)
    short = Path(cortex.environ["XDG_RUNTIME_DIR"]) / "s.sock"
    env = {"XDG_RUNTIME_DIR": str(long), "CORTEX_SOCKET": str(short)}
    done = cortex.run("up", "--model", str(models["nano"]), env=env)
    try:
        assert done.returncode == 0, done.stderr
        url = (long / "cortex/cortex-llm.url").read_text()
        assert url.startswith("http://127.0.0.1:")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(short))
    finally:
        assert cortex.run("down", env=env).returncode == 0


def served(cortex: Cortex) -> str:
    return str(json.loads(cortex.run("llm", "status", "--json").stdout)["model"])


def test_another_model_takes_the_place_of_the_running_one(
    cortex: Cortex, models: dict[str, Path], tmp_path: Path
) -> None:
    damaged, unloadable = tmp_path / "damaged.gguf", tmp_path / "unloadable.gguf"
    damaged.write_bytes(b"GGUF but not really")
    # its header is sound and names its profile, so only loading it shows that it does not work
    unloadable.write_bytes(models["nano"].read_bytes().replace(b"llama", b"llamx", 1))
    try:
        assert cortex.run("up", "--model", str(models["nano"])).returncode == 0
        switched = cortex.run("up", "--model", str(models["chat"]))
        assert switched.returncode == 0, switched.stderr
        assert "cortex-llm started; tiny-chat is ready" in switched.stderr
        assert served(cortex) == "tiny-chat"
        assert "already running" in cortex.run("up", "--model", str(models["chat"])).stderr
        assert "already running" in cortex.run("up").stderr

        missing = cortex.run("up", "--model", str(tmp_path / "missing.gguf"))
        assert missing.returncode == 2
        assert "missing.gguf" in missing.stderr
        refused = cortex.run("up", "--model", str(damaged))
        assert refused.returncode == 1
        assert "GGUF version" in refused.stderr
        assert "switching" not in refused.stderr  # it was tested before anything was stopped
        refused = cortex.run("up", "--model", str(unloadable))
        assert refused.returncode == 1
        assert f"going back to {models['chat']}" in refused.stderr
        again = cortex.run("up")
        assert again.returncode == 0, again.stderr
        assert "already running; tiny-chat is ready" in again.stderr
    finally:
        assert cortex.run("down").returncode == 0


def test_older_settings_reach_the_model_server(cortex: Cortex, models: dict[str, Path]) -> None:
    """``~/.cortex/daemon.conf`` of the older system names model, threads and context."""
    folder = Path(cortex.environ["HOME"]) / ".cortex"
    folder.mkdir()
    (folder / "daemon.conf").write_text(
        f"[llm]\nmodel_path: {models['chat']}\nn_threads: 1\nn_ctx: 256\n"
    )
    try:
        done = cortex.run("up")
        assert "tiny-chat is ready" in done.stderr, done.stderr
        status = json.loads(cortex.run("llm", "status", "--json").stdout)
        assert status["context_length"] == 256
        chosen = cortex.run("down"), cortex.run("up", "--model", str(models["nano"]))
        assert "cortex-nano-tiny is ready" in chosen[1].stderr, chosen[1].stderr
    finally:
        assert cortex.run("down").returncode == 0


def test_unload_leaves_the_systems_unit_alone(chat: Cortex) -> None:
    done = chat.run("llm", "unload")
    assert done.returncode == 1
    assert "not a systemd service" in done.stderr
    assert "cortex down" in done.stderr
