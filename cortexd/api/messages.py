"""Every request's parameters and every reply's data.

Parameters are msgspec structs: strict (no "5" for 5), frozen, unknown names refused.
Replies are typed dictionaries: the daemon builds them itself, so they are checked by mypy
and cost no memory.  The command reference in ``docs/protocol.md`` is generated from both.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import UNSET, Meta, Struct, UnsetType

PROTOCOL_VERSION = 1

# A prompt too long for any model is refused before anything is tokenised; the frame limit is
# lower unless the configuration raises it.
MAX_PROMPT_CHARS = 4 * 1024 * 1024
MAX_TOKENS = 1_000_000
MAX_MESSAGES = 1000
MAX_BATCH = 64
MAX_STOPS = 16
MAX_TIMEOUT_S = 86_400.0
MAX_TOP_K = 1_000_000

Text = Annotated[str, Meta(max_length=MAX_PROMPT_CHARS)]


class Params(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all parameters."""


class NoParams(Params, frozen=True, kw_only=True):
    """The command takes no parameters."""


class Message(Params, frozen=True, kw_only=True):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: Text


class Generation(Params, frozen=True, kw_only=True):
    """How one answer is generated; the configuration has the defaults."""

    system: Annotated[Text | None, Meta(description="system prompt")] = None
    template: Annotated[
        Text | None,
        Meta(description="name of a prompt template, or its Jinja2 text if it holds {{ or {%"),
    ] = None
    max_tokens: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_TOKENS)] | UnsetType, Meta(description="256 by default")
    ] = UNSET
    temperature: Annotated[
        Annotated[float, Meta(ge=0, le=2)] | UnsetType, Meta(description="0.7 by default")
    ] = UNSET
    top_p: Annotated[float, Meta(gt=0, le=1)] | None = None
    top_k: Annotated[
        Annotated[int, Meta(ge=0, le=MAX_TOP_K)] | None,
        Meta(description="choose among so many tokens; 0: all"),
    ] = None
    min_p: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(description="drop tokens less probable than this share of the best one's"),
    ] = None
    repeat_penalty: Annotated[
        Annotated[float, Meta(gt=0, le=2)] | None, Meta(description="1: none")
    ] = None
    stop: Annotated[
        str | Annotated[list[str], Meta(max_length=MAX_STOPS)] | None,
        Meta(description="texts that end the answer"),
    ] = None
    seed: Annotated[int, Meta(ge=0, lt=2**32)] | None = None
    json_schema: Annotated[
        dict[str, Any] | None, Meta(description="JSON schema that the answer must follow")
    ] = None
    timeout_s: Annotated[
        Annotated[float, Meta(gt=0, le=MAX_TIMEOUT_S)] | None,
        Meta(description="seconds, including time in the queue"),
    ] = None


class InferenceParams(Generation, frozen=True, kw_only=True):
    """One question: a prompt, or the turns of a conversation."""

    prompt: Text | None = None
    messages: Annotated[list[Message], Meta(min_length=1, max_length=MAX_MESSAGES)] | None = None
    stream: Annotated[bool, Meta(description="send token events before the reply")] = False

    def __post_init__(self) -> None:
        """Exactly one of the two forms."""
        if (self.prompt is None) == (self.messages is None):
            raise ValueError('give either "prompt" or "messages"')
        if self.messages is not None and self.template is not None:
            raise ValueError('"template" goes with "prompt", not with "messages"')


class BatchParams(Generation, frozen=True, kw_only=True):
    """Several prompts under the same settings, answered in order."""

    prompts: Annotated[list[Text], Meta(min_length=1, max_length=MAX_BATCH)]


class CancelParams(Params, frozen=True, kw_only=True):
    """Which request to cancel."""

    request_id: Annotated[str, Meta(max_length=64)]


class HistoryParams(Params, frozen=True, kw_only=True):
    """How far back."""

    minutes: Annotated[int, Meta(ge=1, le=1440)] = 60


Severity = Literal["info", "warning", "error", "critical"]
AlertType = Literal[
    "system",
    "cpu_usage",
    "memory_usage",
    "disk_usage",
    "apt_updates",
    "security_update",
    "cve_found",
    "dependency",
    "service_failed",
    "oom_kill",
    "llm_error",
    "daemon_status",
]
AlertStatus = Literal["active", "acknowledged", "resolved", "dismissed"]

