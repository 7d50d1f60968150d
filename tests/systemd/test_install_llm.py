"""install-llm.sh on a real systemd: what it writes, what it refuses, and the way back."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.machine import SCRIPT as TESTBED
from tests.support.machine import Machine, wait_for
from tests.support.terminal import CTRL_C, terminal
from tests.systemd.conftest import TINY

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]

SCRIPT = "/opt/cortex/scripts/install-llm.sh"
ENV = "/etc/cortex/llm.env"
DROP_IN = "/etc/systemd/system/cortex-llm.service.d/50-model.conf"


def llm(box: Machine, *arguments: str, check: bool = True) -> str:
    result = box.run(SCRIPT, *arguments, check=check)
    return result.stdout + result.stderr


def settled(box: Machine) -> tuple[str, str]:
    """What a refusal must not touch: the settings, and the server that runs."""
    return box.run("cat", ENV).stdout, box.show("cortex-llm", "MainPID")


def serves(box: Machine) -> bool:
    return bool(box.ask("inference", prompt="Hi", max_tokens=2)["status"] == "ok")


@pytest.fixture
def running(box: Machine) -> Machine:
    """The service set up with the tiny model, and loaded."""
    llm(box, "install", TINY, "1", "512", "--idle-timeout", "10min")
    assert serves(box)
    return box


def test_install_writes_what_it_should(running: Machine) -> None:
    settings = running.run("cat", ENV).stdout
    for line in (f"MODEL_PATH={TINY}", "THREADS=1", "CTX_SIZE=512", "IDLE_TIMEOUT=10min"):
        assert f"CORTEX_LLM_{line}\n" in settings
    assert running.sh(f"stat -c %a {ENV} {ENV}.old").stdout.split() == ["600", "600"]
    limit = int(running.show("cortex-llm", "MemoryMax"))
    assert 100 << 20 < limit < 2 << 30
    parent = running.show("cortex-llm", "MainPID")
    engine = running.run("pgrep", "-P", parent).stdout.strip()
    assert "--ctx-size\x002048" in running.run("cat", f"/proc/{engine}/cmdline").stdout


def test_every_refusal_leaves_the_service_alone(running: Machine) -> None:
    running.sh("mkdir -p /var/lib/cortex/models/bad")
    folder = "/var/lib/cortex/models/bad"
    running.sh(f"head -c 5000 /dev/urandom >{folder}/noise.gguf")
    running.sh(f"head -c 50000 {TINY} >{folder}/short.gguf")
    running.sh(f"cp {TINY} {folder}/private.gguf; chmod 600 {folder}/private.gguf")
    before = settled(running)
    for arguments, why in (
        (["switch", f"{folder}/noise.gguf"], "not a GGUF model"),
        (["switch", f"{folder}/short.gguf"], "truncated"),
        (["switch", f"{folder}/private.gguf"], "cannot be read by the service"),
        (["switch", f"{folder}/none.gguf"], "no such file"),
        (["switch", folder], "it is a folder"),
        (["configure", "--engine", "nonsense"], "nonsense"),
        (["configure", "--idle-timeout", "soon"], "not a duration"),
        (["configure", "--kv-cache-type", "q2"], "not one of f16, q8_0, q4_0"),
        (["configure", "--kv-cache-type", "q8_0"], "block size"),  # its heads are too narrow
        (["configure", TINY, "1", "9"], "CTX_SIZE"),
        (["nonsense"], "unknown subcommand"),
    ):
        said = llm(running, *arguments, check=False)
        assert why in said, (arguments, said)
        assert settled(running) == before, arguments
    assert serves(running)


def test_too_big_for_the_machine(running: Machine) -> None:
    """A sparse file whose header promises more than this machine has."""
    before = settled(running)
    make = (
        "import struct,sys\n"
        f"d=bytearray(open({TINY!r},'rb').read())\n"
        "open('/var/lib/cortex/models/huge.gguf','wb').write(d)\n"
        "import os; os.truncate('/var/lib/cortex/models/huge.gguf', 1<<40)\n"
    )
    running.run("/usr/bin/python3", "-c", make)
    said = llm(running, "switch", "/var/lib/cortex/models/huge.gguf", check=False)
    running.run("rm", "/var/lib/cortex/models/huge.gguf")
    assert "too large for this machine" in said
    assert settled(running) == before


def test_only_root(running: Machine) -> None:
    running.sh("id -u guest >/dev/null 2>&1 || useradd guest")
    user = ["setpriv", "--reuid=guest", "--regid=guest", "--init-groups"]
    result = running.run(*user, SCRIPT, "switch", TINY, check=False)
    assert result.returncode == 2
    assert "sudo" in result.stderr


def test_a_model_in_a_home_folder_is_seen_and_nothing_else_there(running: Machine) -> None:
    running.sh("mkdir -p -m 700 /home/u/mine && chmod 700 /home/u")
    running.sh(f"cp {TINY} '/home/u/mine/a model.gguf'; echo secret >/home/u/diary")
    llm(running, "switch", "/home/u/mine/a model.gguf")
    assert serves(running)
    process = running.show("cortex-llm", "MainPID")
    seen = running.sh(f"ls -A /proc/{process}/root/home/u").stdout.split()
    assert seen == ["mine"]
    var = running.sh(f"ls -A /proc/{process}/root/var").stdout.split()
    assert set(var) <= {"lib", "tmp"}
    llm(running, "switch", TINY)


SPY = """#!/bin/sh
case "$*" in *--help*) echo "--model --host"; exit 0 ;; esac
echo "error: uid $(id -u), shadow: $(cat /etc/shadow 2>&1 | head -c 40)," \\
    "diary: $(cat /home/u/diary 2>&1 | head -c 60), net: $(ls /sys/class/net | tr -d '\\n')" >&2
