import pytest

from cortex_cli import wishes


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("nginx and a database", ["nginx", "a database"]),
        ("nginx, redis, and php", ["nginx", "redis", "php"]),
        ("nginx et une base de données", ["nginx", "une base de données"]),
        ("nginx y una base de datos", ["nginx", "una base de datos"]),
        ("a web server", []),
        ("c++ compiler", []),
        ("and", []),
        ("", []),
    ],
)
def test_lists(text: str, parts: list[str]) -> None:
    assert wishes.listed(text) == parts


def test_descriptions() -> None:
    assert wishes.described("web server with php") == ["web server", "php"]
    assert wishes.described("serveur web avec php") == ["serveur web", "php"]
    assert wishes.described("without anything") == []


def test_no_more_than_a_person_would_list() -> None:
    assert len(wishes.listed(", ".join("abcdefghij"))) == wishes.MAX_WISHES


def test_a_list_of_things_that_have_others_with_them() -> None:
    assert wishes.both("nginx with php and git") == ["nginx", "php", "git"]
    assert wishes.both("nginx and git") == []  # nothing has anything with it
