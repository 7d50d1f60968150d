"""The original daemon's configuration files, read as this daemon's keys.

Its files are flat (``socket_path: …``) or in sections of their own (``rate_limit:``).  A key
that has a counterpart here is moved to it; one that means nothing here is dropped and named,
so that nobody believes it to be in effect.  Pure: knows nothing of where files come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cortexd.api.errors import ConfigError
from cortexd.yamlfile import YamlFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortexd.yamlfile import Key

MOVED: dict[Key, Key] = {
    ("socket_path",): ("socket", "path"),
    ("socket_backlog",): ("socket", "backlog"),
    ("socket_timeout_ms",): ("limits", "frame_timeout_sec"),
    ("socket", "timeout_ms"): ("limits", "frame_timeout_sec"),
    ("model_path",): ("llm", "model_path"),
    ("n_threads",): ("llm", "n_threads"),
    ("n_ctx",): ("llm", "n_ctx"),
    ("use_mmap",): ("llm", "use_mmap"),
    ("max_tokens_per_request",): ("llm", "max_tokens_per_request"),
    ("temperature",): ("llm", "temperature"),
    ("llm", "threads"): ("llm", "n_threads"),
    ("llm", "context_length"): ("llm", "n_ctx"),
    ("llm", "mmap"): ("llm", "use_mmap"),
    ("llm", "backend"): ("llm", "enabled"),
    ("llm", "local", "base_url"): ("llm", "url"),
    ("monitoring_interval_seconds",): ("monitoring", "interval_sec"),
    ("monitor_interval_sec",): ("monitoring", "interval_sec"),
    ("enable_cve_scanning",): ("monitoring", "enable_cve"),
    ("enable_ai_alerts",): ("alerts", "enable_ai"),
    ("max_inference_queue_size",): ("limits", "queue_size"),
    ("max_requests_per_sec",): ("limits", "requests_per_second"),
    ("rate_limit", "max_inference_queue"): ("limits", "queue_size"),
    ("rate_limit", "max_requests_per_sec"): ("limits", "requests_per_second"),
    ("log_level",): ("log", "level"),
}
_NO_CLOUD = "Cortex asks no cloud"
MEANINGLESS: dict[Key, str] = {
    ("enable_journald_logging",): "the log always goes to the journal",
    ("memory_limit_mb",): "the unit's MemoryMax limits memory",
    ("config_file",): "--config names the file",
    ("llm", "batch_size"): "the model server has its own settings, in /etc/cortex/llm.env",
    ("llm", "lazy_load"): "whether the model loads on demand is up to the service",
    ("llm", "cloud"): _NO_CLOUD,
}
# Sections that the keys above empty.
_EMPTIED: tuple[Key, ...] = (("llm", "local"), ("rate_limit",))


class Translation(NamedTuple):
    """A file with this daemon's keys, and a sentence for each key that means nothing here."""

    file: YamlFile
    notes: list[str]


def translate(file: YamlFile) -> Translation:
    """Move the original's keys to their places.

    Raises:
        ConfigError: a key is set under both names.
    """
    values: dict[str, Any] = {
        name: dict(value) if isinstance(value, dict) else value
        for name, value in file.values.items()
    }
    lines = dict(file.lines)
    notes = [
        f"{file.locate(key)}: {'.'.join(key)} means nothing here: {reason}"
        for key, reason in MEANINGLESS.items()
        if _pop(values, key) is not _MISSING
    ]
    for old, new in MOVED.items():
        if (value := _pop(values, old)) is _MISSING:
            continue
        for converted in _convert(old, value):
            section = values.setdefault(new[0], {})
            if not isinstance(section, dict) or new[1] in section:
                raise ConfigError(
                    f"{file.locate(old)}: {'.'.join(old)} and {'.'.join(new)} are the same setting",
                    hint="keep one of them",
                )
            section[new[1]] = converted
            lines[new] = file.lines.get(old, 0)
        if old == ("llm", "backend") and str(value).startswith("cloud"):
            notes.append(f"{file.locate(old)}: llm.backend is {value}: {_NO_CLOUD}")
    for key in _EMPTIED:
        parent = values.get(key[0]) if len(key) > 1 else values
        if isinstance(parent, dict) and parent.get(key[-1]) == {}:
            del parent[key[-1]]
    if isinstance(llm := values.get("llm"), dict) and llm.get("model_path") == "":
        del llm["model_path"]  # the original's way to say that there is none
    return Translation(YamlFile(file.path, values, lines), notes)


_MISSING = object()


def _pop(values: dict[str, Any], key: Key) -> Any:
    """Take a key's value out; ``_MISSING`` if there is none."""
    for name in key[:-1]:
        found = values.get(name)
        if not isinstance(found, dict):
            return _MISSING
        values = found
    return values.pop(key[-1], _MISSING)


def _convert(key: Key, value: Any) -> Iterator[Any]:
    """The value in this daemon's terms; nothing if it says nothing."""
    if key[-1].endswith("timeout_ms") and isinstance(value, int) and not isinstance(value, bool):
        yield value / 1000
    elif key == ("llm", "backend"):
        if value in ("none", "local"):
            yield value == "local"
        elif not str(value).startswith("cloud"):
            yield value  # refused, by name and line
    elif key[-1] != "model_path" or value != "":
        yield value
