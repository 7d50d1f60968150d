"""From one call to its reply: find, authorise, validate, run, reply, in this order.

Whatever a handler raises becomes an error reply; a defect is logged with its traceback, and
the client gets INTERNAL_ERROR without it.  Knows nothing of sockets.
"""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any

from cortexd.access import Level
from cortexd.api import validation
from cortexd.api.errors import (
    CortexError,
    InternalError,
    InvalidCommand,
    InvalidParams,
    ShuttingDown,
    Unauthorized,
    find_nearest,
    quote,
)
from cortexd.events import Event
from cortexd.handlers import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from cortexd.api.dialects import Call
    from cortexd.context import Caller, Context
    from cortexd.handlers.command import Command

_log = logging.getLogger(__name__)

_BY_NAME: dict[str, Command] = {
    name: command for command in COMMANDS for name in (command.name, *command.aliases)
}

_ASYNC_COMMANDS = {command for command in COMMANDS if inspect.iscoroutinefunction(command.handler)}


class Dispatcher:
    """Runs calls against one context."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._stopping = False

    def stop_work(self) -> None:
        """Refuse new work from now on; commands of level READ are still answered."""
        self._stopping = True

    def run(self, call: Call, caller: Caller) -> bytes | Coroutine[Any, Any, bytes]:
        """The reply, or a coroutine that returns it if the command takes time."""
        try:
            command = self._find_command(call)
            self._authorise(command, caller)
            params = _validate(command, call)
            self.context.counters.requests[command.name] += 1
            if command in _ASYNC_COMMANDS:
                return self._finish(call, command, params, caller)
            return call.encode_reply(command.handler(self.context, params, caller))
        except Exception as error:  # noqa: BLE001 - the one edge where every error becomes a reply
            return self.fail(call, error)

    def fail(self, call: Call, error: Exception) -> bytes:
        """The error reply, counted; a defect is logged here."""
        if not isinstance(error, CortexError):
            _log.error(
                "defect while serving %s",
                quote(call.command),
                exc_info=error,
                extra={"fields": {"MESSAGE_ID": Event.DEFECT.value}},
            )
            error = InternalError(
                "internal error; part of this request may have taken effect",
                hint="the details are in the journal: journalctl -u cortexd -p err",
            )
        self.context.counters.errors[error.code] += 1
        return call.encode_error(error)

    async def _finish(self, call: Call, command: Command, params: Any, caller: Caller) -> bytes:
        try:
            return call.encode_reply(await command.handler(self.context, params, caller))
        except Exception as error:  # noqa: BLE001 - as in run
            return self.fail(call, error)

    def _find_command(self, call: Call) -> Command:
        if call.error is not None:
            raise call.error
        if (command := _BY_NAME.get(call.command)) is None:
            guess = find_nearest(call.command, _BY_NAME)
            raise InvalidCommand(
                f"unknown command {quote(call.command)}",
                hint=f"did you mean {guess}?"
                if guess
                else 'list the commands with {"command":"help"}',
                command=call.command[:64],
            )
        if self._stopping and command.level is not Level.READ:
            raise ShuttingDown("the daemon is stopping and accepts no new requests")
        return command

    def _authorise(self, command: Command, caller: Caller) -> None:
        if command.level is Level.READ:  # any local user: whoever could connect
            return
        context = self.context
        if context.level_of(caller.peer) >= command.level:
            return
        access = context.config.access
        group = access.admin_group if command.level is Level.ADMIN else access.use_group
        role = "administrators" if command.level is Level.ADMIN else f"members of {group}"
        raise Unauthorized(
            f"only {role} may use {command.name}; user {caller.peer.uid} is not one of them",
            hint=f"join the group: sudo adduser USER {group}, then log in again",
            level=command.level.label,
        )


def _validate(command: Command, call: Call) -> Any:
    if call.params and isinstance(call.params, list):
        names = ", ".join(command.params.__struct_fields__)
        raise InvalidParams(
            f"{command.name} takes parameters by name, not a list of {len(call.params)}",
            hint=f"send an object; valid names: {names}" if names else 'leave "params" out',
        )
    try:
        return validation.convert(call.params or {}, command.params)
    except validation.Invalid as error:
        problem = error.problem
        name = ".".join(problem.path)
        raise InvalidParams(
            f"{command.name}: {name} {problem.reason}" if name else problem.reason,
            hint=problem.hint,
            param=name or None,
        ) from error
