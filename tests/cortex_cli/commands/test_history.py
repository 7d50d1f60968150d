import json

from tests.cortex_cli.conftest import Cortex


def test_nothing_yet(cortex: Cortex) -> None:
    done = cortex.run("history")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no history yet" in done.stderr
    assert json.loads(cortex.run("history", "--json").stdout) == []


def test_dry_runs_are_listed_and_shown(cortex: Cortex) -> None:
    cortex.run("install", "make")
    cortex.run("install", "nginx", "--json")
    listed = cortex.run("history").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["2", "1"]
    assert listed[0].endswith("dry run      install nginx")
    assert len(cortex.run("history", "-n", "1").stdout.splitlines()) == 1
    shown = cortex.run("history", "1").stdout
    assert "apt-get install --yes make" in shown
    assert "make     not installed" in shown
    found = json.loads(cortex.run("history", "1", "--json").stdout)
    assert (found["id"], found["state"], found["request"]) == (1, "dry run", "make")
    assert found["before"] == {"make": None}


def test_no_such_entry_is_exit_3(cortex: Cortex) -> None:
    done = cortex.run("history", "9")
    assert done.returncode == 3
    assert "the history has no entry 9" in done.stderr
    assert cortex.run("history", "0").returncode == 2
