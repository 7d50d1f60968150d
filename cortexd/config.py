"""The daemon's settings: frozen, checked once, passed on as an argument.

Later values win, key by key: the built-in defaults, ``/etc/cortex/daemon.yaml``,
``~/.cortex/daemon.conf`` (the older form), ``~/.cortex/daemon.yaml``, the environment.
``--config FILE`` replaces the three files.  An unknown key or an invalid value is an
error that names file, line, key and what would be valid; it never changes what is running.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from cortexd import yamlfile
from cortexd.api import validation
from cortexd.api.client import DEFAULT_SOCKET
from cortexd.api.errors import ConfigError, quote
from cortexd.api.framing import DEFAULT_MAX_FRAME_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortexd.yamlfile import Key, YamlFile

SYSTEM_FILE = Path("/etc/cortex/daemon.yaml")
LEGACY_FILE = Path("~/.cortex/daemon.conf")
USER_FILE = Path("~/.cortex/daemon.yaml")

LogLevel = Literal["debug", "info", "warning", "error"]
_LEVELS: tuple[LogLevel, ...] = get_args(LogLevel)

# sun_path holds 108 bytes, one of them the closing NUL.
MAX_SOCKET_PATH_BYTES = 107

# What a running daemon cannot change: its socket, and the database it has open.
RESTART_KEYS = ("socket.", "alerts.db_path")
SECRET_KEYS = frozenset({"api_key", "webhook_token", "webhook_url"})


# A day: more than any of them can mean, and what a timer can hold.
MAX_SECONDS = 86_400.0

Seconds = Annotated[float, Meta(gt=0, le=MAX_SECONDS)]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all sections."""


class SocketSection(Section, frozen=True, kw_only=True):
    """Where clients find the daemon."""

    path: Path = Path(DEFAULT_SOCKET)
    # Permissions of the socket file; what a client may do is checked per request.
    mode: Annotated[int, Meta(ge=0, le=0o777)] = 0o666
    backlog: Annotated[int, Meta(ge=1, le=65_535)] = 4096

    def __post_init__(self) -> None:
        """Refuse a path that the kernel would truncate."""
        if "\0" in str(self.path):
            raise ValueError("path contains a NUL character")
        if (size := len(os.fsencode(self.path))) > MAX_SOCKET_PATH_BYTES:
            raise ValueError(
                f"path is {size} bytes long; the limit for a Unix socket is {MAX_SOCKET_PATH_BYTES}"
            )


class LimitsSection(Section, frozen=True, kw_only=True):
    """Limits on clients and their requests."""

    max_frame_bytes: Annotated[int, Meta(ge=1024, le=16 * 1024 * 1024)] = DEFAULT_MAX_FRAME_BYTES
    # When it is reached, the user with most connections gives way to one with fewer.
    max_connections: Annotated[int, Meta(ge=1, le=100_000)] = 1000
    # Of max_connections, kept for administrators; at most half of them.
    admin_connections: Annotated[int, Meta(ge=0, le=1000)] = 16
    # Requests of one user that are worked on at a time.
    pending_per_user: Annotated[int, Meta(ge=1, le=100_000)] = 512
    # Subscriptions (alerts.watch) that one user may hold.
    subscriptions_per_user: Annotated[int, Meta(ge=1, le=10_000)] = 64
    # Replies of one user that are made and not read; past this, requests are refused.
    unsent_bytes_per_user: Annotated[int, Meta(ge=65_536, le=2**40)] = 16 * 1024 * 1024
    batch_size: Annotated[int, Meta(ge=1, le=1000)] = 32  # requests in one JSON-RPC batch
    frame_timeout_sec: Seconds = 30.0  # for a request to arrive completely
    write_stall_sec: Seconds = 30.0  # until a client that stops reading is dropped
    queue_size: Annotated[int, Meta(ge=1, le=10_000)] = 100  # running and waiting inferences
    # Inference requests that one user may start per second, on average …
    requests_per_second: Annotated[float, Meta(gt=0, le=1e6)] = 50.0
    request_burst: Annotated[int, Meta(ge=1)] = 100  # … and at once
    drain_sec: Annotated[float, Meta(ge=0, le=MAX_SECONDS)] = (
        10.0  # for running requests to finish at shutdown
    )


class AccessSection(Section, frozen=True, kw_only=True):
    """Which groups may do what; without ``use_group`` every local user may use the model."""

    admin_group: str = "cortex"
    use_group: str | None = None


