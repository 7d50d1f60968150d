from pathlib import Path

import pytest

from cortex_cli import programs
from cortex_cli.ask import failures
from cortex_cli.language.question import Question
from cortex_cli.settings import Settings

SYSTEMCTL = """#!/bin/sh
case "$1 $2" in
"list-units --failed") echo "nginx.service loaded failed failed A web server" ;;
"show "*) shift 4
  for unit; do
    [ "$unit" = nginx.service ] && echo loaded || echo not-found
    echo
  done ;;
esac
"""
JOURNALCTL = """#!/bin/sh
case "$*" in
*"-u nginx.service"*) echo "T host nginx[1]: bind() to 0.0.0.0:80 failed (98: Address in use)" ;;
*"-p err"*) echo "T host kernel: some error" ;;
esac
"""


def machine(
    folder: Path, systemctl: str = SYSTEMCTL, journalctl: str = JOURNALCTL
) -> dict[str, str]:
    for name, text in (("systemctl", systemctl), ("journalctl", journalctl)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.parametrize(
    "question",
    [
        "why does nginx fail?",
        "nginx crashed",
        "my web server doesn't work",
        "the network is not working",
        "apache won't start",
        "pourquoi nginx échoue-t-il ?",
        "mon terminal est bloqué",
        "le serveur ne marche pas",
        "¿por qué falla nginx?",
        "nginx no arranca",
    ],
)
def test_questions_about_a_failure(question: str) -> None:
    assert failures.is_about_failure(Question(question))


@pytest.mark.parametrize(
    "question",
    [
        "what is nginx?",
        "how do I stop a service?",
        "¿qué es nginx?",
        "comment marche nginx ?",
        "",
        "¿cómo listar los dispositivos de bloques?",
    ],
)
def test_questions_about_none(question: str) -> None:
    assert not failures.is_about_failure(Question(question))


def test_the_named_units_last_words_come_first(tmp_path: Path) -> None:
    found = failures.collect(machine(tmp_path), Question("why does nginx fail?"))
    assert [(fact.source, fact.sentence) for fact in found] == [
        (
            "journal: nginx.service",
            "T host nginx[1]: bind() to 0.0.0.0:80 failed (98: Address in use)",
        ),
        ("systemctl --failed", "Failed units: nginx.service."),
    ]


def test_without_a_failed_unit_the_errors_since_boot(tmp_path: Path) -> None:
    found = failures.collect(
        machine(tmp_path, "#!/bin/sh\nexit 1\n"), Question("what is wrong here?")
    )
    assert [fact.source for fact in found] == ["journal: errors since boot"]


def test_no_systemd_no_facts(tmp_path: Path) -> None:
    assert failures.collect({"PATH": str(tmp_path)}, Question("why does nginx fail?")) == []
    assert failures.read_health(Settings({}, socket=tmp_path / "none.sock")) == []


def test_one_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "TIME_LIMIT_S", 0.2)
    slow = "#!/bin/sh\nexec sleep 60\n"
    assert failures.collect(machine(tmp_path, slow, slow), Question("why does nginx fail?")) == []
