"""Searched are real pages, units and README files: unpacked Debian packages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cortex_cli.documents.search import Documents
from cortex_cli.language.question import Question
from tests.support import manpages


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documents]:
    folder = tmp_path_factory.mktemp("documents")
    environ = {
        **manpages.environment(manpages.unpacked()),
        "CORTEX_CACHE_DIR": str(folder),
        "CORTEX_DPKG_STATUS": str(folder / "status"),
    }
    with Documents.open(environ) as opened:
        assert len(opened) > 200
        yield opened


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("how do I see which process listens on a port?", "man ss(8)"),
        ("how do I change the owner of a file?", "man chown(1)"),
        ("how can I list block devices?", "man lsblk(8)"),
        ("how can I run a command with a time limit?", "man timeout(1)"),
        ("comment changer le propriétaire d'un fichier ?", "man chown(1)"),
        ("¿cómo listar los dispositivos de bloques?", "man lsblk(8)"),
    ],
)
def test_a_question_that_names_no_program_finds_its_manual(
    documents: Documents, question: str, source: str
) -> None:
    found = documents.search(Question(question))
    assert source in [each.document.source for each in found]
    assert found[0].covered > 0.9


def test_the_paragraphs_that_answer_come_along(documents: Documents) -> None:
    found = documents.search(Question("how do I display only listening sockets?"))
    (telling,) = [each.paragraphs for each in found if each.document.title == "ss(8)"]
    assert telling[0].startswith("-l, --listening Display only listening sockets")


def test_units_and_readmes_are_cited_as_what_they_are(documents: Documents) -> None:
    assert [one.source for one in documents.find_named("ssh")] == [
        "unit: ssh.service",
        "unit: ssh.socket",
    ]
    assert "Description=OpenBSD Secure Shell server" in documents.find_named("ssh")[0].paragraphs()
    assert [one.source for one in documents.find_named("tar")] == ["README.Debian of tar"]
    assert documents.find_named("tar")[0].paragraphs()
    assert documents.find_named("none") == []


@pytest.mark.parametrize(
    "question",
    [
        "what is the capital of France?",
        "who wrote Hamlet?",
        "how do I train my dog to sit?",
        "how long should I boil an egg?",
        "what is love?",
        "how do I tie a tie?",
    ],
)
def test_what_is_no_question_to_a_machine_finds_little(documents: Documents, question: str) -> None:
    found = documents.search(Question(question))
    assert not [each for each in found if each.covered >= 0.9 and each.score >= 3.0]


@pytest.mark.parametrize("text", ["", '" OR *', "a" * 5000, "\0", "NEAR(x y)", "é ñ ß"])
def test_any_text_can_be_searched(documents: Documents, text: str) -> None:
    for each in documents.search(Question(text)):
        assert 0 <= each.covered <= 1.001


def test_a_machine_without_manuals(tmp_path: Path) -> None:
    environ = {name: str(tmp_path) + "/x" for name in ("MANPATH", "SYSTEMD_UNIT_PATH")}
    with Documents.open({**environ, "CORTEX_DOCS": str(tmp_path) + "/x"}) as nothing:
        assert len(nothing) == 0
        assert nothing.search(Question("list files")) == []
        assert nothing.find_named("ssh") == []
