"""The line that cron wants, from how people say when."""

from __future__ import annotations

import subprocess

import pytest

from cortex_cli import actions


@pytest.mark.parametrize(
    ("language", "question", "line"),
    [
        ("en", "run /opt/a.sh every 5 minutes", "*/5 * * * * /opt/a.sh"),
        ("en", "run /opt/a.sh every day at 6am", "0 6 * * * /opt/a.sh"),
        ("en", "run a.sh every hour", "0 * * * * a.sh"),
        ("fr", "lancer /opt/a.sh tous les dimanches à 4h avec cron", "0 4 * * 0 /opt/a.sh"),
        ("fr", "exécuter a.sh tous les jours à 2h", "0 2 * * * a.sh"),
        ("es", "programar /opt/a.sh cada 15 minutos", "*/15 * * * * /opt/a.sh"),
    ],
)
def test_the_line(language: str, question: str, line: str) -> None:
    found = actions.find(question, language)
    assert found is not None
    listed, appended, installed = found.commands[0].pipeline
    assert (listed, installed) == (("crontab", "-l"), ("crontab", "-"))
    for before in ("", "1 2 3 4 5 /bin/true\n"):
        done = subprocess.run(appended, input=before, capture_output=True, text=True, check=True)
        assert done.stdout == f"{before}{line}\n"
    assert found.text.splitlines()[0].endswith(line)


def test_what_is_to_run_once_is_no_cron_job() -> None:
    found = actions.find("run /opt/a.sh once at 18:00", "en")
    assert found is None or found.subject != "schedule-cron"
