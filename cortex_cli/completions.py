"""Completion scripts for bash, zsh and fish, with every command and option written out.

Pressing Tab runs no Python: a script is made once, from the commands themselves, and only file
names are looked up.  Knows click, and none of the commands.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_HELP_CHARS = 60
# A pattern for "none of these": what is matched always begins with the program's name.
NEVER = "''"


@dataclass(frozen=True, slots=True)
class Word:
    """A word to complete, and what it means."""

    text: str
    help: str


@dataclass(frozen=True, slots=True)
class Option:
    """One spelling of an option; what follows it is a file, one of ``choices``, or free."""

    word: Word
    takes_value: bool
    takes_file: bool
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One command: ``path`` from the root, the words that may follow, its options."""

    path: str
    words: tuple[Word, ...]
    commands: tuple[str, ...]
    options: tuple[Option, ...]


def collect(
    command: click.Command, path: str, parent: click.Context | None = None
) -> Iterator[Node]:
    """Yield ``command`` and all below it; ``path`` is its name with those above it."""
    ctx = click.Context(command, parent, info_name=path)
    subcommands: list[tuple[str, click.Command]] = []
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            subcommand = command.get_command(ctx, name)
            if subcommand is not None and not subcommand.hidden:
                subcommands.append((name, subcommand))
    words = [Word(name, sub.get_short_help_str(MAX_HELP_CHARS)) for name, sub in subcommands]
    for param in command.get_params(ctx):
        if isinstance(param, click.Argument) and isinstance(param.type, click.Choice):
            words += [Word(str(choice), "") for choice in param.type.choices]
    options = [
        option
        for param in command.get_params(ctx)
        if isinstance(param, click.Option) and not param.hidden
        for option in _list_spellings(param)
    ]
    names = tuple(name for name, _ in subcommands)
    yield Node(path, tuple(words), names, tuple(options))
    for name, sub in subcommands:
        yield from collect(sub, f"{path} {name}", ctx)


def _list_spellings(param: click.Option) -> Iterator[Option]:
    text = " ".join((param.help or "").split("\n", 1)[0].split())
    takes_value = not param.is_flag and not param.count
    choices = tuple(map(str, param.type.choices)) if isinstance(param.type, click.Choice) else ()
    takes_file = isinstance(param.type, (click.Path, click.File))
    for name in (*param.opts, *param.secondary_opts):
        yield Option(Word(name, text[:MAX_HELP_CHARS]), takes_value, takes_file, choices)


def render(shell: str, command: click.Command, name: str) -> str:
    """Return the script for ``shell``: bash, zsh or fish."""
    return RENDERERS[shell](list(collect(command, name)), name)


def _follow(nodes: Iterable[Node]) -> tuple[list[str], list[str]]:
    """Return "PATH WORD" for each word that leads to a command, and for each valued option."""
    nodes = list(nodes)
    down = [f"{node.path} {name}" for node in nodes for name in node.commands]
    skip = [f"{node.path} {o.word.text}" for node in nodes for o in node.options if o.takes_value]
    return down, skip


def _values(nodes: Iterable[Node]) -> Iterator[tuple[str, Option]]:
    for node in nodes:
        for option in node.options:
            if option.takes_value:
                yield f"{node.path} {option.word.text}", option


def _patterns(texts: Iterable[str]) -> str:
    return " | ".join(shlex.quote(text) for text in texts) or NEVER


def _render_bash(nodes: list[Node], name: str) -> str:
    down, skip = _follow(nodes)
    files = [key for key, option in _values(nodes) if option.takes_file]
    free = [key for key, option in _values(nodes) if not option.takes_file and not option.choices]
    lines = [
        f"_{name}() {{",
        f"    local at={name} i options='' words='' current=${{COMP_WORDS[COMP_CWORD]}}",
        "    COMPREPLY=()",
        "    for ((i = 1; i < COMP_CWORD; i++)); do",
        '        case "$at ${COMP_WORDS[i]}" in',
        f'            {_patterns(down)}) at="$at ${{COMP_WORDS[i]}}" ;;',
        f"            {_patterns(skip)}) ((i++)) ;;",
        "        esac",
        "    done",
        '    case "$at ${COMP_WORDS[COMP_CWORD - 1]}" in',
        f"        {_patterns(files)})",
        "            compopt -o filenames 2>/dev/null",
        '            mapfile -t COMPREPLY < <(compgen -f -- "$current")',
        "            return ;;",
        f"        {_patterns(free)}) return ;;",
    ]
    for key, option in _values(nodes):
        if option.choices:
            quoted = shlex.quote(" ".join(option.choices))
            lines.append(f"        {shlex.quote(key)}) words={quoted} ;;")
    lines += ["        *)", '            case "$at" in']
    for node in nodes:
        words = shlex.quote(" ".join(word.text for word in node.words))
        options = shlex.quote(" ".join(option.word.text for option in node.options))
        lines.append(
            f"                {shlex.quote(node.path)}) words={words} options={options} ;;"
        )
    lines += [
        "            esac ;;",
        "    esac",
        "    [[ $current != -* ]] || words=$options",
        '    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")',
        "}",
        f"complete -F _{name} {name}",
    ]
    return "\n".join(lines) + "\n"


