from cortex_cli.ask.destructive_commands import GROUPS, LEAVING, RULES, SUBCOMMANDS


def test_every_rule_says_what_is_lost() -> None:
    for program, rules in {**RULES, **LEAVING}.items():
        assert rules, program
        for rule in rules:
            assert rule.what[0].islower(), program
            assert not rule.what.endswith("."), program
            for options in (rule.options, rule.unless):
                assert all(option.startswith("-") for option in options.split()), program


def test_a_rule_can_hold() -> None:
    for program, rules in RULES.items():
        for rule in rules:
            assert not set(rule.options.split()) & set(rule.unless.split()), program
    assert set(RULES) >= SUBCOMMANDS
    assert not GROUPS & SUBCOMMANDS
