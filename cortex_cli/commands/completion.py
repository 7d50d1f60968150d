"""``cortex completion``: the shell's completion script."""

from __future__ import annotations

import sys

import click

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
    from cortex_cli import completions

    # Shell code: written unescaped, with its tabs and control characters.
    sys.stdout.write(completions.render(shell, ctx.find_root().command, "cortex"))
