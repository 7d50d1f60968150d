"""``serve``: settings, model, sizing, engine, and then the process *becomes* the server.

The cheap checks come first, so that a missing or broken model is told in a sentence and
not in a server's log. The expensive one, a real token, is ``check``. After execve nothing
of this program is left: signals, exit status and memory are the server's own.

With ``--journal-requests`` the server is a child on a socket of its own, and the process
becomes `supervise`, which relays to it and tells the journal of each request.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import signal
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import NoReturn, cast

from cortex_llm import config, engines, machine, models, profiling, sizing, supervise
from cortex_llm.child import die_with
from cortex_llm.endpoint import Endpoint, UnixEndpoint, parse_host
from cortex_llm.engines import Launch
from cortex_llm.errors import EngineError, UsageError
from cortex_llm.output import say
from cortex_llm.profiles import lookup
from cortex_llm.ready import notify

CONNECT_TIMEOUT = 1.0  # seconds; a live server accepts at once
ENGINE_SOCKET = "engine/llm.sock"  # beside the public one, in a folder for this user alone


def prepare(
    settings: config.Settings,
    extra: tuple[str, ...] = (),
    *,
    inner: UnixEndpoint | None = None,
) -> Launch:
    """Everything up to the start: what execve will get. Raises LlmError.

    `inner`: where the engine listens, as the system's service, behind the address for clients.
    """
    if not settings.endpoint.is_local and settings.api_key is None:
        raise UsageError(
            f"{settings.endpoint} accepts connections from other machines but no API key is set",
            hint="set CORTEX_LLM_API_KEY_FILE, or CORTEX_LLM_HOST=127.0.0.1",
        )
    model = models.describe_usable(settings.model_path or models.find_built_in())
    model = lookup.set_profile(model, settings)
    engine, skipped = engines.choose(settings)
    sized = sizing.plan(
        settings, model, machine.inspect(), engine.max_parallel, as_service=inner is not None
    )
    for note in sized.notes:
        say(f"cortex-llm: note: {note}")
    if not sized.fits:
        say(f"cortex-llm: warning: {sizing.describe_shortfall(sized)}")
    for reason in skipped:
        say(f"cortex-llm: not used: {reason}")
    say(
        f"cortex-llm: {model.name} ({model.path}) on {engine.name} at {settings.endpoint}: "
        f"context {sized.context}, {sized.parallel} at once, {sized.threads} thread(s)"
    )
    listening = dataclasses.replace(settings, endpoint=inner) if inner else settings
    return engines.launch(engine, listening, model, sized, extra=extra)


def command(arguments: argparse.Namespace) -> int:
    """``serve``: become the server, or what watches over it. Returns only by raising."""
    settings = config.load()
    flags = tuple(arguments.flags)
    if arguments.trial:
        test_model(settings)
    if arguments.journal_requests:
        replace_process(start_supervised(settings, flags))
    launch = prepare(settings, flags)
    clear_stale_socket(settings.endpoint)
    announce(settings)
    replace_process(launch)


def test_model(settings: config.Settings) -> None:
    """Find out the model's profile first; one that cannot be tested is served all the same."""
    model = models.describe_usable(settings.model_path or models.find_built_in())
    try:
        verdict = profiling.find_profile(model, settings)
    except EngineError as error:
        say(f"cortex-llm: note: the model is served untested: {error}")
    else:
        say(f"cortex-llm: profile {profiling.describe(verdict)}")


def announce(settings: config.Settings) -> None:
    """Tell systemd what is loading."""
    notify(f"STATUS=loading {settings.model_path or 'the built-in model'}")


def replace_process(launch: Launch) -> NoReturn:
    """Replace this process; raises EngineError."""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execve(launch.argv[0], launch.argv, dict(launch.env))  # noqa: S606 - no shell is the point
    except OSError as error:
        raise EngineError(f"cannot run {launch.argv[0]}: {error.strerror}") from error


def start_supervised(settings: config.Settings, flags: tuple[str, ...]) -> Launch:
    """Start the engine on a socket of its own; what is to become of this process.

    Signals are blocked from here on until that listens: none may end it and leave the engine.
    """
    public = settings.endpoint
    if not isinstance(public, UnixEndpoint):
        raise UsageError(
            f"--journal-requests is for a server on a Unix socket, not at {public}",
            hint="set CORTEX_LLM_HOST to the path of a socket",
        )
    inner = choose_private_socket(public)
    launch = prepare(settings, flags, inner=inner)
    clear_stale_socket(public)
    make_private_folder(inner.path.parent)
    clear_stale_socket(inner)
    announce(settings)
    signal.pthread_sigmask(signal.SIG_BLOCK, supervise.SIGNALS)
    try:
        engine = subprocess.Popen(
            launch.argv,
            env=dict(launch.env),
            stdin=subprocess.DEVNULL,
            preexec_fn=partial(die_with, os.getpid()),  # noqa: PLW1509 - this program has one thread
        )
    except OSError as error:
        raise EngineError(f"cannot run {launch.argv[0]}: {error.strerror}") from error
    return Launch(
        supervise.build_argv(engine.pid, str(inner.path), str(public.path)), dict(os.environ)
    )


def choose_private_socket(public: UnixEndpoint) -> UnixEndpoint:
    """Where the engine listens; raises UsageError when the path is too long for a socket."""
    try:
        found = parse_host(str(public.path.parent / ENGINE_SOCKET), 0)
    except ValueError as error:
        raise UsageError(f"the engine's own socket next to {public.path} {error}") from error
    return cast("UnixEndpoint", found)


def make_private_folder(folder: Path) -> None:
    """A folder that this user alone may enter; some engines open their sockets to everybody."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise UsageError(f"cannot make the folder {folder}: {error.strerror}") from error


def require_folder(endpoint: Endpoint) -> None:
    """Raise UsageError when the folder of a Unix socket is not there."""
    if isinstance(endpoint, UnixEndpoint) and not endpoint.path.parent.is_dir():
        folder = endpoint.path.parent
        raise UsageError(
            f"the folder {folder} of the socket does not exist", hint=f"mkdir -p {folder}"
        )


def clear_stale_socket(endpoint: Endpoint) -> None:
    """Remove a socket that a dead server left; raises UsageError when it is alive or no socket."""
    if not isinstance(endpoint, UnixEndpoint):
        return
    require_folder(endpoint)
    try:
        mode = endpoint.path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise UsageError(f"{endpoint.path} exists and is not a socket", hint="move it away")
    try:
        endpoint.connect(CONNECT_TIMEOUT).close()
    except (ConnectionRefusedError, FileNotFoundError):
        with contextlib.suppress(FileNotFoundError):
            endpoint.path.unlink()
    except OSError as error:
        raise UsageError(f"cannot find out who uses {endpoint.path}: {error}") from error
    else:
        raise UsageError(
            f"{endpoint.path} is in use by a running server",
            hint="stop it first or set CORTEX_LLM_HOST to another path",
        )
