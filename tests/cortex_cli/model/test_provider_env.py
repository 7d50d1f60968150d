import os
from pathlib import Path

import pytest

from cortex_cli.model import provider_env


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_first_that_says_it_wins(tmp_path: Path) -> None:
    near = write(tmp_path / "near", "LLAMA_CPP_MODEL=near\nexport OLLAMA_MODEL='a b' # c\n")
    far = write(tmp_path / "far", "LLAMA_CPP_MODEL=far\nCORTEX_PROVIDER=ollama\n")
    environ = {"CORTEX_PROVIDER": "llama_cpp", "PATH": "/bin"}
    assert provider_env.load(environ, (near, far)) == {
        "CORTEX_PROVIDER": "llama_cpp",
        "LLAMA_CPP_MODEL": "near",
        "OLLAMA_MODEL": "a b",
    }


def test_other_variables_are_none_of_ours(tmp_path: Path) -> None:
    file = write(tmp_path / "x", "PATH=/evil\nLD_PRELOAD=x\nOPENAI_API_KEY=\nnonsense\nA='\n")
    assert provider_env.load({}, (file,)) == {}


def test_what_others_may_have_written_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "x", "OPENAI_BASE_URL=http://evil\n", 0o666)
    assert provider_env.load({}, (file,)) == {}
    assert "ignoring" in capsys.readouterr().err


def test_no_file_and_odd_files_say_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    # a pipe would block a plain open for ever
    assert provider_env.load({}, (tmp_path / "none", tmp_path, tmp_path / "fifo")) == {}


def test_the_usual_places(tmp_path: Path) -> None:
    (tmp_path / ".cortex").mkdir()
    write(tmp_path / ".cortex/.env", "CORTEX_PROVIDER=fake\n")
    assert provider_env.load({"HOME": str(tmp_path)}).get("CORTEX_PROVIDER") == "fake"