def _render_zsh(nodes: list[Node], name: str) -> str:
    down, skip = _follow(nodes)
    lines = [
        f"#compdef {name}",
        f"_{name}() {{",
        f"    local at={name} i",
        "    local -a found",
        "    for ((i = 2; i < CURRENT; i++)); do",
        '        case "$at ${words[i]}" in',
        f'            {_patterns(down)}) at="$at ${{words[i]}}" ;;',
        f"            {_patterns(skip)}) ((i++)) ;;",
        "        esac",
        "    done",
        '    case "$at ${words[CURRENT - 1]}" in',
    ]
    for key, option in _values(nodes):
        action = "_files" if option.takes_file else f"compadd -- {shlex.join(option.choices)}"
        lines.append(
            f"        {shlex.quote(key)}) "
            f"{action if option.takes_file or option.choices else ':'}; return ;;"
        )
    lines += ["    esac", "    if [[ ${words[CURRENT]} == -* ]]; then", '        case "$at" in']
    for node in nodes:
        entries = shlex.join(_zsh_entry(option.word) for option in node.options)
        lines.append(f"            {shlex.quote(node.path)}) found=({entries}) ;;")
    lines += ["        esac", "    else", '        case "$at" in']
    lines += [
        f"            {shlex.quote(node.path)}) "
        f"found=({shlex.join(_zsh_entry(word) for word in node.words)}) ;;"
        for node in nodes
        if node.words
    ]
    lines += [
        "        esac",
        "    fi",
        f"    (($#found)) && _describe {name} found",
        "}",
        "if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then",
        f'    _{name} "$@"',
        "else",
        f"    compdef _{name} {name}",
        "fi",
    ]
    return "\n".join(lines) + "\n"


def _zsh_entry(word: Word) -> str:
    text = word.text.replace(":", "\\:")
    return f"{text}:{word.help}" if word.help else text


def _render_fish(nodes: list[Node], name: str) -> str:
    down, skip = _follow(nodes)
    lines = [
        f"function __{name}_words",
        f"    set -l at {name}",
        "    set -l skip 0",
        "    set -l last",
        "    set -l typed (commandline -opc)",
        "    for word in $typed[2..-1]",
        "        set last $word",
        "        if test $skip = 1",
        "            set skip 0",
        "            continue",
        "        end",
        '        switch "$at $word"',
        f"            case {' '.join(map(_fish_quote, down)) or NEVER}",
        '                set at "$at $word"',
        f"            case {' '.join(map(_fish_quote, skip)) or NEVER}",
        "                set skip 1",
        "        end",
        "    end",
        "    if test $skip = 1",
        '        switch "$at $last"',
    ]
    for key, option in _values(nodes):
        lines.append(f"            case {_fish_quote(key)}")
        if option.takes_file:
            lines.append("                __fish_complete_path (commandline -ct)")
        elif option.choices:
            choices = " ".join(map(_fish_quote, option.choices))
            lines.append(f"                printf '%s\\n' {choices}")
    lines += ["        end", "        return", "    end", '    switch "$at"']
    for node in nodes:
        words = [*node.words, *(option.word for option in node.options)]
        entries = " ".join(_fish_quote(text) for word in words for text in (word.text, word.help))
        lines.append(f"        case {_fish_quote(node.path)}")
        lines.append(f"            printf '%s\\t%s\\n' {entries}")
    lines += ["    end", "end", f"complete -c {name} -f -a '(__{name}_words)'"]
    return "\n".join(lines) + "\n"


def _fish_quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


RENDERERS = {"bash": _render_bash, "zsh": _render_zsh, "fish": _render_fish}
