"""Runs llama.cpp's server out of the xllamacpp wheel, as if it were llama-server.

This program takes llama-server's flags. The wheel exposes the
server's parameters but not its argument parser, so FLAGS maps the useful ones; any other
is refused by name. The server's own threads serve HTTP; Python only waits for a signal:

* while the model loads, SIGTERM has its default effect, as with llama-server: the wheel
  loads without letting Python run, so a handler of ours could not act;
* after that SIGTERM and SIGINT end the process at once with the exit status 0. There is
  nothing to save, and llama.cpp's own way out waits for streams under way for ever.

Knows nothing of settings, models or sizing: what it needs is in argv and LLAMA_API_KEY.
It is run as a file and imports nothing of this package.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Apply = Callable[[Any, str], None]

EXIT_FAILED, EXIT_USAGE = 1, 2
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def _set(*path: str, read: Callable[[str], Any] = str) -> tuple[int, Apply]:
    """A flag with one value, which goes to the parameter at `path`."""

    def apply(params: Any, text: str) -> None:
        for name in path[:-1]:
            params = getattr(params, name)
        setattr(params, path[-1], read(text))

    return 1, apply


def _switch(*path: str, on: bool) -> tuple[int, Apply]:
    _, apply = _set(*path, read=lambda _: on)
    return 0, apply


def _names(text: str) -> set[str]:
    return {name.strip() for name in text.split(",") if name.strip()}


def _parse_bool(text: str) -> bool:
    if text.lower() in ("on", "true", "1", "enabled"):
        return True
    if text.lower() in ("off", "false", "0", "disabled"):
        return False
    raise ValueError("is neither on nor off")


def _tensor_type(text: str) -> Any:
    from xllamacpp import ggml_type  # 100 MB of libraries, only when asked for

    try:
        return getattr(ggml_type, f"GGML_TYPE_{text.upper()}")
    except AttributeError as error:
        raise ValueError("is not a tensor type") from error


def _read_template(text: str) -> str:
    try:
        return Path(text).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read: {error}") from error


def _reasoning_format(text: str) -> Any:
    from xllamacpp import common_reasoning_format

    name = f"COMMON_REASONING_FORMAT_{text.upper().replace('-', '_')}"
    try:
        return common_reasoning_format[name]
    except KeyError as error:
        raise ValueError("is not a reasoning format") from error


def _threads(params: Any, text: str) -> None:
    params.cpuparams.n_threads = int(text)


#: Flag -> number of values (0 or 1), and what it does to the parameters.
FLAGS: dict[str, tuple[int, Apply]] = {
    "--model": _set("model", "path"),
    "--alias": _set("model_alias", read=_names),
    "--tags": _set("model_tags", read=_names),
    "--host": _set("hostnames", read=lambda text: text.split(",")),
    "--port": _set("port", read=int),
    "--ctx-size": _set("n_ctx", read=int),
    "--parallel": _set("n_parallel", read=int),
    "--threads": (1, _threads),
    "--threads-batch": _set("cpuparams_batch", "n_threads", read=int),
    "--threads-http": _set("n_threads_http", read=int),
    "--poll": _set("cpuparams", "poll", read=int),
    "--poll-batch": _set("cpuparams_batch", "poll", read=int),
    "--batch-size": _set("n_batch", read=int),
    "--ubatch-size": _set("n_ubatch", read=int),
    "--predict": _set("n_predict", read=int),
    "--keep": _set("n_keep", read=int),
    "--cache-ram": _set("cache_ram_mib", read=int),
    "--cache-reuse": _set("n_cache_reuse", read=int),
    "--cache-type-k": _set("cache_type_k", read=_tensor_type),
    "--cache-type-v": _set("cache_type_v", read=_tensor_type),
    "--slot-prompt-similarity": _set("slot_prompt_similarity", read=float),
    "--slot-save-path": _set("slot_save_path"),
    "--chat-template": _set("chat_template"),
    "--chat-template-file": _set("chat_template", read=_read_template),
    "--reasoning-format": _set("reasoning_format", read=_reasoning_format),
    "--repeat-penalty": _set("sampling", "penalty_repeat", read=float),
    "--timeout": _set("timeout_read", read=int),
    "--sleep-idle-seconds": _set("sleep_idle_seconds", read=int),
    "--rope-freq-base": _set("rope_freq_base", read=float),
    "--rope-freq-scale": _set("rope_freq_scale", read=float),
    "--gpu-layers": _set("n_gpu_layers", read=int),
    "--main-gpu": _set("main_gpu", read=int),
    "--api-prefix": _set("api_prefix"),
    "--cors-origins": _set("cors_origins"),
    "--ssl-key-file": _set("ssl_file_key"),
    "--ssl-cert-file": _set("ssl_file_cert"),
    "--verbosity": _set("verbosity", read=int),
    "--temp": _set("sampling", "temp", read=float),
    "--top-k": _set("sampling", "top_k", read=int),
    "--top-p": _set("sampling", "top_p", read=float),
    "--min-p": _set("sampling", "min_p", read=float),
    "--seed": _set("sampling", "seed", read=int),
    "--fit": _set("fit_params", read=_parse_bool),
    "--kv-unified": _switch("kv_unified", on=True),
    "--no-kv-unified": _switch("kv_unified", on=False),
    "--context-shift": _switch("ctx_shift", on=True),
    "--no-context-shift": _switch("ctx_shift", on=False),
    "--no-cache-prompt": _switch("cache_prompt", on=False),
    "--no-cont-batching": _switch("cont_batching", on=False),
    "--no-warmup": _switch("warmup", on=False),
    "--check-tensors": _switch("check_tensors", on=True),
    "--embeddings": _switch("embedding", on=True),
    "--metrics": _switch("endpoint_metrics", on=True),
    "--props": _switch("endpoint_props", on=True),
    "--slots": _switch("endpoint_slots", on=True),
    "--no-slots": _switch("endpoint_slots", on=False),
    "--jinja": _switch("use_jinja", on=True),
    "--no-jinja": _switch("use_jinja", on=False),
    "--webui": _switch("ui", on=True),
    "--no-webui": _switch("ui", on=False),
    "--offline": _switch("offline", on=True),
}
#: The short forms people know.
SHORT = {
    "-m": "--model",
    "-a": "--alias",
    "-c": "--ctx-size",
    "-np": "--parallel",
    "-t": "--threads",
    "-tb": "--threads-batch",
    "-b": "--batch-size",
    "-ub": "--ubatch-size",
    "-n": "--predict",
    "-cram": "--cache-ram",
    "-ctk": "--cache-type-k",
    "-ctv": "--cache-type-v",
    "-ngl": "--gpu-layers",
    "-s": "--seed",
    "-to": "--timeout",
    "-lv": "--verbosity",
}


class FlagError(ValueError):
    """A flag that this engine does not know, or a value that it cannot use."""


def parse(argv: list[str]) -> list[tuple[Apply, str]]:
    """Read llama-server's command line; raises FlagError naming the flag."""
    steps = []
    words = list(argv)
    while words:
        word = words.pop(0)
        flag = SHORT.get(word, word)
        if flag not in FLAGS:
            near = difflib.get_close_matches(flag, FLAGS, n=1)
            known = (
                f"did you mean {near[0]}?"
                if near
                else "the native llama-server supports all of them"
            )
            raise FlagError(f"the engine xllamacpp does not support the flag {word!r}; {known}")
        count, apply = FLAGS[flag]
        if count and not words:
            raise FlagError(f"the flag {word} needs a value")
        steps.append((apply, words.pop(0) if count else ""))
    return steps


