"""The Python interface: a request in, commands out.  Nothing is ever run.

    from cortex_cli.interpreter import CommandInterpreter

    CommandInterpreter(provider="llama_cpp").parse("install nginx and configure it")

An instruction model proposes; commands that cannot work on this machine (no such program,
package or option) are dropped and kept in ``left_out``.  The built-in small model proposes
nothing: then, and if no proposed command is valid, the commands are those of ``cortex install``.
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
from cortex_cli.model import prompts, provider
from cortex_cli.model.provider import ENDPOINTS, Question
from cortex_cli.options import DEFAULT_MAX_TOKENS
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
    """Turns words into commands with one provider's model.

    ``provider`` is a value of ``CORTEX_PROVIDER``; ``fake`` returns the contents of the variable
    ``CORTEX_FAKE_COMMANDS``, ``{"commands": […]}``.  ``left_out`` has what the last ``parse``
    dropped, and why.
    """

    def __init__(
        self,
        api_key: str = "",
        provider: str = "llama_cpp",
        model: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the settings; nothing is sent yet."""
        values = {**(os.environ if environ is None else environ), "CORTEX_PROVIDER": provider}
        if api_key and provider in ENDPOINTS:
            values[f"{ENDPOINTS[provider].prefix}_API_KEY"] = api_key
        self._settings = Settings(values)
        self._provider = provider
        self._model = model
        self.left_out: tuple[Claim, ...] = ()

    def parse(self, request: str) -> list[str]:
        """Return the commands for ``request``, in the order to run them.

        Raises:
            ValueError: the request is empty.
            CortexError: no model answers, or nothing on this machine matches the request
                (``NothingFound``).
        """
        request = request.strip()
        if not request:
            raise ValueError("the request is empty")
        self.left_out = ()
        proposed = self._propose(request)
        if proposed is None:
            return plan_install(self._settings, request).format_commands()
        commands = self._drop_refuted(proposed)
        if proposed and not commands:
            return plan_install(self._settings, request).format_commands()
        return commands

    def _propose(self, request: str) -> list[str] | None:
        """Return what the model proposes; None for the small model, which is not asked."""
        if self._provider == FAKE and (text := self._settings.environ.get(FAKE_VARIABLE)):
            return _parse_commands(text)
        with closing(provider.choose(self._settings, self._model)) as model_provider:
            if model_provider.model().profile == prompts.NANO:
                return None
            with Knowledge.open(self._settings.environ) as knowledge:
                named = knowledge.named(request)
                hits = knowledge.search(request, MAX_CANDIDATES)
            packages = {pkg.name: pkg for pkg in (*named, *(hit.package for hit in hits))}
            texts = [f"{pkg.name}: {pkg.short}" for pkg in packages.values()]
            messages = prompts.messages(
                prompts.CHAT,
                "commands",
                request=request,
                facts=facts.collect(),
                candidates=list(packages.values()),
                mark=prompts.mark(*texts),
            )
            question = Question(messages, DEFAULT_MAX_TOKENS, json_schema=SCHEMA)
            reply, _ = provider.complete(model_provider, question)
        return _parse_commands(reply)

    def _drop_refuted(self, proposed: Sequence[str]) -> list[str]:
        """Return the commands of ``proposed`` in which nothing is refuted."""
        commands, left_out = [], []
        manuals = Manuals.of(self._settings.environ)
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
    """Return the commands in a model's reply, one line each.

    Raises:
        Failure: the reply has no list of commands.
    """
    try:
        value = json.loads(reply)
    except ValueError:
        value = None
    commands = value.get("commands") if isinstance(value, dict) else None
    if not isinstance(commands, list) or not all(isinstance(command, str) for command in commands):
        raise Failure(f"the model's reply has no list of commands: {shlex.quote(reply[:80])}")
    printable = [text.strip() for text in commands if text.strip() and text.isprintable()]
    return printable[:MAX_COMMANDS]
