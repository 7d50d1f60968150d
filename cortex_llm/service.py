"""``service install|configure|switch|status|uninstall``: the model server as a system service.

What scripts/install-llm.sh runs. Nothing of the running service is touched before the new
model has been read, sized against this machine and has given one real token; the settings
are then replaced in one step, and put back when the service does not give a token with them.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import time
from pathlib import Path

from cortex_llm import (
    config,
    engines,
    envedit,
    envfile,
    machine,
    models,
    sandboxed_trial,
    sizing,
    unit,
)
from cortex_llm.config import DEFAULT_ENV_FILE, Settings
from cortex_llm.endpoint import request
from cortex_llm.errors import EngineError, LlmError, ModelError, UsageError
from cortex_llm.machine import Machine
from cortex_llm.model_location import locate_for_service, plan_copy
from cortex_llm.models import ModelInfo
from cortex_llm.output import print_data, print_json, say
from cortex_llm.profiles import PURPOSES, records
from cortex_llm.profiles.verdict import Verdict
from cortex_llm.service_files import (
    KEY_FILE,
    find_backup,
    make_key,
    read_settings,
    replace_file,
)
from cortex_llm.signals import interrupt_once
from cortex_llm.sizing import Sizing

BUILT_IN = "builtin"  # instead of a path: the project's own model, wherever it lies
RESERVE_SHARE, RESERVE_MIN = 0.10, 384 << 20  # of RAM, for everything but the model
HEADROOM = 1.25  # of what the model needs: page tables, fragments, a spike while loading
TRIAL_TIMEOUT, TOKEN_TIMEOUT = 300.0, 120.0
FLAGS = {  # option -> key of llm.env
    "threads": "THREADS",
    "ctx_size": "CTX_SIZE",
    "engine": "ENGINE",
    "idle_timeout": "IDLE_TIMEOUT",
    "kv_cache_type": "KV_CACHE_TYPE",
    "parallel": "PARALLEL",
}


def set_up_command(arguments: argparse.Namespace) -> int:
    """``service install``, ``configure`` and ``switch``: new settings, or the old ones."""
    unit.require_root()
    unit.require_systemd()
    copy = None
    if arguments.copy and arguments.model not in (None, BUILT_IN):
        copy = plan_copy(Path(arguments.model).expanduser())
    with interrupt_once():
        try:
            _set_up(arguments)
        except KeyboardInterrupt:
            if copy is not None:
                copy.unlink(missing_ok=True)
            raise
    return 0


def _set_up(arguments: argparse.Namespace) -> None:
    env = read_settings()
    if arguments.model == BUILT_IN:
        model, named = models.find_built_in(), None
    else:
        model = named = _find_model(arguments, env)
    values: dict[str, str | None] = {
        config.PREFIX + key: str(value)
        for option, key in FLAGS.items()
        if (value := getattr(arguments, option)) is not None
    }
    values[config.PREFIX + "MODEL_PATH"] = str(named) if named else None
    wanted = _edit_settings(env, values)
    settings = _parse_settings(wanted)
    info, sized, cap = _plan_service(settings, model)
    say(
        f"cortex-llm: {info.name}: about {sized.needed_bytes >> 20:,} MiB of the "
        f"{cap >> 20:,} MiB it may use; context {sized.context}, {sized.parallel} at once, "
        f"{sized.threads} thread(s)"
    )
    _try_model(wanted, cap, info, settings, named)
    if arguments.dry_run:
        say("cortex-llm: this would work; nothing was changed")
        return
    _apply(wanted, unit.render_drop_in(cap, named), arguments.always_on)
    print_data(f"the model server is set up with {info.name} ({model})")


def status_command(arguments: argparse.Namespace) -> int:
    """``service status``: settings, state and memory; 0 when it is set up."""
    unit.require_systemd()
    values = {item.name: item.value for item in envfile.parse(read_settings())}
    memory = unit.show_property(unit.SERVICE, "MemoryCurrent")
    facts: dict[str, object] = {
        "model": values.get(config.PREFIX + "MODEL_PATH", "the built-in model"),
        "state": unit.show_property(unit.SERVICE, "ActiveState"),
        "status": unit.show_property(unit.SERVICE, "StatusText"),
        "address": unit.show_property(unit.PROXY_SOCKET, "ActiveState"),
        "tcp": unit.show_property(unit.TCP_SOCKET, "ActiveState"),
        "on_demand": unit.show_property(unit.SERVICE, "StopWhenUnneeded") == "yes",
        "idle_timeout": values.get(config.PREFIX + "IDLE_TIMEOUT", "15min"),
        "memory_bytes": int(memory) if memory.isdigit() else None,
        "memory_max": unit.show_property(unit.SERVICE, "MemoryMax"),
    }
    if arguments.json:
        print_json(facts)
    else:
        for name, value in facts.items():
            print_data(f"{name:<14}{value}")
    return 0


def uninstall_command(_arguments: argparse.Namespace) -> int:
    """``service uninstall``: stop it and take the settings away; models are kept."""
    unit.require_root()
    unit.require_systemd()
    with contextlib.suppress(EngineError):
        unit.systemctl("disable", "--quiet", unit.SERVICE)
    unit.systemctl("disable", "--quiet", "--now", unit.PROXY_SOCKET, unit.TCP_SOCKET)
    unit.systemctl("stop", unit.TCP_PROXY, unit.PROXY, unit.SERVICE)
    for path in (unit.MODEL_DROP_IN, unit.ON_DEMAND_MASK):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        unit.DROP_INS.rmdir()
    if DEFAULT_ENV_FILE.exists():
        DEFAULT_ENV_FILE.replace(find_backup())
        replace_file(
            DEFAULT_ENV_FILE, "# The model server is not set up; the old settings: llm.env.old\n"
        )
    unit.systemctl("daemon-reload")
    print_data(
        "the model server is stopped and disabled; "
        f"its settings are in {find_backup()}, models are kept"
    )
    return 0


def _find_model(arguments: argparse.Namespace, env: str) -> Path:
    """The model of the command line, or the one that is set up; raises LlmError."""
    if arguments.model is not None:
        path = Path(arguments.model).expanduser().absolute()
        return locate_for_service(path, copy=arguments.copy)
    for item in reversed(envfile.parse(env)):
        if item.name == config.PREFIX + "MODEL_PATH" and item.value:
            return locate_for_service(Path(item.value), copy=False)
    raise UsageError("no model is set up", hint=f"give its path or the word {BUILT_IN}")


def _parse_settings(text: str) -> Settings:
    """The settings that the service would have with this text; raises UsageError."""
    trial_file = DEFAULT_ENV_FILE.with_name(".llm.env.trial")
    replace_file(trial_file, text)
    try:
        return config.load({config.ENV_FILE_VARIABLE: str(trial_file)})
    except UsageError as error:
        text = str(error).replace(str(trial_file), str(DEFAULT_ENV_FILE))
        raise UsageError(f"refused, nothing was changed: {text}", hint=error.hint) from error
    finally:
        trial_file.unlink(missing_ok=True)


def _edit_settings(env: str, values: dict[str, str | None]) -> str:
    try:
        return envedit.change_settings(env, values)
    except envfile.EnvFileError as error:
        raise UsageError(f"{DEFAULT_ENV_FILE}, line {error.line} {error}") from error


def _plan_service(settings: Settings, path: Path) -> tuple[ModelInfo, Sizing, int]:
    """The model, its sizing on this machine, and MemoryMax; raises ModelError if too big."""
    info = models.describe_usable(path)
    host = machine.inspect()
    reserve = max(RESERVE_MIN, int(host.memory * RESERVE_SHARE))
    most = host.memory - reserve
    if most <= 0:
        raise ModelError(f"this machine has {host.memory >> 20} MiB: not enough for any model")
    engine, _ = engines.choose(settings)
    sized = sizing.plan(
        settings, info, _add_memory_limit(host, most), engine.max_parallel, as_service=True
    )
    if not sized.fits:
        raise ModelError(
            f"{path} is too large for this machine: {sizing.describe_shortfall(sized)}",
            hint=f"{reserve >> 20} MiB of the {host.memory >> 20} MiB "
            "are reserved for everything else",
        )
    return info, sized, min(most, int(sized.needed_bytes * HEADROOM))


def _add_memory_limit(host: Machine, memory: int) -> Machine:
    return dataclasses.replace(host, memory=memory, memory_source="RAM minus a reserve")


def _try_model(
    wanted: str, cap: int, info: ModelInfo, settings: Settings, model: Path | None
) -> None:
    """Try the settings as the service's user, in its sandbox; raises EngineError.

    The trial that is part of it shows what the model is good for; the service reads that here.
    """
    say("cortex-llm: testing the model in the service's sandbox …")
    trial_file = DEFAULT_ENV_FILE.with_name(".llm.env.trial")
    replace_file(trial_file, wanted)
    try:
        memory = cap + sizing.SUPERVISOR_BYTES  # what checks is there beside the engine
        seen = sandboxed_trial.run(trial_file, memory, model, TRIAL_TIMEOUT)
    finally:
        trial_file.unlink(missing_ok=True)
    say(f"cortex-llm: {seen.measured}")
    if seen.profile:
        verdict = Verdict(seen.profile, seen.reason)
        identity = records.identify(info.path, settings.chat_template_file)
        records.save(identity, verdict, info.name, records.SYSTEM_FILE)
        purpose = PURPOSES.get(verdict.profile, verdict.profile)
        say(f"cortex-llm: profile {verdict.profile} ({verdict.reason}); good for: {purpose}")


def _apply(env: str, drop_in: str, always_on: bool | None) -> None:
    """Replace settings and drop-in, restart, ask for a token; on failure put all back."""
    old_env = read_settings()
    old_drop_in = unit.MODEL_DROP_IN.read_text() if unit.MODEL_DROP_IN.exists() else None
    was_always_on = unit.ON_DEMAND_MASK.is_symlink()
    had_key = make_key()
    replace_file(find_backup(), old_env)
    try:
        replace_file(DEFAULT_ENV_FILE, env)
        replace_file(unit.MODEL_DROP_IN, drop_in, 0o644)
        _set_always_on(always_on)
        _serve_one_token()
    except (LlmError, KeyboardInterrupt) as error:
        with contextlib.suppress(OSError):  # the terminal may be gone
            say("cortex-llm: setup failed; restoring the previous settings")
        replace_file(DEFAULT_ENV_FILE, old_env)
        if old_drop_in is None:
            unit.MODEL_DROP_IN.unlink(missing_ok=True)
        else:
            replace_file(unit.MODEL_DROP_IN, old_drop_in, 0o644)
        if always_on is not None:
            _set_always_on(was_always_on)
        unit.systemctl("daemon-reload")
        with contextlib.suppress(LlmError):
            _serve_one_token()
        if isinstance(error, KeyboardInterrupt):
            raise
        raise EngineError(f"not switched; previous settings restored: {error}") from error
    if not had_key:
        unit.systemctl("try-restart", "cortexd.service")


def _set_always_on(wanted: bool | None) -> None:
    if wanted is None:
        return
    unit.ON_DEMAND_MASK.unlink(missing_ok=True)
    if wanted:
        unit.ON_DEMAND_MASK.symlink_to(os.devnull)
    unit.systemctl("daemon-reload")
    unit.systemctl("enable" if wanted else "disable", "--quiet", unit.SERVICE)


def _serve_one_token() -> None:
    """Start the service with what is in /etc now, and have it generate; raises LlmError."""
    unit.systemctl("daemon-reload")
    unit.forget_failures(unit.SERVICE, unit.PROXY)
    unit.systemctl("enable", "--quiet", "--now", unit.PROXY_SOCKET)
    unit.systemctl("restart", unit.SERVICE, timeout=unit.START_TIMEOUT)
    where, payload = unit.PUBLIC_ENDPOINT, {"prompt": "Hello", "max_tokens": 1}
    key = KEY_FILE.read_text().strip()
    started = time.monotonic()
    try:
        reply = request(
            where, "/v1/completions", payload=payload, api_key=key, timeout=TOKEN_TIMEOUT
        )
    except OSError as error:
        raise EngineError(f"no answer at {where}: {error}") from error
    if reply.status != 200:
        raise EngineError(f"{where} answered HTTP {reply.status}")
    say(f"cortex-llm: one token through the service in {time.monotonic() - started:.2f} s")