class SamplingPreset(Section, frozen=True, kw_only=True, omit_defaults=True):
    """How a model chooses its tokens, unless a request says otherwise; None: not set here."""

    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(gt=0, le=1)] | None = None
    top_k: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    min_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    repeat_penalty: Annotated[float, Meta(gt=0, le=2)] | None = None
    seed: Annotated[int, Meta(ge=0, lt=2**32)] | None = None


# What models can do, as the trial of cortex-llm finds out; nano is the built-in one.
Profile = Literal["nano", "base", "tiny", "chat"]


class LlmSection(Section, frozen=True, kw_only=True):
    """The model server, and defaults for requests."""

    enabled: bool = True
    url: str = "unix:/run/cortex-llm.sock"  # http://HOST:PORT for a server elsewhere
    # Where to check a server that loads on demand without loading it; used only with the
    # default url.
    probe_url: str | None = None
    api_key: str | None = None
    api_key_file: Path | None = None
    request_timeout_sec: Seconds = 600.0  # for one answer, including time in the queue
    load_timeout_sec: Seconds = 120.0  # to wait for a model that is still loading
    slots: Annotated[int, Meta(ge=1, le=256)] = 1  # until the server reports its own number
    templates_dir: Path = Path("/etc/cortex/prompts")
    system_prompt: str | None = None
    max_tokens_per_request: Annotated[int, Meta(ge=1)] = 256  # for requests that set none
    temperature: Annotated[float, Meta(ge=0, le=2)] = 0.7  # for requests that set none
    # Sampling by model: a name, or a pattern with * in it, and below it temperature, top_p, top_k,
    # min_p, repeat_penalty or seed. The first that matches counts.
    presets: dict[Annotated[str, Meta(min_length=1, max_length=128)], SamplingPreset] = {}
    # What the model is good for, for a server that does not say it: only "chat" explains alerts.
    profile: Profile | None = None
    # The systemd unit that llm.load and llm.unload control; none: not a unit, as under cortex up.
    unit: str = "cortex-llm.service"
    # Used by cortex up, unless CORTEX_LLM_MODEL_PATH is set; ignored by the system's service,
    # which has /etc/cortex/llm.env.
    model_path: Path | None = None
    n_threads: Annotated[int, Meta(ge=1, le=1024)] | None = None  # as model_path
    n_ctx: Annotated[int, Meta(ge=1)] | None = None  # as model_path
    use_mmap: bool = True  # accepted so that older files stay valid, and ignored

    @property
    def effective_probe_url(self) -> str | None:
        """``probe_url``, if it is that of the server at ``url``."""
        return self.probe_url if self.url == LlmSection().url else None

    def __post_init__(self) -> None:
        """Refuse an address that is not one, and a key that fits no HTTP header."""
        for name, url in (("url", self.url), ("probe_url", self.probe_url or self.url)):
            if not _is_url(url):
                raise ValueError(f"{name} is {quote(url)}: use http://HOST:PORT or unix:/PATH.sock")
        if self.url.startswith("http") and urlsplit(self.url).username is not None:
            raise ValueError("url contains a password that every user could read; use api_key_file")
        if self.api_key is not None and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise ValueError("api_key must be one line of ASCII")


def _is_url(url: str) -> bool:
    if url.startswith("unix:"):
        return url.startswith("unix:/") and url.isprintable()
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:  # a port that is no number, a bracket that is not closed
        return False


class MonitoringSection(Section, frozen=True, kw_only=True):
    """What is monitored, and how often."""

    enabled: bool = True  # false: nothing is monitored; stored alerts stay readable
    interval_sec: Annotated[float, Meta(ge=1, le=3600)] = 5.0  # between readings
    # After startup, before packages and units are checked.
    settle_sec: Annotated[float, Meta(ge=0, le=MAX_SECONDS)] = 30.0
    enable_units: bool = True  # systemd's units
    enable_apt: bool = True  # pending updates
    enable_deps: bool = True  # broken and half-configured packages
    enable_cve: bool = True  # known vulnerabilities; needs debsecan and its data
    # Folder with debsecan's data, a file named after the release or GENERIC; never downloaded.
    cve_data_dir: Path = Path("/var/lib/cortex/debsecan")
    probe_model: bool = True  # false if a check would start the model server
    enable_trends: bool = True  # "full in about 5 h"


Percent = Annotated[float, Meta(gt=0, le=100)]


