"""What apt really does is tried in test_execution.py; here, what is made of its words."""

import shutil
from pathlib import Path

import pytest

from cortex_cli.errors import Failure
from cortex_cli.install import plan, validation
from cortex_cli.install.plan import PlannedPackage
from cortex_cli.install.simulation import Simulation
from cortex_cli.settings import Settings
from tests.cortex_cli.conftest import write_lists

pytestmark = pytest.mark.skipif(not shutil.which("apt-get"), reason="needs apt-get")
MAKE = PlannedPackage("make", "4.3-4.1", "Debian bookworm/main", None)
CHAIN = 50
GHOST = PlannedPackage("ghost", "1", "nowhere", None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(environ=write_lists(tmp_path / "apt"))


def test_a_plan_gets_what_apt_would_do(settings: Settings) -> None:
    found = validation.validate(settings, plan.build("make", [MAKE], [], "exact", root=True))
    assert [change.name for change in found.changes.new] == ["make"]
    assert found.warnings == ("services and ports of make are unknown",)
    assert found.refusal is None
    validation.confirm_unchanged(settings, found)


def test_what_has_changed_since_is_not_run(settings: Settings) -> None:
    found = validation.validate(settings, plan.build("make", [MAKE], [], "exact", root=True))
    status = Path(settings.environ["CORTEX_DPKG_STATUS"])
    with status.open("a") as stream:
        stream.write("\nPackage: make\nStatus: install ok installed\nVersion: 4.3-4.1\n")
        stream.write("Architecture: amd64\nDescription: x\n")
    with pytest.raises(Failure, match="have changed since this was planned; nothing was changed"):
        validation.confirm_unchanged(settings, found)


def test_what_apt_would_not_do_is_said_and_not_hidden(settings: Settings) -> None:
    found = validation.validate(settings, plan.build("ghost", [GHOST], [], "exact", root=True))
    assert found.refusal == "Unable to locate package ghost"
    assert found.warnings == ("apt would not do this: Unable to locate package ghost",)
    assert found.changes.all() == ()


def test_nothing_to_do_asks_nobody(settings: Settings) -> None:
    there = PlannedPackage("libc6", "2.36-9", "", "2.36-8")
    found = validation.validate(settings, plan.build("libc6", [there], [], "exact", root=True))
    assert (found.changes.download_bytes, found.changes.disk_bytes) == (0, 0)


def test_essential_packages_stay(settings: Settings) -> None:
    found = Simulation(plan.Changes(), essential=("bash",))
    with pytest.raises(Failure, match="would remove bash, which the system needs"):
        validation._refuse_removals(settings, found)


@pytest.mark.parametrize("thorough", [False, True])
def test_the_steps_are_simulated_before_they_are_run(settings: Settings, thorough: bool) -> None:
    proposal = plan.build("make", [MAKE], [], "exact", root=True)
    (change,) = validation.validate(settings, proposal, thorough=thorough).changes.new
    assert change.origin.startswith("Debian:") is thorough  # only "apt-get -s" says that


def test_a_plan_is_the_same_with_and_without_its_steps(settings: Settings) -> None:
    (lists,) = Path(settings.environ["CORTEX_APT_LISTS"]).glob("*_main_binary-amd64_Packages")
    with lists.open("a") as stream:
        for number in range(CHAIN):
            stream.write(f"\nPackage: chain{number}\nVersion: 1\nArchitecture: amd64\n")
            stream.write(f"Filename: chain{number}.deb\nSize: 1\nSHA256: {number:064x}\n")
            stream.write(f"Depends: chain{number - 1}\n" if number else "")
    last = PlannedPackage(f"chain{CHAIN - 1}", "1", "", None)
    proposal = plan.build("chain", [last], [], "exact", root=True)
    found = validation.validate(settings, proposal)
    assert len(found.changes.new) == CHAIN
    complete = validation.validate(settings, proposal, thorough=True)
    assert complete.warnings == found.warnings
    assert validation._list_steps(complete) == validation._list_steps(found)


def test_a_policy_that_asks_for_origins_gets_them(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "policy.yaml"
    own.write_text("deny:\n  - origin: 'Elsewhere:*'\n")
    asking = Settings(environ={**settings.environ, "CORTEX_POLICY": str(own)})
    proposal = plan.build("make", [MAKE], [], "exact", root=True)
    (change,) = validation.validate(asking, proposal).changes.new
    assert change.origin.startswith("Debian:")


def test_the_version_is_the_one_that_apt_takes(settings: Settings) -> None:
    newer = PlannedPackage("make", "9.9", "Elsewhere", None)  # a pin keeps apt from it
    proposal = plan.build("make", [newer], [], "exact", root=True)
    found = validation.validate(settings, proposal, thorough=True)
    (package,) = found.packages
    assert package.version == "4.3-4.1"
    assert package.origin.startswith("Debian:")
