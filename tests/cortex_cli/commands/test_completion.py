import shutil
import subprocess

import pytest

from tests.cortex_cli.conftest import Cortex


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(cortex: Cortex, shell: str) -> None:
    done = cortex.run("completion", shell)
    assert done.returncode == 0
    assert "reload-config" in done.stdout
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=done.stdout, text=True, check=False)
        assert checked.returncode == 0


def test_another_shell_is_a_usage_error(cortex: Cortex) -> None:
    assert cortex.run("completion", "csh").returncode == 2
