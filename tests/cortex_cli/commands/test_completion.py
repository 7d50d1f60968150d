import shutil
import subprocess

import pytest

from tests.cortex_cli.conftest import CHECKOUT, Cortex


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(cortex: Cortex, shell: str) -> None:
    done = cortex.run("completion", shell)
    assert done.returncode == 0
    assert "_CORTEX_COMPLETE" in done.stdout
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=done.stdout, text=True, check=False)
        assert checked.returncode == 0


def test_another_shell_is_a_usage_error(cortex: Cortex) -> None:
    assert cortex.run("completion", "csh").returncode == 2


def test_words_are_completed(cortex: Cortex) -> None:
    def completed(words: str, position: int) -> set[str]:
        environ = {
            **cortex.environ,
            "_CORTEX_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(position),
        }
        done = subprocess.run(
            cortex.command(), env=environ, cwd=CHECKOUT, capture_output=True, text=True, check=False
        )
        return {line.partition(",")[2] for line in done.stdout.splitlines()}

    assert completed("cortex da", 1) == {"daemon"}
    assert "reload-config" in completed("cortex daemon ", 2)
    assert "--dry-run" in completed("cortex install --", 2)
