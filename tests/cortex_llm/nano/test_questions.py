"""The fixed questions are made from held-out packages, the same each time."""

from __future__ import annotations

import json
from pathlib import Path

from cortex_llm.nano import questions
from cortex_llm.nano.vocabulary import is_held_out
from tests.cortex_llm.nano import small


def test_questions_of_a_corpus(tmp_path: Path) -> None:
    source = small.write(tmp_path / "corpus")
    rows = [json.loads(line) for line in (source / "packages.jsonl").read_text().splitlines()]
    # enough that fifty and more are held out
    more = [{**rows[number % len(rows)], "name": f"pack{number}"} for number in range(2000)]
    (source / "packages.jsonl").write_text("".join(json.dumps(row) + "\n" for row in more))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        questions.write(source, tmp_path / name)
    for name in ("choice.jsonl", "reading.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    for line in (tmp_path / "one/reading.jsonl").read_text().splitlines():
        row = json.loads(line)
        assert is_held_out(row["passages"][0].split(":")[0])
