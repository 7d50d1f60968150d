from __future__ import annotations

import pytest

from cortex_cli.concepts.naming import keys, plain, strip_marks, unquote


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("file system", "Filesystems"),
        ("file-system", "the file system"),
        ("processes", "a process"),
        ("réseaux", "reseau"),
        ("les journaux", "journal"),
        ("particiones", "una partición"),
        ("nœud d'index", "noeud index"),
        ("directories", "directory"),
    ],
)
def test_forms_of_a_name_meet(one: str, other: str) -> None:
    assert set(keys(one)) & set(keys(other))


@pytest.mark.parametrize(("one", "other"), [("https", "http"), ("pip", "pipe"), ("nic", "nice")])
def test_a_name_is_not_first_taken_for_a_form(one: str, other: str) -> None:
    assert keys(one)[0] != keys(other)[0]


@pytest.mark.parametrize("name", ["/etc/fstab", "2>&1", "$?", "#!", ";;", "&&", "--", "~", ".deb"])
def test_signs_stay(name: str) -> None:
    assert keys(name)[0] == name


def test_marks_of_a_sentence_go() -> None:
    assert strip_marks("an inode?!") == "an inode"
    assert strip_marks("$??") == "$?"
    assert unquote("« inode » ?") == "inode"
    assert plain("L\u2019Œuvre  À") == "l'oeuvre a"
