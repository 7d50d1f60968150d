import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.cortex_cli.commands.scripted import scripted
from tests.cortex_cli.conftest import CHECKOUT, Cortex
from tests.support import manpages
from tests.support.fake_llm import Exchange, FakeLlm, Script, endless, say
from tests.support.terminal import CTRL_C, terminal

# Of the time that the model itself may still work after its client has gone.
CANCELLED_WITHIN_S = 0.5


def test_an_answer_ends_with_its_sources(nano: Cortex) -> None:
    done = nano.run("ask", "What is lighttpd?")
    assert done.returncode == 0
    assert done.stdout.endswith(
        "lighttpd: fast webserver with minimal memory footprint.\n\nSources: apt: lighttpd 1.4.69\n"
    )


def test_without_package_lists_it_says_so(nano: Cortex, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    without = {"CORTEX_APT_LISTS": str(tmp_path / "none")}
    done = nano.run("ask", "What is lighttpd?", env=without)
    assert "this machine has no package lists" in done.stderr
    assert "apt-get update" in done.stderr
    assert "package lists" not in nano.run("ask", "What is lighttpd?").stderr


def test_missing_package_lists_do_not_matter_to_what_needs_none(
    nano: Cortex, tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    without = {"CORTEX_APT_LISTS": str(tmp_path / "none")}
    done = nano.run("ask", "which kernel runs on this machine?", env=without)
    assert done.returncode == 0
    assert "package lists" not in done.stderr


def test_it_does_not_know_what_nothing_supports(nano: Cortex) -> None:
    done = nano.run("ask", "What", "is", "the", "capital", "of", "France?")
    assert done.returncode == 3
    assert done.stdout.startswith("I found nothing on this machine that answers that.\n")
    assert "try different words" in done.stderr


def test_without_a_daemon_what_nothing_answers_is_no_error(cortex: Cortex) -> None:
    done = cortex.run("ask", "who", "won", "the", "world", "cup", "in", "1998?")
    assert done.returncode == 3
    assert done.stdout.startswith("I found nothing on this machine that answers that.\n")
    assert "hint: try different words, or ask a larger model: cortex up --model FILE" in done.stderr
    assert "no model was asked: cannot reach cortexd" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_daemon_a_passage_answers(cortex: Cortex) -> None:
    done = cortex.run("ask", "What is lighttpd?")
    assert (done.returncode, done.stdout) == (
        0,
        "lighttpd: fast webserver with minimal memory footprint.\n\n"
        "Sources: apt: lighttpd 1.4.69\n",
    )


@pytest.mark.parametrize("option", [("--system", "Be brief."), ("--model", "mistral")])
def test_a_model_that_is_asked_for_by_name_must_answer(
    cortex: Cortex, option: tuple[str, str]
) -> None:
    done = cortex.run("ask", *option, "who won the world cup in 1998?")
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot reach cortexd" in done.stderr


def test_a_server_of_the_settings_that_is_away_is_an_error_if_nothing_answers(
    cortex: Cortex,
) -> None:
    away = {"CORTEX_PROVIDER": "ollama", "OLLAMA_BASE_URL": "http://127.0.0.1:9"}
    done = cortex.run("ask", "who won the world cup in 1998?", env=away)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot reach ollama" in done.stderr
    done = cortex.run("ask", "What is lighttpd?", env=away)
    assert done.returncode == 0
    assert "no model was asked: cannot reach ollama" in done.stderr


def test_json(chat: Cortex) -> None:
    found = json.loads(chat.run("ask", "--json", "--max-tokens", "5", "What is lighttpd?").stdout)
    assert found["question"] == "What is lighttpd?"
    assert (found["model"], found["tokens"]) == ("tiny-chat", 5)
    assert found["finish_reason"] == "length"


def test_all_at_once_or_streamed_is_the_same_text(nano: Cortex) -> None:
    streamed = nano.run("ask", "What is lighttpd?")
    assert nano.run("ask", "--no-stream", "What is lighttpd?").stdout == streamed.stdout


def test_a_cut_answer_says_so(chat: Cortex) -> None:
    done = chat.run("ask", "--max-tokens", "3", "What is the meaning of life?")
    assert "cut off at 3 tokens" in done.stderr
    assert "unverified" in done.stderr


def test_control_characters_never_reach_the_terminal(nano: Cortex) -> None:
    done = nano.run("ask", "What is evil?")
    assert "\x1b" not in done.stdout
    assert "\\x1b[31m" in done.stdout


def test_a_prompt_beyond_the_context_names_both_numbers(chat: Cortex) -> None:
    done = chat.run("ask", "why " * 5000)
    assert (done.returncode, done.stdout) == (1, "")
    assert "2048" in done.stderr
    assert "Traceback" not in done.stderr


def running(cortex: Cortex) -> int:
    queue = json.loads(cortex.run("llm", "status", "--json").stdout)["queue"]
    return int(queue["running"] + queue["waiting"])


def count_slowly(count: int) -> Script:
    """Say so many different words, one after the other, as a real model does."""
    return say(*(f"word{number} " for number in range(count)), between=0.02)


def test_it_streams_to_a_terminal(cortex: Cortex, runtime: Path) -> None:
    with scripted(cortex, runtime, "chat", count_slowly(60)) as (command, _):
        asked = command.command("ask", "What is lighttpd?")
        with terminal(asked, command.environ, CHECKOUT) as screen:
            screen.wait_for("word1 ")
            assert screen.process.poll() is None
            screen.wait_for("word59")
            assert screen.ended() == 0
            assert len(screen.times) > 10


def test_ctrl_c_ends_it_and_the_model_too(cortex: Cortex, runtime: Path) -> None:
    with scripted(cortex, runtime, "chat", count_slowly(5000)) as (command, _):
        asked = command.command("ask", "What is lighttpd?")
        with terminal(asked, command.environ, CHECKOUT) as screen:
            screen.wait_for("word1 ")
            screen.press(CTRL_C)
            assert screen.ended() == 130
            pressed = time.monotonic()
            assert b"Traceback" not in screen.seen
        while running(command):
            assert time.monotonic() - pressed < CANCELLED_WITHIN_S + 1.0


def test_no_colour_where_none_is_wanted(nano: Cortex) -> None:
    for environ, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        command = nano.command("ask", "What is lighttpd?")
        with terminal(command, {**nano.environ, **environ}, CHECKOUT) as screen:
            assert screen.ended() == 0
            assert (b"\x1b[" in screen.seen) == coloured


SENTENCE = "lighttpd: fast webserver with minimal memory footprint."
PHRASED = "lighttpd is a fast webserver with minimal memory footprint."


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (("lighttpd is a fast webser", "ver with minimal memory", " footprint. And more"), PHRASED),
        (("lighttpd is a fast ", "database from 1822 ", "that eats cheese."), SENTENCE),
        (("lighttpd lighttpd lighttpd lighttpd",) * 4, SENTENCE),
        (("Yes.",), SENTENCE),
        (("I don't know.",), SENTENCE),
    ],
)
def test_a_tiny_model_phrases_what_was_found_or_is_not_heard(
    cortex: Cortex, runtime: Path, said: tuple[str, ...], shown: str
) -> None:
    with scripted(cortex, runtime, "tiny", say(*said)) as (command, llm):
        done = command.run("ask", "What is lighttpd?")
        assert done.stdout == f"{shown}\n\nSources: apt: lighttpd 1.4.69\n"
        body = llm.seen[-1].body
        assert body["temperature"] == 0
        assert body["messages"][0]["content"] == "Answer from the text."


