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
NANO = "cortex_llm.nano.cli"  # adds the command `nano` where it is installed


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    parser = argparse.ArgumentParser(
        prog="cortex-llm", description="Run and check the local model server of Cortex."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    serve = commands.add_parser("serve", help="run the model server in the foreground")
    serve.add_argument(
        "flags", nargs="*", metavar="-- FLAG", help="passed on to llama-server, after --"
    )
    serve.set_defaults(run="cortex_llm.serve:command")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit status."""
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
    except BrokenPipeError:
        # the reader has gone; keep the interpreter from failing on its last flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    return status


if __name__ == "__main__":
    sys.exit(main())
