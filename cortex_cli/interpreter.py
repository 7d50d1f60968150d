"""The Python interface: a request in, the commands that serve it out.  Nothing is ever run.

    from cortex_cli.interpreter import CommandInterpreter

    CommandInterpreter(provider="llama_cpp").parse("install nginx and configure it")

An instruction model proposes; what cannot work on this machine (no such program, package or
option) is left out and kept in ``left_out``.  The built-in small model proposes nothing: then,
and where nothing of a proposal holds, the commands are those of ``cortex install``.
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
MAX_TOKENS = 512
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
    """Turns words into commands by the model of one provider.

    ``provider`` is one of those of ``CORTEX_PROVIDER``; ``fake`` gives what the variable
    ``CORTEX_FAKE_COMMANDS`` holds, ``{"commands": […]}``.  ``left_out`` tells what the last
    ``parse`` did not let through, and why.
    """

    def __init__(
        self,
        api_key: str = "",
        provider: str = "llama_cpp",
        model: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Remember whom to ask; nothing is sent yet."""
        values = {**(os.environ if environ is None else environ), "CORTEX_PROVIDER": provider}
        if api_key and provider in ENDPOINTS:
            values[f"{ENDPOINTS[provider].prefix}_API_KEY"] = api_key
        self._settings = Settings(values)
        self._provider = provider
        self._model = model
        self.left_out: tuple[Claim, ...] = ()

    def parse(self, request: str) -> list[str]:
        """The commands that serve ``request``, in the order in which they are to run.

        Raises:
            ValueError: the request is empty.
            CortexError: no model answers, or nothing on this machine serves the request
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
        """What the model proposes; None if it is none to ask."""
        if self._provider == FAKE and (text := self._settings.environ.get(FAKE_VARIABLE)):
            return _parse_commands(text)
        with closing(provider.choose(self._settings, self._model)) as source:
            if source.model().profile == prompts.NANO:
                return None
            with Knowledge.open(self._settings.environ) as knowledge:
                named = knowledge.named(request)
                hits = knowledge.search(request, MAX_CANDIDATES)
            found = {each.name: each for each in (*named, *(hit.package for hit in hits))}
            texts = [f"{each.name}: {each.short}" for each in found.values()]
            messages = prompts.messages(
                prompts.CHAT,
                "commands",
                request=request,
                facts=facts.collect(),
                candidates=list(found.values()),
                mark=prompts.mark(*texts),
            )
            reply, _ = provider.complete(source, Question(messages, MAX_TOKENS, json_schema=SCHEMA))
        return _parse_commands(reply)

    def _drop_refuted(self, proposed: Sequence[str]) -> list[str]:
        """Those of ``proposed`` in which nothing is refuted."""
        commands, left_out = [], []
        manuals = Manuals.of(self._settings.environ)
        path = self._settings.environ.get("PATH")
        with Knowledge.open(self._settings.environ) as knowledge:
            for command in proposed:
                judged = command_checks.check_commands(command, knowledge, manuals, path)
                amiss = [claim for claim in judged if claim.refuted]
                if amiss and knowledge.catch_up():
                    judged = command_checks.check_commands(command, knowledge, manuals, path)
                    amiss = [claim for claim in judged if claim.refuted]
                left_out += amiss
                if judged and not amiss:
                    commands.append(command)
        self.left_out = tuple(left_out)
        return commands


def _parse_commands(reply: str) -> list[str]:
    """The list in a model's reply, one line a command.

    Raises:
        Failure: it holds none.
    """
    try:
        value = json.loads(reply)
    except ValueError:
        value = None
    commands = value.get("commands") if isinstance(value, dict) else None
    if not isinstance(commands, list) or not all(isinstance(each, str) for each in commands):
        raise Failure(f"the model's reply holds no list of commands: {shlex.quote(reply[:80])}")
    kept = [each.strip() for each in commands if each.strip() and each.isprintable()]
    return kept[:MAX_COMMANDS]
