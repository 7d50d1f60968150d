from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cortex_cli.ask import answerers
from cortex_cli.ask.attachments import Attachment
from cortex_cli.ask.request import Request
from cortex_cli.finding import Finding
from cortex_cli.language.question import Question
from cortex_cli.settings import Settings
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
