import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.errors import Failure
from cortex_cli.install import plan
from cortex_cli.install.plan import Change, Changes, Effects, PlannedPackage

NGINX = PlannedPackage("nginx", "1.22.1-9", "Debian bookworm/main", None)
MAKE = PlannedPackage("make", "4.3-4.1", "Debian bookworm/main", "4.3-4.1")


def test_the_commands_are_argument_lists() -> None:
    made = plan.build("nginx", [NGINX], ["lighttpd", "nginx"], "exact", root=False)
    assert made.commands == (("sudo", "apt-get", "install", "--yes", "nginx"),)
    assert made.format_commands() == ["sudo apt-get install --yes nginx"]
    assert made.alternatives == ("lighttpd",)
    assert plan.build("x", [NGINX], [], "exact", root=True).commands[0][0] == "apt-get"


def test_what_is_installed_needs_no_command() -> None:
    assert plan.build("make", [MAKE], [], "exact", root=False).commands == ()
    both = plan.build("make nginx", [MAKE, NGINX], [], "exact", root=True)
    assert both.commands == (("apt-get", "install", "--yes", "nginx"),)


def test_json_has_every_field() -> None:
    made = plan.build("nginx", [NGINX], ["lighttpd"], "index", root=True).as_json()
    assert json.loads(json.dumps(made)) == {
        "request": "nginx",
        "packages": [
            {
                "name": "nginx",
                "version": "1.22.1-9",
                "origin": "Debian bookworm/main",
                "installed": None,
            }
        ],
        "alternatives": ["lighttpd"],
        "commands": [["apt-get", "install", "--yes", "nginx"]],
        "services": [],
        "changes": {
            "new": [],
            "upgraded": [],
            "removed": [],
            "download_bytes": None,
            "disk_bytes": None,
        },
        "warnings": [],
        "source": "index",
    }


def test_a_choice_is_among_the_candidates() -> None:
    names = ["nginx", "lighttpd"]
    assert plan.parse_choice('{"packages": ["nginx"]}', names) == ["nginx"]
    assert plan.parse_choice('{"packages": ["nginx", "nginx"]}', names) == ["nginx"]
    assert plan.parse_choice('{"packages": []}', names) == []
    assert plan.parse_choice('{"packages": ["nginx-turbo"]}', names) is None
    assert plan.parse_choice('{"packages": ["nginx", 7]}', names) is None
    assert plan.parse_choice('{"packages": "nginx"}', names) is None
    assert plan.parse_choice("[]", names) is None
    assert plan.parse_choice("nginx", names) is None


@given(st.text() | st.builds(json.dumps, st.dictionaries(st.text(), st.lists(st.text()))))
def test_no_reply_brings_in_another_name(reply: str) -> None:
    assert set(plan.parse_choice(reply, ["nginx"]) or []) <= {"nginx"}


def test_the_schema_allows_only_the_candidates() -> None:
    assert plan.build_schema(["nginx"])["properties"]["packages"]["items"]["enum"] == ["nginx"]


def test_what_apt_says_is_added_and_the_commands_stay() -> None:
    made = plan.build("nginx", [NGINX], [], "exact", root=True)
    changes = Changes((Change("nginx", None, "1.22.1-9"),), (), (), 700, 1700)
    checked = made.with_effects(changes, Effects(("nginx.service",)), ["opens 80/tcp"])
    assert checked.commands == made.commands
    found = checked.as_json()
    assert found["services"] == ["nginx.service"]
    assert found["changes"]["new"] == ["nginx"]
    assert (found["changes"]["download_bytes"], found["changes"]["disk_bytes"]) == (700, 1700)
    assert found["warnings"] == ["opens 80/tcp"]


def test_what_makes_a_command_root_is_replaced_not_added() -> None:
    made = plan.build("nginx", [NGINX], [], "exact", root=False)
    assert made.with_root_prefix(["pkexec"]).commands[0][:2] == ("pkexec", "apt-get")
    assert made.with_root_prefix([]).commands[0][0] == "apt-get"


def test_what_runs_is_pinned_to_what_was_judged() -> None:
    nginx = PlannedPackage("nginx", "1.22-1", "", None)
    changes = Changes(
        new=(Change("nginx", None, "1.22-1"), Change("nginx-common:all", None, "1.22-1"))
    )
    made = plan.build("nginx", [nginx], [], "exact", root=False).with_effects(changes, Effects())
    (command,) = made.with_pins().commands
    assert command == ("sudo", "apt-get", "install", "--yes", "--", "nginx=1.22-1")
    undo = replace(
        made,
        commands=(
            ("dpkg", "--configure", "-a"),
            ("apt-get", "install", "--yes", "--allow-downgrades", "make=4.3", "nginx-", "/b.deb"),
            ("apt-get", "remove", "--yes", "nginx"),
        ),
    )
    assert undo.with_pins().commands == (
        ("dpkg", "--configure", "-a"),
        ("apt-get", "install", "--yes", "--allow-downgrades", "--", "make=4.3", "nginx-", "/b.deb"),
        ("apt-get", "remove", "--yes", "--", "nginx"),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["--solver=x", "-oX=y", "a;b", "/tmp/x.deb"])
def test_no_name_of_an_index_is_an_option(name: str) -> None:
    with pytest.raises(Failure, match="is not the name of a package"):
        plan.build("x", [PlannedPackage(name, "1", "", None)], [], "index", root=True)
