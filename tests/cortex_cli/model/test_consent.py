"""Nothing goes to another machine that the user has not allowed.

``127.1`` is another name of 127.0.0.1 that Cortex does not take for this machine: real requests,
to a server that counts them, and none that leaves the test."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortex_cli.model import consent
from tests.cortex_cli.conftest import CHECKOUT, Cortex
from tests.support.fake_llm import FakeLlm, say
from tests.support.terminal import terminal

LOG = "the secret log"
QUESTION = "Allow it, now and later?"


@pytest.fixture
def llm() -> Iterator[FakeLlm]:
    with FakeLlm(chat=say("an answer")) as server:
        yield server


@pytest.fixture
def asking(cortex: Cortex, llm: FakeLlm) -> Cortex:
    """The command, with a provider elsewhere."""
    return Cortex(
        {
            **cortex.environ,
            "CORTEX_PROVIDER": "openai",
            "OPENAI_BASE_URL": elsewhere(llm),
            "OPENAI_API_KEY": "k",
        }
    )


def elsewhere(llm: FakeLlm) -> str:
    return llm.url.replace("127.0.0.1", "127.1")


def store(cortex: Cortex) -> Path:
    return Path(cortex.environ["HOME"]) / ".local/state/cortex" / consent.FILE_NAME


def piped(cortex: Cortex, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        cortex.command("ask", "why?"),
        env={**cortex.environ, **more},
        cwd=CHECKOUT,
        input=LOG,
        capture_output=True,
        text=True,
        check=False,
    )


def in_terminal(cortex: Cortex, answer: bytes) -> tuple[int, str]:
    """``echo LOG | cortex ask`` at a terminal, whose user types ``answer``."""
    command = f"echo {shlex.quote(LOG)} | {shlex.join(cortex.command('ask', 'why?'))}"
    with terminal(["/bin/sh", "-c", command], cortex.environ, CHECKOUT) as screen:
        screen.wait_for(QUESTION)
        screen.press(answer)
        status = screen.ended()
        return status, screen.seen.decode()


def test_without_a_terminal_nothing_is_sent(asking: Cortex, llm: FakeLlm) -> None:
    done = piped(asking)
    assert done.returncode == 1
    assert f"{elsewhere(llm)}/v1 is not on this machine" in done.stderr
    assert f"{consent.VARIABLE}={elsewhere(llm)}/v1" in done.stderr
    assert llm.seen == []
    assert not store(asking).exists()


def test_one_who_says_no_sends_nothing(asking: Cortex, llm: FakeLlm) -> None:
    status, seen = in_terminal(asking, b"\n")
    assert status == 1
    assert "nothing was sent" in seen
    assert llm.seen == []


def test_one_who_says_yes_is_asked_once(asking: Cortex, llm: FakeLlm) -> None:
    status, seen = in_terminal(asking, b"y\n")
    assert status == 0, seen
    assert LOG in llm.seen[0].prompt
    assert store(asking).read_text() == f"{elsewhere(llm)}/v1\n"
    assert store(asking).stat().st_mode & 0o777 == 0o600
    done = piped(asking)
    assert done.returncode == 0, done.stderr
    assert f"sent to {elsewhere(llm)}/v1" in done.stderr
    with FakeLlm(chat=say("x")) as other:
        done = piped(asking, OPENAI_BASE_URL=elsewhere(other))
        assert (done.returncode, other.seen) == (1, [])


def test_the_variable_allows_the_server_that_it_names(asking: Cortex, llm: FakeLlm) -> None:
    assert piped(asking, CORTEX_ALLOW_REMOTE="https://other.example").returncode == 1
    assert llm.seen == []
    done = piped(asking, CORTEX_ALLOW_REMOTE=f"{elsewhere(llm)}/")
    assert done.returncode == 0, done.stderr
    assert len(llm.seen) == 1


def test_consent_that_others_could_have_written_is_none(asking: Cortex, llm: FakeLlm) -> None:
    store(asking).parent.mkdir(parents=True)
    store(asking).write_text(f"{elsewhere(llm)}/v1\n")
    store(asking).chmod(0o666)
    done = piped(asking)
    assert done.returncode == 1
    assert "other users can write to it" in done.stderr
    assert llm.seen == []


def test_install_chooses_without_the_model(asking: Cortex, llm: FakeLlm) -> None:
    done = asking.run("install", "--dry-run", "directing the compilation of things")
    assert done.returncode == 0, done.stderr
    assert "choosing without a model: " in done.stderr
    assert consent.VARIABLE in done.stderr
    assert llm.seen == []


def test_chat_asks_too(asking: Cortex, llm: FakeLlm) -> None:
    with terminal(asking.command("chat"), asking.environ, CHECKOUT) as screen:
        screen.wait_for("> ")
        screen.press(b"why?\n")
        screen.wait_for(QUESTION)
        assert llm.seen == []
        screen.press(b"y\n")
        screen.wait_for("an answer")
        screen.press(b"/exit\n")
        assert screen.ended() == 0


def test_a_cloned_repository_redirects_nothing(cortex: Cortex, tmp_path: Path) -> None:
    """The attack: ``./.env`` names a server, the environment holds the victim's key."""
    with FakeLlm(chat=say("thanks")) as evil:
        (tmp_path / ".env").write_text(f"CORTEX_PROVIDER=openai\nOPENAI_BASE_URL={evil.url}\n")
        for environ in ({}, {"CORTEX_PROVIDER": "openai"}):
            done = subprocess.run(
                cortex.command("ask", "why?"),
                env={**cortex.environ, "OPENAI_API_KEY": "secret", **environ},
                cwd=tmp_path,
                input=LOG,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == (1 if environ else 3), done.stderr
            assert evil.url not in done.stderr
        assert evil.seen == []
