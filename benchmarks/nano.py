"""The built-in model through the wheel's engine: load, first token, speed, memory."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result, line
from cortex_llm import config, machine, models, sizing
from cortex_llm.nano import heldout, prompts
from cortex_llm.nano.builtin import find_builtin_model
from cortex_llm.nano.serving import Server, serve

LOAD_LIMIT_MS, FIRST_LIMIT_MS, SPEED_LIMIT, MEMORY_LIMIT_MB = 100.0, 25.0, 1500.0, 60.0
PROMPT_TOKENS = 200  # what the limit on the first token is about
GENERATED = 256
ROUNDS, QUICK_ROUNDS = 15, 5

#: Loads the model in an engine that runs already, as `load` means: prints milliseconds. It
#: leaves at once: the server may take long to end where the machine is busy.
LOADER = """
import os, sys, time
from cortex_llm.xllamacpp_server import parameters
import xllamacpp
params = parameters(sys.argv[1:], {})
started = time.perf_counter()
server = xllamacpp.Server(params)
print((time.perf_counter() - started) * 1000, flush=True)
os._exit(0)
"""


def run(bench: Bench) -> Iterator[Outcome]:
    """Measure each several times; the median counts."""
    yield from measured(QUICK_ROUNDS if bench.quick else ROUNDS)


def measured(rounds: int) -> Iterator[Outcome]:
    """The four figures."""
    model = find_builtin_model()
    loads = [_load_ms(model) for _ in range(max(3, rounds // 3))]
    yield Result("nano", "load into the engine", statistics.median(loads), LOAD_LIMIT_MS, "ms")
    # as many threads as `cortex-llm serve` gives this model on this machine
    sized = sizing.plan(config.Settings(), models.describe_usable(model), machine.inspect(), 1)
    with serve(model, threads=sized.threads) as server:
        messages, count = _prompt(server)
        server.first_token_ms(messages)  # the first request also makes buffers
        firsts = [server.first_token_ms(messages) for _ in range(rounds)]
        what = f"first token after a prompt of {count} tokens"
        yield Result("nano", what, statistics.median(firsts), FIRST_LIMIT_MS, "ms")
        speeds = [_speed(server) for _ in range(rounds)]
        what = f"tokens per second, {sized.threads} thread(s) as serve has it"
        speed = statistics.median(speeds)
        yield Result("nano", what, speed, SPEED_LIMIT, "tokens/s", at_least=True)
        yield Result("nano", "resident memory", server.memory_mb(), MEMORY_LIMIT_MB, "MB")


def _load_ms(model: Path) -> float:
    flags = ["--model", str(model), "--ctx-size", "1024", "--parallel", "1", "--port", "0"]
    flags += ["--threads", "1", "--poll", "0", "--cache-ram", "0", "--no-webui"]
    done = subprocess.run(
        [sys.executable, "-c", LOADER, *flags], capture_output=True, check=True, timeout=60
    )
    return float(done.stdout.split()[-1])


def _prompt(server: Server) -> tuple[prompts.Messages, int]:
    """A question with a passage that comes to PROMPT_TOKENS, as nearly as words allow."""
    rows = heldout.rows("reading.jsonl")
    words = " ".join(row["passages"][0] for row in rows if row["kind"].endswith("(en)")).split()
    messages, count = prompts.answer("what is it?", [""]), 0
    for end in range(1, len(words)):
        longer = prompts.answer("what is it?", [" ".join(words[:end])])
        reply = server.post("/apply-template", {"messages": longer})
        tokens = server.post("/tokenize", {"content": reply["prompt"], "parse_special": True})
        if len(tokens["tokens"]) > PROMPT_TOKENS:
            break
        messages, count = longer, len(tokens["tokens"])
    return messages, count


def _speed(server: Server) -> float:
    payload = {"prompt": "Debian", "n_predict": GENERATED, "ignore_eos": True, "temperature": 0.0}
    timings = server.post("/completion", payload)["timings"]
    return float(timings["predicted_per_second"])


def main() -> int:
    """Print the table; 1 if a limit was not kept."""
    kept = True
    for outcome in measured(QUICK_ROUNDS if "--quick" in sys.argv[1:] else ROUNDS):
        print(line(outcome))
        kept &= not isinstance(outcome, Result) or outcome.passed
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
