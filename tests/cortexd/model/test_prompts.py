"""System prompts and templates; attacks by template end at the renderer's limits."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.daemon import RunningDaemon, daemon, eventually
from tests.support.fake_llm import FakeLlm
from tests.support.users import ALICE, MALLORY, connect_as, needs_root, public_folder, session_as


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    folder.mkdir()
    (folder / "brief.j2").write_text("In a word: {{ prompt }} ({{ system }})\n")
    (folder / "wrong.j2").write_text("fine\n{% if %}\n")
    (folder / "large.j2").write_text("x" * 70_000)
    (folder / "binary.j2").write_bytes(b"\xff\xfe")
    (folder / "folder.j2").mkdir()
    (tmp_path / "secret.j2").write_text("secret")
    return folder


@pytest.fixture
def asked(tmp_path: Path, llm: FakeLlm, templates: Path) -> Iterator[RunningDaemon]:
    settings = {
        "llm": {"url": llm.url, "templates_dir": str(templates), "system_prompt": "Be kind."}
    }
    with daemon(tmp_path, settings) as running:
        yield running


def messages(asked: RunningDaemon, llm: FakeLlm, **params: Any) -> list[tuple[str, str]]:
    """The turns that the model was sent."""
    asked.call("inference", **params)
    return [(turn["role"], turn["content"]) for turn in llm.seen[-1].body["messages"]]


def test_turns(asked: RunningDaemon, llm: FakeLlm) -> None:
    kind, user = ("system", "Be kind."), ("user", "x")
    own = [{"role": "system", "content": "s"}, {"role": "user", "content": "x"}]
    assert messages(asked, llm, prompt="x") == [kind, user]
    assert messages(asked, llm, prompt="x", system="Be brief.") == [("system", "Be brief."), user]
    assert messages(asked, llm, prompt="x", system="") == [("system", ""), user]
    assert messages(asked, llm, messages=own) == [("system", "s"), user]
    assert messages(asked, llm, messages=own[1:]) == [kind, user]


def test_templates(asked: RunningDaemon, llm: FakeLlm) -> None:
    named = messages(asked, llm, prompt="why?", template="brief", system="S")
    assert named[-1] == ("user", "In a word: why? (S)")
    given = messages(asked, llm, prompt="{{ 1 }}", template="<{{ prompt }}>")
    assert given[-1] == ("user", "<{{ 1 }}>")  # what is put in is not rendered again
    loop = messages(
        asked, llm, prompt="é\n", template="{% for i in [1, 2] %}{{ prompt }}{% endfor %}"
    )
    assert loop[-1] == ("user", "é\né\n")


def test_a_batch_is_rendered_at_once(asked: RunningDaemon) -> None:
    prompts = [f"p{number}" for number in range(20)]
    reply = asked.call("inference.batch", prompts=prompts, template="<{{ prompt }}>")
    assert [one["reply"]["output"] for one in reply["outputs"]] == [f"<{p}>" for p in prompts]


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("nope", "no template 'nope'"),
        ("breif", "no template 'breif'"),
        ("wrong", "the template is invalid, line 2"),
        ("large", "larger than 65536 bytes"),
        ("binary", "cannot read the template binary"),
        ("folder", "cannot read the template folder"),
        ("../secret", "is neither a template nor the name of one"),
        ("/etc/passwd", "is neither a template nor the name"),
        ("brief.j2", "is neither a template nor the name"),
        ("", "is neither a template nor the name"),
        ("a\0b", "is neither a template nor the name"),
        ("{{ promt }}", "'promt' is undefined"),
        ("{{ prompt.x.y }}", "has no attribute 'x'"),
        ("{{ ", "the template is invalid, line 1"),
        ("{% include 'brief' %}", "the template is invalid"),
        ("{% import 'os' as os %}", "the template is invalid"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ '\\0' }}", "NUL"),
        ("{{ ''.__class__ }}", "unsafe"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "unsafe"),
        ("{{ cycler.__init__.__globals__ }}", "unsafe"),
        ("{{ ''|attr('__class__') }}", "unsafe"),
        ("{{ '{0.__class__}'.format(1) }}", "unsafe"),
        ("{{ self.__init__ }}", "unsafe"),
        ("{% for i in range(10**9) %}x{% endfor %}", "Range too big"),
        ("{{ 'a' * 10**9 }}", "memory"),
        ("{{ 'a'|center(10**9) }}", "memory"),
        ("{{ '%0999999999d' % 1 }}", "memory"),
        ("{{ [0] * 10**9 }}", "memory"),
        ("{{ 'a' * 5000000 }}", "the limit is 4194304"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recursion"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "the template"),
    ],
)
def test_wrong_templates(asked: RunningDaemon, template: str, says: str) -> None:
    error = asked.refused("inference", prompt="x", template=template)
    assert error["code"] == "INVALID_PARAMS"
    assert says in error["message"]


def test_the_nearest_template_is_named(asked: RunningDaemon) -> None:
    error = asked.refused("inference", prompt="x", template="breif")
    assert error["details"]["hint"] == "did you mean brief?"


FOREVER = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize("template", [FOREVER, "{{ 3 ** (3 ** 19) }}"])
def test_a_template_that_never_ends_delays_nobody(asked: RunningDaemon, template: str) -> None:
    replies = []
    thread = threading.Thread(
        target=lambda: replies.append(asked.refused("inference", prompt="x", template=template))
    )
    thread.start()
    pings = 0
    while thread.is_alive():
        assert asked.call("ping") == {"pong": True}
        pings += 1
    thread.join()
    assert replies[0]["code"] == "INVALID_PARAMS"
    assert "took too long or used too much memory" in replies[0]["message"]
    assert pings > 20  # 2 s of processor time: many more, were the loop free


def test_a_renderer_ends_with_its_client(asked: RunningDaemon) -> None:
    process = psutil.Process(asked.process.pid)
    with asked.session() as session:
        session.send({"command": "inference", "prompt": "x", "template": FOREVER})
        eventually(process.children, "the renderer runs")
    eventually(lambda: not process.children(), "the renderer is gone", 1.5)


def test_the_deadline_holds_for_templates_that_wait(asked: RunningDaemon) -> None:
    request = {"command": "inference", "prompt": "x", "template": FOREVER}
    with asked.session() as busy:
        busy.send(*[request] * 6)
        eventually(psutil.Process(asked.process.pid).children, "the renderer runs")
        started = time.monotonic()
        error = asked.refused("inference", prompt="x", template="{{ prompt }}", timeout_s=0.5)
        assert time.monotonic() - started < 5
        assert error["code"] == "TIMEOUT"
        assert error["message"] == "the template was not rendered after 0.5 s"


@needs_root
def test_templates_of_one_user_do_not_make_another_wait(llm: FakeLlm) -> None:
    """Ninety that keep a processor busy made others wait 98 s, whatever their time limit."""
    attack = json.dumps({"command": "inference", "prompt": "x", "template": FOREVER}).encode()
    with (
        public_folder() as folder,
        daemon(folder, {"llm": {"url": llm.url}}) as cortexd,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(90):
            stack.enter_context(connect_as(cortexd, MALLORY)).sendall(attack + b"\n")
        process = psutil.Process(cortexd.process.pid)
        eventually(process.children, "a renderer runs")
        with session_as(cortexd, ALICE) as alice:
            for _ in range(3):
                alice.send(
                    {"command": "inference", "prompt": "x", "template": "<{{ prompt }}>",
                     "timeout_s": 25}
                )  # fmt: skip
                assert alice.reply()["status"] == "ok"
                assert len(process.children()) <= 2
        assert llm.seen[-1].body["messages"][-1]["content"] == "<x>"
