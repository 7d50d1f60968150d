from tests.cortex_cli.conftest import Cortex


def test_a_dry_run_cannot_be_taken_back(cortex: Cortex) -> None:
    cortex.run("install", "make")
    done = cortex.run("rollback", "1", "--yes")
    assert done.returncode == 2
    assert "entry 1 was a dry run: there is nothing to undo" in done.stderr


def test_no_such_entry_is_exit_3(cortex: Cortex) -> None:
    done = cortex.run("rollback", "4")
    assert done.returncode == 3
    assert "hint: list the entries with: cortex history" in done.stderr
