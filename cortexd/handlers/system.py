"""ping, version, status, health, health.history, metrics: open to every local user."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from cortexd.api.messages import PROTOCOL_VERSION
from cortexd.metrics import exposition, samplers
from cortexd.metrics.disks import DiskReader
from cortexd.metrics.memory import read_memory, read_swap

if TYPE_CHECKING:
    from cortexd.api.messages import (
        HealthReply,
        HistoryParams,
        HistoryReply,
        LlmSummary,
        MetricsReply,
        NoParams,
        PingReply,
        StatusReply,
        VersionReply,
    )
    from cortexd.context import Caller, Context

PROGRAM = "cortexd"


def ping(_ctx: Context, _params: NoParams, _caller: Caller) -> PingReply:
    """Check that the daemon responds."""
    return {"pong": True}


def version(ctx: Context, _params: NoParams, _caller: Caller) -> VersionReply:
    """Show the versions of the daemon and the protocol."""
    return {"name": PROGRAM, "version": ctx.version, "protocol": PROTOCOL_VERSION}


async def status(ctx: Context, params: NoParams, caller: Caller) -> StatusReply:
    """Show the state of the daemon, the machine and the model service."""
    reading = await health(ctx, params, caller)
    llm: LlmSummary = {
        "backend": "llama_cpp",
        "enabled": ctx.llm.enabled,
        "url": ctx.llm.url,
        "state": ctx.llm.info.state,
        "model": ctx.llm.info.model,
    }
    return {
        "version": ctx.version,
        "uptime_seconds": round(time.monotonic() - ctx.started, 1),
        "running": True,
        "pid": os.getpid(),
        "socket_path": str(ctx.config.socket.path),
        "connections": ctx.count_connections(),
        "health": reading,
        "llm": llm,
    }


async def health(ctx: Context, _params: NoParams, _caller: Caller) -> HealthReply:
    """Show the machine's current state."""
    info = await ctx.llm.refresh()
    memory, swap, load = read_memory(), read_swap(), samplers.read_load()
    seen = ctx.monitor.readings
    disks = seen["disks"] if "disks" in seen else DiskReader().read()
    root = disks[0] if disks else None
    return {
        "timestamp": int(time.time()),
        "cpu_usage_percent": ctx.cpu.read_percent(),
        "memory_usage_percent": memory.percent,
        "memory_used_mb": memory.used_mb,
        "memory_total_mb": memory.total_mb,
        "swap_usage_percent": swap.percent,
        "swap_used_mb": swap.used_mb,
        "swap_total_mb": swap.total_mb,
        "load_1m": load[0],
        "load_5m": load[1],
        "load_15m": load[2],
        "pressure": samplers.read_pressure(),
        "disk_usage_percent": root["used_percent"] if root else 0.0,
        "disk_used_gb": root["used_gb"] if root else 0.0,
        "disk_total_gb": root["total_gb"] if root else 0.0,
        "disks": disks,
        "pending_updates": len(seen["apt"]) if "apt" in seen else None,
        "security_updates": sum(u.security for u in seen["apt"]) if "apt" in seen else None,
        "reboot_required": samplers.is_reboot_required(),
        "failed_units": (
            [unit.name for unit in seen["units"] if unit.active == "failed"]
            if "units" in seen
            else None
        ),
        "active_alerts": ctx.count_active_alerts(),
        "critical_alerts": ctx.count_active_alerts("critical"),
        "active_processes": samplers.count_processes(),
        "open_files": samplers.count_open_files(),
        "llm_loaded": info.state == "ready",
        "inference_queue_size": ctx.queue.waiting,
    }


def history(ctx: Context, params: HistoryParams, _caller: Caller) -> HistoryReply:
    """Show the averages of each of the last minutes."""
    return {"series": ctx.monitor.history.read_all(int(time.time() // 60), params.minutes)}


def metrics(ctx: Context, _params: NoParams, _caller: Caller) -> MetricsReply:
    """Show the daemon's counters in Prometheus's text format."""
    return {"text": exposition.render(ctx)}
