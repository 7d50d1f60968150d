"""Plans: what they say and what they write for a user."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_llm import backends
from cortex_llm.errors import LlmError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_a_remote_server_is_written_for_the_commands(home: Path) -> None:
    plan = backends.Remote("http://127.0.0.1:1/v1", "some model")
    assert any("http://127.0.0.1:1/v1" in step for step in plan.steps())
    plan.carry_out()
    text = (home / ".cortex/.env").read_text()
    assert "CORTEX_PROVIDER=openai" in text
    assert 'OPENAI_MODEL="some model"' in text


def test_what_others_wrote_stays(home: Path) -> None:
    (home / ".cortex").mkdir()
    (home / ".cortex/.env").write_text("# mine\nOPENAI_API_KEY=k\nCORTEX_PROVIDER=ollama\n")
    backends.set_user_values({"CORTEX_PROVIDER": "daemon"})
    assert (home / ".cortex/.env").read_text() == (
        "# mine\nOPENAI_API_KEY=k\nCORTEX_PROVIDER=daemon\n"
    )


def test_a_place_that_cannot_be_written(home: Path) -> None:
    (home / ".cortex").write_text("a file")
    with pytest.raises(LlmError, match="cannot write"):
        backends.set_user_values({"CORTEX_PROVIDER": "daemon"})


@pytest.mark.parametrize("text", ["", "x", "ftp://x", "http://", "http:///x"])
def test_no_url(text: str) -> None:
    assert backends.check_url(text)


def test_a_url() -> None:
    assert backends.check_url("https://example.org:8443/v1") is None
