"""The wizard, answered by a program in a pseudo-terminal and by options, as a user would."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.model_host import ModelHost, model_host
from tests.support.model_server import clean_environment

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/setup_daemon.py"
TIMEOUT = 30.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def host(tiny: Path) -> Iterator[ModelHost]:
    with model_host(tiny.read_bytes()) as found:
        yield found


def environment(home: Path) -> dict[str, str]:
    return clean_environment(HOME=str(home), TERM="xterm")


def run(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Without a terminal, as a script does it."""
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--models-dir", str(home / "models"), *options],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


class Terminal:
    """The wizard in a pseudo-terminal."""

    def __init__(self, home: Path, *options: str) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # pragma: no cover - another process
            argv = [sys.executable, str(SCRIPT), "--models-dir", str(home / "models"), *options]
            os.execve(sys.executable, argv, environment(home))
        self.seen = ""

    def expect(self, pattern: str) -> None:
        """Read until the pattern is on the screen; what is before it is forgotten."""
        deadline = time.monotonic() + TIMEOUT
        while not (found := re.search(pattern, self.seen)):
            assert time.monotonic() < deadline, f"no {pattern!r} in {self.seen!r}"
            with contextlib.suppress(OSError):
                data = os.read(self._fd, 4096)
                assert data, f"no {pattern!r} in {self.seen!r}"
                self.seen += data.decode(errors="replace")
                continue
            raise AssertionError(f"it ended; no {pattern!r} in {self.seen!r}")
        self.seen = self.seen[found.end() :]

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode() + b"\n")

    def hang_up(self) -> None:
        """End of input: Ctrl-D on an empty line."""
        os.write(self._fd, b"\x04")

    def interrupt(self) -> None:
        os.write(self._fd, b"\x03")

    def end(self) -> int:
        """Its exit status."""
        with contextlib.suppress(OSError):
            while data := os.read(self._fd, 4096):
                self.seen += data.decode(errors="replace")
        _, status = os.waitpid(self.pid, 0)
        os.close(self._fd)
        return os.waitstatus_to_exitcode(status)


@contextlib.contextmanager
def terminal(home: Path, *options: str) -> Iterator[Terminal]:
    found = Terminal(home, *options)
    try:
        yield found
    finally:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            if os.waitpid(found.pid, os.WNOHANG) == (0, 0):
                os.kill(found.pid, signal.SIGKILL)
                os.waitpid(found.pid, 0)


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_person_chooses_and_downloads(home: Path, host: ModelHost) -> None:
    with terminal(home, "--model-url", host.url, "--sha256", host.sha256) as screen:
        screen.expect("memory +[0-9.]+ GiB")
        screen.expect("init system")
        screen.expect("1\\) Local llama.cpp")
        screen.expect("Your choice \\[1\\]: ")
        screen.type("7")
        screen.expect("choose 1 to 5")
        screen.type("1")
        screen.expect("TinyLlama 1.1B")
        screen.expect("fits this machine")
        screen.expect("Llama 2 13B")
        screen.expect("Your choice \\[.*\\]: ")
        screen.type("3")
        screen.expect("Threads \\[\\d+\\]: ")
        screen.type("none")
        screen.expect("not a whole number")
        screen.type("1")
        screen.expect("Context in tokens \\[4096\\]: ")
        screen.type("512")
        screen.expect("Plan:")
        screen.expect("download 0.62 GiB from")
        screen.expect("Continue\\? \\(y/n\\) \\[y\\]: ")
        assert everything(home) == []
        screen.type("y")
        screen.expect("100 %")
        screen.expect("SHA-256")
        screen.expect("Done")
        assert screen.end() == 0
    model = home / "models/tinyllama-1.1b-chat-v1.0.Q4_K_M.gguf"
    assert model.read_bytes() == host.content
    assert "CORTEX_PROVIDER=daemon" in (home / ".cortex/.env").read_text()


@pytest.mark.parametrize("question", ["Your choice", "Threads", "Context", "Continue"])
def test_ctrl_c_at_any_question_changes_nothing(home: Path, host: ModelHost, question: str) -> None:
    before = everything(home)
    options = ["--model-url", host.url, "--model", "tinyllama-1.1b"]
    answers = {"Your choice": "1", "Threads": "1", "Context": "512"}
    with terminal(home, *options) as screen:
        for asked, answer in answers.items():
            screen.expect(asked)
            screen.expect("]: ")
            if asked == question:
                break
            screen.type(answer)
        else:
            screen.expect("Continue")
            screen.expect("]: ")
        screen.interrupt()
        assert screen.end() == 130
    assert everything(home) == before


def test_ctrl_c_in_a_download_asks_whether_to_keep_it(home: Path, host: ModelHost) -> None:
    host.pause = 0.3
    options = ["--backend", "local", "--model", "tinyllama-1.1b", "--model-url", host.url]
    with terminal(home, *options) as screen:
        screen.expect("Threads")
        screen.type("")
        screen.expect("Context")
        screen.type("")
        screen.expect("Continue")
        screen.type("")
        screen.expect("MiB/s")
        screen.interrupt()
        screen.expect("Keep the partial download.*: ")
        screen.type("n")
        assert screen.end() == 130
    assert everything(home) == []


def test_end_of_input_agrees_to_nothing(home: Path, host: ModelHost) -> None:
    result = run(home, "--model-url", host.url)
    assert result.returncode == 2
    assert "confirmation needs a terminal; nothing was changed" in result.stderr
    assert "--yes" in result.stderr
    assert (host.requests, everything(home)) == ([], [])


