import os

import pytest

from cortex_cli.install import privileges


@pytest.mark.skipif(os.geteuid() != 0, reason="for root")
def test_root_is_root_already(capsys: pytest.CaptureFixture[str]) -> None:
    assert privileges.root_prefix() == ()
    privileges.ensure_root()
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="for everybody else")
def test_others_go_through_a_tool() -> None:
    assert privileges.root_prefix() in (("sudo",), ("pkexec",))
