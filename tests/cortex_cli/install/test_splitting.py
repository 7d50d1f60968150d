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
    assert splitting.split_list(text) == parts


def test_descriptions() -> None:
    assert splitting.split_description("web server with php") == ["web server", "php"]
    assert splitting.split_description("serveur web avec php") == ["serveur web", "php"]
    assert splitting.split_description("without anything") == []


def test_no_more_than_a_person_would_list() -> None:
    assert len(splitting.split_list(", ".join("abcdefghij"))) == splitting.MAX_PARTS


def test_a_list_of_things_that_have_others_with_them() -> None:
    assert splitting.split_nested("nginx with php and git") == ["nginx", "php", "git"]
    assert splitting.split_nested("nginx and git") == []  # nothing has anything with it
