"""How often ``cortex ask`` is right: ``python -m benchmarks.answers [--set NAME] [--half HALF]``.

Asks the questions of ``data/answers`` and compares.  Of each set are printed the share that is
right, what was shown and wrong, and where nothing was shown, with Wilson's 95 % intervals.  The
held-out half is for judging only: its wrong answers are never listed.

Exit status: 0 measured, 2 wrong usage, 3 the program failed on some question.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.answer_checks import Judged, Reply, Verdict, judge
from benchmarks.answer_sets import DEV, HALVES, REFUSE, SETS, Case, cases, chosen, is_held_out
from benchmarks.programs import CORTEX, NO_MODEL, bench
from cortex_llm.nano.scoring import proportion
from tests.support.model_server import CHECKOUT, model_server

AT_ONCE = 2
ASK_TIMEOUT_S = 180.0
NO_DAEMON, BARE, BUILTIN = "none", "bare", "builtin"
MODEL_CONTEXT = "2048"
EXIT_USAGE, EXIT_BROKEN = 2, 3
# Where the package index comes from is the machine's; every other setting is left out.
KEPT = ("CORTEX_APT_LISTS", "CORTEX_CACHE_DIR", "CORTEX_DPKG_STATUS")
FOLDERS = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME")

Ask = Callable[[Case], Reply]


def main(argv: list[str] | None = None) -> int:
    """Run the program."""
    options = _parser().parse_args(argv)
    if options.show_wrong and _asks_held_out(options):
        sys.stderr.write(
            f"answers: error: --show-wrong never lists the held-out half; give --half {DEV}\n"
        )
        return EXIT_USAGE
    halves = HALVES if options.half == "both" else (options.half,)
    asked = [(path.stem, "", cases(path)) for path in options.files]
    broken: list[Judged] = []
    figures = []
    verdicts: list[str] = []
    with _surroundings(options.daemon, options.socket, options.model) as environ:
        for name, half, found in asked or chosen(options.sets or SETS, halves):
            judged = _ask_all(_sample(found, options.sample), environ, options)
            title = " ".join(filter(None, (name, half)))
            if half == DEV:
                verdicts += [f"{each.verdict}\t{each.case.question}" for each in judged]
            for figure in rates(title, judged):
                figures.append(figure)
                print(_row(*figure), flush=True)
            if options.show_wrong:
                _show_wrong(judged)
            broken += [each for each in judged if each.verdict == Verdict.BROKEN]
    if options.verdicts:
        options.verdicts.write_text("".join(f"{line}\n" for line in verdicts))
    if options.json:
        _write_json(options.json, figures)
    if broken:
        print(f"{len(broken)} questions failed; the first with: {broken[0].reply.error}")
    return EXIT_BROKEN if broken else 0


def _asks_held_out(options: argparse.Namespace) -> bool:
    if options.files:
        return any(is_held_out(path) for path in options.files)
    return bool(options.half != DEV)


def rates(title: str, judged: Sequence[Judged]) -> Iterator[tuple[str, int, int]]:
    """What is printed of a set: name, how many, of how many.  A broken run counts as asked."""
    asked = [each for each in judged if each.verdict != Verdict.UNCHECKED]
    kinds = {each.case.kind for each in asked}
    if len(kinds) > 1:
        for kind in sorted(kinds):
            yield from rates(
                f"{title}, {kind}", [each for each in judged if each.case.kind == kind]
            )
        return
    shown = [Verdict.RIGHT, Verdict.WRONG, Verdict.NOTHING]
    for verdict in shown[:2] if kinds == {REFUSE} else shown:
        yield f"{title}: {verdict}", _count(asked, verdict), len(asked)
    for part in dict.fromkeys(name for each in asked for name in each.parts):
        yield f"{title}: {part}", sum(each.parts.get(part, False) for each in asked), len(asked)
    for language in sorted({each.case.language for each in asked} - {""}):
        own = [each for each in asked if each.case.language == language]
        yield f"{title}, {language}: right", _count(own, Verdict.RIGHT), len(own)
    if len(asked) < len(judged):
        yield f"{title}: {Verdict.UNCHECKED}", len(judged) - len(asked), len(judged)


def _count(judged: Sequence[Judged], verdict: Verdict) -> int:
    return sum(each.verdict == verdict for each in judged)


def _row(title: str, count: int, asked: int) -> str:
    if not asked:
        return f"{title:<44}  nothing asked"
    figure = proportion(count, asked)
    interval = f"{100 * figure.low:.0f} to {100 * figure.high:.0f} %"
    return f"{title:<44} {100 * figure.value:5.1f} %  ({interval}, {count} of {asked})"


def _show_wrong(judged: Sequence[Judged]) -> None:
    for each in judged:
        if each.verdict not in (Verdict.RIGHT, Verdict.UNCHECKED):
            said = each.reply.error or " | ".join(each.reply.commands) or each.reply.text
            print(f"  {each.verdict}: {each.case.question!r}: {said[:300]!r}")


def _write_json(path: Path, figures: Sequence[tuple[str, int, int]]) -> None:
    rows = [{"what": what, "count": count, "asked": asked} for what, count, asked in figures]
    path.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@contextlib.contextmanager
def _surroundings(
    daemon: str, named: Path | None, model: Path | None = None
) -> Iterator[dict[str, str]]:
    """The environment of every question: a daemon and folders of its own, nobody's settings."""
    with contextlib.ExitStack() as stack:
        surroundings = stack.enter_context(bench(quick=False))
        socket = named or surroundings.folder / "nobody.sock"
        if named is None and daemon != NO_DAEMON:
            url = NO_MODEL
            if model is not None:
                flags = {"CORTEX_LLM_CTX_SIZE": MODEL_CONTEXT}
                served = model_server(surroundings.folder, model=model, env=flags)
                url = stack.enter_context(served).url
            elif daemon == BUILTIN:
                url = stack.enter_context(surroundings.builtin_model()).url
            socket = stack.enter_context(surroundings.cortexd(url)).socket
        own = {"CORTEX_SOCKET": str(socket), "PYTHONPATH": str(CHECKOUT)}
        for variable in FOLDERS:
            folder = surroundings.folder / variable
            folder.mkdir(mode=0o700)
            own[variable] = str(folder)
        inherited = {
            key: value
            for key, value in os.environ.items()
            if key in KEPT or not key.startswith("CORTEX")
        }
        yield {**inherited, **own}


