import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.install import plan
from cortex_cli.install.plan import Change, Changes, Effects, PlannedPackage
from cortex_cli.install.policy import file as policy_file
from cortex_cli.install.policy.judging import judge, judge_line, judge_plan
from cortex_cli.install.policy.rules import Level

BYPASSES = [
    line
    for line in Path(__file__).with_name("policy_bypasses.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
LOOSE = policy_file.parse(
    b"""
default: allow
deny:
  - package: telnetd
  - argument: [--allow-unauthenticated, --option, --config-file]
  - command: rm
""",
    "loose.yaml",
)
SHIPPED = policy_file.load_file(policy_file.SHIPPED_FILE)


def test_the_corpus_is_large() -> None:
    assert len(set(BYPASSES)) == len(BYPASSES) >= 60


@pytest.mark.parametrize("line", BYPASSES)
def test_no_way_around_a_denial(line: str) -> None:
    verdict = judge_line([LOOSE], line)
    assert verdict.level is Level.DENY, line
    assert verdict.why


@pytest.mark.parametrize(
    "line",
    [
        "apt-get install nginx\nrm -rf /srv",
        "r\\\nm -rf /srv",
        "apt-get install tel\\\nnetd",
        "apt-get install nginx\rrm -rf /srv",
        "apt-get install nginx\x00telnetd",
        "rm\u00a0-rf /srv",
        "apt-get install tel\u200bnetd",
        "\u202erm -rf /srv",
    ],
)
def test_invisible_characters_are_no_way_either(line: str) -> None:
    assert judge_line([LOOSE], line).level is Level.DENY


@pytest.mark.parametrize(
    "line", [line for line in BYPASSES if not re.search("t.*l.*n.*e.*t", line)]
)
def test_the_shipped_policy_denies_what_is_no_plain_install(line: str) -> None:
    # telnetd itself is a package like any other to it.
    assert judge_line([SHIPPED], line).level is Level.DENY


@pytest.mark.parametrize(
    "line",
    [
        "apt-get install nginx",
        "sudo apt-get install --yes nginx",
        "sudo -n apt-get install --yes --no-install-recommends g++ libstdc++6 python3.11",
        "apt-get install --yes -- nginx=1.22.1-9",
        "pkexec apt-get install nginx",
        "DEBIAN_FRONTEND=noninteractive apt-get install nginx",
        "apt-get update && apt-get install nginx",
        "dpkg --configure -a",
        "apt-get install /var/cache/apt/archives/nginx_1.22.1-9_amd64.deb",
    ],
)
def test_the_shipped_policy_lets_installs_be(line: str) -> None:
    assert judge_line([SHIPPED], line).level is Level.ALLOW


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("apt-get install linux-image-6.1.0-9-amd64", Level.ASK),
        ("apt-get install --allow-change-held-packages nginx", Level.ASK),
        ("apt-get install --allow-change-held-packages --force-yes nginx", Level.DENY),
        ("apt-get install --yes --allow-downgrades nginx=1.22.1-9", Level.ASK),
        ("apt-get install --yes nginx nginx-common-", Level.ASK),
        ("sudo /usr/bin/apt-get remove --yes nginx", Level.ASK),
        ("apt-get remove systemd", Level.DENY),
        ("apt-get purge nginx", Level.DENY),
        ("dpkg -i nginx.deb", Level.DENY),
        ("dpkg --force-depends --remove libc6", Level.DENY),
        ("apt-get install ./nginx.deb", Level.DENY),
        ("apt-get install /tmp/nginx.deb", Level.DENY),
        ("apt-get install /var/cache/apt/archives/../../../../tmp/nginx.deb", Level.DENY),
        ("pip install requests", Level.DENY),
        ("curl https://example.org/install.sh", Level.DENY),
        ("systemctl stop ssh", Level.DENY),
    ],
)
def test_what_the_shipped_policy_thinks_of(line: str, level: Level) -> None:
    assert judge_line([SHIPPED], line).level is level


def test_the_shipped_file_is_the_one_in_etc() -> None:
    etc = Path(__file__).parents[4] / "etc/policy.yaml"
    assert etc.read_text() == policy_file.SHIPPED_FILE.read_text()


def test_deny_goes_before_ask_before_allow() -> None:
    text = b"""
allow:
  - command: apt-get install
ask:
  - package: "lib*"
deny:
  - package: libevil
    reason: it is evil
"""
    policy = policy_file.parse(text, "p.yaml")
    assert judge([policy], ["apt-get", "install", "nginx"]).level is Level.ALLOW
    assert judge([policy], ["apt-get", "install", "nginx", "libx"]).level is Level.ASK
    verdict = judge([policy], ["apt-get", "install", "nginx", "libevil", "libx"])
    assert verdict.level is Level.DENY
    assert verdict.why == "it is evil (p.yaml, line 7)"
    assert judge([policy], ["ls"]).level is Level.DENY


def test_a_rule_applies_where_all_of_its_keys_do() -> None:
    text = b"default: allow\ndeny:\n  - {command: apt-get remove, package: nginx}\n"
    policy = policy_file.parse(text, "p.yaml")
    assert judge([policy], ["apt-get", "install", "nginx"]).level is Level.ALLOW
    assert judge([policy], ["apt-get", "remove", "make"]).level is Level.ALLOW
    assert judge([policy], ["apt-get", "remove", "make", "nginx"]).level is Level.DENY


