"""What is exported says, token for token, what PyTorch says; and it is the same each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cortex_llm.nano import chat, heldout, prompts
from cortex_llm.nano.builtin import find_builtin_model
from cortex_llm.nano.serving import Server, serve

pytest.importorskip("torch", reason="needs the extra train: pip install 'cortex-linux[train]'")
pytest.importorskip("tokenizers", reason="needs the extra train")
pytest.importorskip("gguf", reason="needs the extra train")
pytest.importorskip("xllamacpp", reason="needs the extra llm")

import torch

from cortex_llm.nano import export, tokenizer
from tests.cortex_llm.nano import from_gguf

pytestmark = pytest.mark.filterwarnings("default")  # torch's and numpy's own are not ours

SIZE = "default"
COUNT = 60
MAX_TOKENS = 48


def questions() -> list[prompts.Messages]:
    """Sixty prompts of every task."""
    asked = [prompts.intent(item.request) for item in heldout.intents()[::10]]
    choices = heldout.rows("choice.jsonl")[:15]
    asked += [prompts.choose(c["request"], [tuple(p) for p in c["candidates"]]) for c in choices]
    readings = heldout.rows("reading.jsonl")[::18][:10]
    asked += [prompts.answer(r["question"], r["passages"]) for r in readings]
    tools = [prompts.Tool("open_app", ("name",), "open a program")]
    asked += [prompts.call(request, tools) for request in ("open firefox", "ouvre gimp")]
    asked += [[{"role": "user", "content": text}] for text in ("hello", "¿Réseau? 😀\n\n\t  x")]
    asked += [
        prompts.intent("what's the weather's like"),
    ]
    return asked[:COUNT]


@pytest.fixture(scope="module")
def loaded() -> tuple[Any, Any]:
    return from_gguf.load(find_builtin_model(SIZE), SIZE)


@pytest.fixture(scope="module")
def half(loaded: tuple[Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The F16 export of the shipped weights, served."""
    folder = tmp_path_factory.mktemp("half")
    model, tokens = loaded
    from_gguf.save_run(model, tokens, folder)
    path = folder / "half.gguf"
    export.write(model, folder / "tokenizer.json", path, "f16")
    # the cache in full: it is the weights that are compared, not the cache's rounding
    whole = ["--cache-type-k", "f32", "--cache-type-v", "f32"]
    with serve(path, flags=whole) as server:
        yield server


def test_the_prompts_are_sixty() -> None:
    assert len(questions()) == COUNT


def test_f16_is_pytorch_token_for_token(loaded: tuple[Any, Any], half: Server) -> None:
    model, tokens = loaded
    different = []
    for messages in questions():
        ids = tokens.encode(chat.render(messages)).ids
        reply = half.chat(messages, max_tokens=1)
        assert reply["usage"]["prompt_tokens"] == len(ids)
        # The chat's log probabilities merge tokens that together are one character; this does not.
        asked = {"prompt": ids, "n_predict": MAX_TOKENS, "temperature": 0.0, "cache_prompt": False}
        said = half.post("/completion", asked | {"return_tokens": True})["tokens"]
        expected = greedy(model, ids, tokens.token_to_id(tokenizer.END))
        if said != expected[: len(said)] or len(said) < len(expected) - 1:
            different.append((messages, said, expected))
    assert not different


def greedy(model: Any, ids: list[int], end: int) -> list[int]:
    out: list[int] = []
    with torch.no_grad():
        while len(out) < MAX_TOKENS and (not out or out[-1] != end):
            out.append(int(model(torch.tensor([ids + out]))[0, -1].argmax()))
    return out


def test_q8_gives_the_same_json(half: Server) -> None:
    asked = questions()[:45]  # those whose answer is JSON
    with serve(find_builtin_model(SIZE)) as quantized:
        pairs = [[json.loads(s.answer(messages)) for s in (half, quantized)] for messages in asked]
    assert sum(first != second for first, second in pairs) == 0
    assert all(first.get("intent") == second.get("intent") for first, second in pairs)


def test_the_server_s_tokens_are_the_tokenizer_s(loaded: tuple[Any, Any], half: Server) -> None:
    _, tokens = loaded
    for text in ("what is nginx?", "Réseau: ça  marche?\t12345 don't", "emoji 😀 中文 #!/bin/sh",
                 "a\n\n\nb", "libfoo-1.2_3+dfsg~rc1", "\u202e\x00x"):  # fmt: skip
        reply = half.post("/tokenize", {"content": text, "parse_special": True})
        assert reply["tokens"] == tokens.encode(text).ids


@pytest.mark.parametrize("kind", ["q8_0", "f16"])
def test_the_same_model_gives_the_same_bytes(
    loaded: tuple[Any, Any], tmp_path: Path, kind: str
) -> None:
    model, tokens = loaded
    from_gguf.save_run(model, tokens, tmp_path)
    for name in ("one", "two"):
        export.write(model, tmp_path / "tokenizer.json", tmp_path / name, kind)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
