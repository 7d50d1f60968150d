from cortex_cli.install.policy.shell.script import Part, Script, literal, read_literal


def test_only_a_word_without_expansions_is_literal() -> None:
    assert read_literal(literal("a b")) == "a b"
    assert read_literal((Part("a"), Part("b", quoted=True))) == "ab"
    assert read_literal((Part("a"), Part(variable="x"))) is None
    assert read_literal((Part(unknown=True),)) is None


def test_every_value_is_kept() -> None:
    script = Script()
    script.assign("x", literal("1"))
    script.assign("x", None)
    assert script.assignments == {"x": [literal("1"), None]}
