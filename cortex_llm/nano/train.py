"""Trains a size: prepares data, runs, saves checkpoints, and can be stopped and resumed.

A run lives in one folder: `tokenizer.json`, `checkpoint.pt`, `log.jsonl`, `curve.png`. What is
learnt follows from the corpus, the size, the seed and the number of steps; `--minutes` only
finds that number, by timing the first steps. The rate rises, stays, and falls with the steps.
The last steps compute as the shipped file does, in eight bits.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from cortex_llm.errors import LlmError, UsageError
from cortex_llm.nano import corpus, dataset, grammar, tokenizer, vocabulary
from cortex_llm.nano.compiling import Loss, compile_loss
from cortex_llm.nano.example import Example
from cortex_llm.nano.examples import Maker
from cortex_llm.nano.model import Nano
from cortex_llm.nano.optimizers import Optimizers
from cortex_llm.nano.precision import autocast, precision
from cortex_llm.nano.sizes import Size

WARM_UP = 40  # steps; Muon's first ones would be too large
HOLD, LAST = 0.3, 0.02  # share of the steps at the full rate, and the rate's share at the end
DECISION = 8.0  # what an intent's word counts: it is one token of a dozen in a whole answer
ROUNDED = 0.5  # share of the steps, the last ones, whose products are rounded as Q8_0's are
CLIP = 1.0
UNTIMED_STEPS = 30  # the first ones are slower, by minutes where they are compiled
TIMED_STEPS = 30  # enough to know the speed within a few per cent
CHECKPOINT_SECONDS = 120.0  # what a crash may cost
REPORT_STEPS = 20
SMOOTH = 0.95
TOKENIZER_EXAMPLES = 40_000  # more do not change the tokens that matter
ENCODED_AT_ONCE = 10_000  # each takes 20 kB meanwhile
COMPARED = 1000  # examples of a run that is continued: enough to hold every kind
APART = 1_000_003  # the seeds of a run's epochs: other runs have the numbers between them

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What a run is to do. `steps` or `minutes`: one of them is None."""

    corpus: Path
    run: Path
    size: Size
    seed: int
    examples: int
    steps: int | None = None
    minutes: float | None = None
    until: int | None = None  # stop here, to continue later with another number of steps
    device: str = "cpu"
    threads: int = 2
    compiled: bool = False


@dataclass
class Progress:
    """Where a run is; it is saved with the weights."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    tokens: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    total: int = 0
    plans: list[tuple[int, int]] = field(default_factory=list)  # (from this step, for so many)


class TrainingData:
    """The examples of a run, new ones for each epoch, in the tokens of the run's folder."""

    def __init__(self, plan: Plan) -> None:
        words = vocabulary.build(
            *(corpus.load(plan.corpus, name) for name in ("packages", "manuals", "catalogue"))
        )
        self._maker = Maker(words, corpus.load(plan.corpus, "texts"))
        self._plan = plan
        path = plan.run / "tokenizer.json"
        if path.exists():
            self.tokens = tokenizer.load(path)
        else:
            first = list(self._maker.make(min(plan.examples, TOKENIZER_EXAMPLES), plan.seed))
            self.tokens = tokenizer.train(_texts(first), plan.size.vocabulary)
            tokenizer.save(self.tokens, path)

    def epoch(self, number: int) -> list[dataset.EncodedExample]:
        """The examples of an epoch; they follow from the seed and the epoch's number."""
        made = self._maker.make(self._plan.examples, self._plan.seed + APART * number)
        encoded: list[dataset.EncodedExample] = []
        while some := list(itertools.islice(made, ENCODED_AT_ONCE)):
            encoded += dataset.encode(some, self.tokens, self._plan.size.context)
        return encoded

    def identity(self) -> dict[str, Any]:
        """What decides the examples; `beginning` tells whether the code makes them otherwise."""
        plan = self._plan
        manifest = json.loads((plan.corpus / "corpus.json").read_text("utf-8"))
        first = list(self._maker.make(min(plan.examples, COMPARED), plan.seed))
        encoded = dataset.encode(first, self.tokens, plan.size.context)
        return {
            "seed": plan.seed,
            "examples": plan.examples,
            "tokenizer": tokenizer.digest(self.tokens),
            "phrases": grammar.digest(),
            "corpus": {name: part["sha256"] for name, part in manifest["files"].items()},
            "beginning": hashlib.sha256(b"".join(e.tokens.tobytes() for e in encoded)).hexdigest(),
        }