exit 3
"""


def test_the_engine_that_tries_a_model_is_the_services_user_in_its_sandbox(
    running: Machine,
) -> None:
    """A model is data of others: an engine that it takes over must not be root's."""
    before = settled(running)
    running.put("/usr/local/bin/llama-server", SPY, "755")
    running.sh("mkdir -p /home/u; echo secret-words >/home/u/diary")
    said = llm(running, "configure", "--engine", "llama-server", check=False)
    running.run("rm", "/usr/local/bin/llama-server")
    assert "tried in the service's sandbox" in said, said
    assert "uid 0," not in said
    assert "uid " in said
    assert "Permission denied" in said
    assert "secret-words" not in said
    assert "net: lo" in said
    assert settled(running) == before
    assert running.show("cortex-llm-trial", "ActiveState") == "inactive"
    assert running.sh("ls -A /etc/cortex").stdout.count("trial") == 0


def test_a_model_that_others_can_change_is_refused_or_copied(running: Machine) -> None:
    running.sh("id -u mallory >/dev/null 2>&1 || useradd mallory")
    running.sh(
        f"mkdir -p /srv/theirs /srv/shared && chmod 777 /srv/shared && chown mallory /srv/theirs"
        f" && cp {TINY} /srv/theirs/m.gguf && cp {TINY} /srv/shared/m.gguf"
        f" && cp {TINY} /var/lib/cortex/models/owned.gguf"
        f" && chown mallory /var/lib/cortex/models/owned.gguf"
        f" && cp {TINY} /var/lib/cortex/models/open.gguf"
        f" && chmod 666 /var/lib/cortex/models/open.gguf"
        " && ln -sf /srv/theirs/m.gguf /var/lib/cortex/models/link.gguf"
    )
    before = settled(running)
    for path, why in (
        ("/srv/theirs/m.gguf", "/srv/theirs belongs to user"),
        ("/srv/shared/m.gguf", "/srv/shared can be written by others"),
        ("/var/lib/cortex/models/owned.gguf", "owned.gguf belongs to user"),
        ("/var/lib/cortex/models/open.gguf", "open.gguf can be written by others"),
        ("/var/lib/cortex/models/link.gguf", "/srv/theirs belongs to user"),
    ):
        said = llm(running, "switch", path, check=False)
        assert why in said, (path, said)
        assert "--copy" in said
        assert settled(running) == before, path
    llm(running, "switch", "/srv/theirs/m.gguf", "--copy")
    assert serves(running)
    assert running.sh("stat -c '%U %a' /var/lib/cortex/models/m.gguf").stdout == "root 644\n"
    llm(running, "switch", TINY)
    running.sh(
        "rm -r /srv/theirs /srv/shared; cd /var/lib/cortex/models; rm -f m.gguf o*.gguf link.gguf"
    )


def test_a_switch_that_does_not_serve_goes_back(running: Machine) -> None:
    """The new model passes every check; the service cannot have it, for a reason of its own."""
    running.sh(f"cp {TINY} /var/lib/cortex/models/other.gguf")
    running.put(
        "/etc/systemd/system/cortex-llm.service.d/90-test.conf",
        "[Service]\nInaccessiblePaths=/var/lib/cortex/models/other.gguf\n",
    )
    before = running.run("cat", ENV).stdout
    drop_in = running.run("cat", DROP_IN).stdout
    said = llm(running, "switch", "/var/lib/cortex/models/other.gguf", "--always-on", check=False)
    running.run("rm", "/etc/systemd/system/cortex-llm.service.d/90-test.conf")
    running.run("systemctl", "daemon-reload")
    assert "not switched; previous settings restored" in said
    assert running.run("cat", ENV).stdout == before
    assert running.run("cat", DROP_IN).stdout == drop_in
    assert running.show("cortex-llm", "StopWhenUnneeded") == "yes"
    assert serves(running)


