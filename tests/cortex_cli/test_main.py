import os
import subprocess
import sys

import pytest

from cortex_cli.commands import COMMANDS
from cortex_cli.main import main
from tests.cortex_cli.conftest import CHECKOUT, Cortex

HEAVY = (
    "openai",
    "jinja2",
    "pydantic",
    "rich",
    "sqlite3",
    "asyncio",
    "httpcore",
    "yaml",
    "msgspec",
    "psutil",
)


def test_a_slip_is_answered_with_the_nearest_command(cortex: Cortex) -> None:
    done = cortex.run("instal", "nginx")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "cortex: no command is named 'instal'; did you mean 'install'?\nhint: try: cortex --help\n"
    )


def test_wrong_options_are_usage_errors(cortex: Cortex) -> None:
    done = cortex.run("ask", "--max-tokens", "0", "x")
    assert done.returncode == 2
    assert done.stderr.startswith("cortex: invalid value for '--max-tokens'")
    assert "hint: try: cortex ask --help" in done.stderr
    assert cortex.run().returncode == 2
    assert "Usage: cortex" in cortex.run().stderr
    assert cortex.run("ask").returncode == 2
    assert cortex.run("ask", " ").returncode == 2


def test_no_daemon_is_one_clear_error(cortex: Cortex) -> None:
    for args in (["status"], ["daemon", "ping"], ["llm", "status"]):
        done = cortex.run(*args, env={"CORTEX_SOCKET": "/nonexistent/x.sock"})
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("cortex: cannot reach cortexd at /nonexistent/x.sock: ")
        assert "hint: start it with: " in done.stderr


def test_version_and_help(cortex: Cortex) -> None:
    assert cortex.run("--version").stdout.startswith("cortex 0.")
    shown = cortex.run("--help").stdout
    assert all(name in shown for name in COMMANDS)


def test_a_defect_is_never_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A table entry whose module is not there stands for any defect.
    monkeypatch.setitem(COMMANDS, "broken", "cortex_cli.commands.broken:broken")
    monkeypatch.delenv("CORTEX_DEBUG", raising=False)
    assert main(["broken"]) == 1
    assert capsys.readouterr().err.startswith("cortex: internal error: ModuleNotFoundError: ")
    monkeypatch.setenv("CORTEX_DEBUG", "1")
    with pytest.raises(ModuleNotFoundError):
        main(["broken"])


def test_a_reader_that_leaves_is_no_traceback(cortex: Cortex) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            cortex.command("install", "nginx"),
            env=cortex.environ,
            cwd=CHECKOUT,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


def test_a_ping_loads_nothing_heavy() -> None:
    code = (
        "import sys; from cortex_cli.main import main\n"
        "main(['--socket', '/nonexistent', 'daemon', 'ping'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_nothing_is_made_that_others_may_write(cortex: Cortex) -> None:
    """Root's umask may be 000: the index that it makes is read by everybody."""
    script = (
        "import os\nfrom cortex_cli.main import main\nmain(['--help'])\nprint(oct(os.umask(0)))"
    )
    for umask, expected in ((0o000, "0o22"), (0o077, "0o77")):
        done = subprocess.run(
            [sys.executable, "-c", script],
            umask=umask, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.splitlines()[-1] == expected
