"""The model on demand: loaded by the first request, unloaded when idle, asked for by name."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from tests.support.machine import SCRIPT, SOCKET, Machine, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]

UNITS = ("cortexd.service", "cortex-llm.service", "cortex-llm-proxy.service")

#: One completion at the model server's socket, with or without a key and an id.
POST = """
import http.client, socket, sys
headers = {"Content-Type": "application/json"}
if len(sys.argv) > 1:
    headers["Authorization"] = "Bearer " + sys.argv[1]
if len(sys.argv) > 2:
    headers["X-Request-Id"] = sys.argv[2]
connection = http.client.HTTPConnection("localhost")
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.connect("/run/cortex-llm.sock")
try:
    connection.request("POST", "/v1/completions", b'{"prompt": "x", "max_tokens": 1}', headers)
except BrokenPipeError:  # refused before it was read
    pass
print(connection.getresponse().status)
"""


def state(box: Machine) -> str:
    return box.show("cortex-llm", "ActiveState")


def memory(box: Machine) -> dict[str, int]:
    """Bytes that each unit's control group holds now; 0 for one that does not run."""
    figures = {}
    for unit in UNITS:
        text = box.show(unit, "MemoryCurrent")
        figures[unit] = int(text) if text.isdigit() and int(text) < 1 << 60 else 0
    return figures


def infer(box: Machine, **params: object) -> dict[str, object]:
    return box.ask("inference", prompt="Hello", max_tokens=4, **params)


def answered(box: Machine) -> bool:
    reply = infer(box)
    assert reply["status"] == "ok", reply
    return True


def stopped_only(box: Machine) -> None:
    box.run("systemctl", "stop", "cortex-llm")
    assert state(box) in ("inactive", "failed")


def stopped(box: Machine) -> None:
    stopped_only(box)
    box.sh("systemctl reset-failed")
    assert state(box) == "inactive"


def test_looking_does_not_load(box: Machine) -> None:
    stopped(box)
    wait_for(lambda: box.ask("llm.status")["data"]["state"] == "stopped", timeout=3)
    box.ask("status")
    box.ask("health")
    box.ask("metrics")
    time.sleep(0.5)
    assert state(box) == "inactive"


def test_the_first_request_loads_and_idleness_unloads(box: Machine) -> None:
    stopped(box)
    box.sh("sed -i '/IDLE_TIMEOUT/d' /etc/cortex/llm.env")
    box.sh("echo CORTEX_LLM_IDLE_TIMEOUT=3 >>/etc/cortex/llm.env")
    before = memory(box)
    assert before["cortex-llm.service"] == 0
    started = time.monotonic()
    assert answered(box)
    cold = time.monotonic() - started
    loaded = memory(box)
    assert loaded["cortex-llm.service"] > 0
    wait_for(lambda: state(box) == "inactive", timeout=20)
    after = memory(box)
    print(f"cold request {cold:.2f} s; bytes before {before}, loaded {loaded}, after {after}")
    assert after["cortex-llm.service"] == after["cortex-llm-proxy.service"] == 0
    assert box.ask("llm.status")["data"]["state"] == "stopped"
    # goal: 45 MB for the whole stack
    assert sum(after.values()) < 45_000_000
    assert answered(box)  # and it comes back


def test_an_idle_timeout_of_0_means_for_good(box: Machine) -> None:
    stopped(box)
    box.sh(
        "cp /etc/cortex/llm.env /root/llm.env.kept; sed -i '/IDLE_TIMEOUT/d' /etc/cortex/llm.env"
    )
    for setting, means in (("0", "infinity"), ("90s", "90s"), ("", "15min")):
        box.sh("sed -i '/IDLE_TIMEOUT/d' /etc/cortex/llm.env")
        if setting:
            box.sh(f"echo CORTEX_LLM_IDLE_TIMEOUT={setting} >>/etc/cortex/llm.env")
        assert answered(box)
        proxy = box.show("cortex-llm-proxy", "MainPID")
        command = box.run("cat", f"/proc/{proxy}/cmdline").stdout
        assert f"--exit-idle-time={means}\0" in command
        stopped(box)
    box.run("cp", "/root/llm.env.kept", "/etc/cortex/llm.env")


