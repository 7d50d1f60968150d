"""The documented ways to talk to the daemon, each as its users do it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.daemon import RunningDaemon, daemon, read_to_end
from tests.support.fake_llm import FakeLlm, say

needs_socat = pytest.mark.skipif(
    not (shutil.which("socat") and shutil.which("jq")), reason="apt-get install socat jq"
)
# The documented line, to the letter; only the path of the socket differs.
LINE = (
    """echo '{"command":"inference","params":{"prompt":"Hello"}}' """
    """| socat - UNIX-CONNECT:$SOCK | jq ."""
)


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("half_close", [True, False])
@pytest.mark.parametrize("one_receive", [True, False])
@pytest.mark.parametrize("command", [b"ping", b"inference"])
def test_every_way_to_ask(
    asked: RunningDaemon,
    llm: FakeLlm,
    newline: bytes,
    half_close: bool,
    one_receive: bool,
    command: bytes,
) -> None:
    llm.chat = say("Hi", wait=0.7)
    params = b',"params":{"prompt":"x"}' if command == b"inference" else b""
    with asked.connect() as connection:
        connection.sendall(b'{"command":"%b"%b}%b' % (command, params, newline))
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        if one_receive:
            received = connection.recv(65536)
            while not received.strip():  # only who has half-closed may be sent white space
                assert half_close
                received = connection.recv(65536)
        elif newline and not half_close:  # kept open for more: the line is the end
            received = connection.makefile("rb").readline()
        else:
            received = read_to_end(connection)
        assert json.loads(received)["status"] == "ok"
        if newline and not half_close:
            connection.sendall(b'{"command":"ping"}\n')
            assert json.loads(connection.recv(65536))["data"] == {"pong": True}


def test_a_request_without_newline_is_answered_and_the_connection_closed(
    asked: RunningDaemon,
) -> None:
    with asked.connect() as connection:
        connection.sendall(b'{"command":"ping"}')
        assert json.loads(read_to_end(connection))["status"] == "ok"


def test_the_newline_in_a_packet_of_its_own_keeps_the_connection(
    asked: RunningDaemon, llm: FakeLlm
) -> None:
    llm.chat = say("Hi", wait=0.3)
    with asked.session() as session:
        for _ in range(3):
            session.socket.sendall(b'{"command":"inference","prompt":"x"}')
            time.sleep(0.05)
            session.socket.sendall(b"\n")
            assert session.reply()["status"] == "ok"


def test_a_request_in_two_halves(asked: RunningDaemon) -> None:
    with asked.session() as session:
        session.socket.sendall(b'{"comm')
        time.sleep(0.1)
        session.socket.sendall(b'and":"ping"}\n')
        assert session.reply()["status"] == "ok"


@needs_socat
def test_the_documented_line_with_a_slow_model(
    tmp_path: Path, llm: FakeLlm, slow_tests: bool
) -> None:
    wait = 60.0 if slow_tests else 3.0  # socat alone gives up after half a second
    llm.chat = say("Hello", " yourself", wait=wait)
    with daemon(tmp_path, {"llm": {"url": llm.url}}) as cortexd:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", LINE],
            env={**os.environ, "SOCK": str(cortexd.socket_path)},
            capture_output=True,
            text=True,
            timeout=wait + 30,
            check=True,
        )
    assert json.loads(done.stdout)["data"]["output"] == "Hello yourself"
    assert done.stderr == ""


@needs_socat
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('echo \'{"command":"ping"}\' | socat - UNIX:$SOCK | jq -c .data', '{"pong":true}'),
        ('printf \'{"command":"ping"}\' | socat - UNIX-CONNECT:$SOCK | jq -r .status', "ok"),
        ('echo \'{"method":"ping"}\' | socat -t0.1 - UNIX:$SOCK | jq .success', "true"),
        (
            'yes \'{"command":"ping"}\' | head -5000 | socat - UNIX:$SOCK '
            "| jq -r .status | uniq -c | xargs",
            "5000 ok",
        ),
        (
            "head -c 300000 /dev/zero | socat - UNIX:$SOCK | jq -r .error.code | xargs",
            "INVALID_JSON REQUEST_TOO_LARGE",
        ),
        ("socat -u UNIX:$SOCK - </dev/null & sleep 0.2; kill $!; echo gone", "gone"),
    ],
)
def test_lines_for_the_shell(cortexd: RunningDaemon, line: str, expected: str) -> None:
    done = subprocess.run(
        ["bash", "-c", line],
        env={**os.environ, "SOCK": str(cortexd.socket_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == expected, done.stderr
