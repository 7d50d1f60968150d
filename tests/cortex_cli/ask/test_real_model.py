"""A real chat model, the weakest there is, before the real command: one server for all of this.

Skipped where scripts/fetch-test-models has not fetched it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortex_cli.ask.phrasing import holds, phrase
from cortex_cli.ask.reading import Quotation
from cortex_cli.language.question import Question
from cortex_cli.model import provider
from cortex_cli.model.ability import Ability, judge
from cortex_cli.model.provider import Finished, Prompt
from cortex_cli.settings import Settings
from tests.cortex_cli.conftest import Cortex
from tests.support.model_server import ModelServer, model_server

MODEL = (
    Path(os.environ.get("CORTEX_TEST_CACHE", "~/.cache/cortex")).expanduser()
    / "models/SmolLM2-135M-Instruct.Q4_1.gguf"
)
SENTENCE = "lighttpd: fast webserver with minimal memory footprint."
SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "blue"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    if not MODEL.exists():
        pytest.skip(f"{MODEL.name} is not here; run scripts/fetch-test-models smollm2")
    folder = tmp_path_factory.mktemp("smollm2")
    with model_server(folder, model=MODEL, env={"CORTEX_LLM_CTX_SIZE": "1024"}) as running:
        yield running


@pytest.fixture
def real(cortex: Cortex, server: ModelServer) -> Cortex:
    settings = {"CORTEX_PROVIDER": "llama_cpp", "LLAMA_CPP_BASE_URL": server.url}
    return Cortex({**cortex.environ, **settings})


def test_it_is_known_as_one_that_only_phrases(real: Cortex) -> None:
    chosen = provider.choose(Settings(real.environ))
    assert judge(chosen.model()) == Ability.PHRASES
    chosen.close()


def test_it_streams_through_its_chat_template(real: Cortex) -> None:
    chosen = provider.choose(Settings(real.environ))
    turns = [{"role": "user", "content": "Reply with the single word: ready"}]
    *pieces, finished = chosen.stream(Prompt(turns, 24))
    chosen.close()
    text = "".join(str(piece) for piece in pieces)
    assert text.strip()
    assert "<|" not in text
    assert isinstance(finished, Finished)
    assert finished.reason in ("stop", "length")


def test_it_keeps_a_schema(real: Cortex) -> None:
    chosen = provider.choose(Settings(real.environ))
    turns = [{"role": "user", "content": "Name one colour, as JSON."}]
    text, _ = provider.complete(chosen, Prompt(turns, 32, json_schema=SCHEMA))
    chosen.close()
    assert json.loads(text)["colour"] in ("red", "blue")


def test_what_it_phrases_is_what_was_found(real: Cortex) -> None:
    chosen = provider.choose(Settings(real.environ))
    quotation = Quotation(SENTENCE, ("apt: lighttpd 1.4.69",))
    text, tokens = phrase(chosen, Question("What is lighttpd?"), quotation)
    chosen.close()
    assert tokens is None or tokens > 0
    assert text == SENTENCE or holds(text, SENTENCE)


def test_right_answers_stay_right_and_nothing_is_made_up(real: Cortex) -> None:
    done = real.run("ask", "What is lighttpd?")
    assert done.returncode == 0, done.stderr
    assert "minimal memory footprint" in done.stdout
    assert "Sources: apt: lighttpd 1.4.69" in done.stdout
    done = real.run("ask", "who won the world cup in 1998?")
    assert done.returncode == 3
    assert done.stdout.startswith("I found nothing on this machine that answers that.")
    done = real.run("ask", "how do I restart cron?")
    assert "sudo systemctl restart cron" in done.stdout
