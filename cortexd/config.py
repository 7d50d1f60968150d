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

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from cortexd import yamlfile
from cortexd.api.client import DEFAULT_SOCKET
from cortexd.api.errors import ConfigError, nearest, shown
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


def _expanded(path: Path) -> Path:
    return path.expanduser()


def _log_level(value: Any) -> Any:
    """Accept the documented numbers too: 0 is the most talkative."""
    if isinstance(value, int) and not isinstance(value, bool):
        return _LEVELS[value] if 0 <= value < len(_LEVELS) else value
    return value.lower() if isinstance(value, str) else value


def _llm_url(url: str) -> str:
    if url.startswith(("http://", "https://")) and url.split("//", 1)[1].strip("/"):
        return url.rstrip("/")
    if url.startswith("unix:/"):
        return url
    raise ValueError("give http://HOST:PORT or unix:/PATH.sock")


def _socket_path(path: Path) -> Path:
    size = len(os.fsencode(path))
    if size > MAX_SOCKET_PATH_BYTES:
        raise ValueError(
            f"the path is {size} bytes long; a Unix socket's limit is {MAX_SOCKET_PATH_BYTES}"
        )
    return path


FilePath = Annotated[Path, Field(strict=False), AfterValidator(_expanded)]


class Section(BaseModel):
    """Base of all sections."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SocketSection(Section):
    """Where clients find the daemon."""

    path: Annotated[FilePath, AfterValidator(_socket_path)] = Path(DEFAULT_SOCKET)
    mode: int = Field(0o666, ge=0, le=0o777, description="rights; levels are checked per request")
    backlog: int = Field(4096, ge=1, le=65_535)


class LimitsSection(Section):
    """Bounds on what clients can ask for."""

    max_frame_bytes: int = Field(DEFAULT_MAX_FRAME_BYTES, ge=1024, le=16 * 1024 * 1024)
    max_connections: int = Field(1000, ge=1, le=100_000)
    frame_timeout_sec: float = Field(30, gt=0, description="to finish a started request")
    write_stall_sec: float = Field(30, gt=0, description="until a reader that stalls is dropped")
    queue_size: int = Field(100, ge=1, le=10_000, description="inference requests, running or not")
    requests_per_second: float = Field(
        50, gt=0, description="inference requests that one user may start on average"
    )
    request_burst: int = Field(100, ge=1, description="… and at once")
    drain_sec: float = Field(10, ge=0, description="for running requests at shutdown")


class AccessSection(Section):
    """Which groups may do what."""

    admin_group: str = "cortex"
    use_group: str | None = Field(None, description="who may use the model; null is everybody")


class LlmSection(Section):
    """The model server, and the defaults of a request."""

    enabled: bool = True
    url: Annotated[str, AfterValidator(_llm_url)] = "http://127.0.0.1:8085"
    api_key: str | None = None
    api_key_file: FilePath | None = None
    request_timeout_sec: float = Field(600, gt=0, description="for one answer, queueing included")
    load_timeout_sec: float = Field(120, gt=0, description="for a model that is still loading")
    slots: int = Field(1, ge=1, le=256, description="at once, until the server tells its number")
    templates_dir: FilePath = Path("/etc/cortex/prompts")
    system_prompt: str | None = None
    max_tokens_per_request: int = Field(256, ge=1, description="of requests that do not say")
    temperature: float = Field(0.7, ge=0, le=2, description="of requests that do not say")
    # The documented daemon loaded the model itself; today cortex-llm reads these.
    model_path: FilePath | None = None
    n_threads: int | None = Field(None, ge=1, le=1024)
    n_ctx: int | None = Field(None, ge=1)
    use_mmap: bool = True


class LogSection(Section):
    """What goes to the journal."""

    level: Annotated[LogLevel, BeforeValidator(_log_level)] = "info"


class Config(Section):
    """All settings."""

    socket: SocketSection = SocketSection()
    limits: LimitsSection = LimitsSection()
    access: AccessSection = AccessSection()
    llm: LlmSection = LlmSection()
    log: LogSection = LogSection()

    def masked(self) -> dict[str, Any]:
        """As plain values, secrets replaced."""
        values = self.model_dump(mode="json")
        for section in values.values():
            for name in SECRET_KEYS & section.keys():
                section[name] = None if section[name] is None else "********"
        return values

    def changed_keys(self, other: Config) -> list[str]:
        """Dotted names of the keys whose values differ in ``other``."""
        ours, theirs = self.model_dump(), other.model_dump()
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


def load(environ: Mapping[str, str], explicit: Path | None = None) -> Loaded:
    """Read every source and check the whole.

    Raises:
        ConfigError: names the file or variable, the line, the key and what would be valid.
    """
    files: list[YamlFile] = []
    for path in [explicit] if explicit else [SYSTEM_FILE, LEGACY_FILE, USER_FILE]:
        try:
            files.append(yamlfile.read(path.expanduser()))
        except FileNotFoundError as error:
            if explicit:
                raise ConfigError(f"the configuration file {path} does not exist") from error
    values: dict[str, Any] = {}
    origin: dict[Key, str] = {}
    for file in files:
        for section, members in file.values.items():
            merged = members
            if isinstance(members, dict):
                merged = {**values.get(section, {}), **members}
                origin |= {(section, name): file.where((section, name)) for name in members}
            elif members is None:  # "llm:" with nothing below it
                continue
            values[section] = merged
            origin[section,] = file.where((section,))
    for variable, (section, name) in ENVIRONMENT.items():
        if variable in environ:
            values.setdefault(section, {})[name] = _from_environment(environ[variable])
            origin[section, name] = f"environment variable {variable}"
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise _config_error(error, origin) from error
    return Loaded(config, tuple(file.path for file in files))


def _from_environment(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _config_error(error: ValidationError, origin: dict[Key, str]) -> ConfigError:
    first = error.errors(include_url=False)[0]
    key = tuple(str(part) for part in first["loc"][:2])
    name = ".".join(key)
    place = origin.get(key) or origin.get(key[:1]) or "the configuration"
    if first["type"] == "extra_forbidden":
        valid = _names(key[:-1])
        guess = nearest(key[-1], valid)
        hint = f"did you mean {guess}?" if guess else "valid are: " + ", ".join(valid)
        return ConfigError(f"{place}: unknown key {shown(name)}", hint=hint, key=name)
    reason = str(first.get("ctx", {}).get("error") or first["msg"])
    value = "…" if key[-1] in SECRET_KEYS else shown(first["input"])
    return ConfigError(f"{place}: {name} is {value}: {reason}", key=name)


def _names(section: Key) -> list[str]:
    """The valid keys of a section, or of the whole file for an empty path."""
    owner: Any = Config.model_fields[section[0]].annotation if section else Config
    return list(owner.model_fields)
