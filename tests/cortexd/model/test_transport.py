"""The API key and the headers of requests to a model server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cortexd.api.errors import LlmUnavailable
from cortexd.config import LlmSection
from cortexd.model.transport import Transport
from tests.support.fake_llm import FakeLlm


def get(llm: FakeLlm, **settings: object) -> tuple[int, bytes]:
    async def go() -> tuple[int, bytes]:
        transport = Transport(LlmSection(url=llm.url, **settings))  # type: ignore[arg-type]
        try:
            return await transport.get(llm.url, "/health")
        finally:
            transport.close()

    return asyncio.run(go())


def test_a_get(tmp_path: Path) -> None:
    with FakeLlm(tmp_path / "s") as llm:
        assert get(llm) == (200, b"{}")


@pytest.mark.parametrize("content", [None, "two\nlines", "\xff"])
def test_a_key_file_that_is_none(tmp_path: Path, content: str | None) -> None:
    key = tmp_path / "key"
    if content is not None:
        key.write_text(content, encoding="latin-1")
    with FakeLlm(tmp_path / "s") as llm, pytest.raises(LlmUnavailable, match=str(key)):
        get(llm, api_key_file=key)
