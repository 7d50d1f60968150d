from cortex_cli.install.policy.apt_arguments import ChangeKind
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.rules import Level, Policy, Rule, Subject, Verdict, pick_strictest

ALLOW, ASK, DENY = Level.ALLOW, Level.ASK, Level.DENY


def test_deny_goes_before_ask_before_allow() -> None:
    rules = (Rule(ALLOW, command=("a",)), Rule(ASK, package=("b*",)), Rule(DENY, package=("bb",)))
    policy = Policy("p", DENY, rules)
    assert policy.judge(Subject("a", package="c")).level is ALLOW
    assert policy.judge(Subject("a", package="b")).level is ASK
    assert policy.judge(Subject("a", package="bb")).level is DENY
    assert policy.judge(Subject("x")) == Verdict(DENY, "x", "p: no rule matches")


def test_every_key_must_match() -> None:
    rule = Rule(DENY, command=("apt-get remove",), package=("nginx",))
    assert rule.applies(Subject("apt-get remove", package="nginx"))
    assert not rule.applies(Subject("apt-get install", package="nginx"))
    assert not rule.applies(Subject("apt-get remove", package="make"))


def test_permission_is_given_by_name() -> None:
    plain = Rule(ALLOW, command=("apt-get", "cat"))
    assert plain.applies(Subject("apt-get install", "--yes"))
    assert not plain.applies(Subject("apt-get install", "--solver"))
    assert not plain.applies(Subject("apt-get install", change=ChangeKind.REMOVE))
    assert not plain.applies(Subject("apt-get install", change=ChangeKind.DOWNGRADE))
    assert plain.applies(Subject("apt-get install", change=ChangeKind.REVERT))
    assert plain.applies(Subject("cat", effect=Effect.READS))
    assert not plain.applies(Subject("cat", effect=Effect.SECRETS))
    assert Rule(ALLOW, argument=("--solver",)).applies(Subject("apt-get install", "--solver"))
    assert Rule(ALLOW, change=("remove",)).applies(Subject("x", change=ChangeKind.REMOVE))


def test_a_folder_permits_what_lies_in_it_not_below() -> None:
    allow, deny = Rule(ALLOW, package=("/a/*.deb",)), Rule(DENY, package=("/a/*.deb",))
    assert allow.applies(Subject("x", package="/a/b.deb"))
    assert not allow.applies(Subject("x", package="/a/partial/b.deb"))
    assert deny.applies(Subject("x", package="/a/partial/b.deb"))


def test_the_strictest_counts() -> None:
    assert pick_strictest([Verdict(ALLOW), Verdict(DENY, "x"), Verdict(ASK)]).about == "x"
    assert pick_strictest([]).level is ALLOW


def test_a_package_of_several_archives() -> None:
    """A rule that forbids one of them applies; a label that looks like two allows nothing."""
    rule = Rule(DENY, origin=("Elsewhere:*",))
    assert rule.applies(Subject("apt-get install", origin="Debian:12/stable, Elsewhere:1/x"))
    assert not rule.applies(Subject("apt-get install", origin="Debian:12/stable"))
    allow = Rule(ALLOW, origin=("Debian:*",))
    assert allow.applies(Subject("apt-get install", origin="Debian:12/stable"))
    assert not allow.applies(Subject("apt-get install", origin="Evil, Debian:12/stable:1/x"))
