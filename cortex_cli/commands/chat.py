"""``cortex chat``: a conversation; each question is answered with those before it."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.errors import FAILED, AlreadyReported
from cortex_cli.expressions import expression
from cortex_cli.options import json_option, model_options
from cortex_cli.streams import decode
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cortex_cli.ask.conversation import Conversation
    from cortex_cli.ask.request import Request
    from cortex_cli.settings import Settings

PROMPT = "> "
END_WORDS = ("/exit", "/quit")
NEW_WORD = "/new"
HELP_WORDS = ("/help", "/?")
HELP = (
    ("/help", "this list"),
    ("/new", "start a new conversation"),
    ("/exit, /quit, Ctrl-D", "end the chat"),
    ("Ctrl-C", "stop an answer"),
)
# A whole line; "/etc/fstab" and "/proc is full, why?" are questions.
COMMAND_LINE = expression(r"/[A-Za-z?]+\Z")
MAX_TYPED_LINES = 1000


@click.command()
@click.option("-c", "--continue", "go_on", is_flag=True, help="Continue the last conversation.")
@click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File that the questions are about; repeatable.",
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
    """Hold a conversation: each answer takes the questions before it into account.

    Ctrl-C stops an answer, Ctrl-D or /exit ends the chat, /new starts a new conversation, /help
    lists these.
    Without a terminal every line of standard input is a question; --json then prints one object
    per answer.  Conversations are kept in ~/.local/state/cortex/chats.
    """
    from cortex_cli.ask import attachments
    from cortex_cli.ask.conversation import Conversation
    from cortex_cli.ask.request import Request
    from cortex_cli.language.question import Question

    begin = Conversation.resume_newest if go_on else Conversation.start
    conversation = begin(settings.environ)
    attached = tuple(attachments.collect(files, stdin_is_data=False))
    failed = False
    with _read_questions(settings) as questions:
        for text in questions:
            if text in END_WORDS:
                break
            if text == NEW_WORD:
                conversation = Conversation.start(settings.environ)
                output.talk("new conversation")
                continue
            if COMMAND_LINE.match(text):
                _explain_commands(text)
                continue
            question = Question(text)
            request = Request(question, attached, conversation.turns, system, max_tokens, model)
            failed = not _answer(settings, request, conversation) or failed
    if failed and not sys.stdin.isatty():
        raise AlreadyReported(FAILED)


def _explain_commands(typed: str) -> None:
    """List the words that are no questions; ``typed`` may be none of them."""
    if typed not in HELP_WORDS:
        output.talk(f"no command is named {typed}")
    width = max(len(word) for word, _ in HELP)
    for word, meaning in HELP:
        output.talk(f"  {word:<{width}}  {meaning}")


def _answer(settings: Settings, request: Request, conversation: Conversation) -> bool:
    """Answer and store the turn; an error or Ctrl-C ends this answer, not the conversation."""
    from cortex_cli.ask.answer import answer
    from cortex_cli.ask.view import AnswerPrinter, print_footer
    from cortex_cli.commands.ask import warn_without_lists

    view = AnswerPrinter(quiet=settings.json)
    try:
        result = answer(settings, request, view)
    except CortexError as error:
        view.end_line()
        output.complain(error.message, error.hint)
        return False
    except KeyboardInterrupt:
        view.end_line()
        if not sys.stdin.isatty():
            raise
        output.talk("stopped")
        return True
    view.end_line()
    warn_without_lists(settings, result)
    _save(conversation, request.question.text, result.text.strip())
    output.emit(result.as_json(), lambda: print_footer(result), as_json=settings.json)
    return True


def _save(conversation: Conversation, question: str, answer: str) -> None:
    """Store a turn; where that is not possible, the conversation goes on in memory."""
    is_first = not conversation.turns
    try:
        conversation.add(question, answer)
    except OSError as error:
        if is_first:  # once is enough
            reason = error.strerror or str(error)
            output.complain(f"cannot save this conversation: {error.filename}: {reason}")


@contextlib.contextmanager
def _read_questions(settings: Settings) -> Iterator[Iterator[str]]:
    """Yield the questions: typed at the prompt, or one per line of standard input."""
    if not sys.stdin.isatty():
        yield (decode(line).strip() for line in sys.stdin if line.strip())
        return
    with _edit_lines(settings):
        yield _prompt(lambda: input(PROMPT))


def _prompt(ask: Callable[[], str]) -> Iterator[str]:
    while True:
        try:
            line = decode(ask()).strip()
        except KeyboardInterrupt:  # discards the line, as in a shell
            output.talk("")
            continue
        except EOFError:
            output.talk("")
            return
        if line:
            yield line


@contextlib.contextmanager
def _edit_lines(settings: Settings) -> Iterator[None]:
    """Enable arrow keys and the history of earlier conversations."""
    import readline

    from cortex_cli.settings import find_state_folder

    path = find_state_folder(settings.environ) / "chat_history"
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
