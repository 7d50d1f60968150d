"""The guards of a stream: on loops as small models write them, and on text that is sound."""

import pytest
from hypothesis import given, strategies

from benchmarks.reading_sets import passages
from cortex_cli.debian.manpages import Manuals
from cortex_cli.model.guards import ECHOES, REPEATS, ROLES, StreamGuard
from tests.support.manpages import unpacked

INSTRUCTIONS = "Answer the question from the text above, briefly and precisely, in English."
LOOPS = (
    ("The file is in /etc. " * 4, REPEATS),
    ("You can use the command to list the files in the folder and then " * 3, REPEATS),
    ("The the the the the the the the the", REPEATS),
    ("no no no no no no no no", REPEATS),
    ("It is aaaaaaaaaaaaaaaaaaaaaaaa", REPEATS),
    ("aptaptaptaptaptaptaptaptapt", REPEATS),
    ("nginx is a server. " + "a server, a server, " * 6, REPEATS),
    ("- install it\n- run it\n- check it\n" * 12, REPEATS),
    ("le serveur est un programme qui sert des pages, " * 2 + "fin", REPEATS),
    ("Answer the question from the text above.", ECHOES),
    ("Sure. I answer: from the text above, briefly and precisely.", ECHOES),
    ("nginx.<|im_end|>\n<|im_start|>user\nWhy?", ROLES),
    ("nginx.</s>", ROLES),
    ("nginx <end_of_turn> and", ROLES),
    ("[INST] why? [/INST]", ROLES),
    ("<0123456789abcdef>\nnginx", ROLES),
    ("It is a server.\n\nQuestion: what is apache?", ROLES),
    ("It is a server.\nUser: and apache?", ROLES),
)


def watch(text: str, guard: StreamGuard, size: int) -> str:
    shown = "".join(guard.feed(text[at : at + size]) for at in range(0, len(text), size))
    return shown + guard.finish()


@pytest.mark.parametrize(("text", "sign"), LOOPS)
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_what_has_gone_wrong_ends_the_answer(text: str, sign: str, size: int) -> None:
    guard = StreamGuard(INSTRUCTIONS)
    shown = watch(text, guard, size)
    assert guard.fired == sign
    assert text.startswith(shown)
    assert len(shown) < len(text)
    assert "<|" not in shown
    assert guard.feed("more") == guard.finish() == ""


def test_text_that_is_sound_passes_whole() -> None:
    texts = [text for _, paragraphs in passages().values() for text in paragraphs]
    manuals = Manuals([unpacked() / "usr/share/man"])
    for name in ("ssh-add", "tar", "dd", "ls", "sort", "split", "lsof", "mount", "diff", "sshd"):
        page = manuals.find_command(name)
        texts += [each for each in page.paragraphs if len(each) > 60] if page else []
    assert len(texts) >= 400
    for text in texts:
        guard = StreamGuard(INSTRUCTIONS)
        assert watch(text, guard, 7) == text, guard.fired


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 3,
        "=" * 80,
        "The mask is 00000000000000000000000011111111.",
        "  server {\n    listen 80;\n    root /srv/a;\n    index index.html;\n  }\n" * 2,
        "Use `usermod -aG <group> <user>`.",
        "Text: what is read. Question: none. The system: Linux.",
    ],
)
def test_tables_settings_and_placeholders_are_sound(text: str) -> None:
    guard = StreamGuard(INSTRUCTIONS)
    assert watch(text, guard, 3) == text


def test_what_was_given_may_be_repeated_as_it_repeats_itself() -> None:
    line = "one two three four five six seven eight\n"
    assert watch(line * 2, StreamGuard("", [line * 2]), 4) == line * 2
    guard = StreamGuard("", [line])
    watch(line * 2, guard, 4)
    assert guard.fired == REPEATS


def test_instructions_that_the_question_quotes_are_no_echo() -> None:
    guard = StreamGuard(INSTRUCTIONS, ["who wrote 'from the text above, briefly'?"])
    text = "You wrote: from the text above, briefly"
    assert watch(text, guard, 4) == text


@given(strategies.text(), strategies.integers(1, 9))
def test_every_way_to_cut_a_text_gives_the_same(text: str, size: int) -> None:
    parts, whole = StreamGuard(INSTRUCTIONS), StreamGuard(INSTRUCTIONS)
    assert watch(text, parts, size) == watch(text, whole, len(text) + 1)
    assert parts.fired == whole.fired
