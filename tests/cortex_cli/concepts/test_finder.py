from __future__ import annotations

import shlex

import pytest

from cortex_cli.concepts import find, finder, glossary

# (question, language, id of the entry)
EXPLAINED = (
    ("what is an inode?", "en", "inode"),
    ("What are cgroups", "en", "cgroup"),
    ("explain load average", "en", "load-average"),
    ("what is PATH?", "en", "path-variable"),
    ("what is a path", "en", "path"),
    ("what is a pipe", "en", "pipe"),
    ("what is pip?", "en", "pip"),
    ("what does $? mean", "en", "exit-status"),
    ("what does 2>&1 mean?", "en", "stderr-redirect"),
    ("what is /etc/fstab", "en", "fstab"),
    ("what is the file /etc/passwd for", "en", "etc-passwd"),
    ("what is a branch in git", "en", "git-branch"),
    ("what is a zombie process on linux", "en", "zombie"),
    ('what does "read-only file system" mean when I write', "en", "read-only-file-system"),
    ("qu'est-ce que la mémoire virtuelle ?", "fr", "virtual-memory"),
    ("c'est quoi un conteneur", "fr", "container"),
    ("que signifie DHCP", "fr", "dhcp"),
    ("à quoi sert le swap ?", "fr", "swap"),
    ("¿qué es un enlace simbólico?", "es", "symbolic-link"),
    ("¿para qué sirve systemd?", "es", "systemd"),
    ("¿qué significa NAT?", "es", "nat"),
)
COMPARED = (
    ("difference between hard and soft links", "en", {"hard-link", "symbolic-link"}),
    ("TCP or UDP?", "en", {"tcp", "udp"}),
    ("should I use ext4 or btrfs", "en", {"ext4", "btrfs"}),
    ("différence entre un lien dur et symbolique", "fr", {"hard-link", "symbolic-link"}),
    ("en quoi un processus et un thread diffèrent-ils ?", "fr", {"process", "thread"}),
    ("¿qué diferencia hay entre apt y dpkg?", "es", {"apt", "dpkg"}),
)
REFUSED = (
    "who painted the Mona Lisa?",
    "what is the capital of France",
    "tell me a joke",
    "how much memory is free",
    "what is my ip address",
    "what is my umask",
    "what is the load on my server",
    "what is the hostname of this machine",
    "what is this process",
    "qu'est-ce que ce processus",
    "quel est mon nom d'hôte",
    "what is the nginx worker process limit",
    "nginx's worker processes limit",
    "what is the biggest file in /home",
    "what is wrong with my disk",
    "is nginx running",
    "how do I create a symbolic link",
    "comment créer un lien symbolique",
    "¿cómo puedo montar un disco?",
    "what is love",
    "who is user 0",
    "what is listening on port 22",
    "what is on port 80",
    "tell me the public ip address",
    "show open ports",
    "install docker or podman",
    "combien de mémoire y a-t-il ?",
    "delete all files in /tmp",
    "",
    "?",
)


@pytest.mark.parametrize(("question", "language", "subject"), EXPLAINED)
def test_a_term_is_explained(question: str, language: str, subject: str) -> None:
    found = find(question, language)
    assert found is not None
    assert found.subject == subject
    assert found.kind == "explanation"
    assert found.text.startswith(glossary.load().concepts[subject].text[language])
    assert 0.7 < found.confidence <= 1


@pytest.mark.parametrize(("question", "language", "ids"), COMPARED)
def test_two_are_told_apart(question: str, language: str, ids: set[str]) -> None:
    found = find(question, language)
    assert found is not None
    assert set(found.subject.split("/")) == ids
    assert found.text == glossary.load().differences[frozenset(ids)][language]


def test_where_nobody_wrote_the_difference_both_are_explained() -> None:
    known = glossary.load()
    assert known.difference("inode", "vlan") is None
    found = find("what is the difference between an inode and a VLAN?", "en")
    assert found is not None
    assert found.confidence < 0.8
    assert "inode is the record" in found.text and "A VLAN divides" in found.text


def test_what_one_text_tells_apart_is_given() -> None:
    found = find("IMAP vs POP3", "en")
    assert found is not None and found.subject == "imap"


@pytest.mark.parametrize("question", REFUSED)
def test_everything_else_is_left_to_others(question: str) -> None:
    assert find(question, "en") is None


def test_the_definite_and_the_bare_are_less_sure() -> None:
    sure = [
        found.confidence
        for question in ("what is a kernel", "what is the kernel", "kernel")
        if (found := find(question, "en")) is not None
    ]
    assert sure == sorted(sure, reverse=True)
    assert len(set(sure)) == 3


@pytest.mark.parametrize(
    ("language", "form"),
    [("en", "what is {}?"), ("fr", "c'est quoi {} ?"), ("es", "¿qué es {}?")],
)
def test_every_concept_is_found_by_a_plain_question(language: str, form: str) -> None:
    for concept in glossary.load().concepts.values():
        found = find(form.format(concept.name(language)), language)
        assert found is not None, concept.id
        assert concept.text[language] in found.text, concept.id
        assert len(found.text.splitlines()) <= 3


def test_commands_are_argument_lists() -> None:
    found = find("what is the OOM killer", "en")
    assert found is not None
    (command,) = found.commands
    assert command.pipeline == (("journalctl", "-k", "-g", "out of memory"),)
    assert command.effect == "reads"
    assert shlex.split(command.text) == list(command.pipeline[0])


def test_root_is_a_flag_and_no_word_of_the_command() -> None:
    for concept in glossary.load().concepts.values():
        for command in finder.commands_of(concept, "en"):
            assert command.pipeline[0][0] != "sudo"
            assert command.needs_root == concept.command.startswith("sudo ")


def test_commands_need_no_shell() -> None:
    """Data stays data: nothing that a shell would have to expand, no placeholder as an option."""
    for concept in glossary.load().concepts.values():
        for command in finder.commands_of(concept, "en"):
            words = [word for argv in command.pipeline for word in argv]
            assert not [word for word in words if word.startswith("~") or "$" in word], concept.id
            assert command.text == " | ".join(shlex.join(argv) for argv in command.pipeline)


@pytest.mark.parametrize(
    ("question", "language", "subject"),
    [
        ("load average, what is that", "en", "load-average"),
        ("public key and private key, explain", "en", "public-key"),
        ("inode, explain please", "en", "inode"),
        ("inodo, explica", "es", "inode"),
        ("un démon, explique-moi", "fr", "daemon"),
        ("what is PATH used for in the shell", "en", "path-variable"),
        ("qu'est-ce que la charge moyenne (load average) ?", "fr", "load-average"),
        ("what is a timer in systemd", "en", "systemd-timer"),
        ("target in systemd, what is that", "en", "systemd-target"),
        ("¿qué es un target de systemd?", "es", "systemd-target"),
    ],
)
def test_a_meaning_is_asked_for_in_many_forms(question: str, language: str, subject: str) -> None:
    found = find(question, language)
    assert found is not None
    assert found.subject == subject
    assert found.confidence >= 0.8
