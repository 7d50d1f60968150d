from collections.abc import Iterator

import pytest

from cortex_cli.ask import evidence, facts
from cortex_cli.ask.evidence import Evidence, Library
from cortex_cli.debian.manpages import Manuals
from cortex_cli.documents.search import Documents
from cortex_cli.language.question import Question
from cortex_cli.packages.knowledge import Knowledge
from tests.support import manpages


def gather(question: str, knowledge: Knowledge) -> Evidence:
    return evidence.gather(Question(question), Library(knowledge), facts.collect())


def test_what_is_named_supports(knowledge: Knowledge) -> None:
    found = gather("What is nginx?", knowledge)
    assert found.sources == ["apt: nginx 1.22.1"]
    assert found.supporting[0].sentence == "nginx: small, powerful, scalable web/proxy server."


def test_nothing_supports_what_is_not_here(knowledge: Knowledge) -> None:
    assert gather("What is the capital of France?", knowledge).supporting == ()
    assert gather("What is hi?", knowledge).supporting == ()
    assert gather("", knowledge).supporting == ()


def test_a_description_that_has_every_word_supports(knowledge: Knowledge) -> None:
    found = gather("What is a fast webserver?", knowledge)
    assert found.sources == ["apt: lighttpd 1.4.69"]


def test_facts_of_this_machine_support(knowledge: Knowledge) -> None:
    assert gather("which kernel runs on this machine?", knowledge).sources == [
        "this machine: uname"
    ]


def test_whether_what_is_named_is_installed(knowledge: Knowledge) -> None:
    (fact,) = evidence.find_versions(Question("which port does nginx use?"), knowledge)
    assert fact.sentence == ("The package nginx is not installed; version 1.22.1-9 is available.")
    found = gather("which version of libc6 is installed?", knowledge)
    assert found.supporting[0].sentence == "The package libc6 is installed, version 2.36-8."
    assert found.sources == ["apt: libc6 2.36"]


@pytest.fixture(scope="module")
def library(
    knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[evidence.Library]:
    """The tests' own packages, and real pages, units and README files."""
    folder = tmp_path_factory.mktemp("library")
    environ = {
        **manpages.environment(manpages.unpacked()),
        "CORTEX_CACHE_DIR": str(folder),
        "CORTEX_DPKG_STATUS": str(folder / "status"),
    }
    with Documents.open(environ) as documents:
        yield evidence.Library(knowledge, Manuals.from_environ(environ), documents)


def sources(question: str, library: evidence.Library) -> list[str]:
    return evidence.gather(Question(question), library, []).sources


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("how do I see which process listens on a port?", "man ss(8)"),
        ("how do I change the owner of a file?", "man chown(1)"),
        ("comment changer le propriétaire d'un fichier ?", "man chown(1)"),
        ("which option of tar shows file names?", "man tar(1)"),
        ("what does PermitRootLogin in sshd_config mean?", "man sshd_config(5)"),
        ("what does the ssh service run?", "unit: ssh.service"),
        ("when is ssh.service started?", "unit: ssh.service"),
        ("which kernels does lsof no longer support?", "README.Debian of lsof"),
    ],
)
def test_what_this_machine_says_about_itself_supports(
    library: evidence.Library, question: str, source: str
) -> None:
    assert source in sources(question, library)


def test_what_is_asked_for_is_quoted(library: evidence.Library) -> None:
    question = Question("what does PermitRootLogin in sshd_config mean?")
    found = evidence.gather(question, library, [])
    page = next(each for each in found.supporting if each.source == "man sshd_config(5)")
    assert page.excerpt.startswith("PermitRootLogin Specifies whether root can log in")
    assert page.quotation.startswith(f"{page.sentence}\nPermitRootLogin")


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "how do I train my dog to sit?",
        "how old is the moon?",
        "what does the option --frobnicate of tar do",
        "which option of my neighbour's tar is it",
        "tell me the latest news",
    ],
)
def test_no_manual_supports_another_question(library: evidence.Library, question: str) -> None:
    assert sources(question, library) == []