def test_another_policy_only_adds_strictness() -> None:
    loosening = policy_file.parse(b"default: allow\nallow:\n  - command: rm\n", "own.yaml")
    stricter = policy_file.parse(b"deny:\n  - package: nginx\n", "own.yaml", default=Level.ALLOW)
    assert judge_line([SHIPPED, loosening], "rm -rf /srv").level is Level.DENY
    assert judge_line([SHIPPED, stricter], "apt-get install nginx").level is Level.DENY
    assert judge_line([SHIPPED, stricter], "apt-get install make").level is Level.ALLOW


def test_a_plan_is_judged_with_its_dependencies_and_their_origins() -> None:
    nginx = PlannedPackage("nginx", "1.22", "Debian bookworm/main", None)
    made = plan.build("nginx", [nginx], [], "exact", root=True).with_effects(
        Changes(
            new=(
                Change("nginx", None, "1.22", "Debian:12/oldstable"),
                Change("nginx-common:all", None, "1.22", "Elsewhere:1/stable"),
            )
        ),
        Effects(),
    )
    assert judge_plan([SHIPPED], made).level is Level.ALLOW
    for rule in (b"origin: 'Elsewhere:*'", b"package: nginx-common"):
        policy = policy_file.parse(b"default: allow\ndeny:\n  - " + rule, "p.yaml")
        verdict = judge_plan([policy], made)
        assert (verdict.level, verdict.about) == (Level.DENY, "apt-get install nginx-common")


@given(st.text(max_size=60))
def test_any_line_gets_a_verdict(line: str) -> None:
    assert judge_line([SHIPPED], line).level in Level


@given(
    st.text(
        # after \\ or # the shell does not see it as a command either
        alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\\#"),
        max_size=20,
    )
)
def test_no_text_around_it_makes_rm_allowed(text: str) -> None:
    assert judge_line([LOOSE], f"{text}; rm -rf /srv").level is Level.DENY


SHIPPED_BYPASSES = [
    line
    for line in Path(__file__).with_name("shipped_bypasses.txt").read_text().splitlines()
    if line and not line.startswith("#")
]


def test_no_way_around_the_shipped_policy() -> None:
    allowed = [
        line for line in SHIPPED_BYPASSES if judge_line([SHIPPED], line).level is Level.ALLOW
    ]
    assert allowed == []
    assert len(set(SHIPPED_BYPASSES)) >= 370


@pytest.mark.parametrize("argument", ["--solver", "--planner", "--with-source", "--foo", "-o"])
def test_an_allow_rule_permits_only_arguments_that_it_names(argument: str) -> None:
    policy = policy_file.parse(b"allow:\n  - command: apt-get install\n", "p.yaml")
    assert judge([policy], ["apt-get", "install", "--yes", "--", "nginx"]).level is Level.ALLOW
    assert judge([policy], ["apt-get", "install", argument, "nginx"]).level is Level.DENY


def test_an_allow_rule_permits_removals_and_secrets_only_by_name() -> None:
    policy = policy_file.parse(b"allow:\n  - command: [apt-get, cat]\n", "p.yaml")
    assert judge([policy], ["apt-get", "remove", "nginx"]).level is Level.DENY
    assert judge([policy], ["apt-get", "install", "a1", "nginx-"]).level is Level.DENY
    assert judge([policy], ["cat", "/etc/hostname"]).level is Level.ALLOW
    assert judge([policy], ["cat", "/etc/shadow"]).level is Level.DENY
    named = policy_file.parse(b"allow:\n  - {command: apt-get, change: remove}\n", "p.yaml")
    assert judge([named], ["apt-get", "remove", "nginx"]).level is Level.ALLOW


def test_a_removal_is_judged_whatever_the_command() -> None:
    removal = Changes(
        new=(Change("sysvinit-core", None, "3.0"),), removed=(Change("systemd-sysv", "252", None),)
    )
    package = PlannedPackage("sysvinit-core", "3.0", "", None)
    made = plan.build("x", [package], [], "exact", root=True).with_effects(removal, Effects())
    verdict = judge_plan([SHIPPED], made)
    assert verdict.level is Level.DENY
    assert verdict.about == "apt-get install (remove) systemd-sysv"
    older = Changes(upgraded=(Change("sysvinit-core", "3.0", "2.0"),))
    assert judge_plan([SHIPPED], made.with_effects(older, Effects())).level is Level.ASK


HOSTILE = {
    "a word": lambda size: "a" * size,
    "quotes": lambda size: '"a"' * (size // 3),
    "expansions": lambda size: "ls " + "$x" * (size // 2),
    "commands": lambda size: "ls\n" * (size // 3),
    "a path": lambda size: "cat " + "_" * size,
    "a secret": lambda size: "cat ssh_host_" + "a" * size,
    "awk": lambda size: "awk '" + "/[" * (size // 2) + "'",
    "awk's brackets": lambda size: "awk '/" + "[]" * (size // 2) + "/'",
    "sed": lambda size: "sed 's/" + "[]" * (size // 2) + "'",
    "sed's blanks": lambda size: "sed 'p" + " " * size + "x'",
    "values": lambda size: "".join(f"x{i}=$x{i + 1}$x{i + 1};" for i in range(size // 16)),
    "packages": lambda size: "apt-get install " + "a1 " * (size // 3),
    "wrappers": lambda size: "sudo " * (size // 5) + "ls",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_reading_takes_linear_time(kind: str) -> None:
    def measure(size: int) -> float:
        text = HOSTILE[kind](size)
        times = []
        for _ in range(3):
            started = time.process_time()
            judge_line([SHIPPED], text)
            times.append(time.process_time() - started)
        return min(times)

    short, long = measure(4000), measure(16_000)
    # Four times the text: four times the work, and some for a busy machine.
    assert long < max(0.05, 10 * short)
