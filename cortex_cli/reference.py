"""Writes ``docs/cli.md`` from the commands themselves: ``python -m cortex_cli.reference``.

The environment variables stand here because they are nobody's option; a test compares the
file in ``docs/`` with what this makes.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING

import click

from cortex_cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

INTRODUCTION = """# The command `cortex`

Made by `python -m cortex_cli.reference`; a test compares.  Data goes to stdout, talk and
progress to stderr.  Exit status: 0 done, 1 failed, 2 usage, 3 nothing found, 130 interrupted.
Colour only on a terminal and never with `NO_COLOR`.
"""

ENVIRONMENT = {
    "CORTEX_SOCKET": "socket of cortexd, where `--socket` does not name it",
    "CORTEX_APT_LISTS": "folder of apt lists, instead of `/var/lib/apt/lists`",
    "CORTEX_DPKG_STATUS": "dpkg's status file, instead of `/var/lib/dpkg/status`",
    "MANPATH, SYSTEMD_UNIT_PATH, CORTEX_DOCS": "folders of manual pages, of systemd units, and of "
    "`PACKAGE/README.Debian` files, instead of this machine's",
    "CORTEX_CACHE_DIR": "folder of the two indexes, instead of `/var/cache/cortex` or "
    "`~/.cache/cortex`",
    "CORTEX_STATE_DIR": "folder of the history, instead of `/var/lib/cortex-history` (root) or "
    "`~/.local/state/cortex`",
    "CORTEX_POLICY": "a policy of one's own, instead of `~/.config/cortex/policy.yaml`; it can "
    "forbid more than `/etc/cortex/policy.yaml`, never allow more",
    "CORTEX_PROVIDER": "who answers: `daemon` (default), or directly `llama_cpp`, `ollama`, "
    "`openai`, `fake`",
    "LLAMA_CPP_BASE_URL, LLAMA_CPP_MODEL": "server and model of the provider `llama_cpp` "
    "(`http://127.0.0.1:8085`); likewise `OLLAMA_…` and `OPENAI_…`, and `…_API_KEY`. Read from "
    "the environment, `./.env`, `~/.cortex/.env`, `/etc/cortex/.env`",
    "CORTEX_DEBUG": "show the traceback of a defect",
}


def render() -> str:
    """The whole page."""
    parts = [INTRODUCTION, *_render_pages(cli, ["cortex"])]
    rows = "".join(f"| `{name}` | {text} |\n" for name, text in ENVIRONMENT.items())
    parts.append(f"## Environment\n\n| variable | meaning |\n|---|---|\n{rows}")
    return "\n".join(parts)


def _render_pages(command: click.Command, path: list[str]) -> Iterator[str]:
    ctx = click.Context(command, info_name=" ".join(path))
    yield _render_page(command, path, ctx)
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            sub = command.get_command(ctx, name)
            if sub is not None:
                yield from _render_pages(sub, [*path, name])


def _render_page(command: click.Command, path: list[str], ctx: click.Context) -> str:
    usage = " ".join([*path, *command.collect_usage_pieces(ctx)])
    text = f"{'#' * min(len(path) + 1, 4)} `{' '.join(path)}`\n\n"
    text += f"```\n{usage}\n```\n\n{inspect.cleandoc(command.help or '')}\n"
    records = [
        record
        for param in command.get_params(ctx)
        if isinstance(param, click.Option) and "--help" not in param.opts
        if (record := param.get_help_record(ctx)) is not None
    ]
    if records:
        rows = "".join(f"| `{names}` | {_escape_cell(meaning)} |\n" for names, meaning in records)
        text += f"\n| option | meaning |\n|---|---|\n{rows}"
    return text


def _escape_cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    sys.stdout.write(render())
