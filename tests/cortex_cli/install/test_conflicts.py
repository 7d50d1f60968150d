from cortex_cli.install import conflicts

RECORDS = b"""\
Package: postfix
Provides: mail-transport-agent, default-mta (= 1)
Conflicts: mail-transport-agent, smail

Package: exim4-light
Provides: mail-transport-agent

Package: old-tool
Breaks: postfix (<< 9)

Package: bystander
"""


def found(*removed: str) -> dict[str, list[str]]:
    return conflicts.find_conflicts(RECORDS, ["postfix"], removed)


def test_a_name_that_is_provided_counts() -> None:
    assert found("exim4-light") == {"exim4-light": ["postfix"]}


def test_either_side_may_say_it() -> None:
    assert found("old-tool") == {"old-tool": ["postfix"]}


def test_without_a_conflict_there_is_no_reason() -> None:
    assert found("bystander", "unknown") == {}
    assert conflicts.find_conflicts(b"", ["postfix"], ["exim4-light"]) == {}