MAX_ALERTS_PER_REPLY = 1000


class AlertsParams(Params, frozen=True, kw_only=True):
    """Which alerts to list, newest first."""

    severity: Annotated[Severity | None, Meta(description="exactly this severity")] = None
    min_severity: Annotated[Severity | None, Meta(description="this severity or worse")] = None
    type: AlertType | None = None
    status: AlertStatus | None = None
    id: Annotated[Annotated[str, Meta(max_length=64)] | None, Meta(description="one alert")] = None
    limit: Annotated[int, Meta(ge=1, le=MAX_ALERTS_PER_REPLY)] = 100
    offset: Annotated[int, Meta(ge=0, lt=2**31)] = 0


class WatchParams(Params, frozen=True, kw_only=True):
    """Which alerts to watch."""

    severity: Annotated[Severity | None, Meta(description="exactly this severity")] = None
    min_severity: Annotated[Severity | None, Meta(description="this severity or worse")] = None


class AcknowledgeParams(Params, frozen=True, kw_only=True):
    """One alert, or all that are active."""

    id: Annotated[str, Meta(max_length=64)] | None = None
    all: bool = False

    def __post_init__(self) -> None:
        """Exactly one of the two forms."""
        _require_one_or_all(self.id, self.all)


class DismissParams(Params, frozen=True, kw_only=True):
    """One alert, or all that are active or acknowledged."""

    id: Annotated[str, Meta(max_length=64)] | None = None
    all: bool = False

    def __post_init__(self) -> None:
        """Exactly one of the two forms."""
        _require_one_or_all(self.id, self.all)


def _require_one_or_all(alert_id: str | None, all_: bool) -> None:
    if (alert_id is None) != all_:
        raise ValueError('give either an "id" or "all": true')


class LoadParams(Params, frozen=True, kw_only=True):
    """The model that is meant; naming another than the one set up is refused."""

    model: Annotated[str, Meta(max_length=256)] | None = None


class UnloadParams(LoadParams, frozen=True, kw_only=True):
    """As for loading."""


class PingReply(TypedDict):
    """Data of ``ping``."""

    pong: bool


class VersionReply(TypedDict):
    """Data of ``version``."""

    name: str
    version: str
    protocol: int


class CommandHelp(TypedDict):
    """One command in ``help``."""

    name: str
    aliases: list[str]
    level: str
    summary: str
    streams: bool
    params: dict[str, Any]


class HelpReply(TypedDict):
    """Data of ``help``."""

    commands: list[CommandHelp]


class DiskUsage(TypedDict):
    """One mounted file system; sizes in GiB.

    In ``mount`` and ``device``, bytes that are no printable UTF-8 are written ``\\xNN`` and a
    backslash is doubled.  ``available_gb`` is what ordinary users can still write.
    ``turned_read_only``: it was writable before, or should be by /etc/fstab.
    """

    mount: str
    device: str
    fstype: str
    used_percent: float
    used_gb: float
    available_gb: float
    total_gb: float
    inodes_percent: float
    read_only: bool
    turned_read_only: bool


class Pressure(TypedDict):
    """Pressure stall: the share of the last 10 s in which some task waited, in percent."""

    cpu: float | None
    memory: float | None
    io: float | None


class HealthReply(TypedDict):
    """Data of ``health``.  Percentages 0 to 100, sizes in MiB or GiB as named.

    ``None`` stands for what this machine does not report.
    """

    timestamp: int
    cpu_usage_percent: float
    memory_usage_percent: float
    memory_used_mb: float
    memory_total_mb: float
    swap_usage_percent: float
    swap_used_mb: float
    swap_total_mb: float
    load_1m: float
    load_5m: float
    load_15m: float
    pressure: Pressure
    disk_usage_percent: float
    disk_used_gb: float
    disk_total_gb: float
    disks: list[DiskUsage]
    pending_updates: int | None
    security_updates: int | None
    reboot_required: bool
    failed_units: list[str] | None
    active_alerts: int
    critical_alerts: int
    active_processes: int
    open_files: int
    llm_loaded: bool
    inference_queue_size: int


class HistoryReply(TypedDict):
    """Data of ``health.history``: for each series pairs of minute (Unix time / 60) and value.

    Series are cpu, load, memory, swap, pressure_cpu, pressure_memory, pressure_io, and
    "disk MOUNT", in percent but for the load.
    """

    series: dict[str, list[tuple[int, float]]]


