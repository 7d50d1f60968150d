"""``cortex chat``: questions one after another, each with what was said before it."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.errors import FAILED, AlreadyReported
from cortex_cli.options import json_option, model_options
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cortex_cli.ask.conversation import Conversation
    from cortex_cli.ask.request import Request
    from cortex_cli.settings import Settings

PROMPT = "> "
END_WORDS = ("/exit", "/quit")
NEW_WORD = "/new"
MAX_TYPED_LINES = 1000


@click.command()
@click.option("-c", "--continue", "go_on", is_flag=True, help="Go on with the last conversation.")
@click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A file that the questions are about; may be given again.",
)
@model_options
@json_option
@click.pass_obj
def chat(
    settings: Settings,
    *,
    go_on: bool,
    files: tuple[Path, ...],
    system: str | None,
    model: str | None,
    max_tokens: int,
) -> None:
    """Ask question after question; each is answered knowing those before it.

    Ctrl-C stops an answer, Ctrl-D or /exit ends, /new begins anew.  Without a terminal every
    line of standard input is a question; --json then gives one object for each.  Conversations
    are kept in ~/.local/state/cortex/chats.
    """
    from cortex_cli.ask import attachments
    from cortex_cli.ask.conversation import Conversation
    from cortex_cli.ask.request import Request

    begin = Conversation.newest if go_on else Conversation.begin
    conversation = begin(settings.environ)
    given = tuple(attachments.collect(files, stdin_is_data=False))
    failed = False
    with _read_questions(settings) as questions:
        for question in questions:
            if question in END_WORDS:
                break
            if question == NEW_WORD:
                conversation = Conversation.begin(settings.environ)
                continue
            request = Request(question, given, conversation.turns, system, max_tokens, model)
            failed = not _answer(settings, request, conversation) or failed
    if failed and not sys.stdin.isatty():
        raise AlreadyReported(FAILED)


def _answer(settings: Settings, request: Request, conversation: Conversation) -> bool:
    """Answer and remember; an error or Ctrl-C ends this answer, not the conversation."""
    from cortex_cli.ask.answer import answer
    from cortex_cli.ask.view import Shown, close

    shown = Shown(quiet=settings.json)
    try:
        found = answer(settings, request, shown)
    except CortexError as error:
        shown.end_line()
        output.complain(error.message, error.hint)
        return False
    except KeyboardInterrupt:
        shown.end_line()
        if not sys.stdin.isatty():
            raise
        output.talk("stopped")
        return True
    shown.end_line()
    conversation.add(request.question, found.text.strip())
    if settings.json:
        output.data_json(found.as_json())
    else:
        close(found)
    return True


@contextlib.contextmanager
def _read_questions(settings: Settings) -> Iterator[Iterator[str]]:
    """The questions as they are typed, or a line of standard input each."""
    if not sys.stdin.isatty():
        yield (line.strip() for line in sys.stdin if line.strip())
        return
    with _edit_lines(settings):
        yield _prompt(lambda: input(PROMPT))


def _prompt(ask: Callable[[], str]) -> Iterator[str]:
    while True:
        try:
            line = ask().strip()
        except KeyboardInterrupt:  # the line is given up, as in a shell
            output.talk("")
            continue
        except EOFError:
            output.talk("")
            return
        if line:
            yield line


@contextlib.contextmanager
def _edit_lines(settings: Settings) -> Iterator[None]:
    """Arrow keys, and what was typed in earlier conversations."""
    import readline

    from cortex_cli.ask.conversation import state_folder

    path = state_folder(settings.environ) / "chat_history"
    with contextlib.suppress(OSError):
        readline.read_history_file(path)
    readline.set_history_length(MAX_TYPED_LINES)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            readline.write_history_file(path)
