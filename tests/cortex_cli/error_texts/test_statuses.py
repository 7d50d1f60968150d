"""Exit statuses and error numbers: from the catalogue, else computed."""

from __future__ import annotations

import pytest

from cortex_cli.error_texts.answerer import explain


@pytest.mark.parametrize(
    ("question", "subject", "says"),
    [
        ("what does exit status 127 mean", "exit-status-127", "not found"),
        ("exit code 137, what is that?", "sigkill", "memory"),
        ("what does exit status 150 mean?", "exit-status-150", "signal 22"),
        ("what does exit status 3 mean?", "exit-status-3", "program itself"),
        ("what does exit code 300 mean", "exit-status-300", "44"),
        ("what is signal 15", "sigterm", "SIGTERM"),
        ("what does errno 13 mean", "eacces", "permission"),
        ("what is error 28", "enospc", "full"),
    ],
)
def test_numbers(question: str, subject: str, says: str) -> None:
    found = explain(question, "en")
    assert found is not None
    assert found.subject == subject
    assert says in found.text