def train(plan: Plan, say: Say) -> Progress:
    """Run until the planned steps are done; continues where the run's folder was left."""
    if (plan.steps is None) == (plan.minutes is None):
        raise UsageError("a run needs either steps or minutes")
    plan.run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    torch.use_deterministic_algorithms(mode=True, warn_only=plan.device != "cpu")
    lessons = TrainingData(plan)
    identity = lessons.identity()
    model = Nano(plan.size).to(plan.device)
    loss = compile_loss(model.loss) if plan.compiled else model.loss
    optimizers = Optimizers(model, plan.size.rate)
    at = _restore(plan, model, optimizers, identity)
    say(f"{model.parameter_count():,} parameters, from step {at.step}")
    at.total = plan.steps or 0
    if plan.steps:
        at.plans.append((at.step, at.total))
    started, saved = time.monotonic() - at.seconds, time.monotonic()
    first, timed_from = at.step, at.seconds
    with _stop_on_signal(at, plan.until) as stopped, (plan.run / "log.jsonl").open("a") as log:
        while not at.total or at.step < at.total:
            encoded = lessons.epoch(at.epoch)
            say(f"epoch {at.epoch}: {len(encoded)} examples")
            for number, batch in enumerate(
                dataset.make_batches(encoded, plan.size.batch_tokens, plan.seed, at.epoch)
            ):
                if number < at.batch:
                    continue
                _step(model, loss, optimizers, batch, at, device=plan.device)
                at.seconds = time.monotonic() - started
                if at.step - first == UNTIMED_STEPS:
                    timed_from = at.seconds
                if not at.total and at.step - first == UNTIMED_STEPS + TIMED_STEPS:
                    at.total = _steps_for(plan, at, (at.seconds - timed_from) / TIMED_STEPS)
                    at.plans.append((first, at.total))
                if at.step % REPORT_STEPS == 0 or at.step == at.total:
                    _report(at, log, say)
                if time.monotonic() - saved > CHECKPOINT_SECONDS or stopped():
                    _save(plan, model, optimizers, at, identity)
                    saved = time.monotonic()
                if stopped():
                    raise LlmError(
                        f"stopped at step {at.step}", hint="the same command continues it"
                    )
                if at.total and at.step >= at.total:
                    break
            else:
                at.epoch, at.batch = at.epoch + 1, 0
    _save(plan, model, optimizers, at, identity)
    return at


def load_checkpoint(run: Path) -> tuple[Nano, dict[str, Any]]:
    """The model that a run made, and what was saved with it."""
    path = run / "checkpoint.pt"
    if not path.exists():
        raise LlmError(f"{run} holds no checkpoint", hint="run: cortex-llm nano train")
    saved = torch.load(path, map_location="cpu", weights_only=True)
    model = Nano(Size(**saved["size"]))
    model.load_state_dict(saved["model"])
    return model.eval(), saved


def share(step: int, total: int) -> float:
    """The share of the full rate at a step."""
    done = step / total if total else 0.0
    # At the full rate a step undoes much of what others learnt: most of the run is far below it.
    falling = 1.0 if done < HOLD else max(LAST, ((1.0 - done) / (1.0 - HOLD)) ** 2)
    return min(1.0, (step + 1) / WARM_UP) * falling


def _step(
    model: Nano,
    loss_of: Loss,
    optimizers: Optimizers,
    batch: dataset.Batch,
    at: Progress,
    *,
    device: str,
) -> None:
    inputs, targets = batch.inputs.to(device), batch.targets.to(device)
    weights = batch.weights.masked_fill(batch.deciding, DECISION).to(device)
    model.round_products(on=bool(at.total) and at.step >= (1 - ROUNDED) * at.total)
    with autocast(device):
        loss = loss_of(inputs, targets, weights, batch.shared)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    optimizers.step(share(at.step, at.total))
    at.step, at.batch = at.step + 1, at.batch + 1
    at.tokens += targets.numel() + batch.shared
    value = float(loss.detach())
    at.loss = value if at.step == 1 else SMOOTH * at.loss + (1 - SMOOTH) * value


def _steps_for(plan: Plan, at: Progress, each: float) -> int:
    """How many steps of `each` seconds fill the minutes."""
    left = (plan.minutes or 0.0) * 60 - at.seconds
    return at.step + max(1, int(left / each))


def _report(at: Progress, log: Any, say: Say) -> None:
    left = at.seconds / at.step * (at.total - at.step) if at.total else 0.0
    record = {name: value for name, value in asdict(at).items() if name != "plans"} | {
        "tokens_per_second": round(at.tokens / at.seconds),
        "left": round(left),
    }
    log.write(json.dumps(record) + "\n")
    log.flush()
    say(
        f"step {at.step}/{at.total or '?'}  loss {at.loss:.3f}  "
        f"{record['tokens_per_second']:,} tokens/s  {left / 60:.1f} min left"
    )


def _texts(examples: Sequence[Example]) -> Iterator[str]:
    for example in examples:
        yield "\n".join(message["content"] for message in example.messages)
        yield example.answer


def _save(
    plan: Plan, model: Nano, optimizers: Optimizers, at: Progress, identity: dict[str, Any]
) -> None:
    """Write a checkpoint whole or not at all."""
    part = plan.run / "checkpoint.part"
    torch.save(
        {
            "size": asdict(plan.size),
            "identity": identity,
            "progress": asdict(at),
            "model": model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in optimizers.all],
            "versions": {"torch": str(torch.__version__)},
            "device": plan.device,
            "precision": str(precision(plan.device)).removeprefix("torch."),
            "threads": plan.threads,
            "compiled": plan.compiled,
        },
        part,
    )
    part.replace(plan.run / "checkpoint.pt")


def _restore(plan: Plan, model: Nano, optimizers: Optimizers, identity: dict[str, Any]) -> Progress:
    path = plan.run / "checkpoint.pt"
    if not path.exists():
        return Progress()
    saved = torch.load(path, map_location=plan.device, weights_only=True)
    if saved["size"] != asdict(plan.size) or saved["identity"] != identity:
        raise UsageError(
            f"{path} is of another size, seed, corpus, grammar or version",
            hint="name another folder with --run",
        )
    model.load_state_dict(saved["model"])
    for optimizer, state in zip(optimizers.all, saved["optimizers"], strict=True):
        optimizer.load_state_dict(state)
    return Progress(**saved["progress"])


@contextlib.contextmanager
def _stop_on_signal(at: Progress, until: int | None) -> Iterator[Callable[[], bool]]:
    """SIGTERM, Ctrl-C and the step `until` end the run after the step, with a checkpoint."""
    asked: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: asked.append(number))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield lambda: bool(asked) or at.step == until
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
