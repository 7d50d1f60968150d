"""``setup``: the wizard. It asks, shows what it would do, and does it after a yes.

    look around → backend → model → threads, context → the plan → yes → download, set up

Every question has an option that answers it, and a file can hold the answers, so that it
runs without a person: ``--yes`` takes the default of what is not answered. Until the yes
nothing is changed, not even downloaded; Ctrl-C in the download takes away what came.
What is done is done by others: `download`, `service`, the settings of cortex.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from cortex_llm import backends, machine_summary, models, recommended, unit
from cortex_llm.backends import Plan
from cortex_llm.download_view import Fetching
from cortex_llm.errors import DownloadError, LlmError, UsageError
from cortex_llm.machine_summary import Surroundings
from cortex_llm.output import data, say
from cortex_llm.prompter import Answers, Asker
from cortex_llm.recommended import Recommended

LOCAL, FILE, BUILT_IN, URL, NONE = "local", "file", "builtin", "url", "none"
BACKENDS = {
    LOCAL: "Local llama.cpp, with a model that is downloaded now",
    FILE: "Local llama.cpp, with a model file that is here already",
    BUILT_IN: "Local llama.cpp, with the small model built into Cortex",
    URL: "Any OpenAI-compatible server, by its URL",
    NONE: "No model: monitoring and search only",
}
USER_FOLDER = Path("~/.cortex/models")


def command(arguments: argparse.Namespace) -> int:
    """``setup``: 0 done, 130 interrupted with nothing changed."""
    answers = Answers.from_arguments(arguments)
    asker = Asker(answers, interactive=sys.stdin.isatty() and not arguments.yes)
    folder = _folder(arguments)
    machine = machine_summary.look(folder)
    data("Cortex setup\n")
    for label, value in machine.lines():
        data(f"  {label:<12} {value}")
    data("")
    while not _carried_out(asker, machine, folder, dry_run=arguments.dry_run):
        asker = asker.forgetting_all()
    return 0


def _carried_out(asker: Asker, machine: Surroundings, folder: Path, *, dry_run: bool) -> bool:
    """One plan, made and done; False when its download failed and the person goes another way."""
    plan = _plan(asker, machine, folder)
    data("\nThis will be done:")
    for step in plan.steps():
        data(f"  - {step}")
    if dry_run or not asker.confirm("proceed", "Do it now?"):
        say("nothing was changed")
        return True
    try:
        plan.carry_out()
    except DownloadError as error:
        if not asker.interactive:
            raise
        say(f"error: {error}")
        if error.hint:
            say(f"hint: {error.hint}")
        if not asker.confirm("again", "Choose another way?"):
            raise
        return False
    data('\nDone. Try it: cortex ask "What is nginx?"')
    return True


def _folder(arguments: argparse.Namespace) -> Path:
    if arguments.models_dir:
        return Path(arguments.models_dir).expanduser().absolute()
    return unit.DEFAULT_FOLDER if os.geteuid() == 0 else USER_FOLDER.expanduser()


def _plan(asker: Asker, machine: Surroundings, folder: Path) -> Plan:
    chosen = asker.choose("backend", "Which backend shall answer?", BACKENDS, LOCAL)
    if chosen == NONE:
        return backends.Nothing()
    if chosen == URL:
        url = asker.text("url", "Base URL (http://HOST:PORT or https://…)", check=backends.web)
        name = asker.text("model_name", "Name of the model there", default="default")
        return backends.Remote(url, name)
    model, download = _model(asker, machine, folder, chosen)
    threads = asker.number("threads", "Threads", machine.cores, 1, 1024)
    context = asker.number("ctx_size", "Context in tokens", 4096, 64, 1 << 22)
    return backends.Local(model, threads, context, download)


def _model(
    asker: Asker, machine: Surroundings, folder: Path, chosen: str
) -> tuple[Path | None, Fetching | None]:
    """The model's path (None: the built-in one), and the download that brings it there."""
    if chosen == BUILT_IN:
        models.usable(models.built_in())
        return None, None
    if chosen == FILE:
        text = asker.text("model_path", "Path of the GGUF file", check=_whole_model)
        return Path(text).expanduser().absolute(), None
    wanted = _recommended(asker, machine)
    target = folder / wanted.file_name
    if target.exists():
        models.usable(target)
        say(f"{target} is here already")
        return target, None
    url = asker.given("model_url") or wanted.url
    checksum = asker.given("sha256") or wanted.sha256
    return target, Fetching(url, target, checksum, wanted.size, asker)


def _recommended(asker: Asker, machine: Surroundings) -> Recommended:
    data("\n     model                    size     RAM      speed      quality    best for")
    options = {}
    for model in recommended.MODELS:
        problem = recommended.why_not(model, machine.memory, machine.disk)
        mark = f"✗ {problem}" if problem else "✓ fits this machine"
        options[model.key] = (
            f"{model.name:<22} {model.size:>5g} GiB {model.ram:>4g} GiB  "
            f"{model.speed:<10} {model.quality:<10} {model.best_for}; {mark}"
        )
    fallback = recommended.best(machine.memory, machine.disk) or recommended.MODELS[0]
    key = asker.choose("model", "Which model?", options, fallback.key)
    wanted = recommended.find(key)
    if wanted is None:  # `choose` has accepted it from the same table
        raise UsageError(f"there is no recommended model {key!r}")
    if problem := recommended.why_not(wanted, machine.memory, machine.disk):
        say(f"warning: {wanted.name} {problem}; this machine has not that much")
        if not asker.confirm("oversize", "Take it nevertheless?", default=False):
            return _recommended(asker.forgetting("model"), machine)
    return wanted


def _whole_model(text: str) -> str | None:
    """What is wrong with this path, for a person who can type another one."""
    try:
        models.usable(Path(text).expanduser().absolute())
    except LlmError as error:
        return str(error)
    return None