def parameters(argv: list[str], environ: dict[str, str]) -> Any:
    """The server's parameters for this command line; raises FlagError."""
    steps = parse(argv)
    from xllamacpp import CommonParams  # flags are refused without loading it

    params = CommonParams()
    for (apply, text), word in zip(steps, _flag_words(argv), strict=True):
        try:
            apply(params, text)
        except (ValueError, TypeError, OverflowError) as error:
            raise FlagError(f"the flag {word} cannot take {text[:60]!r}: {error}") from error
    if environ.get("LLAMA_API_KEY"):
        params.api_keys = [environ["LLAMA_API_KEY"]]
    return params


def _flag_words(argv: list[str]) -> list[str]:
    words, flags = list(argv), []
    while words:
        flags.append(words.pop(0))
        del words[: FLAGS[SHORT.get(flags[-1], flags[-1])][0]]
    return flags


def main(argv: list[str] | None = None) -> int:
    """Serve until a stop signal; 0 then, 1 when the server does not start, 2 for bad flags."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    try:
        params = parameters(sys.argv[1:] if argv is None else argv, dict(os.environ))
    except FlagError as error:
        sys.stderr.write(f"error: {error}\n")
        return EXIT_USAGE
    from xllamacpp import Server  # see parameters()

    try:
        server = Server(params)  # its threads serve as long as it is referred to
    except RuntimeError:
        sys.stderr.write("error: the server did not start; see its output above\n")
        return EXIT_FAILED
    _wait_for_stop()
    for host in params.hostnames:
        if host.endswith(".sock"):
            with contextlib.suppress(OSError):
                Path(host).unlink()
    sys.stderr.write(f"cortex-llm: {server.listening_address} stops\n")
    sys.stderr.flush()
    os._exit(0)


def _wait_for_stop() -> None:
    """Sleep until a stop signal. It may arrive on any thread; the pipe wakes this one."""
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, lambda *_: None)
        reader.recv(1)
        signal.set_wakeup_fd(-1)


if __name__ == "__main__":
    sys.exit(main())