def test_ctrl_c_in_the_last_step_of_the_wizard_puts_all_back(running: Machine) -> None:
    """The model is here and copied, the service is being started with it: then Ctrl-C."""
    running.sh(f"mkdir -p /home/u; cp {TINY} /home/u/new.gguf")
    slow = "/etc/systemd/system/cortex-llm.service.d/90-slow.conf"
    running.put(slow, "[Service]\nExecStartPre=/bin/sleep 3\n")
    before = running.run("cat", ENV).stdout
    models = running.run("ls", "/var/lib/cortex/models").stdout
    argv = [
        str(TESTBED), "exec", running.name, "--", "/opt/cortex/scripts/setup_daemon.py",
        "--backend", "file", "--model-path", "/home/u/new.gguf", "--threads", "1",
        "--ctx-size", "256",
    ]  # fmt: skip
    with terminal(argv, dict(os.environ), Path("/")) as screen:
        screen.wait_for("Continue")
        screen.press(b"y\n")
        screen.wait_for("testing the model in the service")
        wait_for(lambda: "new.gguf" in running.run("cat", ENV).stdout)
        screen.press(CTRL_C)
        # after the last one has let go of the terminal; what runs it in there died at once
        assert screen.ended() in (130, -signal.SIGINT)
    running.run("rm", slow)
    running.run("systemctl", "daemon-reload")
    assert running.run("cat", ENV).stdout == before
    assert running.run("ls", "/var/lib/cortex/models").stdout == models
    assert serves(running)


def test_comments_and_other_settings_stay(running: Machine) -> None:
    running.sh(f"printf '# mine\\nOMP_NUM_THREADS=1\\n' >>{ENV}")
    llm(running, "configure", "--parallel", "2")
    settings = running.run("cat", ENV).stdout
    assert "# mine\nOMP_NUM_THREADS=1\n" in settings
    assert "CORTEX_LLM_PARALLEL=2" in settings


def test_always_on_and_back(running: Machine) -> None:
    llm(running, "configure", "--always-on")
    assert running.show("cortex-llm", "StopWhenUnneeded") == "no"
    assert running.show("cortex-llm", "UnitFileState") == "enabled"
    assert serves(running)
    llm(running, "configure", "--no-always-on")
    assert running.show("cortex-llm", "StopWhenUnneeded") == "yes"
    assert running.show("cortex-llm", "UnitFileState") == "disabled"


def test_a_dry_run_changes_nothing(running: Machine) -> None:
    before = settled(running)
    assert "nothing was changed" in llm(running, "configure", TINY, "2", "1024", "--dry-run")
    assert settled(running) == before


def test_the_wizard_sets_the_service_up(running: Machine) -> None:
    said = running.run(
        "/opt/cortex/scripts/setup_daemon.py", "--yes", "--backend", "file",
        "--model-path", TINY, "--threads", "1", "--ctx-size", "256",
    ).stdout  # fmt: skip
    assert "Done" in said
    assert "CORTEX_LLM_CTX_SIZE=256" in running.run("cat", ENV).stdout
    assert serves(running)


def test_status_and_uninstall(running: Machine) -> None:
    said = llm(running, "status")
    assert TINY in said
    assert "on_demand     True" in said
    said = llm(running, "uninstall")
    assert "models are kept" in said
    wait_for(lambda: running.show("cortex-llm", "ActiveState") == "inactive")
    running.run("test", "-s", TINY)
    assert "MODEL_PATH" not in running.run("cat", ENV).stdout
    assert running.ask("ping")["data"]["pong"]


def test_uninstalled_and_installed_again(running: Machine) -> None:
    """Once stopped, systemd forgets the unit; setting it up again must not depend on that."""
    for _ in range(2):
        llm(running, "uninstall")
        wait_for(lambda: running.show("cortex-llm", "ActiveState") == "inactive")
        llm(running, "install", TINY, "1", "512")
        assert serves(running)


def test_the_wizard_turns_it_off_and_on_again(running: Machine) -> None:
    wizard = ["/opt/cortex/scripts/setup_daemon.py", "--yes", "--backend"]
    for _ in range(2):
        running.run(*wizard, "none")
        wait_for(lambda: running.show("cortex-llm", "ActiveState") == "inactive")
        assert running.show("cortex-llm-proxy.socket", "ActiveState") == "inactive"
        running.run(*wizard, "file", "--model-path", TINY, "--threads", "1", "--ctx-size", "256")
        assert serves(running)


def test_the_built_in_model_serves(box: Machine) -> None:
    """What a fresh installation answers with; it has no path of its own, upgrades move it."""
    box.sh("systemctl enable -q --now cortex-llm-proxy.socket")
    said = llm(box, "install", "builtin")
    assert "set up with" in said
    assert "\nCORTEX_LLM_MODEL_PATH=/" not in "\n" + box.run("cat", ENV).stdout
    assert serves(box)
    answer = box.run("cortex", "--socket", "/run/cortex/cortex.sock", "ask", "What is nginx?")
    assert answer.stdout.strip()
