"""Reads policy files; an error names file, line and key.

The administrator's is ``/etc/cortex/policy.yaml``, or, if nothing is there, the file shipped with
Cortex.  The user's (``CORTEX_POLICY``, ``~/.config/cortex/policy.yaml``) applies in addition,
so it can forbid more but never allow more.  A name that leads nowhere (a dangling link, a folder
that cannot be entered) is an error: somebody meant a policy to be there.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from cortex_cli.errors import UsageError
from cortex_cli.install.policy.apt_arguments import ChangeKind
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.rules import Level, Policy, Rule
from cortexd.api.errors import find_nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SYSTEM_FILE = Path("/etc/cortex/policy.yaml")
SHIPPED_FILE = Path(__file__).with_name("policy.yaml")
MAX_BYTES = 1024 * 1024
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LEVELS = {"deny": Level.DENY, "ask": Level.ASK, "allow": Level.ALLOW}
VALUES = {"change": tuple(ChangeKind), "effect": tuple(Effect)}
CONDITIONS = ("command", "argument", "package", "origin", "change", "effect")


class PolicyError(UsageError):
    """A policy file cannot be used; nothing is run without it."""


def load_policies(environ: Mapping[str, str]) -> list[Policy]:
    """Load every policy in force, the administrator's first.

    Raises:
        PolicyError: a file cannot be read or is invalid.
    """
    loaded = [
        load_file(SYSTEM_FILE, trusted=True) if _is_named(SYSTEM_FILE) else load_file(SHIPPED_FILE)
    ]
    home = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME") or "/nonexistent") / ".config"
    own = Path(environ.get("CORTEX_POLICY") or Path(home) / "cortex/policy.yaml")
    if environ.get("CORTEX_POLICY") or _is_named(own):
        loaded.append(load_file(own, default=Level.ALLOW))
    return loaded


def _is_named(path: Path) -> bool:
    """Return False only if nothing of this name is there; a link may lead anywhere."""
    try:
        path.lstat()
    except FileNotFoundError:
        # A folder on the way may be a link that leads nowhere.
        return any(parent.is_symlink() and not parent.exists() for parent in path.parents)
    except OSError as error:
        raise PolicyError(f"cannot read the policy {path}: {error.strerror}") from error
    return True


def load_file(path: Path, *, trusted: bool = False, default: Level = Level.DENY) -> Policy:
    """Load one file; with ``trusted``, only if nobody but root can change it."""
    try:
        # Without a writer, opening a pipe would wait for one.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise PolicyError(f"the policy {path} is not a file")
            if trusted:
                _check_ownership(path, status)
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(
            f"cannot read the policy {path}: {error.strerror}", hint=f"look at: ls -l {path}"
        ) from error
    if len(data) > MAX_BYTES:
        raise PolicyError(f"{path} is longer than {MAX_BYTES} bytes")
    return parse(data, str(path), default=default)


def _check_ownership(path: Path, status: os.stat_result) -> None:
    """Refuse a file, or a folder on the way to it, that others than root can change."""
    resolved = path.resolve()
    places = [(resolved, status), *((folder, folder.stat()) for folder in resolved.parents)]
    for place, place_status in places:
        # In a sticky folder only root can replace what root owns.
        shared = place is not resolved and place_status.st_mode & stat.S_ISVTX
        open_to_others = place_status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not shared
        if place_status.st_uid != 0 or open_to_others:
            raise PolicyError(
                f"users other than root can write {place}",
                hint=f"run: chown root:root {place} && chmod go-w {place}",
            )


def _refuse_aliases(data: bytes, file_name: str) -> None:
    """A few aliases of aliases make a page into millions of values; no rule needs one."""
    for event in yaml.parse(data, Loader=LOADER):
        if getattr(event, "anchor", None) is not None:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise PolicyError(
                f"{file_name}, line {line}: YAML anchors and aliases are not allowed",
                hint="write the value out, or put a text that begins with & or * in quotes",
            )


def parse(data: bytes, file_name: str, default: Level = Level.DENY) -> Policy:
    """Parse a policy file's bytes; ``default`` applies if the file names none."""
    try:
        _refuse_aliases(data, file_name)
        node = yaml.compose(data, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise PolicyError(f"{file_name}, line {line}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise PolicyError(f"{file_name}: not valid YAML: {error}") from error
    rules: list[Rule] = []
    for key, value in _parse_mapping(node, file_name, "the file") if node is not None else ():
        name = key.value
        if name == "default":
            if not isinstance(value, yaml.ScalarNode) or value.value not in LEVELS:
                raise _error(file_name, value, name, "must be allow, ask or deny")
            default = LEVELS[value.value]
        elif name in LEVELS:
            rules += _parse_rules(value, file_name, name)
        else:
            raise _unknown_key(file_name, key, ("default", *LEVELS))
    return Policy(file_name, default, tuple(rules))


def _parse_rules(node: yaml.Node, file_name: str, level: str) -> Iterator[Rule]:
    if isinstance(node, yaml.ScalarNode) and not node.value:
        return
    if not isinstance(node, yaml.SequenceNode):
        raise _error(file_name, node, level, "must be a list of rules")
    for number, item in enumerate(node.value, start=1):
        where = f"{level}[{number}]"
        conditions: dict[str, tuple[str, ...]] = {}
        reason = ""
        for key, value in _parse_mapping(item, file_name, where):
            if key.value == "reason":
                (reason,) = _parse_texts(value, file_name, f"{where}.reason", most=1)
            elif key.value in CONDITIONS:
                texts = _parse_texts(value, file_name, f"{where}.{key.value}")
                known = VALUES.get(key.value)
                if known and not set(texts) <= set(known):
                    raise _error(file_name, value, f"{where}.{key.value}", _list_values(known))
                conditions[key.value] = texts
            else:
                raise _unknown_key(file_name, key, (*CONDITIONS, "reason"), where)
        if not conditions:
            raise _error(file_name, item, where, f"needs one of {', '.join(CONDITIONS)}")
        place = f"{file_name}, line {item.start_mark.line + 1}"
        yield Rule(LEVELS[level], **conditions, reason=reason, place=place)


def _parse_mapping(
    node: yaml.Node, file_name: str, where: str
) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise _error(file_name, node, where, "must be a mapping")
    seen = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _error(file_name, key, where, "has a key that is not a plain word")
        if key.value in seen:
            raise _error(file_name, key, key.value, "occurs twice")
        seen.add(key.value)
        yield key, value


def _parse_texts(
    node: yaml.Node, file_name: str, where: str, most: int | None = None
) -> tuple[str, ...]:
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if not items or any(not isinstance(item, yaml.ScalarNode) or not item.value for item in items):
        raise _error(file_name, node, where, "must be a string or a list of strings")
    if most is not None and len(items) > most:
        raise _error(file_name, node, where, "must be one string")
    return tuple(item.value for item in items)


def _list_values(known: Iterable[str]) -> str:
    return f"must be some of {', '.join(known)}"


def _unknown_key(
    file_name: str, key: yaml.ScalarNode, known: tuple[str, ...], where: str = ""
) -> PolicyError:
    guess = find_nearest(key.value, known)
    hint = f"did you mean {guess}?" if guess else f"known keys: {', '.join(known)}"
    return PolicyError(
        f"{file_name}, line {key.start_mark.line + 1}: unknown key {key.value!r}"
        + (f" in {where}" if where else ""),
        hint=hint,
    )


def _error(file_name: str, node: yaml.Node, where: str, problem: str) -> PolicyError:
    return PolicyError(f"{file_name}, line {node.start_mark.line + 1}: {where} {problem}")
