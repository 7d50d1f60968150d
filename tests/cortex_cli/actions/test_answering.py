"""From a question to a finding: what is right, what is refused, what is asked back."""

from __future__ import annotations

import itertools
import shlex
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cortex_cli import actions
from cortex_cli.actions import answering, sentence
from cortex_cli.finding import CHANGES, DESTROYS, LEAVES, READS
from cortex_cli.language.terms import language_of

SENTENCES = Path(__file__).with_name("sentences.tsv")
# Of the sentences beside this file, which were looked at while the rules were written.
LEAST_RIGHT = 0.97


def cases() -> list[tuple[str, str]]:
    found = []
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            question, _, command = line.partition("\t")
            found.append((question, command))
    return found


def test_known_sentences() -> None:
    """``command`` is the first command's text; "-" is no answer."""
    lost = []
    for question, command in cases():
        found = actions.find(question, language_of(question))
        said = "-" if found is None else found.commands[0].text
        if said != command:
            lost.append(f"{question}: {said}, not {command}")
    assert len(lost) <= (1 - LEAST_RIGHT) * len(cases()), "\n".join(lost)


@pytest.mark.parametrize(
    "question",
    [
        "who painted the Mona Lisa",
        "tell me a joke",
        "how do I feel better",
        "what is the capital of France",
        "write me a poem about Linux",
        "why is the sky blue",
        "raconte-moi une blague",
        "comment faire une omelette",
        "quién pintó la Mona Lisa",
        "cómo me siento mejor",
        "what is an inode",
        "what does SIGHUP mean",
        "qu'est-ce qu'un inode",
        "qué es un inodo",
        "",
        "the of and to",
        "как перезапустить сервер",
        "x" * 100_000,
        "delete " * 100,
    ],
)
def test_what_is_no_action_is_refused(question: str) -> None:
    assert actions.find(question, language_of(question[:1000])) is None


def test_a_word_left_over_lowers_the_confidence() -> None:
    plain = actions.find("restart cron", "en")
    more = actions.find("restart cron tomorrow evening carefully", "en")
    assert plain is not None
    assert more is None or more.confidence < plain.confidence - 0.2


@pytest.mark.parametrize(
    "question",
    [
        "Remove files text2, text3",
        "delete everything except the photos of grandma",
        "delete the files that I do not need any more",
        "delete all files",
    ],
)
def test_what_destroys_needs_the_whole_sentence(question: str) -> None:
    found = actions.find(question, "en")
    destroying = [] if found is None else [c for c in found.commands if c.effect == DESTROYS]
    assert not [c for c in destroying if "find" in c.pipeline[0] and "-name" not in c.pipeline[0]]


def test_what_destroys_shows_its_matches_first() -> None:
    found = actions.find("delete all *.tmp files in /srv older than a week", "en")
    assert found is not None
    deleting, showing = found.commands
    assert (deleting.effect, showing.effect) == (DESTROYS, READS)
    assert deleting.pipeline[0][:-1] == showing.pipeline[0]
    assert found.text.index(showing.text) < found.text.index(deleting.text)


def test_two_readings_are_both_shown() -> None:
    asked = sentence.read("compress a folder", "en")
    assert asked is not None
    found = actions.find("compress a folder", "en")
    assert found is not None
    assert len(found.commands) == 2
    assert found.confidence < answering.readings(asked)[0].score


@pytest.mark.parametrize(
    ("language", "question", "says"),
    [
        ("en", "restart cron", "Restarts cron."),
        ("fr", "redémarrer cron", "Redémarre cron."),
        ("es", "reiniciar cron", "Reinicia cron."),
    ],
)
def test_the_answer_is_in_the_language_of_the_question(
    language: str, question: str, says: str
) -> None:
    found = actions.find(question, language)
    assert found is not None
    assert found.text.startswith(says)
    assert found.commands[0].note == says
    assert found.sources == ("man systemctl(1)",)
    assert found.commands[0].needs_root


def test_what_is_asked_in_general_has_gaps() -> None:
    found = actions.find("how do I delete a user", "en")
    assert found is not None
    assert found.commands[0].text == "deluser USER"


VALUES = st.one_of(
    st.text(min_size=1, max_size=30),
    st.sampled_from(
        [
            "$(reboot)",
            "`reboot`",
            "'; rm -rf / #",
            "-rf",
            "--no-preserve-root",
            "a\nb",
            "a\0b",
            "${HOME}",
            "| sh",
            "> /etc/passwd",
            "&& reboot",
            "/e reboot",
            "\\",
            "x/w /tmp/y",
        ]
    ),
)


@settings(deadline=None, max_examples=150)
@given(VALUES)
def test_data_stays_data(value: str) -> None:
    """Whatever a quotation holds, it is one word of the argv, or part of a script's pattern."""
    for question in (
        f'find the lines containing "{value}" in notes.txt',
        f'find files named "{value}" in /srv',
        f'delete the file "{value}"',
        f'create the folder "{value}"',
        f'replace "{value}" with "b" in notes.txt',
        f'append the line "{value}" to notes.txt',
    ):
        found = actions.find(question, "en")
        for shown in () if found is None else found.commands:
            programs = {argv[0] for argv in shown.pipeline}
            assert programs <= {
                "grep",
                "find",
                "rm",
                "mkdir",
                "sed",
                "printf",
                "wc",
                "awk",
                "sort",
                "shred",
                "touch",
                "cat",
                "head",
                "truncate",
                "rmdir",
            }, (question, shown.text)
            redirected = shown.text.split(" >> ")[0].split(" > ")[0]
            if '"' not in value and ">" not in value:
                assert shlex.split(redirected), question
            for argv in shown.pipeline:
                before = argv[: argv.index("--")] if "--" in argv else argv
                for option, word in itertools.pairwise(before):
                    if word == value and value.startswith("-") and argv[0] != "printf":
                        assert option in ("-e", "-name", "-iname"), (question, argv)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200), st.sampled_from(["en", "fr", "es", "xx"]))
def test_any_text_gives_a_finding_or_nothing(text: str, language: str) -> None:
    found = actions.find(text, language)
    if found is not None:
        assert 0 < found.confidence <= 1
        assert len(found.text.splitlines()) <= 12
        assert all(shown.effect in (READS, CHANGES, DESTROYS, LEAVES) for shown in found.commands)


def test_an_answer_takes_little_time() -> None:
    questions = [question for question, _ in cases()]
    for question in questions[:5]:
        actions.find(question, "en")
    spent = []
    for question in questions:
        start = time.process_time()
        actions.find(question, language_of(question))
        spent.append(time.process_time() - start)
    assert sorted(spent)[len(spent) // 2] < 0.05