def test_while_it_loads_the_daemon_says_so(box: Machine) -> None:
    stopped(box)
    slow = "/etc/systemd/system/cortex-llm.service.d/test-slow.conf"
    box.put(slow, "[Service]\nExecStartPre=/bin/sleep 2\n")
    box.run("systemctl", "daemon-reload")
    request = {"prompt": "Hello", "max_tokens": 4, "stream": True}
    process = subprocess.Popen(
        [str(SCRIPT), "exec", box.name, "--", "socat", "-t60", "-", f"UNIX-CONNECT:{SOCKET}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/",
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps({"command": "inference", "params": request}) + "\n")
    process.stdin.close()
    process.stdin = None
    status = wait_for(
        lambda: (found := box.ask("llm.status")["data"])["state"] == "loading" and found, 5
    )
    assert status["queue"]["running"] == 1
    said, _ = process.communicate(timeout=60)
    lines = [json.loads(line) for line in said.splitlines()]
    assert lines[0]["event"] == "state"
    assert lines[0]["data"] == {"state": "loading", "queue_position": 1}
    assert lines[-1]["status"] == "ok"
    box.run("rm", slow)
    box.run("systemctl", "daemon-reload")


def test_load_and_unload_by_polkit(box: Machine) -> None:
    stopped(box)
    assert box.ask("llm.load")["data"]["state"] == "loading"
    wait_for(lambda: box.ask("llm.status")["data"]["state"] == "ready")
    assert box.ask("llm.unload")["data"]["state"] == "stopped"
    wait_for(lambda: state(box) == "inactive")


def test_polkit_allows_that_unit_only(box: Machine) -> None:
    def as_cortex(*argv: str) -> int:
        user = ["setpriv", "--reuid=cortex", "--regid=cortex", "--init-groups"]
        command = ["systemctl", "--no-ask-password", *argv]
        return box.run(*user, *command, check=False).returncode

    assert as_cortex("start", "cortex-llm.service") == 0
    assert as_cortex("stop", "cortex-llm.service") == 0
    for denied in (
        ("stop", "cortexd.service"),
        ("start", "dbus.service"),
        ("stop", "systemd-journald.service"),
        ("mask", "cortex-llm.service"),
        ("daemon-reload",),
    ):
        assert as_cortex(*denied) != 0, denied


def test_without_polkit_the_command_is_named(box: Machine) -> None:
    stopped(box)
    box.run("mv", "/etc/polkit-1/rules.d/50-cortex.rules", "/root/")
    box.sh("systemctl restart polkit")
    reply = box.ask("llm.load")
    box.run("mv", "/root/50-cortex.rules", "/etc/polkit-1/rules.d/")
    box.sh("systemctl restart polkit")
    assert reply["error"]["code"] == "LLM_UNAVAILABLE"
    assert "sudo systemctl start cortex-llm.service" in reply["error"]["details"]["hint"]


def test_others_may_not_load_or_use_the_model_behind_the_daemon(box: Machine) -> None:
    box.sh("id -u guest >/dev/null 2>&1 || useradd guest")
    assert box.ask("llm.load", user="guest")["error"]["code"] == "UNAUTHORIZED"
    infer(box)
    assert box.run("/usr/bin/python3", "-c", POST).stdout.strip() == "401"
    key = box.run("cat", "/etc/cortex/llm.key").stdout.strip()
    assert box.run("/usr/bin/python3", "-c", POST, key).stdout.strip() == "200"
    guest = ["setpriv", "--reuid=guest", "--regid=guest", "--init-groups"]
    for path in ("/run/cortex-llm.sock", "/run/cortex-llm/llm.sock"):
        argv = ["socat", "-u", "OPEN:/dev/null", f"UNIX-CONNECT:{path}"]
        result = box.run(*guest, *argv, check=False)
        assert "Permission denied" in result.stderr, result
    assert box.run(*guest, "cat", "/etc/cortex/llm.key", check=False).returncode != 0


def test_starts_on_demand_are_not_taken_for_a_crash_loop(box: Machine) -> None:
    for _ in range(6):
        stopped_only(box)
        assert answered(box)


def test_a_crash_loop_ends_where_it_is_always_on(box: Machine) -> None:
    stopped(box)
    mask = "/etc/systemd/system/cortex-llm.service.d/10-on-demand.conf"
    box.sh(f"mkdir -p {mask.rpartition('/')[0]}; ln -s /dev/null {mask}; systemctl daemon-reload")
    box.sh("cp /etc/cortex/llm.env /root/llm.env.kept")
    box.sh("sed -i s/tiny.gguf/missing.gguf/ /etc/cortex/llm.env")
    box.run("systemctl", "start", "--no-block", "cortex-llm")
    wait_for(lambda: box.show("cortex-llm", "SubState") == "failed", timeout=30)
    assert int(box.show("cortex-llm", "NRestarts")) <= 3
    said = [str(entry["MESSAGE"]) for entry in box.journal("-u", "cortex-llm", "-n", "20")]
    assert any("repeated too quickly" in line for line in said)
    box.run("cp", "/root/llm.env.kept", "/etc/cortex/llm.env")
    box.sh(f"rm {mask}; systemctl daemon-reload; systemctl reset-failed")
    assert answered(box)


def test_a_crash_is_explained_and_the_next_request_tries_again(box: Machine) -> None:
    stopped(box)
    box.sh("cp /etc/cortex/llm.env /root/llm.env.kept")
    box.sh("sed -i s/tiny.gguf/missing.gguf/ /etc/cortex/llm.env")
    reply = infer(box)
    assert reply["error"]["code"] == "LLM_UNAVAILABLE"  # type: ignore[index]
    wait_for(lambda: state(box) == "failed", timeout=30)
    said = [str(entry["MESSAGE"]) for entry in box.journal("-u", "cortex-llm", "-n", "60")]
    assert any("missing.gguf" in line and "no such file" in line for line in said), said
    box.run("cp", "/root/llm.env.kept", "/etc/cortex/llm.env")
    assert answered(box)


def test_killed_for_want_of_memory_while_the_daemon_answers(box: Machine) -> None:
    stopped(box)
    conf = "/etc/systemd/system/cortex-llm.service.d/90-test.conf"
    box.put(conf, "[Service]\nMemoryMax=15M\nRestart=no\n")
    box.run("systemctl", "daemon-reload")
    asking = subprocess.Popen(
        [str(SCRIPT), "exec", box.name, "--", "systemctl", "start", "cortex-llm"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    pings = 0
    while asking.poll() is None:
        assert box.ask("ping")["data"]["pong"]
        pings += 1
    assert asking.returncode != 0
    assert pings > 0
    status = box.show("cortex-llm", "StatusText")
    print(f"{pings} pings answered meanwhile; status: {status}")
    assert "memory" in status
    assert "MemoryMax is 15 MiB" in status
    found = box.journal("MESSAGE_ID=7a4e9b1c2d3f4e5a8b6c7d8e9f0a1b02", "-n", "1")[0]
    assert found["PRIORITY"] == "3"
    box.run("rm", conf)
    box.run("systemctl", "daemon-reload")
    box.sh("systemctl reset-failed")
    assert answered(box)