class ThresholdsSection(Section, frozen=True, kw_only=True):
    """When a reading becomes an alert, in percent unless stated otherwise.

    A value of at most 1 is a fraction: 0.85 means 85 %.
    """

    disk_warn: Percent = 85.0  # space of a file system: warning …
    disk_crit: Percent = 95.0  # … and critical
    inodes_warn: Percent = 85.0  # inodes of a file system: warning …
    inodes_crit: Percent = 95.0  # … and critical
    mem_warn: Percent = 90.0  # memory, caches left out: warning …
    mem_crit: Percent = 97.0  # … and critical
    swap_warn: Percent = 80.0  # swap space
    cpu_warn: Percent = 95.0  # all CPUs together, over ten minutes
    load_warn: Annotated[float, Meta(gt=0)] = 4.0  # per CPU, over five minutes
    pressure_memory_warn: Percent = 20.0  # share of time that some task waits for memory
    pressure_io_warn: Percent = 60.0  # share of time that some task waits for disks
    open_files_warn: Percent = 80.0  # of the machine's file handles: warning …
    open_files_crit: Percent = 95.0  # … and critical
    restarts_warn: Annotated[int, Meta(ge=2)] = 5  # of one unit within ten minutes
    full_within_hours: Annotated[float, Meta(gt=0)] = 24.0  # how far ahead trends are reported

    def __post_init__(self) -> None:
        """Turn fractions into percentages; refuse a warning above its critical threshold."""
        for field in msgspec.structs.fields(type(self)):
            value = getattr(self, field.name)
            if field.type is Percent and value <= 1:
                msgspec.structs.force_setattr(self, field.name, value * 100)
        for name in ("disk", "inodes", "mem", "open_files"):
            warn, crit = getattr(self, f"{name}_warn"), getattr(self, f"{name}_crit")
            if warn > crit:
                raise ValueError(f"{name}_warn ({warn:g}) is above {name}_crit ({crit:g})")


class AlertsSection(Section, frozen=True, kw_only=True):
    """Where alerts are stored, and who is notified."""

    # The database; by default alerts.db in the state folder of the service or the user.
    db_path: Path | None = None
    # How long ended alerts are kept; samples are kept for a day.
    retention_hours: Annotated[float, Meta(gt=0, le=1e6)] = 168.0
    enable_ai: bool = True  # an idle model explains alerts
    ai_max_tokens: Annotated[int, Meta(ge=16, le=2048)] = 200  # per explanation
    ai_timeout_sec: Seconds = 120.0  # per explanation
    # Each executable in it gets every alert as JSON on standard input.
    hooks_dir: Path = Path("/etc/cortex/alert.d")
    hook_timeout_sec: Seconds = 10.0  # after which a hook is killed
    webhook_url: str | None = None  # http(s) address; every alert is posted to it as JSON
    webhook_token: str | None = None  # sent as "Authorization: Bearer …"
    # Minimum severity of the alerts that are posted.
    webhook_min_severity: Literal["info", "warning", "error", "critical"] = "warning"

    def __post_init__(self) -> None:
        """Refuse an address that is not one."""
        if self.webhook_url is not None and not self.webhook_url.startswith(
            ("http://", "https://")
        ):
            raise ValueError(f"webhook_url is {quote(self.webhook_url)}: use http(s)://HOST/PATH")


class MetricsSection(Section, frozen=True, kw_only=True):
    """The HTTP endpoint for Prometheus."""

    enabled: bool = False  # the `metrics` command works either way
    host: str = "127.0.0.1"  # address to listen on; loopback is unreachable from outside
    # 0 picks a free port; the journal shows which.
    port: Annotated[int, Meta(ge=0, le=65_535)] = 9469


class LogSection(Section, frozen=True, kw_only=True):
    """What is logged to the journal."""

    level: LogLevel = "info"