LlmState = Literal["disabled", "absent", "stopped", "loading", "ready", "failed"]


class LlmSummary(TypedDict):
    """The model service in ``status``."""

    backend: str
    enabled: bool
    url: str
    state: LlmState
    model: str | None


class StatusReply(TypedDict):
    """Data of ``status``."""

    version: str
    uptime_seconds: float
    running: bool
    pid: int
    socket_path: str
    connections: int
    health: HealthReply
    llm: LlmSummary


class MetricsReply(TypedDict):
    """Data of ``metrics``: Prometheus text exposition format."""

    text: str


class EvidenceReply(TypedDict):
    """What was found when the alert was raised: a heading and lines of text."""

    title: str
    lines: list[str]


class AnalysisReply(TypedDict):
    """What the model made of the evidence; every figure in ``text`` comes from it."""

    text: str
    model: str
    evidence: list[str]


class AlertReply(TypedDict):
    """One alert.  Times are Unix seconds; ``timestamp`` is that of ``first_seen``."""

    id: str
    timestamp: int
    severity: Severity
    type: AlertType
    kind: str
    title: str
    message: str
    description: str
    status: AlertStatus
    acknowledged: bool
    resolved: bool
    occurrences: int
    first_seen: int
    last_seen: int
    resolved_at: int | None
    resolution: str | None
    metadata: dict[str, str]
    evidence: list[EvidenceReply]
    remedy: str
    analysis: NotRequired[AnalysisReply]


class AlertsReply(TypedDict):
    """Data of ``alerts``: ``count`` of them here, ``total`` match, ``total_active`` are active."""

    alerts: list[AlertReply]
    count: int
    total: int
    total_active: int


class WatchReply(TypedDict):
    """Data of ``alerts.watch``, once the daemon ends it."""

    events: int


class AcknowledgeReply(TypedDict):
    """Data of ``alerts.acknowledge``: the alert's id without ``all``, and how many changed."""

    acknowledged: NotRequired[str]
    acknowledged_count: NotRequired[int]


class DismissReply(TypedDict):
    """Data of ``alerts.dismiss``: the alert's id without ``all``, and how many changed."""

    dismissed: NotRequired[str]
    dismissed_count: NotRequired[int]


class ConfigReply(TypedDict):
    """Data of ``config.get``: the running configuration, secrets masked."""

    config: dict[str, Any]
    files: list[str]


class ReloadReply(TypedDict):
    """Data of ``config.reload``: what changed, and which changes need a restart."""

    reloaded: bool
    changed: list[str]
    restart_required: list[str]
    config_file: str | None


class InferenceReply(TypedDict):
    """Data of ``inference``; times in milliseconds."""

    output: str
    tokens_used: int
    prompt_tokens: int
    inference_time_ms: float
    time_to_first_token_ms: float
    queue_ms: float
    finish_reason: str
    model: str
    request_id: str
    # What a reasoning model thought before it answered; not part of the output.
    reasoning: NotRequired[str]
    # Why the answer is shorter than asked for, incomplete or empty; sentences.
    notes: NotRequired[list[str]]


class BatchOutput(TypedDict):
    """One prompt's outcome in ``inference.batch``: a reply or an error."""

    reply: NotRequired[InferenceReply]
    error: NotRequired[dict[str, Any]]


class BatchReply(TypedDict):
    """Data of ``inference.batch``, in the order of the prompts."""

    outputs: list[BatchOutput]


class CancelReply(TypedDict):
    """Data of ``inference.cancel``."""

    cancelled: bool
    request_id: str


class QueueStatus(TypedDict):
    """The inference queue."""

    waiting: int
    running: int
    limit: int


class LlmStatusReply(TypedDict):
    """Data of ``llm.status``."""

    state: LlmState
    model: str | None
    profile: str | None
    context_length: int | None
    queue: QueueStatus
    slots: int | None
    tokens_per_second: float | None
    last_error: str | None
    url: str


class LlmStateReply(TypedDict):
    """Data of ``llm.load`` and ``llm.unload``: the state that the model server is changing to."""

    state: LlmState


class ShutdownReply(TypedDict):
    """Data of ``shutdown``."""

    shutdown: Literal["initiated"]
