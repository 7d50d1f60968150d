"""Every text comes back as it was; the shipped tokenizer on every description there is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from cortex_llm.nano.apt import parse_records
from cortex_llm.nano.builtin import find_builtin_model
from cortex_llm.nano.serving import serve

AT_ONCE = 400  # descriptions in a request: one each would be tens of thousands of requests
SIZES = ("fixture", "default")


def descriptions() -> list[str]:
    """Every description of this machine's package lists."""
    if not shutil.which("apt-cache"):
        return []
    done = subprocess.run(
        ["apt-cache", "dumpavail"], capture_output=True, check=True, text=True, errors="replace"
    )
    fields = ("Description", "Description-en")
    return [r[f] for r in parse_records(done.stdout) for f in fields if r.get(f)]


@pytest.mark.parametrize("size", SIZES)
def test_every_description_comes_back(size: str) -> None:
    pytest.importorskip("xllamacpp", reason="needs the extra llm")
    texts = descriptions()
    if not texts:
        pytest.skip("this machine has no package lists: apt-get update")
    different = 0
    with serve(find_builtin_model(size)) as server:
        for start in range(0, len(texts), AT_ONCE):
            text = "\n\n".join(texts[start : start + AT_ONCE])
            tokens = server.post("/tokenize", {"content": text, "parse_special": False})["tokens"]
            back = server.post("/detokenize", {"tokens": tokens})["content"]
            different += back != text
    assert different == 0, f"of {len(texts)} descriptions"


def test_training_is_deterministic_and_round_trips(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers", reason="needs the extra train")
    from cortex_llm.nano import tokenizer

    texts = ["a small web server", "un petit serveur web", "un servidor pequeño"] * 9
    first, second = tokenizer.train(texts, 400), tokenizer.train(texts, 400)
    assert tokenizer.digest(first) == tokenizer.digest(second)
    tokenizer.save(first, tmp_path / "t.json")
    again = tokenizer.load(tmp_path / "t.json")
    assert tokenizer.digest(again) == tokenizer.digest(first)
    for text in (*texts, "  two  spaces\t", "😀 \u202e\x00 中文", '{"a":1}\n\n'):
        assert again.decode(again.encode(text).ids) == text
    assert again.encode(tokenizer.END).ids == [again.token_to_id(tokenizer.END)]
