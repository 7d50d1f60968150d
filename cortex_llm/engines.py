"""The engines: each ends as an OpenAI-compatible server on the configured address.

    llama-server      a native binary: CORTEX_LLM_SERVER, PATH, or built by install-llm.sh
    xllamacpp         the same server out of a wheel, run by `xllamacpp_server`
    llama-cpp-python  its own server, run by `llama_cpp_python_server`

All three are given the same command line, llama-server's, so there is one list of flags,
here. An engine turns it into a Launch: argv and environment, ready for execve; nothing is
started here. What clients rely on, whichever engine it is (docs/engines.md):

* ``/v1/models``: ``data[0].id`` is the model's name; ``data[0].tags`` holds
  ``cortex.profile=…`` when the model has a profile, and ``cortex.engine=…``;
  ``data[0].meta.n_ctx`` is what one request may use;
* ``/props``: ``total_slots``, ``default_generation_settings.n_ctx``;
* ``/health``: 200 when ready, 503 while loading.

The API key travels in the environment, never in argv, which any user may read.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cortex_llm.config import Settings
from cortex_llm.errors import EngineError
from cortex_llm.models import ModelInfo
from cortex_llm.sizing import Sizing

LLAMA_SERVER, XLLAMACPP, LLAMA_CPP_PYTHON = "llama-server", "xllamacpp", "llama-cpp-python"
ORDER = (LLAMA_SERVER, XLLAMACPP, LLAMA_CPP_PYTHON)
SYSTEM_SERVERS = (Path("/usr/local/bin/llama-server"),)  # a unit's PATH may lack it
CACHE = "~/.cache/cortex/llama-server"  # where install-llm.sh keeps its builds, by version
PROBE_TIMEOUT = 20.0  # seconds for --help; a cold binary on a slow disk takes two
BATCH_TOKENS = "512"  # llama.cpp's micro-batch
TAG_PROFILE, TAG_ENGINE = "cortex.profile", "cortex.engine"
#: What a module of ours needs to run the engine that is a Python package.
PACKAGES = {XLLAMACPP: ("xllamacpp",), LLAMA_CPP_PYTHON: ("llama_cpp", "uvicorn", "fastapi")}
#: Run as a file: they import nothing of ours, and -P keeps this folder out of sys.path.
PROGRAMS = {XLLAMACPP: "xllamacpp_server.py", LLAMA_CPP_PYTHON: "llama_cpp_python_server.py"}
REMEDY = (
    "install one: pip install 'cortex-linux[llm]' (no compiler needed), "
    "or scripts/install-llm.sh build"
)


@dataclass(frozen=True)
class Engine:
    """An engine that is there. `flags` are the optional flags that it knows; None: all."""

    name: str
    command: tuple[str, ...]
    flags: frozenset[str] | None = None
    max_parallel: int | None = None


@dataclass(frozen=True)
class Launch:
    """What execve gets."""

    argv: tuple[str, ...]
    env: Mapping[str, str]


def choose(settings: Settings) -> tuple[Engine, list[str]]:
    """The engine to use, and why each one before it was not taken; raises EngineError."""
    wanted = ORDER if settings.engine == "auto" else (settings.engine,)
    skipped: list[str] = []
    for name in wanted:
        engine = find(name, settings)
        if isinstance(engine, Engine):
            return engine, skipped
        skipped.append(f"{name}: {engine}")
    if settings.engine == "auto":
        raise EngineError(f"no engine is available ({'; '.join(skipped)})", hint=REMEDY)
    raise EngineError(f"the engine {skipped[0]}", hint=REMEDY)


def find(name: str, settings: Settings) -> Engine | str:
    """The engine of this name, or why it cannot be used."""
    if name == LLAMA_SERVER:
        return _find_native(settings)
    missing = [package for package in PACKAGES[name] if not importlib.util.find_spec(package)]
    if missing:
        return f"the Python package {missing[0]} is not installed"
    command = (sys.executable, "-P", str(Path(__file__).with_name(PROGRAMS[name])))
    if name == LLAMA_CPP_PYTHON:
        return Engine(name, command, frozenset({"--tags"}), max_parallel=1)
    return Engine(name, command)


def launch(
    engine: Engine,
    settings: Settings,
    model: ModelInfo,
    sizing: Sizing,
    *,
    extra: tuple[str, ...] = (),
    environ: Mapping[str, str] | None = None,
) -> Launch:
    """The command line and environment of the server; `extra` flags come last and win."""
    tags = [f"{TAG_ENGINE}={engine.name}"]
    if model.profile:
        tags.insert(0, f"{TAG_PROFILE}={model.profile}")
    flags = _list_required_flags(settings, model, sizing)
    _refuse_unsupported(engine, settings)
    optional = {
        "--tags": [",".join(tags)],
        "--cache-ram": [str(sizing.cache_ram_mb)],
        # what is computed in one go anyway: between batches the server hears who has left
        "--batch-size": [BATCH_TOKENS],
        "--poll-batch": ["0"],
        "--poll": ["0"],  # spinning threads starve each other and the rest of the machine
        "--no-kv-unified": [],  # a slot's context is its own: no request can starve another's
        "--fit": ["off"],  # sizing has decided; this would load the model twice
        "--cors-origins": ["localhost"],  # not every page in a browser on this machine
        "--no-webui": [],
        "--metrics": [],
        "--offline": [],  # nothing is ever fetched
    }
    for flag, values in optional.items():
        if engine.flags is None or flag in engine.flags:
            flags += [flag, *values]
    env = dict(os.environ if environ is None else environ)
    env = {**settings.extra_env, **env}
    env.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    env.pop("LLAMA_API_KEY", None)
    if settings.api_key:
        env["LLAMA_API_KEY"] = settings.api_key
    return Launch((*engine.command, *flags, *extra), env)


def _list_required_flags(settings: Settings, model: ModelInfo, sizing: Sizing) -> list[str]:
    """What every engine knows: the model, its sizes, and what the settings ask for."""
    flags = [
        *("--model", str(model.path)),
        *("--alias", settings.alias or model.name),
        *settings.endpoint.arguments(),
        # llama.cpp divides this among the parallel requests
        *("--ctx-size", str(sizing.context * sizing.parallel)),
        *("--parallel", str(sizing.parallel)),
        *("--threads", str(sizing.threads)),
        *("--threads-batch", str(sizing.threads_batch)),
    ]
    if settings.kv_cache_type is not None:
        flags += [
            word for kind in "kv" for word in (f"--cache-type-{kind}", settings.kv_cache_type)
        ]
    if settings.chat_template_file is not None:
        flags += ["--chat-template-file", str(settings.chat_template_file)]
    if settings.reasoning_format is not None:
        flags += ["--reasoning-format", settings.reasoning_format]
    return flags


def _refuse_unsupported(engine: Engine, settings: Settings) -> None:
    """Raise EngineError for a setting that this engine has nothing for."""
    for name, value in (
        ("CHAT_TEMPLATE_FILE", settings.chat_template_file),
        ("REASONING_FORMAT", settings.reasoning_format),
    ):
        if engine.name == LLAMA_CPP_PYTHON and value is not None:
            raise EngineError(
                f"the engine {engine.name} does not support CORTEX_LLM_{name} ({value})",
                hint="use another engine (CORTEX_LLM_ENGINE) or take the setting out",
            )


def _find_native(settings: Settings) -> Engine | str:
    if settings.server is not None:
        if not os.access(settings.server, os.X_OK) or settings.server.is_dir():
            return f"CORTEX_LLM_SERVER is {settings.server}, which is not a program"
        candidates = [settings.server]
    else:
        candidates = _list_native_candidates()
    reason = f"no such program in PATH, /usr/local/bin or {CACHE}"
    for path in candidates:
        known = _read_known_flags(path)
        if isinstance(known, frozenset):
            return Engine(LLAMA_SERVER, (str(path),), known)
        reason = known
    return reason


def _list_native_candidates() -> list[Path]:
    in_path = shutil.which("llama-server")
    servers = [Path(in_path)] if in_path else []
    servers += [path for path in SYSTEM_SERVERS if os.access(path, os.X_OK) and path.is_file()]
    built = Path(CACHE).expanduser().glob("*/llama-server")
    return servers + sorted(built, key=lambda path: path.stat().st_mtime, reverse=True)


def _read_known_flags(path: Path) -> frozenset[str] | str:
    """The flags this binary's help names, or why it does not run."""
    try:
        result = subprocess.run(
            [str(path), "--help"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"{path} does not run: {error}"
    words = result.stdout.decode("utf-8", "replace").replace(",", " ").split()
    if result.returncode != 0 or "--model" not in words:
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
        return f"{path} does not run: {lines[-1] if lines else f'exit {result.returncode}'}"
    return frozenset(word for word in words if word.startswith("--"))
