"""``cortex completion``: the shell's completion script, made by click."""

from __future__ import annotations

import sys

import click

from cortex_cli.errors import Failure

INSTRUCTIONS = {
    "bash": 'eval "$(cortex completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(cortex completion zsh)"   in ~/.zshrc',
    "fish": "cortex completion fish > ~/.config/fish/completions/cortex.fish",
}


@click.command(epilog="\b\n" + "\n".join(INSTRUCTIONS.values()))
@click.argument("shell", type=click.Choice(list(INSTRUCTIONS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for SHELL."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover - click has all three
        raise Failure(f"click cannot complete for {shell}")
    # The shell's own code: written as it is, tabs, escapes and all.
    sys.stdout.write(
        kind(ctx.find_root().command, {}, "cortex", "_CORTEX_COMPLETE").source() + "\n"
    )
