"""What is known without a model is printed as it is, without a daemon and without a model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cortex_cli.conftest import CHECKOUT, Cortex

LOG = """\
Mar 02 09:00:01 web systemd[1]: Starting nginx.service...
Mar 02 09:00:01 web nginx[71]: bind() to 0.0.0.0:80 failed (98: Address already in use)
Mar 02 09:00:01 web systemd[1]: nginx.service: Failed with result 'exit-code'.
"""


def ask(cortex: Cortex, *words: str, piped: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        cortex.command("ask", *words),
        env=cortex.environ,
        cwd=CHECKOUT,
        input=piped or None,
        stdin=None if piped else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("question", "command", "source"),
    [
        ("how do I restart cron?", "sudo systemctl restart cron", "man systemctl(1)"),
        ("¿cómo reinicio cron?", "sudo systemctl restart cron", "man systemctl(1)"),
        ("extraire archive.tar.gz dans /tmp/x", "archive.tar.gz", "man tar(1)"),
    ],
)
def test_an_action_is_shown_with_its_command_and_its_manual(
    cortex: Cortex, question: str, command: str, source: str
) -> None:
    done = ask(cortex, question)
    assert done.returncode == 0, done.stderr
    assert command in done.stdout
    assert done.stdout.rstrip().endswith(f"Sources: {source}")


def test_json_has_kind_command_and_effect(cortex: Cortex) -> None:
    found = json.loads(ask(cortex, "--json", "how do I restart cron?").stdout)
    assert (found["kind"], found["known"], found["model"]) == ("action", True, None)
    (command,) = found["commands"]
    assert command["command"] == "systemctl restart cron"
    assert (command["effect"], command["needs_root"]) == ("changes", True)


def test_a_concept_is_explained_in_the_language_of_the_question(cortex: Cortex) -> None:
    assert "record" in ask(cortex, "what is an inode?").stdout
    assert "système de fichiers" in ask(cortex, "qu'est-ce qu'un inode ?").stdout
    assert "sistema de archivos" in ask(cortex, "¿qué es un inodo?").stdout


def test_a_piped_log_gets_its_cause_and_its_remedy(cortex: Cortex) -> None:
    done = ask(cortex, "why does it not start?", piped=LOG)
    assert done.returncode == 0, done.stderr
    assert "already" in done.stdout
    assert "80" in done.stdout
    assert "Sources: standard input" in done.stdout


def test_an_answer_has_at_most_twelve_lines(cortex: Cortex) -> None:
    done = ask(cortex, "--no-stream", "why does it not start?", piped=LOG)
    text, _, _ = done.stdout.partition("\nSources:")
    assert len(text.splitlines()) <= 12


def test_data_stays_data(cortex: Cortex, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    name = f"$(touch {canary})"
    done = ask(cortex, "--json", f"count the lines of '{name}'")
    assert not canary.exists()
    for command in json.loads(done.stdout)["commands"]:
        assert name not in command["command"] or f"'{name}'" in command["command"]


def test_nothing_of_the_models_part_is_loaded(cortex: Cortex) -> None:
    ask(cortex, "how do I restart cron?")  # the first question compiles the catalogues
    program = (
        "import sys; from cortex_cli.main import main; "
        "status = main(['ask', 'how do I restart cron?']); "
        "print(*sys.modules, file=sys.stderr); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=cortex.environ,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.split())
    assert not loaded & {"cortex_cli.ask.model_answer", "yaml", "openai", "jinja2"}