@pytest.mark.parametrize("profile", ["tiny", "nano", "base"])
def test_a_small_model_is_not_asked_what_nothing_supports(
    cortex: Cortex, runtime: Path, profile: str
) -> None:
    with scripted(cortex, runtime, profile, say("Paris, of course.")) as (command, llm):
        done = command.run("ask", "What is the capital of France?")
        assert done.returncode == 3
        assert "Paris" not in done.stdout
        assert not [each for each in llm.seen if "France" in each.prompt]


@pytest.mark.parametrize("profile", ["nano", "base"])
def test_a_model_that_cannot_read_is_not_asked(cortex: Cortex, runtime: Path, profile: str) -> None:
    with scripted(cortex, runtime, profile, say("cheese")) as (command, llm):
        assert command.run("ask", "What is lighttpd?").stdout.startswith(SENTENCE)
        assert not [each for each in llm.seen if "lighttpd" in each.prompt]


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("", "the model's answer is empty"),
        ("<think>hm, Paris", "only thought"),
        ("I don't know.", ""),
        ("<|im_start|>assistant", "both sides"),
    ],
)
def test_an_answer_that_says_nothing_is_no_answer(
    cortex: Cortex, runtime: Path, said: str, note: str
) -> None:
    with scripted(cortex, runtime, "chat", say(said)) as (command, _):
        done = command.run("ask", "What is the capital of France?")
        assert done.returncode == 3
        assert done.stdout.startswith("I found nothing on this machine that answers that.\n")
        assert note in done.stderr
        assert "larger model" not in done.stderr
        assert command.run("ask", "What is lighttpd?").stdout.startswith(SENTENCE)


