import pytest

from cortex_cli.install.model_choice import try_model
from cortex_cli.language.question import Question
from cortex_cli.packages.knowledge import Knowledge
from cortex_cli.settings import Settings


def test_without_a_model_nothing_is_picked_and_the_reason_is_said(
    apt_env: dict[str, str], knowledge: Knowledge, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings({**apt_env, "CORTEX_SOCKET": "/nonexistent/cortex.sock"})
    hits = knowledge.search(Question("web server"), 8)
    assert try_model(settings, "web server", hits) is None
    assert "choosing without a model: " in capsys.readouterr().err
