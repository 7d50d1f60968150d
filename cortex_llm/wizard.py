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
import shutil
import sys
from pathlib import Path

from cortex_llm import backends, machine_summary, models, recommended, unit
from cortex_llm.backends import Plan
from cortex_llm.download_view import PlannedDownload
from cortex_llm.errors import DownloadError, LlmError, UsageError
from cortex_llm.machine_summary import MachineSummary
from cortex_llm.output import print_data, print_row, say
from cortex_llm.prompter import Answers, Prompter
from cortex_llm.recommended import Recommended

LOCAL, FILE, BUILT_IN, URL, NONE = "local", "file", "builtin", "url", "none"
BACKENDS = {
    LOCAL: "Local llama.cpp with a model to download",
    FILE: "Local llama.cpp with a model file you already have",
    BUILT_IN: "Local llama.cpp with the small built-in model",
    URL: "An OpenAI-compatible server, by URL",
    NONE: "No model: monitoring and search only",
}
TABLE_HEAD = "     model                    size     RAM      speed      quality    best for"
MARGIN = 17  # of a row around an option: its number, the mark of the default
USER_FOLDER = Path("~/.cortex/models")


def command(arguments: argparse.Namespace) -> int:
    """``setup``: 0 done, 130 interrupted with nothing changed."""
    answers = Answers.from_arguments(arguments)
    interactive = sys.stdin.isatty() and not arguments.yes
    prompter = Prompter(answers, interactive=interactive, assume_yes=arguments.yes)
    folder = _find_models_folder(arguments)
    machine = machine_summary.summarize(folder)
    print_data("Cortex setup")
    print_data("")
    for label, value in machine.lines():
        print_row(f"  {label:<12} {value}", indent=15)
    print_data("")
    while not _carry_out(prompter, machine, folder, dry_run=arguments.dry_run):
        prompter = prompter.without_answers()
    return 0


def _carry_out(prompter: Prompter, machine: MachineSummary, folder: Path, *, dry_run: bool) -> bool:
    """One plan, made and done; False when its download failed and the person goes another way."""
    plan = _make_plan(prompter, machine, folder)
    print_data("")
    print_data("Plan:")
    for step in plan.steps():
        print_row(f"  - {step}", indent=4)
    if dry_run or not prompter.confirm("proceed", "Continue?"):
        say("nothing was changed")
        return True
    try:
        plan.carry_out()
    except DownloadError as error:
        if not prompter.interactive:
            raise
        say(f"error: {error}")
        if error.hint:
            say(f"hint: {error.hint}")
        if not prompter.confirm("again", "Choose something else?"):
            raise
        return False
    print_data("")
    print_data('Done. Try it: cortex ask "What is nginx?"')
    return True


def _find_models_folder(arguments: argparse.Namespace) -> Path:
    if arguments.models_dir:
        return Path(arguments.models_dir).expanduser().absolute()
    return unit.DEFAULT_FOLDER if os.geteuid() == 0 else USER_FOLDER.expanduser()


def _make_plan(prompter: Prompter, machine: MachineSummary, folder: Path) -> Plan:
    fitting = recommended.choose_best(machine.memory, machine.disk, machine.cores)
    fallback = LOCAL if fitting else BUILT_IN
    chosen = prompter.choose("backend", "Which backend should answer?", BACKENDS, fallback)
    if chosen == NONE:
        return backends.Nothing()
    if chosen == URL:
        url = prompter.text(
            "url", "Base URL (http://HOST:PORT or https://…)", check=backends.check_url
        )
        name = prompter.text("model_name", "Name of the model on that server", default="default")
        return backends.Remote(url, name)
    model, download = _choose_model(prompter, machine, folder, chosen)
    threads = prompter.number("threads", "Threads", machine.cores, 1, 1024)
    context = prompter.number("ctx_size", "Context in tokens", 4096, 64, 1 << 22)
    return backends.Local(model, threads, context, download)


def _choose_model(
    prompter: Prompter, machine: MachineSummary, folder: Path, chosen: str
) -> tuple[Path | None, PlannedDownload | None]:
    """The model's path (None: the built-in one), and the download that brings it there."""
    if chosen == BUILT_IN:
        models.describe_usable(models.find_built_in())
        return None, None
    if chosen == FILE:
        text = prompter.text("model_path", "Path of the GGUF file", check=_check_model)
        return Path(text).expanduser().absolute(), None
    wanted = _choose_recommended(prompter, machine)
    target = folder / wanted.file_name
    if target.exists():
        models.describe_usable(target)
        say(f"{target} is already here")
        return target, None
    url = prompter.find_answer("model_url") or wanted.url
    checksum = prompter.find_answer("sha256") or wanted.sha256
    return target, PlannedDownload(url, target, checksum, wanted.size, prompter)


def _choose_recommended(prompter: Prompter, machine: MachineSummary) -> Recommended:
    options = {}
    for model in recommended.MODELS:
        problem = recommended.explain_misfit(model, machine.memory, machine.disk)
        mark = f"✗ {problem}" if problem else "✓ fits this machine"
        options[model.key] = (
            f"{model.name:<22} {model.size:>5g} GiB {model.ram:>4g} GiB  "
            f"{model.speed:<10} {model.quality:<10} {model.best_for}; {mark}"
        )
    best = recommended.choose_best(machine.memory, machine.disk, machine.cores)
    fallback = best or recommended.MODELS[0]
    fits = shutil.get_terminal_size().columns >= len(max(options.values(), key=len)) + MARGIN
    question = f"Which model?\n{TABLE_HEAD}" if fits else "Which model?"
    key = prompter.choose("model", question, options, fallback.key)
    wanted = recommended.find(key)
    if wanted is None:  # `choose` has accepted it from the same table
        raise UsageError(f"no recommended model {key!r}")
    if problem := recommended.explain_misfit(wanted, machine.memory, machine.disk):
        say(f"warning: {wanted.name} {problem}; this machine has less")
        if not prompter.confirm("oversize", "Use it anyway?", default=False):
            return _choose_recommended(prompter.without("model"), machine)
    return wanted


def _check_model(text: str) -> str | None:
    """What is wrong with this path, for a person who can type another one."""
    try:
        models.describe_usable(Path(text).expanduser().absolute())
    except LlmError as error:
        return str(error)
    return None