def test_thoughts_are_folded_and_no_history(cortex: Cortex, runtime: Path) -> None:
    chat = say("<think>Perhaps ", "`rm -rf /`?</think>\n", "It is the best ", "city of all.")
    with scripted(cortex, runtime, "chat", chat) as (command, _):
        done = command.run("ask", "--json", "What is the capital of France?")
        found = json.loads(done.stdout)
        assert found["answer"] == "It is the best city of all."
        assert found["thoughts"] == "Perhaps `rm -rf /`?"
        assert found["commands"] == []
        done = command.run("ask", "What is the capital of France?")
        assert "Perhaps" not in done.stdout + done.stderr
        assert "The model thought first (4 words" in done.stderr


def test_a_loop_is_ended_and_said(cortex: Cortex, runtime: Path) -> None:
    chat = say("Paris is large. ", *["You can see the river and the hill. "] * 40)
    with scripted(cortex, runtime, "chat", chat) as (command, _):
        done = command.run("ask", "What is the capital of France?")
        assert done.returncode == 0
        assert len(done.stdout) < 150
        assert "Note: the model repeated itself; its answer was ended there." in done.stderr


def test_a_destructive_command_is_marked_and_its_manual_is_no_source(
    cortex: Cortex, runtime: Path
) -> None:
    with scripted(cortex, runtime, "chat", say("Run this:\n```sh\nrm -rf /\n```\n")) as (
        command,
        _,
    ):
        pages = {"MANPATH": str(manpages.unpacked() / "usr/share/man")}
        done = command.run("ask", "What is the capital of France?", env=pages)
        assert "Destructive: rm -rf / — deletes folders with everything in them" in done.stdout
        assert "Sources" not in done.stdout


def test_a_models_control_characters_are_written_out(cortex: Cortex, runtime: Path) -> None:
    with scripted(cortex, runtime, "chat", say("a\x1b", "[31mb\u202ec")) as (command, _):
        assert command.run("ask", "hi").stdout == "a\\x1b[31mb\\u202ec\n"


def test_a_damaged_list_is_no_reason_not_to_answer(cortex: Cortex, runtime: Path) -> None:
    (Path(cortex.environ["CORTEX_APT_LISTS"]) / "x_Packages.xz").write_bytes(b"junk")
    with scripted(cortex, runtime, "chat", say("hello")) as (command, _):
        done = command.run("ask", "hi")
        assert (done.returncode, done.stdout) == (0, "hello\n")
        assert "answering without the package index: cannot read" in done.stderr


def break_off(exchange: Exchange) -> None:
    exchange.begin()
    exchange.token("half an ")


def test_a_model_that_breaks_off_is_an_error(cortex: Cortex, runtime: Path) -> None:
    with scripted(cortex, runtime, "chat", break_off) as (command, _):
        done = command.run("ask", "hi")
        assert (done.returncode, done.stdout) == (1, "half an \n")
        assert "cortex: the model server disconnected after 1 tokens" in done.stderr
        assert "Traceback" not in done.stderr


