"""Training is deterministic, resumable, and refuses what does not fit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cortex_llm.errors import LlmError, UsageError
from cortex_llm.nano.sizes import Size
from tests.cortex_llm.nano import small

pytest.importorskip("torch", reason="needs the extra train: pip install 'cortex-linux[train]'")
pytest.importorskip("tokenizers", reason="needs the extra train")

import torch

from cortex_llm.nano import train
from cortex_llm.nano.precision import precision

pytestmark = pytest.mark.filterwarnings("default")  # torch's own are not ours

TINY = Size("fixture", 512, 32, 2, 2, 64, 1, 1024, 0.005)
EXAMPLES = 300
STEPS = 12


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.write(tmp_path_factory.mktemp("corpus"))


def plan(corpus: Path, run: Path, **settings: Any) -> train.Plan:
    settings = {"size": TINY, "seed": 1, "examples": EXAMPLES, "threads": 1} | settings
    return train.Plan(corpus=corpus, run=run, **settings)


def trained(corpus: Path, run: Path, **settings: Any) -> dict[str, torch.Tensor]:
    train.train(plan(corpus, run, **settings), lambda _: None)
    model, _ = train.load_checkpoint(run)
    return dict(model.state_dict())


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(value, second[name]) for name, value in first.items())


def test_two_runs_give_the_same_weights(corpus: Path, tmp_path: Path) -> None:
    first = trained(corpus, tmp_path / "one", steps=STEPS)
    second = trained(corpus, tmp_path / "two", steps=STEPS)
    assert same(first, second)
    assert not same(first, trained(corpus, tmp_path / "three", steps=STEPS, seed=2))


def test_the_loss_falls_and_is_logged(corpus: Path, tmp_path: Path) -> None:
    said: list[str] = []
    train.train(plan(corpus, tmp_path, steps=60), said.append)
    records = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [record["step"] for record in records] == [20, 40, 60]
    assert records[-1]["loss"] < records[0]["loss"]
    assert any("tokens/s" in line and "min left" in line for line in said)


def test_a_stopped_run_continues_to_the_same_weights(corpus: Path, tmp_path: Path) -> None:
    steps = 2 * train.REPORT_STEPS
    whole = trained(corpus, tmp_path / "whole", steps=steps)

    def stop(text: str) -> None:
        if text.startswith(f"step {train.REPORT_STEPS}/"):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(LlmError, match=f"stopped at step {train.REPORT_STEPS}"):
        train.train(plan(corpus, tmp_path / "stopped", steps=steps), stop)
    assert same(whole, trained(corpus, tmp_path / "stopped", steps=steps))


def test_sigterm_saves_and_the_same_command_goes_on(corpus: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from cortex_llm.nano import train;"
        "from cortex_llm.nano.sizes import Size;"
        f"size = {TINY!r};"
        "train.train(train.Plan(corpus=Path(sys.argv[1]), run=Path(sys.argv[2]), size=size,"
        f" seed=1, examples={EXAMPLES}, threads=1, steps=int(sys.argv[3])),"
        " lambda text: print(text, flush=True))"
    )
    argv = [sys.executable, "-W", "ignore", "-c", code, str(corpus), str(tmp_path)]
    with subprocess.Popen([*argv, "100000"], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith("step"):
                child.send_signal(signal.SIGTERM)
                break
        rest = child.stdout.read()
    assert child.returncode == 1, rest
    _, saved = train.load_checkpoint(tmp_path)
    at = saved["progress"]["step"]
    assert at >= 20
    done = train.train(plan(corpus, tmp_path, steps=at + 5), lambda _: None)
    assert done.step == at + 5


def test_minutes_become_steps(corpus: Path, tmp_path: Path) -> None:
    done = train.train(plan(corpus, tmp_path, minutes=0.05), lambda _: None)
    assert done.step == done.total >= train.TIMED_STEPS


def test_another_seed_does_not_continue_a_run(corpus: Path, tmp_path: Path) -> None:
    trained(corpus, tmp_path, steps=1)
    with pytest.raises(UsageError, match="another size, seed, corpus, grammar or version"):
        trained(corpus, tmp_path, steps=2, seed=5)


def test_code_that_makes_other_examples_does_not_continue_a_run(
    corpus: Path, tmp_path: Path
) -> None:
    trained(corpus, tmp_path, steps=1)
    saved = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    saved["identity"]["beginning"] = "what older code made"
    torch.save(saved, tmp_path / "checkpoint.pt")
    with pytest.raises(UsageError, match="grammar or version"):
        trained(corpus, tmp_path, steps=2)


def test_each_epoch_has_examples_of_its_own(corpus: Path, tmp_path: Path) -> None:
    lessons = train.TrainingData(plan(corpus, tmp_path, steps=1))

    def epoch(number: int) -> list[list[int]]:
        return [item.tokens.tolist() for item in lessons.epoch(number)]

    assert epoch(0) == epoch(0)
    assert epoch(0) != epoch(1)
    assert len(epoch(0)) == len(epoch(1))


def test_either_steps_or_minutes(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="either steps or minutes"):
        train.train(plan(corpus, tmp_path), lambda _: None)


def test_the_rate_rises_stays_and_falls() -> None:
    assert train.share(0, 1000) == pytest.approx(1 / train.WARM_UP)
    assert train.share(200, 1000) == 1.0
    assert train.share(999, 1000) == train.LAST
    assert train.share(650, 1000) == pytest.approx(0.25)


def test_the_checkpoint_says_in_what_it_was_computed(corpus: Path, tmp_path: Path) -> None:
    trained(corpus, tmp_path, steps=2)
    _, saved = train.load_checkpoint(tmp_path)
    assert saved["precision"] in ("bfloat16", "float32")
    assert f"torch.{saved['precision']}" == str(precision("cpu"))
