"""The Python interface: turns a request into commands.  Nothing is ever run.

    from cortex_cli.interpreter import CommandInterpreter

    CommandInterpreter(provider="llama_cpp").parse("install nginx and configure it")

An installation is what ``cortex install`` would do, with the next steps where the request goes on
("install nginx and configure it"); anything else that the catalogue of actions knows ("restart the
ssh service") is what it says.  Only then does a chat model propose commands.  Of these only lines
are kept that are plain words, exist on this machine with their options, and destroy nothing; the
others are in ``left_out``.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from contextlib import closing
from typing import TYPE_CHECKING

from cortex_cli import actions
from cortex_cli.actions.kinds import FITS
from cortex_cli.actions.placeholders import PLACEHOLDERS
from cortex_cli.ask import command_checks, command_effects, facts, shell_parser
from cortex_cli.ask.answerers import ENOUGH
from cortex_cli.ask.command_checks import Claim, Verdict
from cortex_cli.debian.manpages import Manuals
from cortex_cli.errors import Failure
from cortex_cli.expressions import expression
from cortex_cli.finding import READS
from cortex_cli.install import next_steps
from cortex_cli.install.selection import plan_install
from cortex_cli.language.question import Question
from cortex_cli.model import ability, prompts, provider
from cortex_cli.model.ability import Ability
from cortex_cli.model.endpoints import ENDPOINTS
from cortex_cli.model.provider import Prompt
from cortex_cli.options import DEFAULT_MAX_TOKENS
from cortex_cli.output import is_plain
from cortex_cli.packages.knowledge import Knowledge
from cortex_cli.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


FAKE = "fake"
FAKE_VARIABLE = "CORTEX_FAKE_COMMANDS"
MAX_COMMANDS = 16
MAX_COMMAND_CHARS = 1000
MAX_CANDIDATES = 8
# What a shell would expand, redirect or nest.
_NOT_PLAIN = frozenset("<>(){}`$*?[")
_INSTALLS = expression(
    r"\W*(?:please\s+)?(?:install|installe[rz]?|instala[r]?|set\s*up)\b", re.IGNORECASE
)
_GAP = expression(r"\b[A-Z\u00c0-\u00dc]{3,}\b")
PLACEHOLDER_WORDS = frozenset(
    [word for words in PLACEHOLDERS.values() for word in words.values()]
    + [kind.upper() for kind in FITS]
    + ["SERVICE"]
)
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
            CortexError: nothing on this machine fits the request (``NothingFound``), or the
                model that is needed then does not answer.
        """
        request = request.strip()
        if not request:
            raise ValueError("the request is empty")
        self.left_out = ()
        if FAKE_VARIABLE not in self._settings.environ or self._provider != FAKE:
            if _INSTALLS.match(request):
                return self._plan(request)
            if commands := find_action_commands(request):
                return commands
        proposed = self._propose(request)
        commands = self._keep_valid(proposed) if proposed else []
        return self._plan(request) if proposed is None or (proposed and not commands) else commands

    def _plan(self, request: str) -> list[str]:
        """Return what installs what is asked for, and the next steps if they are."""
        wanted, follow_up = next_steps.split_follow_up(request)
        plan = plan_install(self._settings, wanted)
        commands = [
            line if line.startswith("sudo ") else f"sudo {line}" for line in plan.format_commands()
        ]
        if follow_up is not None:
            for package in plan.packages:
                commands += next_steps.list_next_steps(package.name)
        return commands

    def _propose(self, request: str) -> list[str] | None:
        """Return what the model proposes; None if it is too small to be asked."""
        if self._provider == FAKE and (text := self._settings.environ.get(FAKE_VARIABLE)):
            return _parse_commands(text)
        with closing(provider.choose(self._settings, self._model, may_ask=False)) as chosen:
            if ability.judge(chosen.model()) < Ability.CHATS:
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
        """Return those of ``proposed`` that are checked; the others go to ``left_out``."""
        commands, left_out = [], []
        manuals = Manuals.from_environ(self._settings.environ)
        path = self._settings.environ.get("PATH")
        with Knowledge.open(self._settings.environ) as knowledge:
            for command in proposed:
                claims = command_checks.check_commands(command, knowledge, manuals, path)
                if any(claim.refuted for claim in claims) and knowledge.catch_up():
                    claims = command_checks.check_commands(command, knowledge, manuals, path)
                doubted = [claim for claim in claims if claim.verdict is Verdict.UNVERIFIED]
                refuted = any(claim.refuted for claim in doubted)
                if not refuted and (problem := _find_problem(command)):
                    doubted = [Claim(command, Verdict.UNVERIFIED, problem, refuted=True)]
                left_out += doubted
                if claims and not doubted:
                    commands.append(command)
        self.left_out = tuple(dict.fromkeys(left_out))
        return commands


def find_action_commands(request: str) -> list[str]:
    """Return the commands of the action that ``request`` is; none if it is none for sure.

    Of two readings the better one; a command in which the request has filled no value is none.
    """
    finding = actions.find(request, Question(request).language)
    if finding is None or finding.confidence < ENOUGH:
        return []
    first = finding.commands[0]
    lines = []
    for command in finding.commands:
        # Another reading, or a look at what would be destroyed.
        if command.note != first.note or (command.effect == READS and first.effect != READS):
            continue
        gaps = set(_GAP.findall(command.text)) - set(_GAP.findall(request))
        if gaps & PLACEHOLDER_WORDS:
            return []
        lines.append(f"{'sudo ' if command.needs_root else ''}{command.text}")
    return lines


def _find_problem(command: str) -> str | None:
    """Return why ``command`` is not given out, whatever the check says; None if it may be."""
    if harm := command_effects.find_harm(command):
        return f"it {harm.what}"
    words = shlex.shlex(command, posix=False, punctuation_chars="<>(){};&|`")
    words.whitespace_split = True
    if any(not word.startswith(("'", '"')) and set(word) & _NOT_PLAIN for word in words):
        return "it redirects, or is known only when it runs"
    commands = shell_parser.parse_commands(command) or []
    if not commands or any(None in each.arguments for each in commands):
        return "it is known only when it runs"
    return None


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
