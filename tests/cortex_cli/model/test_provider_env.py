import os
from pathlib import Path

import pytest

from cortex_cli.model import provider_env


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_first_that_says_it_wins(tmp_path: Path) -> None:
    near = write(tmp_path / "near", "LLAMA_CPP_MODEL=near\nexport OLLAMA_MODEL='a b' # c\n")
    far = write(tmp_path / "far", "LLAMA_CPP_MODEL=far\nCORTEX_PROVIDER=ollama\n")
    environ = {"CORTEX_PROVIDER": "llama_cpp", "PATH": "/bin"}
    found = provider_env.load(environ, (near, far))
    names = ("CORTEX_PROVIDER", "LLAMA_CPP_MODEL", "OLLAMA_MODEL", "OPENAI_MODEL")
    assert [found.get(name) for name in names] == ["llama_cpp", "near", "a b", None]
    sources = [found.find_source(name) for name in names]
    assert [source and source.name for source in sources] == [
        provider_env.ENVIRONMENT,
        str(near),
        str(near),
        None,
    ]


def test_other_variables_are_none_of_ours(tmp_path: Path) -> None:
    file = write(tmp_path / "x", "PATH=/evil\nLD_PRELOAD=x\nOPENAI_API_KEY=\nnonsense\nA='\n")
    assert not any(source.values for source in provider_env.load({}, (file,)).sources)


def test_what_others_may_have_written_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "x", "OPENAI_BASE_URL=http://evil\n", 0o666)
    assert provider_env.load({}, (file,)).get("OPENAI_BASE_URL") is None
    assert "ignoring" in capsys.readouterr().err


def test_no_file_and_odd_files_say_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    # a pipe would block a plain open for ever
    files = (tmp_path / "none", tmp_path, tmp_path / "fifo")
    assert not any(source.values for source in provider_env.load({}, files).sources)


def test_the_usual_places(tmp_path: Path) -> None:
    write(tmp_path / ".cortex/.env", "CORTEX_PROVIDER=fake\n")
    assert provider_env.load({"HOME": str(tmp_path)}).get("CORTEX_PROVIDER") == "fake"


@pytest.mark.parametrize("home", ["/nonexistent", "", ".", "home"])
def test_the_working_directory_is_not_one_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    for path in (".env", ".cortex/.env", "home/.cortex/.env"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / path, "OPENAI_BASE_URL=http://evil\nCORTEX_PROVIDER=openai\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", home)
    assert provider_env.load({"HOME": home}).get("OPENAI_BASE_URL") is None
