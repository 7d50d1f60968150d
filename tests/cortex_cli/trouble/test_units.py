"""Units as systemctl and journalctl tell of them; tests/systemd has the real ones.

The two programs are scripts in a folder that PATH names: they print what the real ones print.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from cortex_cli.finding import CHANGES, READS
from cortex_cli.settings import Settings
from cortex_cli.trouble import report
from cortex_cli.trouble.asked import Asked
from cortex_cli.trouble.cause import ERROR, INFO, WARNING
from cortex_cli.trouble.units import find_failed, find_named, report_absent

Environ = Mapping[str, str]
SYSTEMCTL = """\
#!/bin/sh
here=$(dirname "$0")
for last; do :; done
case $1 in
    show) cat "$here/state/$last" 2>/dev/null || echo LoadState=not-found ;;
    list-units) case $* in *state=*) cat "$here/failed" ;; *) cat "$here/all" ;; esac ;;
    list-unit-files) cat "$here/all" ;;
esac
"""
JOURNALCTL = '#!/bin/sh\ncat "$(dirname "$0")/journal"\n'
HEAD = "2026-11-29T19:14:13+0000 box"
FAILED = "LoadState=loaded\nActiveState=failed\nSubState=failed\nResult=exit-code\nExecMainCode=1\n"


@pytest.fixture
def unit(tmp_path: Path) -> Callable[..., Environ]:
    """Makes a machine with one unit: its properties, its journal; the environment that shows it."""
    (tmp_path / "state").mkdir()
    for name, script in (("systemctl", SYSTEMCTL), ("journalctl", JOURNALCTL)):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)

    def make(name: str, properties: str, *journal: str, failing: bool = False) -> Environ:
        (tmp_path / "state" / name).write_text(f"Id={name}\n{properties}")
        (tmp_path / "journal").write_text("".join(f"{HEAD} {line}\n" for line in journal))
        (tmp_path / "all").write_text(f"{name} loaded active running A service\n")
        (tmp_path / "failed").write_text(f"{name} loaded failed failed A service\n" * failing)
        return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    return make


def test_the_catalogue_explains_the_journal(unit: Callable[..., Environ]) -> None:
    environ = unit(
        "shopd.service",
        FAILED + "ExecMainStatus=1\n",
        "shopd[7]: bind() to 0.0.0.0:8085 failed: Address already in use",
        "systemd[1]: shopd.service: Main process exited, code=exited, status=1/FAILURE",
    )
    (cause,) = find_named(environ, "en", ["shopd"])
    assert cause.text.startswith(
        "shopd.service has failed (exit-code, exit status 1). Port 8085 is already in use"
    )
    assert cause.severity == ERROR
    words = [word for shown in cause.commands for argv in shown.pipeline for word in argv]
    assert not [word for word in words if word.isupper() and len(word) > 3]


def test_what_the_catalogue_does_not_know_is_quoted(unit: Callable[..., Environ]) -> None:
    environ = unit(
        "frobd.service",
        FAILED + "ExecMainStatus=9\n",
        "frobd[7]: the flux capacitor is misaligned",
        "systemd[1]: frobd.service: Failed with result 'exit-code'.",
        failing=True,
    )
    (cause,) = find_failed(environ, "es")
    assert cause.text == "frobd.service ha fallado (exit-code, código de salida 9)."
    assert cause.evidence == ("the flux capacitor is misaligned",)
    look, restart = cause.commands
    assert look.pipeline == (("journalctl", "-u", "frobd.service", "-b", "-e"),)
    assert (look.effect, restart.effect, restart.needs_root) == (READS, CHANGES, True)


def test_the_end_of_a_traceback_is_shown(unit: Callable[..., Environ]) -> None:
    environ = unit(
        "vard.service",
        FAILED + "ExecMainStatus=1\n",
        "python3[7]: Traceback (most recent call last):",
        'python3[7]:   File "/opt/vard.py", line 1, in <module>',
        'python3[7]:   File "<frozen os>", line 679, in __getitem__',
        "python3[7]: KeyError: 'DATABASE_URL'",
        "systemd[1]: vard.service: Failed with result 'exit-code'.",
    )
    (cause,) = find_named(environ, "en", ["vard"])
    assert "DATABASE_URL" in cause.text + " ".join(cause.evidence)


def test_a_setting_is_surer_than_the_journal(unit: Callable[..., Environ]) -> None:
    environ = unit(
        "pathd.service",
        FAILED + "ExecMainStatus=203\nExecStart={ path=/no/such ; argv[]=/no/such ; pid=0 }\n",
        "systemd[1]: pathd.service: Main process exited, code=exited, status=203/EXEC",
    )
    (cause,) = find_named(environ, "fr", ["pathd.service"])
    assert cause.text.endswith("Son programme /no/such n'existe pas.")


def test_a_signal_is_no_exit_status(unit: Callable[..., Environ]) -> None:
    killed = FAILED.replace("ExecMainCode=1", "ExecMainCode=2") + "ExecMainStatus=15\n"
    (cause,) = find_named(unit("slowd.service", killed), "en", ["slowd"])
    assert cause.text == "slowd.service has failed (exit-code, signal 15)."


@pytest.mark.parametrize(
    ("properties", "severity", "said"),
    [
        ("LoadState=loaded\nActiveState=active\n", INFO, "is running"),
        (
            "LoadState=loaded\nActiveState=inactive\nSubState=dead\n",
            WARNING,
            "is not running (dead)",
        ),
        ("LoadState=masked\nActiveState=inactive\n", WARNING, "is masked"),
        ("LoadState=bad-setting\nActiveState=inactive\n", ERROR, "rejects the settings"),
        ("LoadState=loaded\nActiveState=activating\nSubState=auto-restart\n", ERROR, "has failed"),
    ],
)
def test_a_state_has_its_sentence(
    unit: Callable[..., Environ], properties: str, severity: int, said: str
) -> None:
    (cause,) = find_named(unit("x.service", properties), "en", ["x"])
    assert cause.severity == severity
    assert said in cause.text


def test_what_it_requires_has_failed(unit: Callable[..., Environ]) -> None:
    unit("rootd.service", FAILED + "ExecMainStatus=1\n")
    inactive = "LoadState=loaded\nActiveState=inactive\nRequires=system.slice rootd.service\n"
    (cause,) = find_named(unit("leafd.service", inactive), "en", ["leafd"])
    assert "because rootd.service, which it requires, failed" in cause.text


def test_a_longer_name_is_found(unit: Callable[..., Environ]) -> None:
    environ = unit("postgresql.service", "LoadState=loaded\nActiveState=active\n")
    (cause,) = find_named(environ, "en", ["postgres"], ["postgres"])
    assert cause.text.startswith("postgresql.service is running")
    assert find_named(environ, "en", ["postgres"]) == []
    assert find_named(environ, "en", ["pos"], ["pos"]) == []


def test_that_it_runs_is_no_answer_to_a_question_of_more(
    unit: Callable[..., Environ], tmp_path: Path
) -> None:
    environ = unit("ssh.service", "LoadState=loaded\nActiveState=active\n")
    settings = Settings(environ=environ, socket=tmp_path / "none")
    more = Asked(units=("ssh", "key", "login"), services=("ssh",))
    assert report.make(more, "en", settings) is None
    alone = report.make(Asked(units=("ssh",), services=("ssh",)), "en", settings)
    assert alone is not None
    assert alone.text.startswith("ssh.service is running")


def test_a_name_that_begins_with_a_dash_is_no_option(unit: Callable[..., Environ]) -> None:
    (cause,) = find_named(unit("-.mount", "LoadState=masked\n"), "en", ["-.mount"])
    assert cause.commands[0].pipeline == (("systemctl", "status", "--", "-.mount"),)


@pytest.mark.skipif(not Path("/run/systemd/system").is_dir(), reason="systemd does not run here")
def test_a_unit_that_is_not_there_has_near_names(unit: Callable[..., Environ]) -> None:
    environ = unit("nginx.service", "LoadState=loaded\nActiveState=active\n")
    (cause,) = report_absent(environ, "en", ["nginxd"])
    assert cause.text.startswith("There is no unit nginxd on this machine. Similar names: nginx")


@pytest.mark.skipif(Path("/run/systemd/system").is_dir(), reason="systemd runs here")
def test_without_systemd_nothing_is_said_of_units(unit: Callable[..., Environ]) -> None:
    environ = unit("nginx.service", "LoadState=loaded\nActiveState=active\n")
    assert report_absent(environ, "en", ["nginxd"]) == []


def test_without_its_programs_there_is_nothing() -> None:
    bare = {"PATH": "/nonexistent"}
    assert find_failed(bare, "en") == []
    assert find_named(bare, "en", ["nginx"]) == []
