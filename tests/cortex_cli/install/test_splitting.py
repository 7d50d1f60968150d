import pytest

from cortex_cli.install import splitting


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
    assert splitting.listed(text) == parts


def test_descriptions() -> None:
    assert splitting.described("web server with php") == ["web server", "php"]
    assert splitting.described("serveur web avec php") == ["serveur web", "php"]
    assert splitting.described("without anything") == []


def test_no_more_than_a_person_would_list() -> None:
    assert len(splitting.listed(", ".join("abcdefghij"))) == splitting.MAX_WISHES


def test_a_list_of_things_that_have_others_with_them() -> None:
    assert splitting.both("nginx with php and git") == ["nginx", "php", "git"]
    assert splitting.both("nginx and git") == []  # nothing has anything with it
