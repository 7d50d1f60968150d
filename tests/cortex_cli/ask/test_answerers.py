from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cortex_cli.actions import answering as actions
from cortex_cli.ask import answerers, choice
from cortex_cli.ask.attachments import Attachment
from cortex_cli.ask.request import Request
from cortex_cli.concepts import comparison, forms, phrases
from cortex_cli.error_texts import answerer as error_texts
from cortex_cli.finding import Finding
from cortex_cli.language.question import Question
from cortex_cli.probes import answering as probes
from cortex_cli.settings import Settings
from cortex_cli.trouble import report as trouble
from tests.support.daemon import CHECKOUT


def find(question: str, log: str = "") -> Finding | None:
    attached = (Attachment("log", log),) if log else ()
    return answerers.find(Request(Question(question), attached), Settings(os.environ))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("which kernel version is running?", "fact"),
        ("how do I restart cron?", "action"),
        ("what is a symbolic link?", "explanation"),
        ("TCP or UDP?", "explanation"),
        ("what does 'connection refused' mean?", "failure"),
        ("quelle est l'architecture de cette machine ?", "fact"),
        ("¿qué es un proceso?", "explanation"),
        ("is anything wrong with this machine?", "failure"),
    ],
)
def test_each_kind_of_question_finds_its_answerer(question: str, kind: str) -> None:
    finding = find(question)
    assert finding is not None
    assert finding.confidence >= answerers.ENOUGH
    assert finding.kind == kind


def test_no_room_is_surer_than_its_answerer_says() -> None:
    """Else a better finding of a room that is not asked any more would be lost."""
    most = {answerer.room: answerer.most for answerer in answerers.FOR_QUESTIONS}
    assert most == {
        "cortex_cli.probes": probes.MAX_CONFIDENCE + choice.FACT_BONUS,
        "cortex_cli.trouble": trouble.SURE,
        "cortex_cli.error_texts.answerer": error_texts.EXACT,
        "cortex_cli.actions": actions._MEASURED[-1][1],
        "cortex_cli.concepts": comparison.WRITTEN,
    }
    assert max(sure for _, sure in forms.DEFINITIONS) <= comparison.WRITTEN
    assert phrases.SURE <= comparison.WRITTEN


def test_who_cannot_outrank_the_best_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_room: object, _request: Request, _settings: Settings) -> Finding:
        return Finding("fact", 0.95, "first")

    def fail(_room: object, _request: Request, _settings: Settings) -> Finding:
        raise AssertionError("asked in vain")

    asked = tuple(answerers.Answerer("cortex_cli.probes", *one) for one in ((answer,), (fail, 1.0)))
    monkeypatch.setattr(answerers, "FOR_QUESTIONS", asked)
    found = find("which kernel version is running?")
    assert found is not None
    assert found.text == "first"


@pytest.mark.parametrize(
    "question", ["who painted the Mona Lisa?", "tell me a joke", "¿quién ganó el mundial de 1998?"]
)
def test_of_the_world_nothing_is_known(question: str) -> None:
    finding = find(question)
    assert finding is None or finding.confidence < answerers.ENOUGH


def test_what_is_attached_is_asked_of_the_failures_alone() -> None:
    finding = find("how do I restart cron?", "bind() failed (98: Address already in use)")
    assert finding is not None
    assert finding.kind == "failure"


def test_a_room_that_is_deleted_takes_only_its_own_answers_with_it(tmp_path: Path) -> None:
    for package in ("cortex_cli", "cortexd"):
        shutil.copytree(CHECKOUT / package, tmp_path / package)
    shutil.rmtree(tmp_path / "cortex_cli" / "concepts")
    command = [sys.executable, "-P", "-m", "cortex_cli", "ask", "how do I restart cron?"]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "CORTEX_CACHE_DIR": str(tmp_path / "c")},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "systemctl restart cron" in done.stdout


def test_the_form_of_a_question_has_the_word_before_the_surest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(_room: object, _request: Request, _settings: Settings) -> Finding:
        return Finding("fact", 0.99, "value")

    def explain(_room: object, _request: Request, _settings: Settings) -> Finding:
        return Finding("explanation", 0.95, "meaning", sources=("glossary",))

    asked = (
        answerers.Answerer("cortex_cli.probes", answer),
        answerers.Answerer("cortex_cli.concepts", explain, 0.96, choice.may_ask_meaning),
    )
    monkeypatch.setattr(answerers, "FOR_QUESTIONS", asked)
    found = find("what is the load average?")
    assert found is not None
    assert found.text.splitlines() == ["meaning", "Here: value"]
    plain = find("how full is it")
    assert plain is not None
    assert plain.text == "value"
