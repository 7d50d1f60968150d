"""The model picks among candidates; whatever it says, nothing else comes out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cortex_cli.install import model_choice
from cortex_cli.language.question import Question
from cortex_cli.model import provider
from cortex_cli.packages.knowledge import Hit, Knowledge
from cortex_cli.settings import Settings


@pytest.fixture
def hits(apt_env: dict[str, str]) -> Iterator[list[Hit]]:
    with Knowledge.open(apt_env) as knowledge:
        yield knowledge.search(Question("web server"), 4)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ('{"packages": ["lighttpd"]}', ["lighttpd"]),
        ('{"packages": ["no-such-package"]}', None),
        ("lighttpd, of course", None),
    ],
)
def test_only_candidates_are_picked(
    monkeypatch: pytest.MonkeyPatch, hits: list[Hit], reply: str, expected: list[str] | None
) -> None:
    monkeypatch.setattr(provider, "complete", lambda *_: (reply, None))
    picked = model_choice.ask_model(None, "chat", "a web server", hits)  # type: ignore[arg-type]
    assert picked == expected


def test_without_a_model_it_says_so(
    apt_env: dict[str, str], hits: list[Hit], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings({**apt_env, "CORTEX_SOCKET": "/nonexistent/cortex.sock"})
    assert model_choice.try_model(settings, "a web server", hits) is None
    assert "choosing without a model: cannot reach cortexd" in capsys.readouterr().err
