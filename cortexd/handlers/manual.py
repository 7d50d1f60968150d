"""help: the table of commands as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cortexd.api import strictjson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from msgspec import Raw

    from cortexd.api.messages import CommandHelp, HelpReply, NoParams, Params
    from cortexd.context import Caller, Context
    from cortexd.handlers.command import Command


def help_(ctx: Context, _params: NoParams, _caller: Caller) -> Raw:
    """List every command with the JSON schema of its parameters."""
    return ctx.describe_commands()


def encode_commands(commands: Iterable[Command]) -> Raw:
    """The data of ``help`` as JSON, so that it need be encoded only once."""
    from msgspec import Raw

    return Raw(strictjson.dumps(describe_commands(commands)))


def describe_commands(commands: Iterable[Command]) -> HelpReply:
    """The table of commands as the data of ``help``."""
    return {"commands": [_describe(command) for command in commands]}


def _describe(command: Command) -> CommandHelp:
    return {
        "name": command.name,
        "aliases": list(command.aliases),
        "level": command.level.label,
        "summary": command.summary,
        "streams": command.streams,
        "params": params_schema(command.params),
    }


def params_schema(params: type[Params]) -> dict[str, Any]:
    """JSON schema (2020-12) of a command's parameters, without references."""
    import msgspec

    (schema,), components = msgspec.json.schema_components([params], ref_template="{name}")
    resolved: dict[str, Any] = _inline(schema, components)
    return resolved


def _inline(node: Any, components: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inline(member, components) for member in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inline(components[node["$ref"]], components)
    return {key: _inline(value, components) for key, value in node.items()}
