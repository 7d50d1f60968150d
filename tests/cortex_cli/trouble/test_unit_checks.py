"""Settings that name what is not there, as ``systemctl show`` writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_cli.trouble.unit_checks import find


def program(path: object) -> list[str]:
    return [f"{{ path={path} ; argv[]={path} -x ; ignore_errors=no ; start_time=[n/a] ; pid=0 }}"]


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "my daemon"
    state = {"ExecMainStatus": ["203"], "ExecStart": program(path)}
    setting = find(state, "en")
    assert setting is not None
    assert setting.text == f"Its program {path} does not exist."
    path.write_text("#!/bin/sh\n")
    setting = find(state, "fr")
    assert setting is not None
    assert setting.text == f"Son programme {path} n'est pas exécutable."
    path.chmod(0o755)
    assert find(state, "en") is None


def test_the_first_of_several_that_is_missing(tmp_path: Path) -> None:
    state = {
        "ExecMainStatus": ["203"],
        "ExecStartPre": [*program("/bin/true"), *program(tmp_path / "absent")],
        "ExecStart": program(tmp_path / "too"),
    }
    setting = find(state, "en")
    assert setting is not None
    assert (setting.name, "absent" in setting.text) == ("ExecStartPre=", True)


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ({"ExecMainStatus": ["217"], "User": ["nobodyhere"]}, "User="),
        ({"ExecMainStatus": ["216"], "Group": ["nobodyhere"]}, "Group="),
        ({"ExecMainStatus": ["200"], "WorkingDirectory": ["/no/such"]}, "WorkingDirectory="),
        ({"Result": ["oom-kill"], "MemoryMax": ["31457280"]}, "MemoryMax="),
        ({"Result": ["oom-kill"], "MemoryMax": ["infinity"]}, "MemoryMax="),
        (
            {"Result": ["resources"], "EnvironmentFiles": ["/no/such (ignore_errors=no)"]},
            "EnvironmentFile=",
        ),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_the_setting_is_named(state: dict[str, list[str]], name: str, language: str) -> None:
    setting = find(state, language)
    assert setting is not None
    assert setting.name == name


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"ExecMainStatus": ["1"], "User": ["nobodyhere"]},
        {"ExecMainStatus": ["217"], "User": ["root"], "Group": ["root"]},
        {"ExecMainStatus": ["217"], "User": ["12345"], "Group": ["12345"]},
        {"ExecMainStatus": ["200"], "WorkingDirectory": ["!/tmp"]},
        {"Result": ["resources"], "EnvironmentFiles": ["/no/such (ignore_errors=yes)"]},
        {"ExecMainStatus": ["203"], "ExecStart": ["{ nothing of use }"]},
    ],
)
def test_what_is_there_or_not_the_reason_is_not_named(state: dict[str, list[str]]) -> None:
    assert find(state, "en") is None


def test_the_limit_is_told_in_mib() -> None:
    setting = find({"Result": ["oom-kill"], "MemoryMax": ["31457280"]}, "en")
    assert setting is not None
    assert "MemoryMax=30 MiB" in setting.text
