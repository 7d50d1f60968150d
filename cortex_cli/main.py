"""The command ``cortex``: finds the subcommand; only this module prints errors and exits.

A subcommand's module is imported when it is named, so that ``cortex daemon ping`` loads only
what it uses.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from pathlib import Path

import click
from click.exceptions import NoArgsIsHelpError

from cortex_cli import output, streams
from cortex_cli.commands import COMMANDS
from cortex_cli.errors import DONE, FAILED, INTERRUPTED, USAGE, AlreadyReported, exit_status
from cortex_cli.settings import Settings
from cortexd.api.errors import CortexError, find_nearest

DEBUG_VARIABLE = "CORTEX_DEBUG"
# Most of what a command makes lives to its end: Python's own 700 cost a tenth of a typed answer.
OBJECTS_BEFORE_COLLECTION = 50_000


class LazyGroup(click.Group):
    """A group whose commands are imported by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command named ``cmd_name``."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command if there is none of that name."""
        if not ctx.resilient_parsing and args[0] not in COMMANDS and not args[0].startswith("-"):
            guess = find_nearest(args[0], COMMANDS)
            raise click.UsageError(
                f"no command is named {args[0]!r}"
                + (f"; did you mean {guess!r}?" if guess else ""),
                ctx,
            )
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    output.data(f"cortex {version('cortex-linux')}")
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--socket",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Socket of cortexd.  [default: CORTEX_SOCKET, your own daemon's, /run/cortex/cortex.sock]",
)
@click.option("--json", "as_json", is_flag=True, help="Print data as JSON.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
@click.pass_context
def cli(ctx: click.Context, socket: Path | None, as_json: bool) -> None:
    """Cortex: ask your own machine, privately and offline."""
    ctx.obj = Settings(environ=os.environ, socket=socket, json=as_json)


def main(args: list[str] | None = None) -> int:
    """Run one command and return its exit status; the only place that reports errors."""
    streams.prepare()
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    os.umask(os.umask(0o077) | 0o022)  # no file that others may write, whoever calls
    try:
        status = cli.main(args, prog_name="cortex", standalone_mode=False)
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        return _report_usage(error)
    except AlreadyReported as error:
        return error.status
    except CortexError as error:
        output.complain(error.message, error.hint)
        return exit_status(error)
    except BrokenPipeError:
        return _discard_output()
    except OSError as error:
        subject = f"{error.filename}: " if error.filename else ""
        output.complain(f"{subject}{error.strerror or error}")
        return _discard_output()
    except UnicodeEncodeError as error:
        output.complain(f"{streams.decode(error.object)[:60]!r} is not UTF-8 text")
        return USAGE
    except Exception as error:  # noqa: BLE001 - a traceback is shown only on request
        return _report_defect(error)
    return status if isinstance(status, int) else DONE


def _report_usage(error: click.ClickException) -> int:
    if isinstance(error, NoArgsIsHelpError):
        output.talk(error.format_message())
        return USAGE
    ctx = getattr(error, "ctx", None)
    hint = f"try: {ctx.command_path} --help" if ctx is not None else None
    message = error.format_message()
    output.complain(message[:1].lower() + message[1:], hint)
    return USAGE


def _discard_output() -> int:
    # Buffered output that cannot be written would raise again when the interpreter closes stdout.
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def _report_defect(error: Exception) -> int:
    if os.environ.get(DEBUG_VARIABLE):
        raise error
    output.complain(
        f"internal error: {type(error).__name__}: {error}",
        f"please report this, with the traceback that {DEBUG_VARIABLE}=1 shows",
    )
    return FAILED
