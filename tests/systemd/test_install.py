"""install.sh and uninstall.sh on machines that had nothing of Cortex before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import herd
from tests.support.machine import CHECKOUT, SCRIPT, Machine, wait_for
from tests.systemd.conftest import INSTALL, MODULES, put_in_model

pytestmark = [pytest.mark.root, pytest.mark.timeout(900)]

UNINSTALL = str(CHECKOUT / "scripts/uninstall.sh")
#: Where an installation writes; the machine's own changes (logs, users, caches) are not there.
PLACES = "/opt /usr/local /etc/systemd /etc/cortex /etc/polkit-1 /var/lib/cortex /run/cortex"

# Opens the alert database of the machine, to leave a mark in it and to look for that.
DATABASE = "import sqlite3; db = sqlite3.connect('/var/lib/cortex/alerts.db', timeout=10); "


def files(box: Machine) -> set[str]:
    found = box.sh(f"find {PLACES} -name __pycache__ -prune -o -print 2>/dev/null", check=False)
    return set(found.stdout.splitlines())


def install(box: Machine, wheels: Path, *options: str, check: bool = True) -> str:
    result = box.run(INSTALL, "--wheels", str(wheels), *options, check=check, timeout=300)
    return result.stdout + result.stderr


def test_a_dry_run_changes_nothing(bare: Machine, wheels: Path) -> None:
    before = files(bare)
    said = install(bare, wheels, "--dry-run")
    assert "would install: /usr/local/lib/systemd/system/cortexd.service" in said
    assert "would run: systemctl restart cortexd.service" in said
    assert files(bare) == before
    assert bare.show("cortexd", "LoadState") == "not-found"


def test_what_is_missing_is_said_at_once(bare: Machine) -> None:
    result = bare.run(
        "setpriv", "--reuid=nobody", "--clear-groups", INSTALL,
        "--wheels", "/nowhere", "--python", "/bin/true", check=False,
    )  # fmt: skip
    assert result.returncode == 1
    for missing in ("root permissions", "usable --python", "folder /nowhere"):
        assert missing in result.stderr


@pytest.mark.parametrize("option", [["--nonsense"], ["--prefix"], ["--prefix", "relative"]])
def test_wrong_usage(option: list[str]) -> None:
    result = subprocess.run([INSTALL, *option], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "error" in result.stderr


def test_from_nothing_to_an_answer_and_back(bare: Machine, wheels: Path, tiny: Path) -> None:
    """Install, ask, upgrade under load with an edited configuration, remove, purge."""
    before = files(bare)
    users = bare.sh("cut -d: -f1 /etc/passwd /etc/group").stdout
    put_in_model(bare, tiny)
    said = install(bare, wheels)
    assert "done: cortexd listens on" in said
    answer = bare.run("cortex", "--socket", "/run/cortex/cortex.sock", "ask", "What is nginx?")
    assert answer.stdout.strip()
    assert bare.run("/usr/bin/python3", "-c", MODULES).stdout == "True llama_cpp\n"
    for page in ("man1/cortex.1", "man8/cortexd.8", "man8/cortex-llm.8"):
        bare.run("test", "-s", f"/usr/local/share/man/{page}")
    bare.run("test", "-s", "/usr/local/share/bash-completion/completions/cortex")
    bare.run("test", "-s", "/etc/fish/completions/cortex.fish")
    assert bare.sh("stat -c %a /etc/cortex/llm.env /etc/cortex/llm.key").stdout.split() == [
        "600",
        "600",
    ]

    _upgrade(bare, wheels)

    there = files(bare)
    for options in ([], ["--purge"]):
        said = bare.run("/opt/cortex/scripts/uninstall.sh", "--dry-run", *options).stdout
        assert "would run: rm -f -- /usr/local/lib/systemd/system/cortexd.service" in said
    assert files(bare) == there
    assert bare.ask("ping")["data"]["pong"]
    bare.run("cp", UNINSTALL, "/root/")
    kept = bare.run("/opt/cortex/scripts/uninstall.sh")
    assert "kept: /etc/cortex " in kept.stderr
    left = files(bare) - before
    assert all(path.startswith(("/etc/cortex", "/var/lib/cortex")) for path in left), left
    assert "/etc/cortex/daemon.yaml" in left
    assert bare.show("cortexd", "LoadState") == "not-found"
    assert bare.show("cortex-llm", "LoadState") == "not-found"
    bare.run("bash", UNINSTALL, "--purge")
    assert not {path for path in files(bare) - before if "cortex" in path}
    assert bare.sh("cut -d: -f1 /etc/passwd /etc/group").stdout == users
    bare.run("bash", UNINSTALL, "--purge")  # again: nothing to do, no error


def _upgrade(bare: Machine, wheels: Path) -> None:
    """Install over itself while clients ask; nothing is lost, nobody's edit either."""
    bare.put("/etc/cortex/daemon.yaml", "limits:\n  queue_size: 77\n")
    bare.run("/usr/bin/python3", "-c", DATABASE + "db.execute('CREATE TABLE kept (x)')")
    key = bare.run("cat", "/etc/cortex/llm.key").stdout
    env = bare.run("cat", "/etc/cortex/llm.env").stdout
    process = subprocess.Popen(
        [str(SCRIPT), "exec", bare.name, "--", "/usr/bin/python3", herd.__file__, "20", "25"],
        stdout=subprocess.PIPE, text=True, cwd="/",
    )  # fmt: skip
    first, model_server = (bare.show(unit, "MainPID") for unit in ("cortexd", "cortex-llm"))
    assert model_server != "0"
    install(bare, wheels)
    second = bare.show("cortexd", "MainPID")
    result = json.loads(process.communicate(timeout=120)[0])
    print("during the upgrade:", result)
    assert result["failures"] == {}
    assert first != second
    assert bare.ask("config.get")["data"]["config"]["limits"]["queue_size"] == 77
    bare.run("/usr/bin/python3", "-c", DATABASE + "db.execute('SELECT x FROM kept')")
    assert bare.run("cat", "/etc/cortex/llm.key").stdout == key
    assert bare.run("cat", "/etc/cortex/llm.env").stdout == env
    # the model server was not touched: it answers out of the old environment, which stays
    assert bare.show("cortex-llm", "MainPID") == model_server
    assert bare.ask("inference", prompt="Hi", max_tokens=2)["status"] == "ok"
    assert len(bare.sh("ls -d /opt/cortex/env-*").stdout.split()) == 2
    bare.run("systemctl", "stop", "cortex-llm")
    install(bare, wheels)
    assert len(bare.sh("ls -d /opt/cortex/env-*").stdout.split()) == 1, "the old ones are gone"
    _failed_upgrade(bare, wheels)


