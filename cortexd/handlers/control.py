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
    """Reload the configuration; an invalid file changes nothing."""
    return ctx.reload()


def shutdown(ctx: Context, _params: NoParams, _caller: Caller) -> ShutdownReply:
    """Stop once running requests are done, after limits.drain_sec at most."""
    ctx.stop()
    return {"shutdown": "initiated"}
