"""A YAML file as plain values, with the line number of each key.

Knows nothing of what the keys mean.  Also reads the older ``daemon.conf`` form, in which
``[llm]`` on a line of its own starts a section.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from cortexd.api.errors import ConfigError, quote

Key = tuple[str, ...]

# A configuration is a page or two; more is the wrong file.
MAX_FILE_BYTES = 1024 * 1024
MAX_SHOWN_CHARS = 60
NO_ALIASES = "write the value out, or put a text that begins with & or * in quotes"

_HEADER = re.compile(r"^\[([A-Za-z_][\w-]*)\]\s*(?:#.*)?$")
# libyaml's parser where PyYAML was built with it, as every wheel is.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """The values of one file; ``lines`` maps a key's path to its line, counted from 1."""

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)

    def locate(self, key: Key) -> str:
        """``FILE, line N`` for a key, or the file alone if the line is unknown."""
        line = self.lines.get(key)
        return f"{self.path}, line {line}" if line else str(self.path)


def read(path: Path) -> YamlFile:
    """Read one file.

    Raises:
        ConfigError: unreadable, too large, not UTF-8, not YAML, or not a mapping.
        FileNotFoundError: it does not exist; the caller decides whether that matters.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise ConfigError(
                f"{path} is larger than {MAX_FILE_BYTES} bytes; is it the right file?"
            )
        text = raw.decode()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}", hint=f"check its permissions: ls -l {path}"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start})") from error
    try:
        text = _indent_sections(text)
        if alias := find_alias(text):
            raise ConfigError(
                f"{path}, line {alias.line}: YAML anchors and aliases are not allowed: "
                f"{alias.text}",
                hint=NO_ALIASES,
            )
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise ConfigError(_describe_syntax_error(path, error)) from error
    except RecursionError as error:
        raise ConfigError(f"{path} is nested too deeply") from error
    if node is None or node.tag == "tag:yaml.org,2002:null":
        return YamlFile(path)
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(
            f"{path} contains no keys; write, for example, 'llm:' and below it '  url: …'"
        )
    lines: dict[Key, int] = {}
    try:
        return YamlFile(path, _read_mapping(path, node, (), lines), lines)
    except RecursionError as error:
        raise ConfigError(f"{path} is nested too deeply or contains itself") from error


class Alias(NamedTuple):
    """``text`` as it is written, ``&name`` or ``*name``, and its line."""

    text: str
    line: int


def find_alias(text: str) -> Alias | None:
    """The first anchor or alias: a few aliases of aliases make a page into millions of values.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    if "*" not in text and "&" not in text:
        return None
    for event in yaml.parse(text, Loader=_Loader):
        name = getattr(event, "anchor", None)
        if name is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            line = event.start_mark.line + 1 if event.start_mark else 0
            return Alias(f"{sign}{name}"[:MAX_SHOWN_CHARS], line)
    return None


def _indent_sections(text: str) -> str:
    """Turn ``[llm]`` headers into YAML mappings; line numbers stay as they are."""
    lines = text.splitlines()
    if not any(_HEADER.match(line) for line in lines):
        return text
    inside = False
    for number, line in enumerate(lines):
        if header := _HEADER.match(line):
            lines[number] = f"{header[1]}:"
            inside = True
        elif inside:
            lines[number] = f"  {line}"
    return "\n".join(lines)


def _read_mapping(
    path: Path, node: yaml.MappingNode, at: Key, lines: dict[Key, int]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConfigError(f"{path}, line {line}: keys must be plain text")
        name = str(key_node.value)
        key = (*at, name)
        if name in values:
            raise ConfigError(
                f"{path}, line {line}: duplicate key {quote('.'.join(key))}, "
                f"first on line {lines[key]}"
            )
        lines[key] = line
        values[name] = _read_value(path, value_node, key, lines)
    return values


def _read_value(path: Path, node: yaml.Node, key: Key, lines: dict[Key, int]) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _read_mapping(path, node, key, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_read_value(path, member, key, lines) for member in node.value]
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(
            f"{path}, line {node.start_mark.line + 1}: invalid value for {'.'.join(key)}: "
            f"{quote(node.value)}"
        ) from error
    finally:
        loader.dispose()


def _describe_syntax_error(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"{path}, line {mark.line + 1}" if mark else str(path)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{place}: invalid YAML: {problem}"
