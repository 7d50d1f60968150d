"""The API key on its way to the model server, and replies without an end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortexd.config import LlmSection
from cortexd.model.server_connections import MAX_BODY_BYTES, ServerConnections
from tests.support.daemon import daemon
from tests.support.fake_llm import FakeLlm


@pytest.fixture(params=["unix", "tcp"])
def llm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeLlm]:
    with FakeLlm(tmp_path / "llm.sock" if request.param == "unix" else None) as server:
        yield server


def test_the_api_key(tmp_path: Path, llm: FakeLlm) -> None:
    key = tmp_path / "key"
    key.write_text("sesame\n")
    settings = {"llm": {"url": llm.url, "api_key_file": str(key)}}
    with daemon(tmp_path, settings) as cortexd:
        cortexd.call("inference", prompt="x")
        assert llm.seen[-1].headers["authorization"] == "Bearer sesame"
        key.write_text("new")
        cortexd.call("inference", prompt="x")
        assert llm.seen[-1].headers["authorization"] == "Bearer new"
        for content in (b"\xff\xfe", b"a\r\nX-Evil: 1"):
            key.write_bytes(content)
            assert cortexd.refused("inference", prompt="x")["code"] == "LLM_UNAVAILABLE"
        key.unlink()
        assert "cannot read" in cortexd.refused("inference", prompt="x")["message"]
        assert "sesame" not in cortexd.log_text()


def test_no_more_of_a_reply_is_read_than_needed(llm: FakeLlm) -> None:
    llm.models = b"x" * (20 * MAX_BODY_BYTES)

    async def fetch() -> tuple[int, bytes]:
        connections = ServerConnections(LlmSection(url=llm.url))
        try:
            return await connections.get(llm.url, "/v1/models")
        finally:
            connections.close()

    status, body = asyncio.run(fetch())
    assert status == 200
    assert MAX_BODY_BYTES < len(body) < 10 * MAX_BODY_BYTES