def _sample(found: Sequence[Case], count: int | None) -> Sequence[Case]:
    """Return ``count`` of the cases, evenly spread; all of them if None."""
    if count is None or count >= len(found):
        return found
    return [found[place * len(found) // count] for place in range(count)]


def _ask_all(
    asked: Sequence[Case], environ: Mapping[str, str], options: argparse.Namespace
) -> list[Judged]:
    if options.in_process:
        ask = _in_process(environ)
        return [judge(case, ask(case), environ) for case in asked]
    program = tuple(options.cortex.split()) if options.cortex else CORTEX

    def one(case: Case) -> Judged:
        return judge(case, by_process(program, case, environ), environ)

    with ThreadPoolExecutor(options.at_once) as pool:
        return list(pool.map(one, asked))


def by_process(program: Sequence[str], case: Case, environ: Mapping[str, str]) -> Reply:
    """Ask with a process of its own; the log comes on its standard input."""
    try:
        done = subprocess.run(
            [*program, "ask", "--json", "--", case.question],
            env=dict(environ),
            input=case.log.encode() if case.log else None,
            stdin=None if case.log else subprocess.DEVNULL,
            capture_output=True,
            timeout=ASK_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Reply(error=str(error))
    try:
        return Reply.of(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError):
        said = done.stderr.decode(errors="replace").strip()
        return Reply(error=said or f"exit status {done.returncode}, no answer in JSON")


def _in_process(environ: Mapping[str, str]) -> Ask:
    """Ask in this process: no start of a program, so faster, one after the other."""
    from cortex_cli.ask.answer import answer
    from cortex_cli.ask.attachments import STDIN, Attachment
    from cortex_cli.ask.request import Request
    from cortex_cli.language.question import Question
    from cortex_cli.settings import Settings

    def ask(case: Case) -> Reply:
        attached = (Attachment(STDIN, case.log),) if case.log else ()
        try:
            request = Request(Question(case.question), attached)
            found = answer(Settings(environ), request, lambda _text: None)
            return Reply.of(found.as_json())
        except Exception as error:  # noqa: BLE001 - the other questions still count
            return Reply(error=f"{type(error).__name__}: {error}")

    return ask


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.answers", description="Measure how often cortex ask is right."
    )
    add = parser.add_argument
    add("--half", choices=(*HALVES, "both"), default=DEV, help=f"default {DEV}")
    add("--set", dest="sets", action="append", choices=SETS, help="may be given again")
    add(
        "--file",
        dest="files",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="cases of your own in the same format, instead of the sets; may be given again",
    )
    add("--show-wrong", action="store_true", help="list what is not right; never held-out")
    add("--in-process", action="store_true", help="no process per question; faster")
    add("--cortex", metavar="PROGRAM", help="the program to ask (default: of this checkout)")
    add(
        "--daemon",
        choices=(NO_DAEMON, BARE, BUILTIN),
        default=BARE,
        help=f"started for the occasion: {BARE} has no model, {BUILTIN} the built-in one "
        f"(default {BARE})",
    )
    add("--model", type=Path, metavar="FILE", help="a model for the daemon that is started")
    add("--sample", type=int, metavar="N", help="ask only N questions of each set")
    add("--socket", type=Path, metavar="FILE", help="a daemon that runs already, instead")
    add(
        "--at-once",
        type=int,
        default=AT_ONCE,
        choices=range(1, 17),
        metavar="N",
        help=f"processes at a time (default {AT_ONCE})",
    )
    add("--verdicts", type=Path, metavar="FILE", help="write verdict and question; never held-out")
    add("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
