"""Messages that are pasted as they were printed, with nothing asked."""

import pytest

from cortex_cli.error_texts import questions
from cortex_cli.error_texts.answerer import EXACT, explain

PASTED = (
    ("fatal: not a git repository (or any parent)", "git-not-a-repository"),
    ("ssh: Could not resolve hostname foo: Name or service not known", "dns-unknown-name"),
    ("Traceback (most recent call last): NameError: name 'x' is not defined", "python-name-error"),
    ("KeyError: 'foo'", "python-key-error"),
    ("E: Unable to locate package foo", "apt-unable-to-locate"),
    ("E: Could not get lock /var/lib/dpkg/lock-frontend", "apt-lock"),
    ("Segmentation fault (core dumped)", "segfault"),
    ("/bin/bash^M: bad interpreter: No such file or directory", "crlf-script"),
    ("Read-only file system", "erofs"),
    ("Too many open files", "emfile"),
    ("ERR_CONNECTION_REFUSED", "browser-connection-refused"),
    ("rm: cannot remove 'x': Is a directory", "eisdir"),
    ("bash: line 3: syntax error near unexpected token", "shell-syntax"),
    ("collect2: error: ld returned 1 exit status", "linker-undefined-reference"),
    ("cp: -r not specified; omitting directory 'x'", "cp-omitting-directory"),
)  # fmt: skip


@pytest.mark.parametrize(("message", "subject"), PASTED)
def test_a_pasted_message_is_explained(message: str, subject: str) -> None:
    found = explain(message, "en")
    assert found is not None
    assert found.subject == subject
    assert found.confidence >= EXACT


@pytest.mark.parametrize(
    ("question", "name"),
    [("errno 13", "EACCES: “Permission denied”"), ("what is ENOTDIR", "20 is ENOTDIR"),
     ("errno 61", "61 is ENODATA")],
)  # fmt: skip
def test_an_error_number_is_named(question: str, name: str) -> None:
    found = explain(question, "en")
    assert found is not None
    assert name in found.text


@pytest.mark.parametrize(
    "question",
    ["is nginx installed?", "show the failed units", "how full is the disk", "ls: help me"],
)
def test_a_question_is_no_message(question: str) -> None:
    assert explain(question, "en") is None


def test_hostile_text_takes_linear_time() -> None:
    for text in ("a" * 5000, "E: " * 2000, "(" * 3000, "x[1]" * 1000, "A" * 4000 + "Error"):
        questions.is_message(text)
        questions.may_be_message(text)