def _failed_upgrade(bare: Machine, wheels: Path) -> None:
    """A version that does not start is taken back, and the old one serves again."""
    serving = bare.run("readlink", "/opt/cortex/bin").stdout
    bad = "/root/bad"
    bare.sh(
        f"mkdir -p {bad}/checkout && cd {CHECKOUT} && "
        f"cp -a scripts requirements systemd docs etc packaging {bad}/checkout/"
    )
    bare.sh(
        f"sed -i 's|^ExecStart=.*|ExecStart=/bin/false|' {bad}/checkout/systemd/cortexd.service"
    )
    result = bare.run(
        f"{bad}/checkout/scripts/install.sh", "--wheels", str(wheels), check=False, timeout=300
    )
    assert result.returncode == 1
    assert "the previous version is running again" in result.stderr
    assert bare.run("readlink", "/opt/cortex/bin").stdout == serving
    assert bare.ask("ping")["data"]["pong"]
    assert len(bare.sh("ls -d /opt/cortex/env-*").stdout.split()) == 1


def test_a_first_installation_that_fails_leaves_nothing(bare: Machine, wheels: Path) -> None:
    before = files(bare)
    users = bare.sh("cut -d: -f1 /etc/passwd /etc/group").stdout
    copied = "scripts requirements systemd docs etc packaging"
    bare.sh(f"mkdir -p /root/bad && cd {CHECKOUT} && cp -a {copied} /root/bad/")
    bare.sh("sed -i 's|^ExecStart=.*|ExecStart=/bin/false|' /root/bad/systemd/cortexd.service")
    result = bare.run(
        "/root/bad/scripts/install.sh", "--wheels", str(wheels), check=False, timeout=300
    )
    assert result.returncode == 1
    assert "not installed; all changes were undone" in result.stderr
    assert {path for path in files(bare) - before if "cortex" in path} == set()
    assert bare.sh("cut -d: -f1 /etc/passwd /etc/group").stdout == users
    assert bare.show("cortexd", "LoadState") == "not-found"


