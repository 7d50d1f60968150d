from cortex_cli.install import naming
from cortex_cli.packages.knowledge import Knowledge


def test_a_named_package_is_meant(knowledge: Knowledge) -> None:
    found = naming.match_names("install nginx", knowledge)
    assert found is not None
    assert [package.name for package in found.packages] == ["nginx"]
    assert found.origin == "exact"


def test_more_than_names_is_no_name(knowledge: Knowledge) -> None:
    assert naming.match_names("nginx with unheard modules", knowledge) is None
    assert naming.match_names("unheard", knowledge) is None


def test_what_is_compared_with_nothing_is_no_comparison(knowledge: Knowledge) -> None:
    assert naming.match_comparison("nginx", knowledge) is None


def test_a_command_that_no_package_has_is_none(knowledge: Knowledge) -> None:
    assert naming.match_command("no-such-command", knowledge, []) is None
    assert naming.match_command("two words", knowledge, []) is None
