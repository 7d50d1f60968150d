"""Levels by the kernel's word: clients that really are other users."""

from __future__ import annotations

import grp
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cortexd.access import Level, Peer, Policy, read_peer
from tests.support.daemon import RunningDaemon, daemon, eventually
from tests.support.fake_llm import FakeLlm, endless, hang

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
OTHER, THIRD = 54_321, 54_322
ASK = """
import socket, sys
with socket.socket(socket.AF_UNIX) as s:
    s.connect(sys.argv[1])
    s.sendall(sys.argv[2].encode() + b"\\n")
    print(s.makefile().readline(), end="")
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="cortex"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def ask_as(
    cortexd: RunningDaemon, uid: int, command: str, groups: str = "", **params: Any
) -> dict[str, Any]:
    """The reply to a client that is the user ``uid``."""
    identity = [f"--groups={groups}"] if groups else ["--clear-groups"]
    request = json.dumps({"command": command, "params": params})
    done = subprocess.run(
        ["setpriv", f"--reuid={uid}", f"--regid={uid}", *identity, "python3", "-c", ASK,
         str(cortexd.socket_path), request],
        env={"PATH": "/usr/bin:/bin"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )  # fmt: skip
    reply: dict[str, Any] = json.loads(done.stdout)
    return reply


def code(reply: dict[str, Any]) -> str:
    return "ok" if "data" in reply else str(reply["error"]["code"])


def test_levels() -> None:
    policy = Policy("root", None, own_uid=1)
    assert Peer(1, 0, 5).level(policy) is Level.ADMIN
    assert Peer(1, 1, 5).level(policy) is Level.ADMIN
    assert Peer(1, 2, 0).level(policy) is Level.ADMIN  # its first group
    assert Peer(1, 2, 5, frozenset({0})).level(policy) is Level.ADMIN
    assert Peer(1, 2, 5).level(policy) is Level.USE
    assert Peer(1, 2, 5).level(Policy("root", "daemon", 1)) is Level.READ
    assert Peer(1, 2, 5).level(Policy("no such group", "nor this", 1)) is Level.READ


def test_peer_of_this_process() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        peer = read_peer(ours)
        assert (peer.pid, peer.uid, peer.gid) == (os.getpid(), os.getuid(), os.getgid())


@root
def test_any_user_reads_and_asks_and_only_some_administer(open_folder: Path) -> None:
    group = grp.getgrall()[-1]
    with daemon(open_folder, {"access": {"admin_group": group.gr_name}}) as cortexd:
        assert code(ask_as(cortexd, OTHER, "ping")) == "ok"
        assert code(ask_as(cortexd, OTHER, "config.get")) == "ok"
        assert code(ask_as(cortexd, OTHER, "inference", prompt="x")) == "LLM_UNAVAILABLE"
        refused = ask_as(cortexd, OTHER, "config.reload")
        assert code(refused) == "UNAUTHORIZED"
        assert f"user {OTHER} is not one of them" in refused["error"]["message"]
        assert group.gr_name in refused["error"]["details"]["hint"]
        assert code(ask_as(cortexd, OTHER, "shutdown")) == "UNAUTHORIZED"
        assert code(ask_as(cortexd, OTHER, "config.reload", groups=str(group.gr_gid))) == "ok"
        # nothing in a request makes it another's
        assert code(ask_as(cortexd, OTHER, "shutdown", user=0)) == "UNAUTHORIZED"


@root
def test_the_model_for_one_group_only(open_folder: Path) -> None:
    group = grp.getgrall()[-1]
    with daemon(open_folder, {"access": {"use_group": group.gr_name}}) as cortexd:
        assert code(ask_as(cortexd, OTHER, "inference", prompt="x")) == "UNAUTHORIZED"
        member = ask_as(cortexd, OTHER, "inference", groups=str(group.gr_gid), prompt="x")
        assert code(member) == "LLM_UNAVAILABLE"


@root
def test_cancel_is_for_owners_and_administrators(open_folder: Path) -> None:
    with FakeLlm(open_folder / "llm.sock", chat=hang) as llm:
        with daemon(open_folder, {"llm": {"url": llm.url}}) as cortexd:
            with cortexd.session() as session:
                session.send({"command": "inference", "prompt": "x", "id": "mine"})
                eventually(lambda: llm.seen, "the model was asked")
                foreign = ask_as(cortexd, OTHER, "inference.cancel", request_id="mine")
                assert code(foreign) == "NOT_FOUND"  # ids that clients gave are their own
                assert cortexd.call("inference.cancel", request_id="mine")["cancelled"]
                assert session.reply()["error"]["code"] == "CANCELLED"


@root
def test_the_request_id_of_another_is_no_way_in(open_folder: Path, llm: FakeLlm) -> None:
    llm.chat = endless
    os.chmod(llm.path.parent, 0o755)  # type: ignore[union-attr]  # noqa: PTH101
    with daemon(open_folder, {"llm": {"url": llm.url}}) as cortexd, cortexd.session() as session:
        session.send({"command": "inference", "prompt": "x", "stream": True})
        request_id = session.line()["data"]["request_id"]
        foreign = ask_as(cortexd, OTHER, "inference.cancel", request_id=request_id)
        assert code(foreign) == "UNAUTHORIZED"
        assert cortexd.call("inference.cancel", request_id=request_id)["cancelled"]
        assert session.reply()["error"]["code"] == "CANCELLED"


@root
def test_a_daemon_of_a_user_obeys_that_user_and_root(open_folder: Path) -> None:
    os.chown(open_folder, OTHER, OTHER)

    identity = [f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups"]
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]  # the checkout
    argv = ["setpriv", *identity, *reading, sys.executable, "-m", "cortexd"]
    argv += ["--config", str(open_folder / "daemon.yaml")]
    with daemon(open_folder, argv=argv) as cortexd:
        assert code(ask_as(cortexd, OTHER, "config.reload")) == "ok"
        assert code(ask_as(cortexd, THIRD, "config.reload")) == "UNAUTHORIZED"
        assert cortexd.call("config.reload")["reloaded"]
