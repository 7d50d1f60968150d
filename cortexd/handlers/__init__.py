"""The table of commands; to add one, add a line here."""

from __future__ import annotations

from cortexd.access import Level
from cortexd.api.alert_params import (
    AcknowledgeParams,
    AlertsParams,
    DismissParams,
    WatchParams,
)
from cortexd.api.messages import (
    AcknowledgeReply,
    AlertsReply,
    BatchParams,
    BatchReply,
    CancelParams,
    CancelReply,
    ConfigReply,
    DismissReply,
    HealthReply,
    HelpReply,
    HistoryParams,
    HistoryReply,
    InferenceParams,
    InferenceReply,
    LlmStateReply,
    LlmStatusReply,
    LoadParams,
    MetricsReply,
    NoParams,
    PingReply,
    ReloadReply,
    ShutdownReply,
    StatusReply,
    UnloadParams,
    VersionReply,
    WatchReply,
)
from cortexd.handlers import alerts, control, inference, manual, model, system
from cortexd.handlers.command import Command

READ, USE, ADMIN = Level.READ, Level.USE, Level.ADMIN

COMMANDS: tuple[Command, ...] = (
    Command("ping", READ, NoParams, PingReply, system.ping),
    Command("version", READ, NoParams, VersionReply, system.version),
    Command("help", READ, NoParams, HelpReply, manual.help_),
    Command("status", READ, NoParams, StatusReply, system.status),
    Command("health", READ, NoParams, HealthReply, system.health, ("health.snapshot",)),
    Command("health.history", READ, HistoryParams, HistoryReply, system.history),
    Command("metrics", READ, NoParams, MetricsReply, system.metrics),
    Command("alerts", READ, AlertsParams, AlertsReply, alerts.alerts, ("alerts.get",)),
    Command("alerts.watch", READ, WatchParams, WatchReply, alerts.watch, streams=True),
    Command("alerts.acknowledge", ADMIN, AcknowledgeParams, AcknowledgeReply, alerts.acknowledge,
            ("acknowledge_alert",)),
    Command("alerts.dismiss", ADMIN, DismissParams, DismissReply, alerts.dismiss),
    Command("config.get", READ, NoParams, ConfigReply, control.config_get),
    Command("config.reload", ADMIN, NoParams, ReloadReply, control.config_reload,
            ("config_reload", "config-reload")),
    Command("inference", USE, InferenceParams, InferenceReply, inference.inference,
            ("llm.infer",), streams=True),
    Command("inference.batch", USE, BatchParams, BatchReply, inference.batch),
    Command("inference.cancel", USE, CancelParams, CancelReply, inference.cancel),
    Command("llm.status", READ, NoParams, LlmStatusReply, model.status),
    Command("llm.load", ADMIN, LoadParams, LlmStateReply, model.load),
    Command("llm.unload", ADMIN, UnloadParams, LlmStateReply, model.unload),
    Command("shutdown", ADMIN, NoParams, ShutdownReply, control.shutdown),
)  # fmt: skip
