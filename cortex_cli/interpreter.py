"""The Python interface: turns a request into commands.  Nothing is ever run.

    from cortex_cli.interpreter import CommandInterpreter

    CommandInterpreter(provider="llama_cpp").parse("install nginx and configure it")

An instruction model proposes commands.  Those that cannot work on this machine (no such program,
package or option) are kept in ``left_out`` instead.  The built-in small model proposes nothing:
then, and if no proposed command is valid, the commands are those of ``cortex install``.
"""

from __future__ import annotations

import json
import os
import shlex
from contextlib import closing
from typing import TYPE_CHECKING

from cortex_cli.ask import command_checks, facts
from cortex_cli.debian.manpages import Manuals
from cortex_cli.errors import Failure
from cortex_cli.install.selection import plan_install
from cortex_cli.language.question import Question
from cortex_cli.model import prompts, provider
from cortex_cli.model.endpoints import ENDPOINTS
from cortex_cli.model.provider import Prompt
from cortex_cli.options import DEFAULT_MAX_TOKENS
from cortex_cli.output import is_plain
from cortex_cli.packages.knowledge import Knowledge
from cortex_cli.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cortex_cli.ask.command_checks import Claim

FAKE = "fake"
FAKE_VARIABLE = "CORTEX_FAKE_COMMANDS"
MAX_COMMANDS = 16
MAX_COMMAND_CHARS = 1000
MAX_CANDIDATES = 8
SCHEMA = {
    "type": "object",
    "properties": {
        "commands": {
            "type": "array",
            "items": {"type": "string", "maxLength": MAX_COMMAND_CHARS},
            "maxItems": MAX_COMMANDS,
        }
    },
    "required": ["commands"],
    "additionalProperties": False,
}


class CommandInterpreter:
    """Turns requests into commands with the model of one provider.

    ``provider`` is a value of ``CORTEX_PROVIDER``; ``fake`` returns the commands in the variable
    ``CORTEX_FAKE_COMMANDS``, ``{"commands": […]}``.  ``left_out`` has the commands that the last
    ``parse`` rejected, and why.
    """

    def __init__(
        self,
        api_key: str = "",
        provider: str = "llama_cpp",
        model: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare the settings; nothing is sent yet."""
        values = {**(os.environ if environ is None else environ), "CORTEX_PROVIDER": provider}
        if api_key and provider in ENDPOINTS:
            values[f"{ENDPOINTS[provider].prefix}_API_KEY"] = api_key
        self._settings = Settings(values)
        self._provider = provider
        self._model = model
        self.left_out: tuple[Claim, ...] = ()

    def parse(self, request: str) -> list[str]:
        """Return the commands for ``request``, in the order in which to run them.

        Raises:
            ValueError: the request is empty.
            CortexError: no model answers, or nothing on this machine fits the request
                (``NothingFound``).
        """
        request = request.strip()
        if not request:
            raise ValueError("the request is empty")
        self.left_out = ()
        proposed = self._propose(request)
        if proposed is None:
            return plan_install(self._settings, request).format_commands()
        commands = self._keep_valid(proposed)
        if proposed and not commands:
            return plan_install(self._settings, request).format_commands()
        return commands

    def _propose(self, request: str) -> list[str] | None:
        """Return what the model proposes; None if it is the built-in small model."""
        if self._provider == FAKE and (text := self._settings.environ.get(FAKE_VARIABLE)):
            return _parse_commands(text)
        with closing(provider.choose(self._settings, self._model, may_ask=False)) as chosen:
            if chosen.model().profile == prompts.NANO:
                return None
            question = Question(request)
            with Knowledge.open(self._settings.environ) as knowledge:
                named = knowledge.find_named(question)
                hits = knowledge.search(question, MAX_CANDIDATES)
            candidates = list(dict.fromkeys([*named, *(hit.package for hit in hits)]))
            texts = [f"{package.name}: {package.short}" for package in candidates]
            messages = prompts.render_messages(
                prompts.CHAT,
                "commands",
                request=request,
                facts=facts.collect(),
                candidates=candidates,
                mark=prompts.make_mark(*texts),
            )
            reply, _ = provider.complete(
                chosen, Prompt(messages, DEFAULT_MAX_TOKENS, json_schema=SCHEMA)
            )
        return _parse_commands(reply)

    def _keep_valid(self, proposed: Sequence[str]) -> list[str]:
        """Return those of ``proposed`` in which nothing is refuted."""
        commands, left_out = [], []
        manuals = Manuals.from_environ(self._settings.environ)
        path = self._settings.environ.get("PATH")
        with Knowledge.open(self._settings.environ) as knowledge:
            for command in proposed:
                claims = command_checks.check_commands(command, knowledge, manuals, path)
                refuted = [claim for claim in claims if claim.refuted]
                if refuted and knowledge.catch_up():
                    claims = command_checks.check_commands(command, knowledge, manuals, path)
                    refuted = [claim for claim in claims if claim.refuted]
                left_out += refuted
                if claims and not refuted:
                    commands.append(command)
        self.left_out = tuple(left_out)
        return commands


def _parse_commands(reply: str) -> list[str]:
    """Return the commands in a model's reply.

    Raises:
        Failure: the reply has no list of commands.
    """
    try:
        value = json.loads(reply)
    except ValueError:
        value = None
    commands = value.get("commands") if isinstance(value, dict) else None
    if not isinstance(commands, list) or not all(isinstance(each, str) for each in commands):
        raise Failure(f"the model's reply has no list of commands: {shlex.quote(reply[:80])}")
    kept = [each.strip() for each in commands if each.strip() and is_plain(each)]
    return kept[:MAX_COMMANDS]
