"""Ways to make real apt, as root, do what was not judged; on a machine of the test's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.aptroot import AptRoot, Deb, why_not

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]

HISTORY = "/var/lib/cortex-history/history.sqlite"
OLD_INIT = Deb("cortex-oldinit", "1.0", provides="cortex-pid1")
NEEDS_INIT = Deb("cortex-keeper", "1.0", depends="cortex-pid1")
NEW_INIT = Deb("cortex-newinit", "1.0", conflicts="cortex-oldinit", provides="cortex-pid1")
SHIPPED_PROTECTED = Deb("linux-image-amd64", "9999.0")
RIVAL = Deb("cortex-nokernel", "1.0", conflicts="linux-image-amd64")
DEMO = Deb("cortex-demo", "1.0")
HOOK = "pre-invoke=touch /tmp/hooked\n"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AptRoot]:
    with AptRoot.up(tmp_path_factory.mktemp("attacked")) as up:
        up.publish(OLD_INIT, NEEDS_INIT, NEW_INIT, SHIPPED_PROTECTED, RIVAL, DEMO)
        yield up


@pytest.fixture(autouse=True)
def clean(machine: AptRoot) -> Iterator[None]:
    yield
    machine.sh(
        "rm -rf /tmp/hooked /etc/cortex;"
        " dpkg --force-all --purge $(dpkg-query -W -f '${Package} ' 'cortex-*') >/dev/null 2>&1;"
        " true"
    )


def newest(machine: AptRoot) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(machine.cortex("history", "--json").stdout)[0]
    return entry


def test_an_installation_that_removes_asks_and_says_what_depends_on_it(machine: AptRoot) -> None:
    machine.sh("apt-get -q --yes install cortex-oldinit cortex-keeper")
    dry = machine.cortex("install", "cortex-newinit", "--json")
    (removal,) = (line for line in json.loads(dry.stdout)["warnings"] if "removes" in line)
    assert removal == (
        "removes cortex-oldinit, which conflicts with cortex-newinit; cortex-keeper depends on it"
    )
    done = machine.cortex("install", "cortex-newinit", "--execute", "--yes")
    assert done.returncode == 1
    assert "requires confirmation for apt-get install (remove) cortex-oldinit" in done.stderr
    assert machine.version("cortex-oldinit") == "1.0"


def test_a_protected_package_is_not_removed_by_an_installation(machine: AptRoot) -> None:
    machine.sh("apt-get -q --yes install linux-image-amd64=9999.0")
    done = machine.cortex("install", "cortex-nokernel", "--execute", "--yes")
    machine.sh("dpkg --force-all --purge linux-image-amd64")
    assert done.returncode == 1
    assert "does not allow apt-get install (remove) linux-image-amd64" in done.stderr
    assert machine.version("cortex-nokernel") is None


@pytest.mark.parametrize("name", ["CORTEX_DPKG_STATUS", "CORTEX_APT_LISTS"])
def test_another_machines_lists_do_not_decide_for_this_one(machine: AptRoot, name: str) -> None:
    done = machine.cortex("install", "cortex-demo", "--execute", "--yes", **{name: "/nowhere"})
    assert done.returncode == 2
    assert f"{name} replaces" in done.stderr
    assert "--dry-run" in done.stderr
    assert machine.version("cortex-demo") is None
    assert machine.cortex("install", "cortex-demo", "--execute", "--yes").returncode == 0
    number = str(newest(machine)["id"])
    back = machine.cortex("rollback", number, "--yes", **{name: "/nowhere"})
    assert (back.returncode, machine.version("cortex-demo")) == (2, "1.0")


def test_another_history_does_not_decide_either(machine: AptRoot) -> None:
    assert machine.cortex("install", "cortex-demo", "--execute", "--yes").returncode == 0
    number = str(newest(machine)["id"])
    machine.sh("rm -rf /var/tmp/other; cp -a /var/lib/cortex-history /var/tmp/other")
    back = machine.cortex("rollback", number, "--yes", CORTEX_STATE_DIR="/var/tmp/other")
    assert back.returncode == 2
    assert "CORTEX_STATE_DIR replaces the history" in back.stderr
    assert machine.version("cortex-demo") == "1.0"


def test_dpkgs_settings_in_the_callers_home_are_not_roots(machine: AptRoot) -> None:
    machine.write("/var/tmp/home/.dpkg.cfg", HOOK)
    done = machine.cortex("install", "cortex-demo", "--execute", "--yes", HOME="/var/tmp/home")
    assert done.returncode == 0, done.stderr
    assert machine.run(["test", "-e", "/tmp/hooked"]).returncode == 1


OPTIONS = [
    "--solver=/tmp/x",
    "--with-source=/tmp/x",
    "-oDPkg::Pre-Invoke::=touch /tmp/hooked",
    "-y",
    "cortex-demo;touch /tmp/hooked",
    "../../tmp/evil",
    "/tmp/evil.deb",
]


def forge(machine: AptRoot, number: int, column: str, text: str) -> None:
    """Change an entry as another program would."""
    script = (
        "import sqlite3,sys; db=sqlite3.connect(sys.argv[1]);"
        "db.execute(f'UPDATE entry SET {sys.argv[2]}=? WHERE id=?', [sys.argv[3], sys.argv[4]]);"
        "db.commit()"
    )
    machine.sh(f"python3 -c \"$(cat)\" {HISTORY} {column} '{text}' {number}", stdin=script)


@pytest.mark.parametrize("operand", OPTIONS)
def test_a_tampered_history_is_no_argument_of_apt(machine: AptRoot, operand: str) -> None:
    assert machine.cortex("install", "cortex-demo", "--execute", "--yes").returncode == 0
    number = newest(machine)["id"]
    absent = json.dumps({operand: None, "cortex-demo": None})
    there = json.dumps({operand: {"version": "1", "state": "installed"}})
    for before in (absent, there, '{"cortex-demo": {"version": "--solver", "state": "x"}}'):
        forge(machine, number, "before", before)
        back = machine.cortex("rollback", str(number), "--yes")
        assert back.returncode == 1
        assert f"entry {number} has no valid seal" in back.stderr
    assert machine.version("cortex-demo") == "1.0"
    assert machine.run(["test", "-e", "/tmp/hooked"]).returncode == 1


def test_a_forged_running_entry_gets_no_seal(machine: AptRoot) -> None:
    """The next read ends it, as one that was broken off; that must not make it genuine."""
    assert machine.cortex("install", "cortex-demo", "--execute", "--yes").returncode == 0
    number = newest(machine)["id"]
    forge(machine, number, "state", "running")
    assert newest(machine)["state"] == "broken off"
    back = machine.cortex("rollback", str(number), "--yes")
    assert (back.returncode, machine.version("cortex-demo")) == (1, "1.0")
    assert "has no valid seal" in back.stderr
    shown = machine.cortex("history", str(number))
    assert "not valid" in shown.stdout


@pytest.mark.parametrize("damage", ["[1]", "{", '"x"', '{"cortex-demo": 7}'])
def test_nonsense_in_the_history_is_a_sentence(machine: AptRoot, damage: str) -> None:
    assert machine.cortex("install", "cortex-demo", "--execute", "--yes").returncode == 0
    number = newest(machine)["id"]
    forge(machine, number, "before", damage)
    back = machine.cortex("rollback", str(number), "--yes")
    assert back.returncode == 1
    assert "Traceback" not in back.stderr
    assert f"entry {number} of the history cannot be read" in back.stderr
    machine.sh("rm -rf /var/lib/cortex-history")


def test_a_policy_that_is_a_dangling_link_is_no_policy(machine: AptRoot) -> None:
    machine.sh("mkdir -p /etc/cortex; ln -s /nowhere/policy.yaml /etc/cortex/policy.yaml")
    done = machine.cortex("install", "cortex-demo", "--execute", "--yes")
    assert done.returncode == 2
    assert "cannot read the policy /etc/cortex/policy.yaml" in done.stderr
    machine.sh("rm -r /etc/cortex; ln -s /nowhere /etc/cortex")
    again = machine.cortex("install", "cortex-demo", "--execute", "--yes")
    machine.sh("rm /etc/cortex")
    assert again.returncode == 2
    assert machine.version("cortex-demo") is None


def test_a_policy_in_a_users_folder_is_refused(machine: AptRoot) -> None:
    machine.sh(
        "mkdir -p /etc/cortex /home/mallory; echo 'default: allow' >/home/mallory/policy.yaml;"
        " chown 65534 /home/mallory; ln -s /home/mallory/policy.yaml /etc/cortex/policy.yaml"
    )
    done = machine.cortex("install", "cortex-demo", "--execute", "--yes")
    assert done.returncode == 2
    assert "users other than root can write /home/mallory" in done.stderr
