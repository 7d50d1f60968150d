"""Every request's parameters and every reply's data.

Parameters are pydantic models: strict (no "5" for 5), frozen, unknown names refused.
Replies are typed dictionaries: the daemon builds them itself, so they are checked by mypy
and cost no memory.  The command reference in ``docs/protocol.md`` is generated from both.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, Self, TypedDict

from pydantic import BaseModel, ConfigDict, Field, model_validator

PROTOCOL_VERSION = 1

# A prompt that fits no model is refused by its characters before anything is tokenised;
# the frame limit is below this unless the configuration raises it.
MAX_PROMPT_CHARS = 4 * 1024 * 1024
MAX_TOKENS = 1_000_000
MAX_MESSAGES = 1000
MAX_BATCH = 64
MAX_STOPS = 16
MAX_TIMEOUT_S = 86_400.0

Text = Annotated[str, Field(max_length=MAX_PROMPT_CHARS)]


class Params(BaseModel):
    """Base of all parameters."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NoParams(Params):
    """The command takes no parameters."""


class Message(Params):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: Text


class Generation(Params):
    """What governs the generation of one answer."""

    system: Text | None = Field(None, description="system prompt")
    template: Text | None = Field(
        None, description="name of a prompt template, or its Jinja2 text if it holds {{ or {%"
    )
    max_tokens: int = Field(256, ge=1, le=MAX_TOKENS)
    temperature: float = Field(0.7, ge=0, le=2, allow_inf_nan=False)
    top_p: float | None = Field(None, gt=0, le=1, allow_inf_nan=False)
    stop: str | list[str] | None = Field(None, description="up to 16 texts that end the answer")
    seed: int | None = Field(None, ge=0, lt=2**32)
    json_schema: dict[str, Any] | None = Field(
        None, description="JSON schema that the answer must follow"
    )
    timeout_s: float | None = Field(
        None, gt=0, le=MAX_TIMEOUT_S, allow_inf_nan=False, description="seconds, queueing included"
    )

    @model_validator(mode="after")
    def _stop_is_short(self) -> Self:
        if isinstance(self.stop, list) and len(self.stop) > MAX_STOPS:
            raise ValueError(f"stop holds {len(self.stop)} texts; the limit is {MAX_STOPS}")
        return self


class InferenceParams(Generation):
    """One question: a prompt, or the turns of a conversation."""

    prompt: Text | None = None
    messages: list[Message] | None = Field(None, min_length=1, max_length=MAX_MESSAGES)
    stream: bool = Field(False, description="send token events before the reply")

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if (self.prompt is None) == (self.messages is None):
            raise ValueError("give either prompt or messages")
        if self.messages is not None and self.template is not None:
            raise ValueError("a template goes with a prompt, not with messages")
        return self


class BatchParams(Generation):
    """Several prompts under the same settings, answered in order."""

    prompts: list[Text] = Field(min_length=1, max_length=MAX_BATCH)


class CancelParams(Params):
    """Which request to cancel."""

    request_id: str = Field(max_length=64)


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
    level: Literal["read", "use", "admin"]
    summary: str
    streams: bool
    params: dict[str, Any]


class HelpReply(TypedDict):
    """Data of ``help``."""

    commands: list[CommandHelp]


class DiskUsage(TypedDict):
    """One mounted file system; sizes in GiB."""

    mount: str
    device: str
    fstype: str
    used_percent: float
    used_gb: float
    total_gb: float
    inodes_percent: float


class Pressure(TypedDict):
    """Pressure stall: the share of the last 10 s in which some task waited, in percent."""

    cpu: float | None
    memory: float | None
    io: float | None


class HealthReply(TypedDict):
    """Data of ``health``.  Percentages 0 to 100, sizes in MiB or GiB as named.

    ``None`` stands for what this machine does not tell.
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


class ConfigReply(TypedDict):
    """Data of ``config.get``: the running configuration, secrets masked."""

    config: dict[str, Any]
    files: list[str]


class ReloadReply(TypedDict):
    """Data of ``config.reload``: what changed, and what of it waits for a restart."""

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


class BatchOutput(TypedDict):
    """One prompt's outcome in ``inference.batch``: a reply, or the error it met."""

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


class ShutdownReply(TypedDict):
    """Data of ``shutdown``."""

    shutdown: Literal["initiated"]
