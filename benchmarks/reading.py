"""How well a passage is read: ``python -m benchmarks.reading [--half HALF] [--reader NAME]``.

Asks the questions of ``data/reading`` about their passages.  Readers: ``extraction`` needs no
model; ``nano`` is the built-in model with the prompt that it was trained on; a model's file is
asked with the short prompt.  Printed are what was right, what was shown and wrong, and what was
refused rightly, with Wilson's 95 % intervals.  The frozen half is for judging only.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.programs import bench
from benchmarks.reading_sets import DEV, HALVES, Reading, readings
from cortex_cli.ask import extraction
from cortex_cli.language.question import Question
from cortex_cli.model import prompts
from cortex_llm.nano.scoring import proportion
from tests.support.model_server import ModelServer, model_server

EXTRACTION, NANO = "extraction", "nano"
MAX_TOKENS = 64
CONTEXT = "2048"
REFUSAL = re.compile(
    r"i don't know|(?:do|does)(?: not|n't) (?:say|mention|specify|state|contain|provide)"
    r"|not (?:mentioned|specified|stated)|no information|cannot answer",
    re.IGNORECASE,
)

Reader = Callable[[Reading], str]


def main(argv: list[str] | None = None) -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading")
    parser.add_argument("--half", choices=HALVES, default=DEV)
    parser.add_argument(
        "--reader", default=EXTRACTION, help=f"{EXTRACTION}, {NANO} or a model's file"
    )
    parser.add_argument("--limit", type=int, help="ask only so many")
    parser.add_argument(
        "--show-wrong", action="store_true", help="list what is not right; dev only"
    )
    options = parser.parse_args(argv)
    asked = readings(options.half)[: options.limit]
    with _reader(options.reader) as read:
        replies = [(each, read(each)) for each in asked]
    for row in _figures(f"{options.reader} {options.half}", replies):
        print(row)
    if options.show_wrong and options.half == DEV:
        for each, reply in replies:
            if not _is_right(each, reply):
                print(f"  {each.subject}: {each.question!r}: {reply[:160]!r}")
    return 0


def _figures(title: str, replies: list[tuple[Reading, str]]) -> Iterator[str]:
    answered = [pair for pair in replies if pair[0].check]
    unanswered = [pair for pair in replies if not pair[0].check]
    right = sum(_is_right(*pair) for pair in answered)
    refused = sum(not reply for _, reply in answered)
    rows = (
        ("right", right, len(answered)),
        ("wrong shown", len(answered) - right - refused, len(answered)),
        ("refused wrongly", refused, len(answered)),
        ("refused rightly", sum(_is_right(*pair) for pair in unanswered), len(unanswered)),
    )
    for name, count, total in rows:
        figure = proportion(count, total)
        interval = f"{100 * figure.low:.0f} to {100 * figure.high:.0f} %"
        yield f"{title}: {name:<16} {count:3} of {total:3}  ({interval})"


def _is_right(each: Reading, reply: str) -> bool:
    return bool(re.search(each.check, reply)) if each.check else not reply


@contextlib.contextmanager
def _reader(name: str) -> Iterator[Reader]:
    if name == EXTRACTION:
        yield _extract
        return
    with bench(quick=False) as surroundings:
        if name == NANO:
            with surroundings.builtin_model() as server:
                yield partial(_ask, server, _nano_prompt)
            return
        flags = {"CORTEX_LLM_CTX_SIZE": CONTEXT}
        with model_server(surroundings.folder, model=Path(name), env=flags) as server:
            yield partial(_ask, server, _short_prompt)


def _extract(each: Reading) -> str:
    subject = "" if each.kind == "log" else each.subject
    found = extraction.extract(Question(each.question), each.paragraphs, subject)
    return found.text if found else ""


def _ask(
    server: ModelServer, build: Callable[[Reading], list[dict[str, str]]], each: Reading
) -> str:
    payload = {"messages": build(each), "max_tokens": MAX_TOKENS, "temperature": 0}
    status, reply = server.request("/v1/chat/completions", payload, timeout=600.0)
    if status != 200:
        raise RuntimeError(f"the model server answers {status}: {reply}")
    text = str(reply["choices"][0]["message"]["content"]).strip()
    return "" if REFUSAL.search(text) else text


def _nano_prompt(each: Reading) -> list[dict[str, str]]:
    passage = {
        "sentence": each.paragraphs[0][:400],
        "text": "\n".join(each.paragraphs)[:1200],
        "summary": "",
    }
    return prompts.render_messages(
        prompts.NANO, "ask", question=each.question, supporting=[passage]
    )


def _short_prompt(each: Reading) -> list[dict[str, str]]:
    text = "\n".join(each.paragraphs)
    return [
        {"role": "system", "content": "Answer from the text."},
        {"role": "user", "content": f"Text:\n{text}\n\nQuestion: {each.question}"},
    ]


if __name__ == "__main__":
    sys.exit(main())