def test_one_is_told_what_one_waits_for(cortex: Cortex, runtime: Path) -> None:
    with scripted(cortex, runtime, "chat", say("done", wait=1.5)) as (command, _):
        assert "waiting for the model …" in command.run("ask", "hi").stderr


def test_the_model_is_stopped_as_soon_as_its_reader_is_gone(cortex: Cortex, runtime: Path) -> None:
    with scripted(cortex, runtime, "chat", endless) as (command, llm):
        args = command.command("ask", "hi")
        with terminal(args, command.environ, CHECKOUT) as screen:
            screen.wait_for("word2 ")
            screen.press(CTRL_C)
            pressed = time.monotonic()
            assert screen.ended() == 130
        assert llm.closed.get(timeout=10) - pressed < CANCELLED_WITHIN_S


def test_what_is_piped_in_and_named_is_read(cortex: Cortex, runtime: Path, tmp_path: Path) -> None:
    (tmp_path / "conf").write_text("listen 80;\n")
    chat = say("bind failed: another program is to listen there.")
    with scripted(cortex, runtime, "chat", chat) as (command, llm):
        args = command.command("ask", "-f", str(tmp_path / "conf"), "why?")
        done = subprocess.run(
            args,
            env=command.environ,
            cwd=CHECKOUT,
            input=b"bind failed",
            capture_output=True,
            check=True,
        )
        assert "bind failed" in llm.seen[0].prompt
        assert "listen 80;" in llm.seen[0].prompt
        assert f"Sources: standard input; {tmp_path}/conf\n" in done.stdout.decode()


