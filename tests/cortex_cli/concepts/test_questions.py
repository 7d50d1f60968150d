from __future__ import annotations

import time

import pytest

from cortex_cli.concepts import questions


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("what is an inode?", "an inode"),
        ("Hi, could you please explain what a zombie process is?", "a zombie process"),
        ("what does LVM stand for", "lvm"),
        ("what's swap used for", "swap"),
        ("what is a process on linux", "a process"),
        ("c'est quoi un inode", "un inode"),
        ("qu'est-ce qu'un lien dur ?", "lien dur"),
        ("à quoi sert le swap ?", "le swap"),
        ("peux-tu m'expliquer ce qu'est un pare-feu", "un pare-feu"),
        ("¿qué es un proceso?", "un proceso"),
        ("¿para qué sirve systemd?", "systemd"),
        ("tmux ?", "tmux"),
    ],
)
def test_the_subject_is_read(question: str, subject: str) -> None:
    assert subject in [one.text for one in questions.read(question).subjects]


@pytest.mark.parametrize(
    ("question", "left", "right"),
    [
        ("what is the difference between TCP and UDP?", "tcp", "udp"),
        ("tcp vs. udp", "tcp", "udp"),
        ("how do processes and threads differ?", "processes", "threads"),
        ("how does apt differ from dpkg", "apt", "dpkg"),
        ("when should I use a symlink instead of a hard link", "a symlink", "a hard link"),
        ("quelle est la différence entre TCP et UDP ?", "tcp", "udp"),
        ("en quoi TCP diffère-t-il de UDP ?", "tcp", "udp"),
        ("¿cuál es la diferencia entre apt y dpkg?", "apt", "dpkg"),
        ("¿en qué se diferencia nginx de apache?", "nginx", "apache"),
    ],
)
def test_a_pair_is_read(question: str, left: str, right: str) -> None:
    assert (left, right) in [pair[:2] for pair in questions.read(question).pairs]


@pytest.mark.parametrize("question", ["how do I mount a disk", "how to", "comment faire un lien"])
def test_a_way_is_no_explanation(question: str) -> None:
    assert questions.is_for_a_way(question)


@pytest.mark.parametrize("piece", ["what is a ", "and ", "(", "vs ", "¿", " de", "'", "a?"])
def test_hostile_text_is_read_quickly(piece: str) -> None:
    limit = questions.MAX_QUESTION
    began = time.perf_counter()
    questions.read("what is the difference between " + piece * (limit // len(piece) - 40))
    questions.read(piece * 100_000)
    assert time.perf_counter() - began < 1.0
