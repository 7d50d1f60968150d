"""`cortex-llm nano corpus|train|export|evaluate`: makes and measures the built-in model.

It parses, calls and prints; the work is elsewhere and is imported when a command runs, so that
the other commands start without torch. Only these commands need the extra `train`, and a
missing library is an error that names it. Progress goes to stderr, results to stdout.
"""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_llm.errors import LlmError
from cortex_llm.nano.sizes import SIZES
from cortex_llm.output import say

if TYPE_CHECKING:
    from collections.abc import Callable

HOME = Path("~/.cache/cortex/nano")  # several hundred MB of archives and checkpoints
HERE = "cortex_llm.nano.cli"
EXAMPLES, SEED, THREADS = 320_000, 1, 2


def add_parser(commands: Any) -> None:
    """Add `nano` and its commands to cortex-llm's parser."""
    nano = commands.add_parser("nano", help="make and measure the built-in model")
    actions = nano.add_subparsers(metavar="ACTION", required=True)

    made = _action(actions, "corpus", "fetch the corpus from Debian's archive", corpus_command)
    made.add_argument("--sources", type=Path, help="an apt sources file instead of Debian's")

    trained = _action(actions, "train", "train a size, or continue its training", train_command)
    _size(trained)
    trained.add_argument(
        "--run", dest="run_folder", type=Path, help="the run's folder (default: HOME/run-SIZE)"
    )
    length = trained.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help="how long (default: what the size is for)")
    length.add_argument("--steps", type=int, help="how many steps, exactly")
    trained.add_argument("--until", type=int, metavar="STEP", help="stop there, to be continued")
    trained.add_argument("--seed", type=int, default=SEED)
    trained.add_argument(
        "--examples", type=int, default=EXAMPLES, help="how many to make for each epoch"
    )
    trained.add_argument("--device", default="cpu", help="cpu, or cuda where there is a GPU")
    trained.add_argument("--threads", type=int, default=THREADS)
    trained.add_argument(
        "--compile", action="store_true", help="a quarter faster; needs a C++ compiler"
    )

    exported = _action(actions, "export", "write a run's model as GGUF", export_command)
    _size(exported)
    exported.add_argument("--run", dest="run_folder", type=Path)
    exported.add_argument("--to", type=Path, help="the folder (default: the package's weights)")
    exported.add_argument("--kind", choices=("q8_0", "f16"), default="q8_0")

    measured = _action(
        actions, "evaluate", "measure a model on held-out questions", evaluate_command
    )
    measured.add_argument("--model", type=Path, help="a GGUF (default: the built-in one)")
    measured.add_argument("--size", choices=tuple(SIZES), help="a built-in size")
    measured.add_argument("--document", type=Path, help="a document whose score table to renew")
    measured.add_argument("--record", action="store_true", help="write scores into the manifest")
    measured.add_argument("--development", action="store_true", help="the set one may look at")
    measured.add_argument("--wrong", action="store_true", help="show what was answered wrongly")


def corpus_command(arguments: argparse.Namespace) -> int:
    """Fetch and build the corpus."""
    manifest = _load("corpus").build(_home(arguments) / "corpus", arguments.sources)
    _print(arguments, manifest, json.dumps(manifest["files"], indent=1))
    return 0


def train_command(arguments: argparse.Namespace) -> int:
    """Train, and draw the loss."""
    training, curve = _load("train"), _load("curve")
    size = SIZES[arguments.size]
    run = _run(arguments)
    minutes = arguments.minutes if arguments.minutes or arguments.steps else size.minutes
    plan = training.Plan(
        corpus=_corpus(arguments),
        run=run,
        size=size,
        seed=arguments.seed,
        examples=arguments.examples,
        steps=arguments.steps,
        minutes=minutes,
        until=arguments.until,
        device=arguments.device,
        threads=arguments.threads,
        compiled=arguments.compile,
    )
    done = training.train(plan, say)
    curve.draw(run / "log.jsonl", run / "curve.png", f"cortex-nano-{size.name}")
    summary = {"run": str(run), "steps": done.step, "tokens": done.tokens, "loss": done.loss}
    _print(arguments, summary, f"{run}: {done.step} steps, {done.tokens:,} tokens")
    return 0


def export_command(arguments: argparse.Namespace) -> int:
    """Write the GGUF and its manifest."""
    builtin = _load("builtin")
    folder = arguments.to or builtin.weights_folder()
    manifest = _load("export").export(_run(arguments), folder, arguments.kind)
    _print(arguments, manifest, f"{folder / manifest['file']}  {manifest['bytes']:,} bytes")
    return 0


def evaluate_command(arguments: argparse.Namespace) -> int:
    """Measure, print the table, and write it where asked."""
    builtin, evaluation = _load("builtin"), _load("evaluate")
    model = arguments.model or builtin.find_builtin_model(arguments.size)
    rows = evaluation.evaluate(model, say, arguments.development)
    if arguments.wrong:
        for row in rows:
            for line in row.wrong:
                say(f"{row.name}: {line}")
    if arguments.record:
        size = _size_of(model)
        evaluation.record_scores(
            rows, evaluation.find_manifest(model, size), arguments.document, size
        )
    shown = {row.name: {"value": row.figure.value, "count": row.figure.count} for row in rows}
    _print(arguments, shown, evaluation.render_table(rows))
    return 0


def _action(
    actions: Any, name: str, text: str, function: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    parser.add_argument("--home", type=Path, default=HOME, help=f"default: {HOME}")
    parser.add_argument("--json", action="store_true", help="the result as JSON, for programs")
    parser.set_defaults(run=f"{HERE}:{function.__name__}", func=function)
    return parser


def _size(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size", choices=tuple(SIZES), default="default")


def _load(name: str) -> Any:
    """A module of this package, or an error that says what to install."""
    try:
        return importlib.import_module(f"cortex_llm.nano.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("cortex_llm"):
            raise
        raise LlmError(
            f"this command needs {error.name}, which is not installed",
            hint="pip install 'cortex-linux[train,llm]'",
        ) from error


def _home(arguments: argparse.Namespace) -> Path:
    home: Path = arguments.home
    return home.expanduser()


def _run(arguments: argparse.Namespace) -> Path:
    chosen: Path | None = getattr(arguments, "run_folder", None)
    return chosen or _home(arguments) / f"run-{arguments.size}"


def _corpus(arguments: argparse.Namespace) -> Path:
    folder = _home(arguments) / "corpus"
    if not (folder / "corpus.json").exists():
        raise LlmError(f"{folder} holds no corpus", hint="make it: cortex-llm nano corpus")
    return folder


def _size_of(model: Path) -> str:
    name = next((size for size in SIZES if f"-{size}-" in model.name), None)
    if name is None:
        raise LlmError(f"{model.name} is not named after a size, so it has no manifest")
    return name


def _print(arguments: argparse.Namespace, data: Any, text: str) -> None:
    print(json.dumps(data, ensure_ascii=False) if arguments.json else text)  # noqa: T201
