"""config.get, config.reload, shutdown: the daemon itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortexd.api.messages import ConfigReply, NoParams, ReloadReply, ShutdownReply
    from cortexd.context import Caller, Context


def config_get(ctx: Context, _params: NoParams, _caller: Caller) -> ConfigReply:
    """Show the running configuration, secrets masked."""
    return {"config": ctx.config.mask_secrets(), "files": [str(path) for path in ctx.loaded.files]}


def config_reload(ctx: Context, _params: NoParams, _caller: Caller) -> ReloadReply:
    """Read the configuration again; a bad file changes nothing."""
    return ctx.reload()


def shutdown(ctx: Context, _params: NoParams, _caller: Caller) -> ShutdownReply:
    """Finish what runs, within limits.drain_sec, and stop."""
    ctx.stop()
    return {"shutdown": "initiated"}