class Config(Section, frozen=True, kw_only=True):
    """All settings."""

    socket: SocketSection = SocketSection()
    limits: LimitsSection = LimitsSection()
    access: AccessSection = AccessSection()
    llm: LlmSection = LlmSection()
    monitoring: MonitoringSection = MonitoringSection()
    thresholds: ThresholdsSection = ThresholdsSection()
    alerts: AlertsSection = AlertsSection()
    metrics: MetricsSection = MetricsSection()
    log: LogSection = LogSection()

    def mask_secrets(self) -> dict[str, Any]:
        """All settings as plain values, secrets replaced."""
        values: dict[str, dict[str, Any]] = msgspec.to_builtins(self, enc_hook=str)
        for section in values.values():
            for name in SECRET_KEYS & section.keys():
                section[name] = None if section[name] is None else "********"
        return values

    def changed_keys(self, other: Config) -> list[str]:
        """Dotted names of the keys whose values differ in ``other``."""
        ours, theirs = (msgspec.to_builtins(config, enc_hook=str) for config in (self, other))
        return [
            f"{section}.{name}"
            for section, values in ours.items()
            for name, value in values.items()
            if theirs[section][name] != value
        ]


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A configuration and the files it was read from."""

    config: Config
    files: tuple[Path, ...]


# Environment variable -> key.
ENVIRONMENT: dict[str, Key] = {
    "CORTEX_SOCKET": ("socket", "path"),
    "CORTEXD_LLM_URL": ("llm", "url"),
    "CORTEXD_LLM_PROBE_URL": ("llm", "probe_url"),
    "CORTEXD_LLM_API_KEY_FILE": ("llm", "api_key_file"),
    "CORTEXD_LLM_UNIT": ("llm", "unit"),
    "CORTEXD_MODEL_PATH": ("llm", "model_path"),
    "CORTEXD_N_THREADS": ("llm", "n_threads"),
    "CORTEXD_LOG_LEVEL": ("log", "level"),
}
# Those whose value may be a number; everywhere else digits are text.
NUMERIC = frozenset({"CORTEXD_N_THREADS", "CORTEXD_LOG_LEVEL"})


def database_path(config: Config, environ: Mapping[str, str]) -> Path:
    """Where alerts are stored: as configured, or in the state folder of the service or the user."""
    if config.alerts.db_path is not None:
        return config.alerts.db_path
    if state := environ.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(state, "alerts.db")
    state = environ.get("XDG_STATE_HOME", "")
    folder = Path(state) if state.startswith("/") else Path("~/.local/state").expanduser()
    return folder / "cortex" / "alerts.db"


def load(environ: Mapping[str, str], explicit: Path | None = None) -> LoadedConfig:
    """Read all files and the environment, and check the result.

    Raises:
        ConfigError: names the file or variable, the line, the key and what would be valid.
    """
    files = _read_files(explicit)
    values: dict[str, Any] = {}
    origin: dict[Key, str] = {}
    for file in files:
        for section, written in file.values.items():
            is_section = isinstance(written, dict)
            members = _drop_empty(section, written) if is_section else written
            merged = members
            if isinstance(members, dict):
                before = values.get(section)
                merged = {**before, **members} if isinstance(before, dict) else members
                origin |= {(section, name): file.locate((section, name)) for name in members}
            elif members is None:  # "llm:" with nothing below it
                continue
            values[section] = merged
            origin[section,] = file.locate((section,))
    for variable, (section, name) in ENVIRONMENT.items():
        if text := environ.get(variable):  # set to nothing counts as not set
            members = values.setdefault(section, {})
            if isinstance(members, dict):
                members[name] = _parse_number(text) if variable in NUMERIC else text
                origin[section, name] = f"environment variable {variable}"
    log = values.get("log")
    if isinstance(log, dict) and "level" in log:
        log["level"] = _normalise_log_level(log["level"])
    try:
        config = validation.convert(values, Config)
    except validation.Invalid as error:
        raise _config_error(error.problem, origin) from error
    return LoadedConfig(config, tuple(file.path for file in files))


def _drop_empty(section: str, members: dict[str, Any]) -> dict[str, Any]:
    """The members without those left empty ("level:"), where nothing is no value of its own."""
    defaults = getattr(Config(), section, None)
    return {
        name: value
        for name, value in members.items()
        if value is not None or getattr(defaults, name, None) is None
    }


def _read_files(explicit: Path | None) -> list[YamlFile]:
    files: list[YamlFile] = []
    for path in [explicit] if explicit else [SYSTEM_FILE, LEGACY_FILE, USER_FILE]:
        try:
            files.append(yamlfile.read(path.expanduser()))
        except FileNotFoundError as error:
            if explicit:
                raise ConfigError(f"the configuration file {path} does not exist") from error
        except RuntimeError as error:  # the user has no home directory
            if explicit:
                raise ConfigError(f"the configuration file {path}: {error}") from error
    return files


def _parse_number(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _normalise_log_level(value: Any) -> Any:
    """Accept the documented numbers too: 0 is the most verbose."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_LEVELS):
        return _LEVELS[value]
    return value.lower() if isinstance(value, str) else value


def _config_error(problem: validation.Problem, origin: dict[Key, str]) -> ConfigError:
    key = problem.path[:2]
    name = ".".join(key)
    place = origin.get(key) or origin.get(key[:1]) or "the configuration"
    reason = "is invalid" if name.endswith(tuple(SECRET_KEYS)) else problem.reason
    return ConfigError(f"{place}: {name} {reason}", hint=problem.hint, key=name)
