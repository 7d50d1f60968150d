"""The settings: ``/etc/cortex/llm.env``, overridden by the process environment.

Loaded once, frozen, passed on. The file may be named by CORTEX_LLM_ENV_FILE, and is read
as systemd reads it (`envfile`), so the same file serves the unit and a shell. A key that
begins with CORTEX_LLM_ and is not in SETTINGS is refused, with the file, the line and the
nearest name; other keys (OMP_NUM_THREADS, LLAMA_ARG_…) go to the server's environment.

Nothing here looks at the model, the machine or an engine: None means "decide for me".
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from cortex_llm import envfile
from cortex_llm.endpoint import Endpoint, TcpEndpoint, parse_host
from cortex_llm.errors import UsageError

DEFAULT_ENV_FILE = Path("/etc/cortex/llm.env")
ENV_FILE_VARIABLE = "CORTEX_LLM_ENV_FILE"
PREFIX = "CORTEX_LLM_"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8085
#: What keys and values are kept as, and bytes a number then takes: ggml's blocks of 32.
KV_CACHE_TYPES = {"f16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}
DEFAULT_ENDPOINT = TcpEndpoint(DEFAULT_HOST, DEFAULT_PORT)
#: llama-server's: none leaves thoughts in the text, the others set them apart.
REASONING_FORMATS = ("auto", "none", "deepseek", "deepseek-legacy")
ENGINES = ("auto", "llama-server", "xllamacpp", "llama-cpp-python")
CREDENTIAL = "api-key"  # LoadCredential=api-key:/etc/cortex/llm.key
ENV_FILE_CREDENTIAL = "llm.env"  # LoadCredential=llm.env:/etc/cortex/llm.env
MAX_ENV_FILE_BYTES = 1 << 20  # a few dozen lines are usual; a mistaken path is often a model
MAX_ALIAS = 128
# What people write of systemd.time(7), for the time after which an idle model is unloaded.
TIMESPAN = re.compile(r"(\d{1,9}(s|sec|m|min|h|hr|d)?)( ?\d{1,9}(s|sec|m|min|h|hr))*\Z")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text[:12]) <= high):
            raise ValueError(f"is {text[:40]!r}, not a whole number from {low} to {high}")
        return int(text)

    return read


def _path(text: str) -> Path:
    path = Path(text)
    try:
        path = path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"is {text!r}, whose user does not exist") from error
    if not path.is_absolute():
        raise ValueError(f"is {text!r}, not an absolute path (~ stands for the home folder)")
    return path


def _timespan(text: str) -> str:
    if text != "infinity" and not TIMESPAN.match(text):
        raise ValueError(
            f"is {text[:40]!r}, not a duration such as 15min, 1h 30min, 90 (seconds) or 0"
        )
    return text


def _engine(text: str) -> str:
    if text not in ENGINES:
        raise ValueError(f"is {text[:40]!r}, not one of {', '.join(ENGINES)}")
    return text


def _kv_cache_type(text: str) -> str:
    if text not in KV_CACHE_TYPES:
        raise ValueError(f"is {text[:40]!r}, not one of {', '.join(KV_CACHE_TYPES)}")
    return text


def _reasoning_format(text: str) -> str:
    if text not in REASONING_FORMATS:
        raise ValueError(f"is {text[:40]!r}, not one of {', '.join(REASONING_FORMATS)}")
    return text


def _alias(text: str) -> str:
    # The servers take a comma for a list of names, and the name ends up in HTTP replies.
    if not text.isprintable() or "," in text or len(text) > MAX_ALIAS:
        raise ValueError(f"must be a name of up to {MAX_ALIAS} printable characters, no comma")
    return text


def _key(text: str) -> str:
    if not (text.isascii() and text.isprintable()) or "," in text or " " in text:
        raise ValueError("is not a key of printable ASCII characters without space or comma")
    return text


def _setting(read: Callable[[str], Any], default: Any = None, *, old_name: str = "") -> Any:
    """A field that CORTEX_LLM_<NAME> sets, through ``read``; ``old_name`` counts without it."""
    return field(default=default, metadata={"read": read, "old_name": old_name})


@dataclass(frozen=True)
class Settings:
    """What the administrator asked for; None where nothing was said.

    A new key of llm.env is one field here, by ``_setting``.
    """

    endpoint: Endpoint = DEFAULT_ENDPOINT
    model_path: Path | None = _setting(_path, old_name="CORTEXD_MODEL_PATH")  # noqa: RUF009 - makes a field
    threads: int | None = _setting(_whole(1, 1024), old_name="CORTEXD_N_THREADS")
    ctx_size: int | None = _setting(_whole(64, 1 << 22))  # tokens of one request and its answer
    parallel: int | None = _setting(_whole(1, 64))  # requests at once
    engine: str = _setting(_engine, "auto")
    api_key: str | None = field(default=None, repr=False)
    cache_ram_mb: int | None = _setting(_whole(0, 1 << 20))
    kv_cache_type: str | None = _setting(_kv_cache_type)  # of KV_CACHE_TYPES; None: 16 bits
    alias: str | None = _setting(_alias)
    server: Path | None = _setting(_path)  # noqa: RUF009
    chat_template_file: Path | None = _setting(_path)  # noqa: RUF009 - instead of the model's own
    reasoning_format: str | None = _setting(_reasoning_format)  # how thoughts are set apart
    idle_timeout: str | None = _setting(_timespan)  # cortex-llm-proxy.service reads it, too
    extra_env: Mapping[str, str] = field(default_factory=dict, repr=False)
    env_file: Path | None = None  # the file that was read, if one was


#: Keys that are not a field each: two make the endpoint, two the API key.
COMBINED: dict[str, Callable[[str], Any]] = {
    "HOST": str,
    "PORT": _whole(1, 65535),
    "API_KEY": _key,
    "API_KEY_FILE": _path,
}
FIELDS = {each.name.upper(): each for each in fields(Settings) if "read" in each.metadata}
#: Every key after CORTEX_LLM_, and what reads its value.
SETTINGS: dict[str, Callable[[str], Any]] = {
    **{name: each.metadata["read"] for name, each in FIELDS.items()},
    **COMBINED,
}
#: The documented system's names, read where the new ones say nothing.
OLD_NAMES = {name: str(each.metadata["old_name"]) for name, each in FIELDS.items()}


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the file and the environment; raises UsageError naming the file, line and key."""
    environ = os.environ if environ is None else environ
    file, assignments = _read_file(environ)
    values: dict[str, Any] = {}
    for name, read in SETTINGS.items():
        setting = _find(name, environ, file, assignments)
        if setting is not None:
            text, origin = setting
            try:
                values[name] = read(text)
            except ValueError as error:
                raise UsageError(f"{origin} {error}") from error
    extra = {
        item.name: item.value
        for item in assignments
        if not item.name.startswith(PREFIX) and item.name not in environ
    }
    return Settings(
        endpoint=_endpoint(values),
        api_key=_api_key(values, environ),
        extra_env=extra,
        env_file=file if assignments else None,
        **{each.name: values[name] for name, each in FIELDS.items() if name in values},
    )


