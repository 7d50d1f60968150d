"""The table of models."""

from __future__ import annotations

import pytest

from cortex_cli.status import models_view
from tests.cortex_cli.conftest import Cortex

MODEL = {"path": "/m/a.gguf", "name": "A 1B", "size": 3 << 29, "profile": "chat", "fits": True,
         "built_in": False, "problem": None, "served": False}  # fmt: skip
ROW = {"key": "a", "size_gib": 0.5, "memory_gib": 1.0, "best_for": "all", "path": None,
       "fits": True, "problem": None, "suggested": False}  # fmt: skip


def test_what_is_served_is_marked(chat: Cortex) -> None:
    shown = chat.run("llm", "list").stdout
    assert "* tiny-chat" not in shown  # it lies in no model folder
    assert "  cortex-nano-default  5.4 MiB  profile nano  built in" in shown
    assert "qwen2.5-0.5b" in shown


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "  A 1B  1.50 GiB  profile chat  /m/a.gguf"),
        ({"served": True, "built_in": True}, "* A 1B  1.50 GiB  profile chat  built in"),
        (
            {"fits": False, "problem": "it is truncated"},
            "  A 1B  1.50 GiB  profile chat  /m/a.gguf; does not fit: it is truncated",
        ),
    ],
)
def test_a_model(changes: dict[str, object], line: str) -> None:
    assert models_view._describe_model({**MODEL, **changes}) == line


def test_a_file_that_is_no_model() -> None:
    broken = {"path": "/m/x.gguf", "built_in": False, "problem": "it is empty", "served": False}
    assert models_view._describe_model(broken) == "  /m/x.gguf: it is empty"


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({}, "all; fits"),
        ({"path": "/m/a.gguf"}, "all; here already"),
        ({"suggested": True}, "all; fits; suggested for this machine"),
        (
            {"fits": False, "problem": "needs 8 GiB"},
            "does not fit: needs 8 GiB",
        ),
    ],
)
def test_a_recommended_one(changes: dict[str, object], end: str) -> None:
    assert models_view._describe_recommended({**ROW, **changes}, 5).endswith(end)