def test_what_cannot_be_installed_or_is_interrupted_leaves_nothing(
    bare: Machine, wheels: Path
) -> None:
    before = files(bare)
    bare.run("mkdir", "/root/empty")
    result = bare.run(INSTALL, "--wheels", "/root/empty", check=False, timeout=300)
    assert result.returncode == 1
    assert "nothing was changed" in result.stderr
    assert files(bare) == before
    process = subprocess.Popen(
        [str(SCRIPT), "exec", bare.name, "--", INSTALL, "--wheels", str(wheels)],
        stderr=subprocess.PIPE, text=True, cwd="/",
    )  # fmt: skip
    wait_for(lambda: bare.sh("ls -d /opt/cortex/env-*/bin/pip", check=False).stdout, pause=0.02)
    # as Ctrl-C in a terminal: the script and what it runs at the moment
    bare.sh("script=$(pgrep -of install.sh); kill -TERM $script $(pgrep -P $script)")
    said = process.communicate(timeout=60)[1]
    assert process.returncode != 0
    assert "nothing was changed" in said
    wait_for(lambda: files(bare) == before)


def test_another_prefix_by_cortex_daemon_and_the_built_in_model(
    bare: Machine, wheels: Path
) -> None:
    """From nothing to an answer of the model that comes with it; nothing is set by hand."""
    cortex = [sys.executable, "-P", "-m", "cortex_cli", "daemon"]
    place = "/usr/local/lib/ai/cortex"
    options = ["--wheels", str(wheels), "--prefix", place]
    said = bare.run(*cortex, "install", *options, timeout=300)
    assert "done: cortexd listens on" in said.stderr
    answer = bare.run("cortex", "--socket", "/run/cortex/cortex.sock", "ask", "What is nginx?")
    assert answer.stdout.strip()
    status = json.loads(bare.run("cortex", "daemon", "status", "--json").stdout)
    assert status["llm"]["model"].startswith("cortex-nano")
    assert f"{place}/bin/" in bare.show("cortex-llm", "ExecStart")
    bare.run("test", "!", "-e", "/opt/cortex")
    bare.run("cortex", "daemon", "uninstall", "--purge")
    assert not {path for path in files(bare) if "cortex" in path or path.endswith("/ai")}
    assert bare.show("cortexd", "LoadState") == "not-found"


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_do_not_depend_on_the_umask(tmp_path: Path, wheels: Path, umask: int) -> None:
    """DESTDIR takes everything and starts nothing; an upgrade repairs the modes of the first."""
    path = "/usr/sbin:/usr/bin:/sbin:/bin"
    for first in (umask, 0o077 - umask):
        result = subprocess.run(
            [INSTALL, "--wheels", str(wheels), "--prefix", "/opt/cortex"],
            env={"DESTDIR": str(tmp_path), "PATH": path, "HOME": "/root"},
            umask=first, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        assert (tmp_path / "usr/local/lib/systemd/system/cortexd.service").exists()
        assert (tmp_path / "opt/cortex/bin").is_symlink()
        _check_modes(tmp_path)
        (bill,) = tmp_path.glob("opt/cortex/env-*/sbom.cdx.json")
        assert {"uvloop", "openai", "xllamacpp"} <= {
            each["name"] for each in json.loads(bill.read_text())["components"]
        }
        for folder in ("opt/cortex", "opt/cortex/scripts"):
            (tmp_path / folder).chmod(0o777 if first else 0o700)
        (tmp_path / "etc/cortex/llm.key").write_text("")  # as an interrupted creation leaves it
    _remove(tmp_path)


def _check_modes(root: Path) -> None:
    secret = {root / "etc/cortex/llm.key", root / "etc/cortex/llm.env"}
    wrong = []
    for path in root.rglob("*"):
        mode = path.lstat().st_mode
        readable = 0o600 if path in secret else 0o755 if path.is_dir() else 0o444
        if not path.is_symlink() and (mode & 0o022 or mode & readable != readable):
            wrong.append(f"{mode & 0o777:o} {path}")
    assert not wrong, wrong[:10]
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}
    assert len((root / "etc/cortex/llm.key").read_text()) == 48


def _remove(root: Path) -> None:
    """What the manifest lists is all that was installed, but for the configuration."""
    result = subprocess.run(
        [UNINSTALL], env={"DESTDIR": str(root), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    left = {str(path.relative_to(root)) for path in root.rglob("*")}
    assert left == {"etc", "etc/cortex", "etc/cortex/llm.env", "etc/cortex/llm.key"}