def test_too_much_is_cut_and_said(chat: Cortex, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a line of a log\n" * 20_000)
    done = chat.run("ask", "--max-tokens", "4", "-f", str(tmp_path / "log"), "why?")
    assert done.returncode == 0, done.stderr
    assert f"Note: {tmp_path}/log is too long: " in done.stderr


def test_a_model_that_is_not_there(chat: Cortex) -> None:
    done = chat.run("ask", "--model", "other", "hi")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the daemon runs tiny-chat, not other" in done.stderr


def test_commands_that_do_not_exist_are_marked(cortex: Cortex, runtime: Path) -> None:
    answer = say("Run:\n```sh\napt-get install ", "nginz\nnginx -t\n```\n")
    with scripted(cortex, runtime, "chat", answer) as (command, _):
        done = command.run("ask", "how do I set up nginz?")
        assert "Unverified: apt-get install nginz — no package is named nginz" in done.stdout
        found = json.loads(command.run("ask", "--json", "how do I set up nginz?").stdout)
        assert found["commands"][0]["verdict"] == "unverified"


@pytest.mark.parametrize("name", ["llama_cpp", "ollama", "openai"])
def test_any_openai_compatible_server_answers_by_what_the_env_file_says(
    cortex: Cortex, tmp_path: Path, name: str
) -> None:
    prefix = name.upper()
    with FakeLlm(chat=say("lighttpd is ", "a web server.")) as llm:
        file = Path(cortex.environ["HOME"]) / ".cortex/.env"
        file.parent.mkdir()
        file.write_text(
            f"CORTEX_PROVIDER={name}\n{prefix}_API_KEY=secret\n{prefix}_MODEL=of-home\n"
            f"{prefix}_BASE_URL={llm.url}\n"
        )
        file.chmod(0o600)
        (tmp_path / ".env").write_text(f"{prefix}_BASE_URL=http://127.0.0.1:9\n")  # not read
        models = []
        for more in ((), ("--model", "named")):
            done = subprocess.run(
                cortex.command("ask", *more, "What is lighttpd?"),
                env=cortex.environ,
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert done.stdout == "lighttpd is a web server.\n\nSources: apt: lighttpd 1.4.69\n"
            models.append(llm.seen[-1].body["model"])
        assert models == ["of-home", "named"]
        assert {exchange.headers["authorization"] for exchange in llm.seen} == {"Bearer secret"}


def with_manuals(cortex: Cortex) -> Cortex:
    """The command on a machine that has real manuals, units and README files."""
    return Cortex({**cortex.environ, **manpages.environment(manpages.unpacked())})


def test_a_question_that_names_no_program_ends_with_the_manual(
    cortex: Cortex, runtime: Path
) -> None:
    chat = say(
        "It is -l, which displays only listening sockets:\n```sh\nls --all\nls --frobnicate\n```\n"
    )
    with scripted(with_manuals(cortex), runtime, "chat", chat) as (command, llm):
        done = command.run("ask", "which option of ss displays only listening sockets?")
        assert "man ss(8)" in done.stdout.rpartition("Sources: ")[2]
        assert "-l, --listening Display only listening sockets" in llm.seen[0].prompt
        assert "Unverified: ls --frobnicate — ls(1) does not document --frobnicate" in done.stdout
        assert "Unverified: ls --all" not in done.stdout
        again = command.run("ask", "which option of ss displays only listening sockets?")
        assert again.stderr == ""


def test_the_small_model_quotes_the_manual_that_it_found(cortex: Cortex, runtime: Path) -> None:
    with scripted(with_manuals(cortex), runtime, "nano", say("cheese")) as (command, _):
        done = command.run("ask", "how can I run a command with a time limit?")
        assert "timeout(1): run a command with a time limit." in done.stdout
        assert "man timeout(1)" in done.stdout.rpartition("Sources: ")[2]
        done = command.run("ask", "¿cómo listar los dispositivos de bloques?")
        assert "man lsblk(8)" in done.stdout.rpartition("Sources: ")[2]


def test_whether_what_is_named_is_here_is_told(cortex: Cortex, runtime: Path) -> None:
    with scripted(cortex, runtime, "chat", say("ok")) as (command, llm):
        assert command.run("ask", "which colours does lighttpd prefer?").returncode == 0
        machine = llm.seen[0].prompt.partition("Passages, between")[0]
        assert "The package lighttpd is not installed; version 1.4.69-1 is available." in machine


def test_a_command_of_the_answer_waits_for_the_index(
    cortex: Cortex, runtime: Path, tmp_path: Path
) -> None:
    (tmp_path / "letter").write_text("Dear Ada, the garden is well.\n")
    # What is handed in needs none; whether the answer's program can be had is in the index.
    chat = say("Type `lighttpd -t` to see.")
    with scripted(cortex, runtime, "chat", chat) as (command, _):
        done = command.run("ask", "-f", str(tmp_path / "letter"), "sum this letter up")
        assert "the package index is being built in the background" in done.stderr
        assert "Not installed: lighttpd -t — lighttpd is in the package lighttpd" in done.stdout


def test_a_changed_manual_holds_nobody_up(cortex: Cortex) -> None:
    environ = {"CORTEX_PROVIDER": "fake"}
    folder = Path(cortex.environ["MANPATH"]) / "man1"
    folder.mkdir(parents=True)
    page = ".SH NAME\n{0} \\- frobnicate zebras\n.SH DESCRIPTION\nZebras are frobnicated.\n"
    (folder / "frob.1").write_text(page.format("frob"))
    question = ("ask", "how do I frobnicate zebras?")
    done = cortex.run(*question, env=environ)
    assert "Sources: man frob(1)" in done.stdout
    (folder / "refrob.1").write_text(page.format("refrob"))
    done = cortex.run(*question, env=environ)
    assert "Sources: man frob(1)\n" in done.stdout
    assert "Note: the manuals have changed; using the index of" in (done.stderr)
    deadline = time.monotonic() + 30
    while "man refrob(1)" not in (done := cortex.run(*question, env=environ)).stdout:
        assert time.monotonic() < deadline
    assert done.stderr == ""


def test_a_model_server_of_up_is_found_without_the_daemon(chat: Cortex) -> None:
    asked = ("ask", "--json", "--max-tokens", "5", "What is lighttpd?")
    done = chat.run(*asked, env={"CORTEX_PROVIDER": "llama_cpp"})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tokens"] == 5  # a model was asked
