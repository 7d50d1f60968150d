"""What can go wrong in cortex_llm, as one tree:

    LlmError
    ├── UsageError    the command line or the configuration cannot be understood (exit 2)
    ├── ModelError    this model file cannot be used
    ├── DownloadError a model file could not be had
    ├── EngineError   no engine, or the engine does not work
    └── NotReadyError the server did not become ready

Every message is a sentence with the value and the limit; `hint` says what a person can do.
Only ``__main__`` prints one and exits.
"""

from __future__ import annotations


class LlmError(Exception):
    """The base: `code` is stable, for programs; the message and the hint are for people."""

    code = "LLM_ERROR"
    exit_status = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(LlmError):
    """The command line or the configuration cannot be understood."""

    code = "USAGE_ERROR"
    exit_status = 2


class ModelError(LlmError):
    """This model file cannot be used."""

    code = "MODEL_ERROR"


class DownloadError(LlmError):
    """A model file could not be had."""

    code = "DOWNLOAD_ERROR"


class EngineError(LlmError):
    """No engine is available, or the chosen one does not work."""

    code = "ENGINE_ERROR"


class NotReadyError(LlmError):
    """The server did not become ready."""

    code = "NOT_READY"
