from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from cortex_llm import __main__ as command
from cortex_llm.errors import ModelError
from tests.support.model_server import CHECKOUT, clean_environment

PROGRAM = [sys.executable, "-m", "cortex_llm"]
HEAVY = ("xllamacpp", "llama_cpp", "ctypes", "http.client", "subprocess", "hashlib", "torch")


def test_help_names_every_command_and_is_fast() -> None:
    started = time.monotonic()
    result = subprocess.run(
        [*PROGRAM, "--help"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert time.monotonic() - started < 1
    for name in ("serve", "check", "wait-ready", "models"):
        assert name in result.stdout


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom cortex_llm.__main__ import build_parser\nbuild_parser()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def test_nothing_of_the_other_packages_is_imported() -> None:
    sources = [*(CHECKOUT / "cortex_llm").glob("*.py")]
    for source in sources:
        text = source.read_text()
        assert "import cortexd" not in text, source
        assert "from cortexd" not in text, source
        assert "cortex_cli" not in text, source


def test_an_error_is_a_sentence_and_a_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ModelError("it is \x1b[31m broken", hint="mend it")

    monkeypatch.setattr("cortex_llm.model_commands.list_command", fail)
    assert command.main(["models", "list"]) == 1
    assert capsys.readouterr().err == "error: it is \\x1b[31m broken\nhint: mend it\n"


def test_an_interruption_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cortex_llm.model_commands.list_command", interrupt)
    assert command.main(["models", "list"]) == 130


@pytest.mark.parametrize("argv", [[], ["nonsense"], ["models"], ["models", "info"]])
def test_usage_is_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(argv)
    assert caught.value.code == 2


def test_a_reader_that_goes_is_no_traceback(tmp_path: Path, tiny: Path) -> None:
    folder = tmp_path / ".cortex/models"
    folder.mkdir(parents=True)
    (folder / "a.gguf").symlink_to(tiny)
    process = subprocess.Popen(
        [*PROGRAM, "models", "list"],
        cwd=CHECKOUT,
        env=clean_environment(HOME=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 1


@pytest.mark.parametrize(
    ("redirection", "status"), [(">&-", 0), ("<&- 2>&-", 0), (">/dev/full", 1)]
)
def test_streams_that_cannot_be_used(tmp_path: Path, redirection: str, status: int) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" models list {redirection}', "sh", *PROGRAM],
        cwd=CHECKOUT,
        env=clean_environment(HOME=str(tmp_path)),
        capture_output=True,
        check=False,
    )
    assert done.returncode == status
    assert b"Traceback" not in done.stderr


def test_every_module_has_its_test_file() -> None:
    tests = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    modules = {path.stem for path in (CHECKOUT / "cortex_llm").glob("*.py")}
    names = {f"test_{name.strip('_')}.py" for name in modules - {"__init__"}}
    assert names <= tests
    assert tests - names <= {"test_scripts.py"}
