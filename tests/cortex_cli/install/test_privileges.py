import os

import pytest

from cortex_cli.install import privileges


@pytest.mark.skipif(os.geteuid() != 0, reason="for root")
def test_root_is_root_already(capsys: pytest.CaptureFixture[str]) -> None:
    assert privileges.become_root() == ()
    privileges.make_sure()
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="for everybody else")
def test_others_go_through_a_tool() -> None:
    assert privileges.become_root() in (("sudo",), ("pkexec",))
