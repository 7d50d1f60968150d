from pathlib import Path

from tests.cortex_cli.conftest import Cortex


def test_both_ways_at_once_is_a_usage_error(cortex: Cortex) -> None:
    done = cortex.run("install", "make", "--dry-run", "--execute")
    assert done.returncode == 2
    assert "cannot be combined" in done.stderr


def test_what_apt_would_not_do_is_not_begun(cortex: Cortex) -> None:
    # The tests' nginx needs a newer libc6 than their status has.
    lists = Path(cortex.environ["CORTEX_APT_LISTS"])
    for path in lists.glob("*_Packages"):
        path.write_text(path.read_text().replace("libc6 (>= 2.34)", "libc7"))
    dry = cortex.run("install", "nginx", "--json")
    assert dry.returncode == 0
    assert "apt would not do this: nginx : Depends: libc7" in dry.stdout


def test_a_history_that_cannot_be_kept_does_not_hide_the_plan(cortex: Cortex) -> None:
    done = cortex.run("install", "make", env={"CORTEX_STATE_DIR": "/dev/null/state"})
    assert done.returncode == 0
    assert "Generated commands:" in done.stdout
    assert "dry run not recorded in the history: cannot keep" in done.stderr