def test_end_of_input_in_a_terminal_agrees_to_nothing(home: Path, host: ModelHost) -> None:
    options = ["--backend", "local", "--model", "tinyllama-1.1b", "--model-url", host.url]
    with terminal(home, *options, "--threads", "1", "--ctx-size", "512") as screen:
        screen.expect("Continue.*]: ")
        screen.hang_up()
        assert screen.end() == 130
    assert (host.requests, everything(home)) == ([], [])


def test_a_script_sees_neither_questions_nor_escaped_newlines(home: Path, tiny: Path) -> None:
    shown = run(home, "--yes", "--dry-run", "--model", "tinyllama-1.1b").stdout
    assert "\\n" not in shown
    assert "quality" not in shown  # the head of a table that only a person chooses from
    assert shown.startswith("Cortex setup\n\n  processor ")
    assert "\n\nPlan:\n  - download 0.62 GiB from " in shown


def test_all_by_options(home: Path, host: ModelHost) -> None:
    result = run(
        home, "--yes", "--backend", "local", "--model", "tinyllama-1.1b", "--model-url", host.url,
        "--sha256", host.sha256, "--threads", "1", "--ctx-size", "512",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert (home / "models/tinyllama-1.1b-chat-v1.0.Q4_K_M.gguf").exists()


def test_all_by_a_file(home: Path, tiny: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    answers.write_text(f"BACKEND=file\nMODEL_PATH={tiny}\nTHREADS=1\nPROCEED=yes\n")
    result = run(home, "--answers", str(answers))
    assert result.returncode == 0, result.stderr
    assert str(tiny) in result.stdout


def test_an_unknown_answer_is_refused(home: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    answers.write_text("BAKEND=file\n")
    result = run(home, "--answers", str(answers))
    assert result.returncode == 2
    assert "bakend" in result.stderr


def test_another_server_by_its_url(home: Path) -> None:
    url = "http://127.0.0.1:11434/v1"
    result = run(home, "--yes", "--backend", "url", "--url", url, "--model-name", "m")
    assert result.returncode == 0, result.stderr
    env = (home / ".cortex/.env").read_text()
    assert f"OPENAI_BASE_URL={url}" in env
    assert (home / ".cortex/.env").stat().st_mode & 0o077 == 0
    assert run(home, "--yes", "--backend", "url", "--url", "nonsense").returncode == 2


def test_dry_run_and_no_model(home: Path, tiny: Path) -> None:
    options = ["--yes", "--backend", "file", "--model-path", str(tiny), "--dry-run"]
    assert "Plan:" in run(home, *options).stdout
    assert run(home, "--yes", "--backend", "none").returncode == 0
    assert everything(home) == []


def test_no_network_says_how_to_go_on(home: Path) -> None:
    result = run(
        home, "--yes", "--backend", "local", "--model", "tinyllama-1.1b",
        "--model-url", "http://127.0.0.1:1/m.gguf",
    )  # fmt: skip
    assert result.returncode == 1
    assert "cannot reach 127.0.0.1" in result.stderr
    assert "built-in" in result.stderr
    assert everything(home) == []


def test_no_network_and_a_person_goes_another_way(home: Path, tiny: Path) -> None:
    unreachable = "http://127.0.0.1:1/m.gguf"
    with terminal(home, "--model", "tinyllama-1.1b", "--model-url", unreachable) as screen:
        for question in ("Your choice", "Threads", "Context", "Continue"):
            screen.expect(question)
            screen.expect("]: ")
            screen.type("")
        screen.expect("cannot reach 127.0.0.1")
        screen.expect("built-in model")
        screen.expect("Choose something else.*]: ")
        screen.type("y")
        screen.expect("Your choice")
        screen.expect("]: ")
        screen.type("file")
        screen.expect("Path of the GGUF file: ")
        screen.type(str(tiny))
        for question in ("Threads", "Context", "Continue"):
            screen.expect(question)
            screen.expect("]: ")
            screen.type("")
        screen.expect("Done")
        assert screen.end() == 0
    assert everything(home) == [".cortex", ".cortex/.env"]


@pytest.mark.parametrize(
    ("choice", "question"),
    [
        ("file", "Path of the GGUF file"),
        ("url", "Base URL"),
        ("builtin", "Threads"),
        ("none", "Continue"),
    ],
)
def test_ctrl_c_on_every_way_changes_nothing(home: Path, choice: str, question: str) -> None:
    with terminal(home) as screen:
        screen.expect("Your choice.*]: ")
        screen.type(choice)
        screen.expect(question)
        screen.expect(": ")
        screen.interrupt()
        assert screen.end() == 130
    assert everything(home) == []


def test_ctrl_c_before_a_model_that_is_too_large(home: Path) -> None:
    with terminal(home, "--backend", "local", "--model", "llama2-13b") as screen:
        screen.expect("Threads|Use it anyway")  # as large as this machine is
        screen.interrupt()
        assert screen.end() == 130
    assert everything(home) == []


def test_a_damaged_download_leaves_nothing(home: Path, host: ModelHost) -> None:
    host.corrupt = True
    result = run(
        home, "--yes", "--backend", "local", "--model", "tinyllama-1.1b",
        "--model-url", host.url, "--sha256", host.sha256,
    )  # fmt: skip
    assert result.returncode == 1
    assert "SHA-256" in result.stderr
    assert not list(home.rglob("*.gguf*"))


def test_a_file_that_is_no_model_is_refused(home: Path) -> None:
    result = run(home, "--yes", "--backend", "file", "--model-path", "/etc/passwd")
    assert result.returncode == 2
    assert "not a GGUF" in result.stderr


def test_the_name_of_every_question_is_known(home: Path) -> None:
    from cortex_llm.__main__ import build_parser
    from cortex_llm.prompter import NAMES

    given = vars(build_parser().parse_args(["setup"]))
    assert set(given) - {"run", "yes", "dry_run", "answers", "models_dir"} <= set(NAMES)
