"""The daemon's settings: frozen, checked once, passed on as an argument.

Later sources win, key by key: the built-in defaults, ``/etc/cortex/daemon.yaml``,
``~/.cortex/daemon.conf`` (the older form), ``~/.cortex/daemon.yaml``, the environment.
``--config FILE`` replaces the three files.  An unknown key or a wrong value is an error
that names file, line, key and what would be valid; it never changes what is running.
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
from cortexd.api.errors import ConfigError, shown
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

# What a running daemon cannot change: it would have to take its socket away from clients.
RESTART_KEYS = ("socket.",)
SECRET_KEYS = frozenset({"api_key"})


# A day: more than any of them can mean, and what a timer can hold.
MAX_SECONDS = 86_400.0

Seconds = Annotated[float, Meta(gt=0, le=MAX_SECONDS)]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all sections."""


class SocketSection(Section, frozen=True, kw_only=True):
    """Where clients find the daemon."""

    path: Path = Path(DEFAULT_SOCKET)
    # Rights of the socket file; who may do what is decided per request.
    mode: Annotated[int, Meta(ge=0, le=0o777)] = 0o666
    backlog: Annotated[int, Meta(ge=1, le=65_535)] = 4096

    def __post_init__(self) -> None:
        """Refuse a path that the kernel would cut off."""
        if "\0" in str(self.path):
            raise ValueError("path holds a NUL character")
        if (size := len(os.fsencode(self.path))) > MAX_SOCKET_PATH_BYTES:
            raise ValueError(
                f"path is {size} bytes long; a Unix socket's limit is {MAX_SOCKET_PATH_BYTES}"
            )


class LimitsSection(Section, frozen=True, kw_only=True):
    """Bounds on what clients can ask for."""

    max_frame_bytes: Annotated[int, Meta(ge=1024, le=16 * 1024 * 1024)] = DEFAULT_MAX_FRAME_BYTES
    max_connections: Annotated[int, Meta(ge=1, le=100_000)] = 1000
    frame_timeout_sec: Seconds = 30.0  # to finish a started request
    write_stall_sec: Seconds = 30.0  # until a reader that stalls is dropped
    queue_size: Annotated[int, Meta(ge=1, le=10_000)] = 100  # inference requests, running or not
    # Inference requests that one user starts on average, and at once.
    requests_per_second: Annotated[float, Meta(gt=0, le=1e6)] = 50.0
    request_burst: Annotated[int, Meta(ge=1)] = 100
    drain_sec: Annotated[float, Meta(ge=0, le=MAX_SECONDS)] = 10.0  # for what runs at shutdown


class AccessSection(Section, frozen=True, kw_only=True):
    """Which groups may do what; ``use_group`` None lets everybody use the model."""

    admin_group: str = "cortex"
    use_group: str | None = None


class LlmSection(Section, frozen=True, kw_only=True):
    """The model server, and the defaults of a request."""

    enabled: bool = True
    url: str = "http://127.0.0.1:8085"
    api_key: str | None = None
    api_key_file: Path | None = None
    request_timeout_sec: Seconds = 600.0  # for one answer, queueing included
    load_timeout_sec: Seconds = 120.0  # for a model that is still loading
    slots: Annotated[int, Meta(ge=1, le=256)] = 1  # until the server tells its number
    templates_dir: Path = Path("/etc/cortex/prompts")
    system_prompt: str | None = None
    max_tokens_per_request: Annotated[int, Meta(ge=1)] = 256  # of requests that do not say
    temperature: Annotated[float, Meta(ge=0, le=2)] = 0.7  # of requests that do not say
    # The documented daemon loaded the model itself; today cortex-llm reads these.
    model_path: Path | None = None
    n_threads: Annotated[int, Meta(ge=1, le=1024)] | None = None
    n_ctx: Annotated[int, Meta(ge=1)] | None = None
    use_mmap: bool = True

    def __post_init__(self) -> None:
        """Refuse an address that nothing can be reached at, and a key that is no header."""
        if not _reachable(self.url):
            raise ValueError(f"url is {shown(self.url)}: give http://HOST:PORT or unix:/PATH.sock")
        if self.api_key is not None and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise ValueError("api_key is not one line of ASCII")


def _reachable(url: str) -> bool:
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


class LogSection(Section, frozen=True, kw_only=True):
    """What goes to the journal."""

    level: LogLevel = "info"


class Config(Section, frozen=True, kw_only=True):
    """All settings."""

    socket: SocketSection = SocketSection()
    limits: LimitsSection = LimitsSection()
    access: AccessSection = AccessSection()
    llm: LlmSection = LlmSection()
    log: LogSection = LogSection()

    def masked(self) -> dict[str, Any]:
        """As plain values, secrets replaced."""
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
class Loaded:
    """A configuration and the files it was read from."""

    config: Config
    files: tuple[Path, ...]


# Environment variable -> key.
ENVIRONMENT: dict[str, Key] = {
    "CORTEX_SOCKET": ("socket", "path"),
    "CORTEXD_LLM_URL": ("llm", "url"),
    "CORTEXD_LLM_API_KEY_FILE": ("llm", "api_key_file"),
    "CORTEXD_MODEL_PATH": ("llm", "model_path"),
    "CORTEXD_N_THREADS": ("llm", "n_threads"),
    "CORTEXD_LOG_LEVEL": ("log", "level"),
}
# Those whose value may be a number; everywhere else digits are text.
NUMERIC = frozenset({"CORTEXD_N_THREADS", "CORTEXD_LOG_LEVEL"})


def load(environ: Mapping[str, str], explicit: Path | None = None) -> Loaded:
    """Read every source and check the whole.

    Raises:
        ConfigError: names the file or variable, the line, the key and what would be valid.
    """
    files = _read_files(explicit)
    values: dict[str, Any] = {}
    origin: dict[Key, str] = {}
    for file in files:
        for section, members in file.values.items():
            merged = members
            if isinstance(members, dict):
                before = values.get(section)
                merged = {**before, **members} if isinstance(before, dict) else members
                origin |= {(section, name): file.where((section, name)) for name in members}
            elif members is None:  # "llm:" with nothing below it
                continue
            values[section] = merged
            origin[section,] = file.where((section,))
    for variable, (section, name) in ENVIRONMENT.items():
        if text := environ.get(variable):  # set to nothing counts as not set
            members = values.setdefault(section, {})
            if isinstance(members, dict):
                members[name] = _from_environment(text) if variable in NUMERIC else text
                origin[section, name] = f"environment variable {variable}"
    log = values.get("log")
    if isinstance(log, dict) and "level" in log:
        log["level"] = _log_level(log["level"])
    try:
        config = validation.convert(values, Config)
    except validation.Invalid as error:
        raise _config_error(error.problem, origin) from error
    return Loaded(config, tuple(file.path for file in files))


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


def _from_environment(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _log_level(value: Any) -> Any:
    """Accept the documented numbers too: 0 is the most talkative."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_LEVELS):
        return _LEVELS[value]
    return value.lower() if isinstance(value, str) else value


def _config_error(problem: validation.Problem, origin: dict[Key, str]) -> ConfigError:
    key = problem.path[:2]
    name = ".".join(key)
    place = origin.get(key) or origin.get(key[:1]) or "the configuration"
    reason = "is wrong" if name.endswith(tuple(SECRET_KEYS)) else problem.reason
    return ConfigError(f"{place}: {name} {reason}", hint=problem.hint, key=name)
