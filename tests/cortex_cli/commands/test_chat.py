import json
import subprocess
import time
from pathlib import Path

from tests.cortex_cli.commands.scripted import scripted
from tests.cortex_cli.conftest import CHECKOUT, Cortex
from tests.support.fake_llm import Exchange, endless, say
from tests.support.terminal import CTRL_C, terminal

CTRL_D = b"\x04"


def piped(cortex: Cortex, text: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        cortex.command("chat", *args),
        env=cortex.environ,
        cwd=CHECKOUT,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def count(exchange: Exchange) -> None:
    say(f"{len(exchange.body['messages'])} turns")(exchange)


def test_each_question_knows_those_before_it(cortex: Cortex, runtime: Path) -> None:
    with scripted(cortex, runtime, "chat", count) as (command, llm):
        done = piped(command, "one\n\ntwo\n/new\nthree\n", "--json")
        assert done.returncode == 0, done.stderr
        decoder, found, text = json.JSONDecoder(), [], done.stdout.strip()
        while text:
            value, end = decoder.raw_decode(text)
            found.append(value["answer"])
            text = text[end:].lstrip()
        assert found == ["2 turns", "4 turns", "2 turns"]
        assert llm.seen[1].body["messages"][1] == {"role": "user", "content": "one"}
        assert "4 turns" in piped(command, "four\n", "--continue").stdout


def test_there_is_nothing_to_continue(cortex: Cortex) -> None:
    done = piped(cortex, "x\n", "--continue")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no conversation to continue" in done.stderr


def test_a_file_goes_with_every_question(cortex: Cortex, runtime: Path, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("the cow says moo\n")
    with scripted(cortex, runtime, "chat", say("ok")) as (command, llm):
        piped(command, "one\ntwo\n", "-f", str(tmp_path / "log"))
        assert ["the cow says moo" in exchange.prompt for exchange in llm.seen] == [True, True]


def test_an_error_ends_an_answer_and_not_the_conversation(cortex: Cortex) -> None:
    done = piped(cortex, "one\ntwo\n", "--model", "mistral")
    assert done.returncode == 1
    assert done.stderr.count("cortex: ") == 2


def test_at_a_terminal(cortex: Cortex, runtime: Path) -> None:
    with scripted(cortex, runtime, "chat", endless) as (command, llm):
        with terminal(command.command("chat"), command.environ, CHECKOUT) as screen:
            screen.wait_for("> ")
            screen.press(b"hello\n")
            screen.wait_for("word2 ")
            screen.press(CTRL_C)
            pressed = time.monotonic()
            screen.wait_for("stopped")
            assert llm.closed.get(timeout=10) - pressed < 1.0
            llm.chat = say("the end")
            screen.press(b"again\n")
            screen.wait_for("unverified.\r\n> ")
            screen.press(CTRL_D)
            assert screen.ended() == 0
            assert b"Traceback" not in screen.seen


def test_help_and_slips_are_no_questions(cortex: Cortex, runtime: Path) -> None:
    with scripted(cortex, runtime, "chat", say("ok")) as (command, llm):
        lines = "/help\n/hlep\n/?\n/etc/fstab\n/proc is full\n/Exit\n"
        done = piped(command, lines, "--system", "Be brief.")  # so that the model answers
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("start a new conversation") == 4
        assert "no command is named /hlep" in done.stderr
        asked = [exchange.body["messages"][-1]["content"] for exchange in llm.seen]
        assert len(asked) == 2
        assert "/etc/fstab" in asked[0]
        assert "/proc is full" in asked[1]


def test_a_state_folder_that_cannot_be_written(cortex: Cortex, runtime: Path) -> None:
    """The conversation goes on in memory, and that is said once."""
    with scripted(cortex, runtime, "chat", say("ok")) as (command, llm):
        command.environ["XDG_STATE_HOME"] = "/proc/nowhere"
        done = piped(command, "first\nsecond\n", "--system", "Be brief.")
        assert (done.returncode, done.stderr.count("cannot save this conversation")) == (0, 1)
        assert len(llm.seen) == 2
        assert any("first" in turn["content"] for turn in llm.seen[1].body["messages"][:-1])
