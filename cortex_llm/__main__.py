"""``cortex-llm``: the command line. It parses, calls, prints, and turns errors into exits.

Data go to stdout, talk to stderr; exit 0 done, 1 failed, 2 usage, 130 interrupted. Every
LlmError is printed as a sentence with its hint. A command is named as ``module:function``
and imported when it runs, so that ``--help`` is fast.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys

from cortex_llm.errors import LlmError
from cortex_llm.output import say

EXIT_FAILED, EXIT_INTERRUPTED = 1, 130
CHECK_TIMEOUT, WAIT_TIMEOUT = 120.0, 300.0  # a large model on a slow disk takes minutes
MAX_SECONDS = 86400
NANO = "cortex_llm.nano.cli"  # adds the command `nano` where it is installed


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    parser = argparse.ArgumentParser(
        prog="cortex-llm", description="Run and check the local model server of Cortex."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    serve = commands.add_parser("serve", help="run the model server in the foreground")
    serve.add_argument(
        "--journal-requests",
        action="store_true",
        help="log each request to the journal by its id (X-Request-Id); needs a Unix socket",
    )
    serve.add_argument(
        "--trial", action="store_true", help="first test what the model can do, unless known"
    )
    serve.add_argument(
        "flags", nargs="*", metavar="-- FLAG", help="passed on to llama-server, after --"
    )
    serve.set_defaults(run="cortex_llm.serve:command")

    check = commands.add_parser("check", help="check whether the server would work")
    check.add_argument("--tune", action="store_true", help="measure the best number of threads")
    check.add_argument("--timeout", type=_seconds, default=CHECK_TIMEOUT, metavar="SECONDS")
    _json(check)
    check.set_defaults(run="cortex_llm.preflight:command")

    wait = commands.add_parser("wait-ready", help="wait until the model is loaded")
    wait.add_argument("--timeout", type=_seconds, default=WAIT_TIMEOUT, metavar="SECONDS")
    wait.add_argument(
        "--pid", type=int, help="stop waiting when this process ends (default: $MAINPID)"
    )
    wait.set_defaults(run="cortex_llm.ready:command")

    ended = commands.add_parser(
        "explain-stop", help="report why the service stopped (ExecStopPost=)"
    )
    ended.set_defaults(run="cortex_llm.explain_stop:command")

    proxy = commands.add_parser(
        "tcp-proxy", help="relay TCP clients that have the API key (cortex-llm-tcp.service)"
    )
    proxy.set_defaults(run="cortex_llm.tcp_proxy:command")

    _add_models(commands.add_parser("models", help="list, describe and verify model files"))
    _add_setup(commands.add_parser("setup", help="the wizard: choose a model and set it up"))
    _add_service(commands.add_parser("service", help="set up the system service (for root)"))
    if importlib.util.find_spec(NANO):
        importlib.import_module(NANO).add_parser(commands)
    return parser


def _add_models(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="the models in the folders, and the built-in one")
    listed.set_defaults(run="cortex_llm.model_commands:list_command")
    info = actions.add_parser("info", help="what a model's header says")
    info.add_argument("path")
    info.set_defaults(run="cortex_llm.model_commands:info_command")
    verify = actions.add_parser("verify", help="check that a model is complete, and its checksum")
    verify.add_argument("path")
    verify.add_argument("--sha256", metavar="HEX", help="the expected checksum")
    verify.set_defaults(run="cortex_llm.model_commands:verify_command")
    trial = actions.add_parser("trial", help="test what a model is good for: at most 20 s, once")
    trial.add_argument(
        "path", nargs="?", metavar="MODEL", help="a file or a name; by default the configured one"
    )
    trial.add_argument("--again", action="store_true", help="test it although the result is known")
    trial.add_argument("--known", action="store_true", help="only what is known; run nothing")
    trial.set_defaults(run="cortex_llm.model_commands:trial_command")
    pull = actions.add_parser("pull", help="download a recommended model")
    pull.add_argument("name", metavar="NAME", help="as cortex llm list has it, or an address")
    pull.add_argument("--sha256", metavar="HEX", help="the expected checksum")
    pull.add_argument("--dir", metavar="DIR", help="where models are kept")
    pull.add_argument("--force", action="store_true", help="although it does not fit this machine")
    pull.set_defaults(run="cortex_llm.pull:command")
    overview = actions.add_parser("overview", help="what is here and what is recommended, as JSON")
    overview.set_defaults(run="cortex_llm.model_overview:command")
    for action in (listed, info, verify, trial, pull):
        _json(action)


def _add_setup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="ask nothing, use the defaults")
    parser.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
    parser.add_argument("--answers", metavar="FILE", help="answers as lines NAME=value")
    parser.add_argument("--backend", metavar="NAME", help="local, file, builtin, url or none")
    parser.add_argument("--model", metavar="NAME", help="a recommended model")
    parser.add_argument("--model-path", metavar="FILE", help="for the backend file")
    parser.add_argument("--model-url", metavar="URL", help="another URL to download it from")
    parser.add_argument("--sha256", metavar="HEX", help="its checksum")
    parser.add_argument("--url", metavar="URL", help="for the backend url")
    parser.add_argument("--model-name", metavar="NAME", help="for the backend url")
    parser.add_argument("--threads", metavar="N")
    parser.add_argument("--ctx-size", metavar="TOKENS")
    parser.add_argument("--models-dir", metavar="DIR", help="where models are kept")
    parser.set_defaults(run="cortex_llm.wizard:command")


def _add_service(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for name, text in (
        ("install", "set the service up with a model"),
        ("configure", "change the model or its settings"),
        ("switch", "switch to another model; switch back if it does not work"),
    ):
        action = actions.add_parser(name, help=text)
        optional = "?" if name == "configure" else None
        action.add_argument("model", nargs=optional, metavar="MODEL", help="a GGUF file")
        action.add_argument("threads", nargs="?", type=int, metavar="THREADS")
        action.add_argument("ctx_size", nargs="?", type=int, metavar="CTX", help="tokens")
        action.add_argument("--engine", metavar="NAME")
        action.add_argument("--parallel", type=int, metavar="N", help="parallel requests")
        action.add_argument(
            "--idle-timeout", metavar="TIME", help="unload after this long without use; 0: never"
        )
        action.add_argument(
            "--kv-cache-type",
            metavar="TYPE",
            help="f16, q8_0 (half the memory) or q4_0 (a quarter)",
        )
        action.add_argument(
            "--always-on",
            action=argparse.BooleanOptionalAction,
            help="load the model at boot and keep it loaded; --no-always-on: on demand",
        )
        action.add_argument(
            "--copy", action="store_true", help="copy the model to /var/lib/cortex/models"
        )
        action.add_argument("--dry-run", action="store_true", help="try the model, change nothing")
        action.set_defaults(run="cortex_llm.service:set_up_command")
    status = actions.add_parser("status", help="what is configured, and its state")
    _json(status)
    status.set_defaults(run="cortex_llm.service:status_command")
    uninstall = actions.add_parser("uninstall", help="stop the service and remove its settings")
    uninstall.set_defaults(run="cortex_llm.service:uninstall_command")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="the answer as JSON, for programs")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {MAX_SECONDS} seconds")
    return seconds


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit status."""
    os.umask(os.umask(0o077) | 0o002)  # the group may write: cortexd enters the sockets by it
    _open_closed_streams()
    try:
        arguments = build_parser().parse_args(argv)
        module, _, function = arguments.run.partition(":")
        status: int = getattr(importlib.import_module(module), function)(arguments)
        sys.stdout.flush()
    except LlmError as error:
        say(f"error: {error}")
        if error.hint:
            say(f"hint: {error.hint}")
        return error.exit_status
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            subject = f"{error.filename}: " if error.filename else ""
            say(f"error: {subject}{error.strerror or error}")
        # nobody reads, or the disk is full: keep the interpreter from failing on its last flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    return status


def _open_closed_streams() -> None:
    """A stream that the parent closed is None, and the next file would take its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115


if __name__ == "__main__":
    sys.exit(main())
