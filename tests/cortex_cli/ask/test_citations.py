from dataclasses import replace

import pytest

from cortex_cli.ask.citations import (
    MAX_PASSAGE_CHARS,
    MAX_QUOTED_CHARS,
    cite_fact,
    cite_manual,
    cite_package,
    cite_version,
)
from cortex_cli.ask.facts import Fact
from cortex_cli.debian.manpages import Manuals
from cortex_cli.language.question import Question
from cortex_cli.packages.package import Package
from tests.support import manpages

PACKAGE = Package("x", "1", None, "o", "s", "program", "short", "word " * 900, False, 0.0)


def test_a_long_passage_is_cut_visibly() -> None:
    passage = cite_package(PACKAGE)
    assert len(passage.text) <= MAX_PASSAGE_CHARS + 4
    assert passage.text.endswith(" […]")
    assert cite_package(replace(PACKAGE, long="")).text == "short"


def test_a_version_is_said_of_an_installed_package_and_of_another() -> None:
    assert "not installed; version 1 is available" in cite_version(PACKAGE).text
    installed = cite_version(replace(PACKAGE, installed="0.9"))
    assert (installed.text, installed.source) == (
        "The package x is installed, version 0.9.",
        "apt: x 0.9",
    )


def test_a_fact_is_cited_by_where_it_was_read() -> None:
    fact = Fact("The kernel is 6.1.", "uname", frozenset({"kernel"}))
    passage = cite_fact(fact)
    assert (passage.subject, passage.text) == ("", "The kernel is 6.1.")
    assert passage.source == "this machine: uname"


@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("what does the option --exclude of tar do?", True),
        ("what does the option --frobnicate of tar do?", False),  # nearly right is wrong
    ],
)
def test_a_manual_must_have_the_option_that_is_named(question: str, cited: bool) -> None:
    manuals = Manuals.from_environ(manpages.environment(manpages.unpacked()))
    manual = manuals.find_command("tar")
    assert manual is not None
    passage = cite_manual(manual, Question(question))
    assert (passage is not None) == cited
    if passage is not None:
        assert "--exclude" in passage.excerpt
        assert len(passage.excerpt) <= MAX_QUOTED_CHARS + 4
