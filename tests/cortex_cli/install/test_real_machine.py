import pytest

from cortex_cli.errors import UsageError
from cortex_cli.install import real_machine


@pytest.mark.parametrize("name", ["CORTEX_DPKG_STATUS", "CORTEX_APT_LISTS"])
def test_another_machines_packages_are_refused(name: str) -> None:
    for check in (real_machine.check_install, real_machine.check_rollback):
        with pytest.raises(UsageError, match=f"{name} replaces") as caught:
            check({name: "/x"})
        assert caught.value.hint == f"unset {name}, or use --dry-run"


def test_another_history_is_refused_for_a_rollback() -> None:
    real_machine.check_install({"CORTEX_STATE_DIR": "/x"})
    with pytest.raises(UsageError, match="CORTEX_STATE_DIR replaces the history"):
        real_machine.check_rollback({"CORTEX_STATE_DIR": "/x"})


def test_nothing_set_is_this_machine() -> None:
    real_machine.check_rollback({"PATH": "/bin", "CORTEX_APT_LISTS": ""})
