"""This user's model server: where it listens, what it serves, and what it starts with.

Keeps two small files in the runtime folder: the address, which ``settings`` reads too, and the
model that ``up --model`` named.  Starts nothing, and does not know cortexd.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_cli.settings import MODEL_URL_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_SOCKET_PATH_BYTES = 107
# This engine listens on TCP only.
TCP_ENGINES = ("llama-cpp-python",)
# Keys of cortexd's section "llm" that older configurations have, and what cortex-llm calls them.
CONFIGURED = {
    "model_path": "CORTEX_LLM_MODEL_PATH",
    "n_threads": "CORTEX_LLM_THREADS",
    "n_ctx": "CORTEX_LLM_CTX_SIZE",
}


@dataclass(frozen=True, slots=True)
class Records:
    """What is remembered of the model server in ``folder``, the runtime folder."""

    folder: Path

    @property
    def url_file(self) -> Path:
        """Has the address, ``unix:/PATH`` or ``http://127.0.0.1:PORT``."""
        return self.folder / MODEL_URL_NAME

    @property
    def model_file(self) -> Path:
        """Has the path of the model that was named; empty for the default."""
        return self.folder / "cortex-llm.model"

    def read_url(self) -> str:
        """Return the address; empty if there is no record."""
        return _read(self.url_file)

    def read_model(self) -> Path | None:
        """Return the model that was named; None for the default."""
        text = _read(self.model_file)
        return Path(text) if text else None

    def write(self, url: str, model: Path | None) -> None:
        """Remember both, readable by this user only."""
        for path, text in ((self.url_file, url), (self.model_file, str(model or ""))):
            path.touch(mode=0o600)
            path.write_text(f"{text}\n", errors="surrogateescape")

    def forget(self) -> None:
        """Remove both."""
        self.url_file.unlink(missing_ok=True)
        self.model_file.unlink(missing_ok=True)


def choose_url(environ: Mapping[str, str], records: Records) -> str:
    """Choose where the model server listens: a private socket, or the loopback if it must be.

    A port is kept as long as it is on record: a running cortexd knows no other.
    """
    path = records.folder / "llm.sock"
    fits = len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES
    if fits and environ.get("CORTEX_LLM_ENGINE") not in TCP_ENGINES:
        return f"unix:{path}"
    recorded = records.read_url()
    return recorded if recorded.startswith("http://") else f"http://127.0.0.1:{_find_free_port()}"


def build_environ(
    environ: Mapping[str, str], url: str, model: Path | None, configured: Mapping[str, Any]
) -> dict[str, str]:
    """Return the environment of a server at ``url`` with ``model``, or with what is configured.

    ``configured`` is cortexd's section ``llm``; the environment takes precedence over it.
    """
    values = {
        variable: str(value)
        for key, variable in CONFIGURED.items()
        if (value := configured.get(key)) is not None
    }
    values |= environ
    if model is not None:
        values["CORTEX_LLM_MODEL_PATH"] = str(model)
    if url.startswith("unix:"):
        values["CORTEX_LLM_HOST"] = url
    else:
        values["CORTEX_LLM_HOST"], _, values["CORTEX_LLM_PORT"] = url.removeprefix(
            "http://"
        ).rpartition(":")
    return values


def _find_free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="surrogateescape").removesuffix("\n")
    except OSError:
        return ""
