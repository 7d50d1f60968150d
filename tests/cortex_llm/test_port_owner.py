from __future__ import annotations

import os
import socket
from pathlib import Path

from cortex_llm.endpoint import TcpEndpoint, UnixEndpoint
from cortex_llm.port_owner import find_owner
from tests.support.model_server import free_port, model_server


def test_nobody(tmp_path: Path) -> None:
    assert find_owner(TcpEndpoint("127.0.0.1", free_port()), None) is None
    assert find_owner(UnixEndpoint(tmp_path / "none.sock"), None) is None


def test_another_program_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        holder = find_owner(TcpEndpoint("127.0.0.1", listener.getsockname()[1]), None)
    assert holder is not None
    assert (holder.model, f"(pid {os.getpid()})" in holder.program) == (None, True)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "x.sock"))
        listener.listen()
        holder = find_owner(UnixEndpoint(tmp_path / "x.sock"), None)
    assert holder is not None
    assert f"(pid {os.getpid()})" in holder.program


def test_a_model_server_is_known_by_its_model(tmp_path: Path, tiny: Path) -> None:
    with model_server(tmp_path, model=tiny, api_key="k") as server:
        assert server.port is not None
        endpoint = TcpEndpoint("127.0.0.1", server.port)
        holder = find_owner(endpoint, "k")
        assert holder is not None
        assert holder.model == "cortex-test"
        assert f"(pid {server.process.pid})" in holder.program
        stranger = find_owner(endpoint, "another key")
        assert stranger is not None
        assert stranger.model is None
