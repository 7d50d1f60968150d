from cortex_cli import evidence, facts
from cortex_cli.evidence import MAX_PASSAGE_CHARS, Evidence, Library
from cortex_cli.knowledge import Knowledge


def gather(question: str, knowledge: Knowledge) -> Evidence:
    return evidence.gather(question, Library(knowledge), facts.collect())


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


def test_a_long_passage_is_cut_visibly() -> None:
    from dataclasses import replace

    from cortex_cli.knowledge import Package

    package = Package("x", "1", None, "o", "s", "program", "short", "word " * 900, False, 0.0)
    passage = evidence._of_package(package)
    assert len(passage.text) <= MAX_PASSAGE_CHARS + 4
    assert passage.text.endswith(" […]")
    assert evidence._of_package(replace(package, long="")).text == "short"