def _read_file(environ: Mapping[str, str]) -> tuple[Path, list[envfile.Assignment]]:
    named = environ.get(ENV_FILE_VARIABLE)
    file = Path(named).expanduser() if named else DEFAULT_ENV_FILE
    # Under systemd it is a copy that we may read; messages name the original, to be mended.
    service = environ.get("CREDENTIALS_DIRECTORY")
    copy = Path(service or "/nonexistent") / ENV_FILE_CREDENTIAL
    source = copy if not named and copy.exists() else file
    try:
        with source.open("rb") as stream:
            raw = stream.read(MAX_ENV_FILE_BYTES + 1)
        if len(raw) > MAX_ENV_FILE_BYTES:
            raise UsageError(
                f"{file} is larger than {MAX_ENV_FILE_BYTES} bytes: not a settings file"
            )
        assignments = envfile.parse(raw.decode())
    except FileNotFoundError as error:
        if not named:
            return file, []
        raise UsageError(
            f"cannot read settings {file}: no such file",
            hint=f"{ENV_FILE_VARIABLE} names this file; unset the variable or create the file",
        ) from error
    except OSError as error:
        if isinstance(error, PermissionError) and not named and os.geteuid() != 0 and not service:
            return file, []  # the system's, for its own service: a user's run has the defaults
        raise UsageError(
            f"cannot read settings {file}: {(error.strerror or str(error)).lower()}",
            hint="the user of cortex-llm needs to read it: chgrp cortex FILE; chmod 640 FILE",
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text (byte {error.start})") from error
    except envfile.EnvFileError as error:
        raise UsageError(f"{file}, line {error.line} {error}") from error
    for item in assignments:
        if item.name.startswith(PREFIX) and item.name.removeprefix(PREFIX) not in SETTINGS:
            raise _unknown(file, item)
    return file, assignments


def _unknown(file: Path, item: envfile.Assignment) -> UsageError:
    known = [PREFIX + name for name in SETTINGS]
    near = difflib.get_close_matches(item.name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"the keys are: {', '.join(known)}"
    return UsageError(f"{file}, line {item.line}: unknown key {item.name}", hint=hint)


def _find(
    name: str, environ: Mapping[str, str], file: Path, assignments: list[envfile.Assignment]
) -> tuple[str, str] | None:
    """The text of one setting and where it is from; an empty value says nothing."""
    for key in (PREFIX + name, OLD_NAMES.get(name)):
        if not key:
            continue
        if environ.get(key):
            return environ[key], key
        for item in reversed(assignments):
            if item.name == key and item.value:
                return item.value, f"{file}, line {item.line}: {key}"
    return None


def _endpoint(values: Mapping[str, Any]) -> Endpoint:
    try:
        return parse_host(values.get("HOST", DEFAULT_HOST), values.get("PORT", DEFAULT_PORT))
    except ValueError as error:
        raise UsageError(f"{PREFIX}HOST {error}") from error


def _api_key(values: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    if "API_KEY" in values:
        return str(values["API_KEY"])
    file = values.get("API_KEY_FILE")
    if file is None and environ.get("CREDENTIALS_DIRECTORY"):
        candidate = Path(environ["CREDENTIALS_DIRECTORY"]) / CREDENTIAL
        file = candidate if candidate.exists() else None
    if file is None:
        return None
    try:
        return _key(file.read_text("ascii").strip() or " ")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read the API key {file}: {reason}") from error
    except ValueError as error:
        raise UsageError(f"the API key in {file} is empty or not one printable word") from error
